"""Delegates: few, awake; they vote what others lend them, and propose."""

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.cohort import Attention, Cohort, Members
from simulations.agents.judgement import cast
from simulations.agents.motions import move
from simulations.agents.view import View
from simulations.ledger import micro
from simulations.mechanisms.kinds import FUNDING
from simulations.mechanisms.proposals import Call
from simulations.randomness import Draws, Floats, Ints
from simulations.scenario import Rules

AHEAD = 32
"""Days whose ideas are drawn at once."""


class Delegates(Cohort):
    """Members with borrowed votes.

    They put versions that wait for it to the vote (:func:`~simulations.agents.motions.move`).
    Ideas come at the world's rate; one becomes a proposal when a delegate holds the threshold. It
    asks for a lognormal share of the uncommitted treasury, at most a fifth and what a spending
    limit allows, for a random holder.

    Attributes
    ----------
    proposed_quality
        Latent quality of the proposals made today, one per proposal, standard normal.
    """

    def __init__(
        self, model: mesa.Model, members: Members, draws: Draws, rules: Rules, holders: Members
    ) -> None:
        super().__init__(model, members)
        self._holders = holders
        self._ballots, self._ideas = draws.keyed("ballots"), draws.stream("ideas")
        self._motions = draws.keyed("motions")
        every, weekend = (
            rules[f"world.attention.{name}"] for name in ("delegates_look_every", "weekend")
        )
        self._attention = Attention(every, members, draws.stream("attention"), weekend)
        self._days: list[Floats] = []
        self.proposed_quality: Floats = np.empty(0)

    def governor(self, view: View) -> list[Actions]:
        """Propose, then vote."""
        run, member = self._attention.looking(view.day)
        votes = cast(view, self._ballots, run, member, view.rules["world.attention.delegates_vote"])
        motions = move(view, self._motions, self.members)
        moved = np.concatenate([each.run for each in motions])
        return [*motions, self._propose(view, moved), votes]

    def _propose(self, view: View, moved: Ints) -> Actions:
        draws = self._ideas
        if not self._days:
            self._days = [*draws.uniform_rows(AHEAD).T]
        ideas = self._days.pop(0) < view.rules["world.proposals.per_month"] / 30.0
        run, counts = np.flatnonzero(ideas), ideas.astype(np.int64)
        order = draws.uniform(counts * self.members.count).reshape(run.size, self.members.count)
        recipient = self._holders.first + (draws.uniform(counts) * self._holders.count).astype(int)
        size, quality = draws.normal(counts), draws.normal(counts)
        rows, columns = np.repeat(run, self.members.count), np.tile(self.members.indices, run.size)
        kind = np.full(rows.shape, FUNDING)
        able = view.can_propose(rows, columns, kind).reshape(order.shape)
        proposer = self.members.first + np.where(able, order, -1.0).argmax(axis=1)
        share = view.rules["world.proposals.request"][run] * np.exp(
            size * view.rules["world.proposals.request_spread"][run]
        )
        asked = view.uncommitted(run) * np.minimum(share, 0.2)
        amount = micro(np.minimum(asked, view.most_payable()[run]))
        may = able.any(axis=1) & view.has_free_slot(run) & (amount > 0)
        may &= view.can_ask(run, Call(np.full(run.shape, FUNDING), recipient, amount))
        if moved.size:
            may &= ~np.isin(run, moved)
        self.proposed_quality = quality[may]
        return Actions("governor", "propose", run, proposer, amount, recipient).where(may)
