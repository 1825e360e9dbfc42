"""Holders: many, mostly asleep; they stake for yield, delegate or vote."""

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.cohort import Attention, Cohort, Members
from simulations.agents.judgement import cast
from simulations.agents.view import View
from simulations.ledger import micro
from simulations.randomness import Stream, count_by_run
from simulations.scenario import Rules


class Holders(Cohort):
    """Token holders who look now and then.

    A looking holder stakes all it has when the yield reaches what it asks for (lognormal, or
    nothing at all for the civic few), leaves when the yield falls well below, and takes a
    ready ticket home. A new staker may pick a delegate, well-known ones more often (the k-th
    with weight 1/k).
    """

    def __init__(
        self, model: mesa.Model, members: Members, draws: Stream, rules: Rules, delegates: Members
    ) -> None:
        super().__init__(model, members, draws)
        self._delegates = delegates
        fame = 1.0 / np.arange(1, delegates.count + 1)
        self._fame = np.cumsum(fame / fame.sum())
        spread = rules.rows("world.staking.required_yield_spread")
        asked = np.exp(draws.normal_rows(members.count) * spread)
        asked *= rules.rows("world.staking.required_yield")
        civic = draws.uniform_rows(members.count) < rules.rows("world.staking.civic")
        self.asked = np.where(civic, 0.0, asked)
        self._attention = Attention(rules["world.attention.holders_look_every"], members, draws)

    def staking(self, view: View, draws: Stream) -> list[Actions]:
        """Stake, leave, take home, delegate."""
        run, member = self._attention.looking(view.day, draws)
        asked = self.asked[run, member - self.members.first]
        offered = view.staking_yield[run]
        liquid, shares = view.liquid[run, member], view.shares[run, member]
        cooling = view.cooling[run, member]
        leave_below = asked * (1.0 - view.rules["world.staking.hysteresis"][run])
        enters = (offered >= asked) & (liquid > 1.0) & (cooling == 0)
        leaves = (offered < leave_below) & (shares > 1.0) & (cooling == 0)
        home = (cooling > 0) & (view.ready[run, member] <= view.now)

        amount = np.where(leaves, micro(shares), micro(liquid))
        deposit = Actions("staking", "deposit", run, member, amount)
        leave = Actions("staking", "request_exit", run, member, amount)
        redeem = Actions("staking", "redeem", run, member)
        joined = deposit.where(enters & (shares < 1.0))
        parts = [deposit.where(enters), leave.where(leaves), redeem.where(home)]
        return [*parts, self._delegation(joined, view, draws)]

    def governor(self, view: View, draws: Stream) -> list[Actions]:
        """Vote on open proposals."""
        run, member = self._attention.looking(view.day, draws)
        return [cast(view, draws, run, member, view.rules["world.attention.holders_vote"])]

    def _delegation(self, joined: Actions, view: View, draws: Stream) -> Actions:
        counts = count_by_run(joined.run, view.runs)
        wants = draws.uniform(counts) < view.rules["world.staking.delegating"][joined.run]
        chosen = np.searchsorted(self._fame, draws.uniform(counts), side="right")
        target = self._delegates.first + np.minimum(chosen, self._delegates.count - 1)
        return Actions("staking", "delegate", joined.run, joined.member, target=target).where(wants)
