"""Asking: who may put what to the vote.

Contract twins: ``GovernorOneLive``, ``GovernorOpening``, ``GovernorThresholdFraction`` and the
limit of ``ProposalGuard``. A member has one vote running at a time, and neither it nor anybody with
the same call comes back within a cooldown after a defeat.
"""

import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.mechanisms.kinds import KindTerms
from simulations.mechanisms.proposals import Call, Rests, Slots, State
from simulations.mechanisms.spending import Spending
from simulations.mechanisms.staking import Staking
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules

QUORUM_TOLERANCE = 1e-9
"""Share of the quorum that rounding may lack: votes are exact on chain and nearly so here."""


def reaches(votes: Floats, quorum: Floats) -> np.ndarray:
    """Whether votes are as many as are needed."""
    return votes >= quorum * (1.0 - QUORUM_TOLERANCE)


class Asking:
    """Open proposals of every run, and what keeps others from being made.

    Attributes
    ----------
    slots
        Open proposals.
    age
        Seconds from the launch to day 0.
    rests
        Defeated proposals whose cooldown may last.
    spending
        What was paid in the period of the spending limit that runs.
    """

    def __init__(self, rules: Rules, staking: Staking, runs: int) -> None:
        self._rules, self._staking = rules, staking
        self.slots = Slots.empty(runs)
        self.age = 0
        self.rests = Rests()
        self.spending = Spending(
            rules["kinds.funding.spend_limit"], rules["kinds.funding.spend_period"]
        )
        self._terms = KindTerms(rules)

    def threshold(self, run: Ints, kind: Ints, day: int) -> Floats:
        """Votes needed to propose, of the mature votes a second ago, shape ``(n,)``."""
        votable = self._staking.past_votable(run, np.full(run.shape, day * DAY - 1.0))
        return votable * self._terms.of("proposal_threshold", kind, run)

    def may_propose(self, run: Ints, member: Ints, day: int) -> np.ndarray:
        """Whether the governor is open and members have no vote running or just lost, ``(n,)``."""
        rests = self.rests.of_proposer(run, member, day * DAY)
        return self._is_open(run, day) & ~self._runs(run, proposer=member) & ~rests

    def may_ask(self, run: Ints, call: Call, day: int) -> np.ndarray:
        """Whether a call is within the limit and none like it runs or just lost, ``(n,)``."""
        rests = self.rests.of_calls(run, call, day * DAY)
        return self.spending.allows(run, call.amount) & ~self._runs(run, **call._asdict()) & ~rests

    def _check_proposal(self, actions: Actions, call: Call, day: int) -> None:
        """Check proposals in the contract's order, for it names the first rule broken."""
        run, member, now = actions.run, actions.member, day * DAY
        votes = self._staking.past_votes(run, np.full(run.shape, now - 1.0), member)
        votable = self._staking.past_votable(run, np.full(run.shape, now - 1.0))
        general = votable * self._rules["governor.proposal_threshold"][run]
        few = "proposes with the votes it takes", "GovernorInsufficientProposerVotes"
        running, resting = "GovernorProposalStillOpen", "GovernorProposalOnCooldown"
        actions.require(reaches(votes, general), *few)
        actions.require(
            self._is_open(run, day), "proposes once the governor is open", "GovernorNotOpenYet"
        )
        actions.require(~self._runs(run, proposer=member), "proposes one thing at a time", running)
        rests = self.rests.of_proposer(run, member, now)
        actions.require(~rests, "proposes with no vote just lost", resting)
        calls = self._runs(run, **call._asdict())
        actions.require(~calls, "asks for what is not put to the vote", running)
        rests = self.rests.of_calls(run, call, now)
        actions.require(~rests, "asks for what was not just refused", resting)
        enough = reaches(votes, self.threshold(run, call.kind, day)) & (votes > 0)
        actions.require(enough, *few)
        within = self.spending.allows(run, call.amount)
        actions.require(within, "asks for no more than a period's limit", "SpendAboveLimit")

    def _runs(self, run: Ints, **parts: np.ndarray) -> np.ndarray:
        """Whether votes of runs are pending or open on proposals with these parts, ``(n,)``."""
        state = self.slots.state[run]
        like = (state == State.PENDING) | (state == State.ACTIVE)
        for name, part in parts.items():
            like &= getattr(self.slots, name)[run] == part[:, None]
        return like.any(axis=1)

    def _is_open(self, run: Ints, day: int) -> np.ndarray:
        return day * DAY + self.age >= self._rules["governor.opening"][run]
