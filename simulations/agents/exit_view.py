"""What cohorts see of the way out: rounds, escrow, and what a token's part of the reserves is."""

from dataclasses import dataclass

import numpy as np

from governance.units import DAY
from simulations.mechanisms.amm import Amm
from simulations.mechanisms.exit import Exit, State
from simulations.randomness import Ints
from simulations.scenario import Rules


@dataclass(frozen=True)
class ExitView:
    """The exit on a day."""

    day: int
    _rules: Rules
    _exit: Exit
    _amm: Amm

    def state(self, run: Ints) -> Ints:
        """State of the latest round, shape ``(n,)``."""
        return self._exit.state(run, self._exit.current[run], self.day)

    def silent(self, run: Ints) -> np.ndarray:
        """Whether the DAO has been silent for so long that anybody may open an exit, ``(n,)``."""
        return self.day * DAY >= self._exit.last_sign[run] + self._rules["exit.silence"][run]

    def pays(self, run: Ints) -> np.ndarray:
        """Whether a token's part of the reserves is worth more than its price by the margin."""
        free = np.maximum(self._exit.assets - self._exit.outstanding(), 0.0)[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            part = free / self._exit.circulating()
            gain = part > self._amm.price * (1.0 + self._rules["world.reserves.margin"])
        return gain[run]

    def lapsed(self, run: Ints, member: Ints) -> tuple[Ints, Ints]:
        """Place among the given members, and round, of escrow in rounds that did not open."""
        place, number = np.nonzero(self._exit.escrow_of[run, member] > 0)
        gone = self._exit.state(run[place], number, self.day) == State.LAPSED
        return place[gone], number[gone]

    def claims(self, first: int, last: int, step: int) -> tuple[Ints, Ints, Ints]:
        """Run, member and settled round of those of some members who have a part of one."""
        if not (self._exit.settled_at >= 0).any():
            none = np.empty(0, dtype=np.int64)
            return none, none, none
        run, place, number = np.nonzero(self._exit.escrow_of[:, first:last:step] > 0)
        settled = self._exit.settled_at[run, number] >= 0
        return run[settled], first + step * place[settled], number[settled]
