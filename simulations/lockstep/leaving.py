"""The exit in lockstep: rounds, escrow, parts and claims are read from it."""

import numpy as np

from governance.units import GENESIS, TOKEN
from simulations.actions import Actions
from simulations.lockstep.enforced import Enforced
from simulations.mechanisms.exit import NOT_YET, Exit
from simulations.randomness import Floats, Ints


class EnforcedExit(Enforced, Exit):
    """Rounds of the one run; what the treasury's other assets cost the World is the World's."""

    def begin(self) -> None:
        """Read the first round and the treasury's assets."""
        self._look_up(np.empty(0, dtype=np.int64))
        self.last_sign[0] = self.dao.word("exit", "lastSign") - GENESIS

    def state(self, run: Ints, number: Ints, day: int) -> Ints:
        """``State`` of rounds now, shape ``(n,)``."""
        asked = [(each,) for each in number.tolist()]
        return self.numbers("exit", "state", asked).astype(np.int64)

    def sign_of_life(self, run: Ints, day: int) -> None:
        """Read the last sign of life."""
        self.last_sign[0] = self.dao.word("exit", "lastSign") - GENESIS

    def threshold(self) -> Floats:
        """Escrow that opens an exit now, shape ``(1,)``."""
        return np.array([self.dao.word("exit", "threshold") / TOKEN])

    def escrow(self, actions: Actions, day: int) -> None:
        """Read who escrowed."""
        self._changed(actions)

    def withdraw(self, actions: Actions, day: int) -> None:
        """Read who took escrow back."""
        self._changed(actions)

    def trigger(self, actions: Actions, day: int) -> None:
        """Read the round that was opened."""
        self._changed(actions)

    def settle(self, actions: Actions, day: int) -> None:
        """Read what the latest round is due."""
        self._changed(actions)

    def collect(self, actions: Actions) -> None:
        """Read what was collected."""
        self._changed(actions)

    def claim(self, actions: Actions, day: int) -> None:
        """Read what was claimed."""
        self._changed(actions)

    def _changed(self, actions: Actions) -> None:
        self._ledger.move("exit", actions.run, actions.member, np.zeros(len(actions)))
        self._look_up(np.unique(actions.member))

    def _look_up(self, members: Ints) -> None:
        """Read all rounds, and what members have in them."""
        self.current[0] = latest = self.dao.word("exit", "current")
        while self.started.shape[1] <= latest:
            self._grow()
        for number in range(latest + 1):
            self._read_round(number)
            asked = [(number, who) for who in self.who(members)]
            escrow = self.numbers("exit", "escrowOf", asked, TOKEN)
            self.escrow_of[0, members, number] = escrow
            for place, asset in enumerate(self._listed()):
                claims = [(number, asset, who) for who in self.who(members)]
                claimed = self.numbers("exit", "claimed", claims, TOKEN)
                self.claimed[0, members, number, place] = claimed
        for place, key in enumerate(self._keys()):
            held = self.dao.word(key, "balanceOf", self.dao.at["treasury"])
            self.assets[0, place] = held / TOKEN

    def _read_round(self, number: int) -> None:
        *times, escrowed = self.dao.words("exit", "round", number)
        arrays = self.started, self.open_until, self.settled_at
        for array, when in zip(arrays, times, strict=True):
            array[0, number] = when - GENESIS if when else NOT_YET
        self.escrowed[0, number] = escrowed / TOKEN
        for place, asset in enumerate(self._listed()):
            due, collected = self.dao.words("exit", "part", number, asset)
            self.due[0, number, place] = due / TOKEN
            self.collected[0, number, place] = collected / TOKEN

    def _keys(self) -> list[str]:
        return [f"asset {place}" for place in range(self.assets.shape[1])]

    def _listed(self) -> list[str]:
        return [self.dao.at[key] for key in self._keys()]
