"""Holders: many, mostly asleep; they stake for yield, delegate or vote."""

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

    A looking holder stakes all it has when the yield reaches what it asks for (lognormal, or
    nothing at all for the civic few), leaves when the yield falls well below, and takes a
    ready ticket home. A new staker may pick a delegate, well-known ones more often (the k-th
    with weight 1/k).
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
        every = rules["world.attention.holders_look_every"]
        self._attention = Attention(every, members, draws.stream("attention"))

    def staking(self, view: View) -> list[Actions]:
        """Stake, leave, take home, delegate."""
        run, member = self._attention.looking(view.day)
        asked = self.asked[run, member - self.members.first]
        offered = view.staking_yield[run]
        liquid, shares = view.liquid[run, member], view.shares[run, member]
        cooling = view.cooling[run, member]
        leave_below = asked * (1.0 - view.rules["world.staking.hysteresis"][run])
        enters = (offered >= asked) & (liquid > 1.0) & (cooling == 0)
        leaves = (offered < leave_below) & (shares > 0) & (cooling == 0)
        home = (cooling > 0) & (view.ready[run, member] <= view.now)

        deposit = Actions("staking", "deposit", run, member, micro(liquid))
        leave = Actions("staking", "request_exit", run, member)
        redeem = Actions("staking", "redeem", run, member)
        joined = deposit.where(enters & (shares == 0))
        parts = [deposit.where(enters), leave.where(leaves), redeem.where(home)]
        return [*parts, self._delegation(joined, view)]

    def governor(self, view: View) -> list[Actions]:
        """Vote on open proposals."""
        run, member = self._attention.looking(view.day)
        return [cast(view, self._ballots, run, member, view.rules["world.attention.holders_vote"])]

    def _delegation(self, joined: Actions, view: View) -> Actions:
        run, member = joined.run, joined.member
        trusts = self._trust.uniform(run, member, 0) < view.rules["world.staking.delegating"][run]
        chosen = np.searchsorted(self._fame, self._trust.uniform(run, member, 1), side="right")
        target = self._delegates.first + np.minimum(chosen, self._delegates.count - 1)
        return Actions("staking", "delegate", run, member, target=target).where(trusts)
