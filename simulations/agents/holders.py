"""Holders: many, mostly asleep; they stake for yield, delegate or vote."""

from dataclasses import replace

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.cohort import Attention, Cohort, Members
from simulations.agents.judgement import cast
from simulations.agents.view import View
from simulations.ledger import micro
from simulations.randomness import Draws
from simulations.scenario import Rules


class Holders(Cohort):
    """Token holders who look now and then.

    A looking holder stakes all it has when the yield reaches what it asks for (lognormal, nothing
    for the civic few), leaves when the yield falls well below, and takes a ready ticket home. A new
    staker may pick a delegate, the k-th best known with weight 1/k.
    """

    def __init__(
        self, model: mesa.Model, members: Members, draws: Draws, rules: Rules, delegates: Members
    ) -> None:
        super().__init__(model, members)
        self._ballots, self._trust = draws.keyed("ballots"), draws.keyed("delegation")
        self._delegates = delegates
        fame = 1.0 / np.arange(1, delegates.count + 1)
        self._fame = np.cumsum(fame / fame.sum())
        spread = rules.rows("world.staking.required_yield_spread")
        tastes = draws.stream("tastes")
        asked = np.exp(tastes.normal_rows(members.count) * spread)
        asked *= rules.rows("world.staking.required_yield")
        civic = tastes.uniform_rows(members.count) < rules.rows("world.staking.civic")
        self.asked = np.where(civic, 0.0, asked)
        every, weekend = (
            rules[f"world.attention.{name}"] for name in ("holders_look_every", "weekend")
        )
        self._attention = Attention(every, members, draws.stream("attention"), weekend)

    def staking(self, view: View) -> list[Actions]:
        """Stake, leave, take home, delegate."""
        run, member = self._attention.looking(view.day)
        asked = self.asked.take(run * self.members.count + (member - self.members.first))
        offered = view.staking_yield.take(run)
        leave_below = asked * (1.0 - view.rules["world.staking.hysteresis"]).take(run)
        cell = run * view.liquid.shape[1] + member
        rests = view.cooling.take(cell) > 0
        enters = np.flatnonzero((offered >= asked) & ~rests)
        enters = enters[view.liquid.take(cell[enters]) > 1.0]
        leaves = np.flatnonzero((offered < leave_below) & ~rests)
        leaves = leaves[view.free(run[leaves], member[leaves]) > 0]
        home = np.flatnonzero(rests)
        home = home[view.ready.take(cell[home]) <= view.now]
        every = Actions("staking", "", run, member)
        deposit = replace(
            every.where(enters), verb="deposit", amount=micro(view.liquid.take(cell[enters]))
        )
        leave = replace(every.where(leaves), verb="request_exit")
        redeem = replace(every.where(home), verb="redeem")
        joined = deposit.where(view.shares.take(cell[enters]) == 0)
        return [deposit, leave, redeem, self._delegation(joined, view)]

    def governor(self, view: View) -> list[Actions]:
        """Vote on open proposals."""
        run, member = self._attention.looking(view.day)
        return [cast(view, self._ballots, run, member, view.rules["world.attention.holders_vote"])]

    def _delegation(self, joined: Actions, view: View) -> Actions:
        run, member = joined.run, joined.member
        if not run.size:
            return Actions("staking", "delegate", run, member, target=member)
        trusts = self._trust.uniform(run, member, 0) < view.rules["world.staking.delegating"][run]
        run, member = run[trusts], member[trusts]
        chosen = np.searchsorted(self._fame, self._trust.uniform(run, member, 1), side="right")
        target = self._delegates.first + np.minimum(chosen, self._delegates.count - 1)
        return Actions("staking", "delegate", run, member, target=target)
