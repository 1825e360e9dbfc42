"""The exit in the other court: rounds of escrow, and parts of the treasury's other assets.

What the World pays into or out of those assets is not on chain; a token stands for each of them,
and the twin moves it as the World did, at the beginning of the day.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from governance.units import GENESIS, TOKEN
from simulations.mechanisms.exit import NOT_YET
from simulations.randomness import Ints
from simulations.twin.deployed import DEPLOYER, EVERYTHING, Deployed, wei
from simulations.twin.driver import RUN, Driver, Today, union
from simulations.twin.lines import Line

WEALTH = 10**12 * TOKEN
"""Units of each asset that the World has."""


class Exit(Driver):
    """The way out."""

    def __init__(self, dao: Deployed) -> None:
        super().__init__(dao)
        self._assets: list[str] = []
        self._given: list[int] = []
        self._leaving: Ints = np.empty(0, dtype=np.int64)

    def begin(self, model: Any) -> None:
        """Make a token for each asset, list it and let the exit collect it, as votes would."""
        if getattr(model, "exit", None) is None:
            return
        for place in range(model.exit.assets.shape[1]):
            key = f"asset {place}"
            self.dao.add(key, "HookedToken", DEPLOYER, WEALTH)
            self.dao.decide(key, "approve", self.dao.at["exit"], EVERYTHING)
            self.dao.decide("exit", "list", self.dao.at[key])
            self._assets.append(key)
            self._given.append(0)
        self.open_day(model)

    def open_day(self, model: Any) -> None:
        """Pay into and out of the treasury what the World did since."""
        for place, key in enumerate(self._assets):
            way = model.exit
            whole = way.assets[0, place] + way.collected[0, :, place].sum()
            more = round(whole * TOKEN) - self._given[place]
            self._given[place] += more
            if more > 0:
                self.dao.send_from(DEPLOYER, key, "transfer", self.dao.at["treasury"], more)
            elif more < 0:
                self.dao.decide(key, "transfer", DEPLOYER, -more)

    def escrow(self, member: int, amount: float) -> None:
        """Escrow tokens."""
        self.dao.pay(member, "exit", "escrow", wei(amount))

    def withdraw(self, member: int, number: int) -> None:
        """Take back escrow of a round that did not open."""
        self.dao.send(member, "exit", "withdraw", number)

    def trigger(self, member: int) -> None:
        """Open an exit of a silent DAO."""
        self.dao.send(member, "exit", "trigger")

    def settle(self, member: int) -> None:
        """Burn the escrow of the latest round."""
        self.dao.send(member, "exit", "settle")

    def collect(self, member: int, number: int) -> None:
        """Move what a round is due to the exit."""
        for key in self._assets:
            self.dao.send(member, "exit", "collect", number, self.dao.at[key])

    def claim(self, member: int, number: int) -> None:
        """Take what has vested of one's part of a round, in every asset."""
        assets = [self.dao.at[key] for key in self._assets]
        self.dao.send(member, "exit", "claim", number, assets)

    def totals(self, model: Any) -> Iterator[Line]:
        """Name the latest round."""
        if model.exit is not None:
            yield Line.of("exit.current", lambda: model.exit.current, "number")

    def compare(self, today: Today) -> None:
        """Compare rounds, signs of life, escrow, parts and claims."""
        if (way := today.mechanism("exit")) is None:
            return
        sign = self.dao.ask("exit", "lastSign")
        today.expect("exit.lastSign", way.last_sign + GENESIS, sign, "seconds")
        if today.full or today.acts("exit"):
            rounds = range(int(way.current[0]) + 1)
            for number in rounds if today.full else rounds[-1:]:
                self._compare_round(today, way, number)
                self._compare_members(today, way, number)

    def _compare_round(self, today: Today, way: Any, number: int) -> None:
        state = way.state(RUN, np.array([number]), today.day)
        today.expect("exit.state", state, self.dao.ask("exit", "state", number), "state")
        found = self.dao.ask("exit", "round", number, words=4)
        moments = [when[0, number] for when in (way.started, way.open_until, way.settled_at)]
        for word, moment in enumerate(moments):
            mine = 0 if moment == NOT_YET else moment + GENESIS
            today.expect("exit.round", mine, found, "seconds", word=word)
        today.expect("exit.round escrowed", way.escrowed[0, number], found, word=3)
        for place, key in enumerate(self._assets):
            part = self.dao.ask("exit", "part", number, self.dao.at[key], words=2)
            for word, simulated in enumerate((way.due, way.collected)):
                today.expect("exit.part", simulated[0, number, place], part, word=word)

    def _compare_members(self, today: Today, way: Any, number: int) -> None:
        """Compare those who act today; now and then all who ever did, or have escrow."""
        escrowing, acting = np.flatnonzero(way.escrow_of[0, :, number]), today.actors("exit")
        self._leaving = union([self._leaving, escrowing, acting])
        members = self._leaving if today.full else acting
        if today.last:
            members = today.members()
        ask, who = self.dao.ask, self.dao.who(members)
        escrowed = ask("exit", "escrowOf", number, who)
        today.expect("exit.escrowOf", way.escrow_of[0, members, number], escrowed, members=members)
        for place, key in enumerate(self._assets):
            asset = self.dao.at[key]
            claimed = ask("exit", "claimed", number, asset, who)
            mine = way.claimed[0, members, number, place]
            today.expect("exit.claimed", mine, claimed, members=members)
