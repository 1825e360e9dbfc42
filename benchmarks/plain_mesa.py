"""The voting-and-staking model written the usual way: one Mesa agent per member.

The same decisions as moot's cohorts under the same rules, one member at a time, with Mesa's own
random numbers. It is the baseline of the ensemble benchmark, and its outcomes are compared too.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import mesa

from governance.units import DAY, GENESIS
from simulations.mechanisms.proposals import SLOTS
from simulations.scenario import Scenario
from simulations.world import holder_balances


@dataclass
class Proposal:
    """One proposal on its way through voting and timelock."""

    proposer: "Member"
    snapshot: float
    deadline: float
    quality: float
    amount: float
    recipient: "Member"
    power: dict["Member", float] = field(default_factory=dict)
    voted: set["Member"] = field(default_factory=set)
    tally: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    quorum: float = 0.0
    votable: float = 0.0
    reached: bool = False
    eta: float = math.inf


class Member(mesa.Agent[Any]):
    """A delegate, or a holder, who may trust one."""

    def __init__(self, model: "PlainDao", liquid: float, look: float, vote: float) -> None:
        super().__init__(model)
        self.liquid, self.look, self.vote_chance = liquid, look, vote
        self.stakes = liquid > 0
        self.trusted: Member | None = None
        self.shares = self.cooling = self.votes = 0.0
        self.ready = 0.0
        self.history: list[float] = [0.0]
        self.delegate: Member = self
        self.asked = model.draw_asked()
        self.looking = False

    def decide_stake(self) -> None:
        """Stake, leave or take home when looking."""
        model, random = self.model, self.model.random
        self.looking = random.random() < self.look
        if not self.looking or not self.stakes:
            return
        offered = model.offered
        if self.cooling > 0 and self.ready <= model.now:
            self.liquid += self.cooling * model.price
            model.vault -= self.cooling * model.price
            model.total -= self.cooling
            self.cooling = 0.0
        elif offered >= self.asked and self.liquid > 1 and self.cooling == 0:
            minted, joined = self.liquid / model.price, self.shares == 0
            model.vault += self.liquid
            model.total += minted
            self.liquid, self.shares = 0.0, self.shares + minted
            self.delegate.votes += minted
            if joined and self.trusted:
                self.delegate.votes -= self.shares
                self.delegate = self.trusted
                self.delegate.votes += self.shares
        elif (
            offered < self.asked * (1 - model.hysteresis) and self.shares > 0 and self.cooling == 0
        ):
            self.delegate.votes -= self.shares
            self.cooling, self.shares = self.shares, 0.0
            self.ready = model.now + model.cooldown

    def decide_vote(self) -> None:
        """Vote on open proposals when looking."""
        if not self.looking:
            return
        model, random = self.model, self.model.random
        for proposal in model.active:
            power = proposal.power.get(self, 0.0)
            if power <= 0 or self in proposal.voted or random.random() >= self.vote_chance:
                continue
            seen = proposal.quality + random.gauss(0, 1) * model.noise + model.leniency
            choice = 2 if random.random() < model.abstaining else int(seen > 0)
            proposal.tally[choice] += power
            proposal.voted.add(self)

    def close_day(self) -> None:
        """Keep today's votes as a checkpoint."""
        self.history.append(self.votes)


class PlainDao(mesa.Model):
    """One run of the scenario."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(rng=seed)
        n = {path: float(leaf.value) for path, leaf in scenario.leaves().items()
             if not isinstance(leaf.value, str)}  # fmt: skip
        self.n, self.now, self.day = n, 0.0, 0
        self.seed = scenario.constitution.seed / 1e18
        self.vault = self.total = self.seed
        self.treasury = scenario.constitution.allocated("treasury") / 1e18 - self.seed
        self.supply = n["token.initial_supply"]
        self.cooldown, self.maturity = n["staking.cooldown"], int(n["staking.maturity"] / DAY)
        self.hysteresis = n["world.staking.hysteresis"]
        self.noise, self.leniency = n["world.proposals.noise"], n["world.proposals.leniency"]
        self.abstaining = n["world.proposals.abstaining"]
        self.offered = math.inf
        self.pending: list[Proposal] = []
        self.active: list[Proposal] = []
        self.queued: list[Proposal] = []
        self.lost: list[Proposal] = []
        self.period, self.spent = -1, 0.0
        limited = n["kinds.funding.spend_period"] > 0
        self.most = n["kinds.funding.spend_limit"] if limited else math.inf
        self.votable = [self.seed]
        self.turnouts: list[float] = []
        look = DAY / n["world.attention.holders_look_every"]
        delegate_look = DAY / n["world.attention.delegates_look_every"]
        real = holder_balances(scenario.world.population.holder_data)
        drawn = self.rng.choice(real, int(n["world.population.holders"]))
        drawn *= scenario.constitution.allocated("community") / 1e18 / drawn.sum()
        self.holders = [Member(self, b, look, n["world.attention.holders_vote"]) for b in drawn]
        self.delegates = [
            Member(self, 0.0, delegate_look, n["world.attention.delegates_vote"])
            for _ in range(int(n["world.population.delegates"]))
        ]
        fame = [1 / place for place in range(1, len(self.delegates) + 1)]
        for holder in self.holders:
            if self.random.random() < n["world.staking.delegating"]:
                holder.trusted = self.random.choices(self.delegates, fame)[0]

    @property
    def price(self) -> float:
        """Tokens per share."""
        return self.vault / self.total if self.total else 1.0

    def draw_asked(self) -> float:
        """A member's required yield."""
        if self.random.random() < self.n["world.staking.civic"]:
            return 0.0
        spread = self.random.gauss(0, 1) * self.n["world.staking.required_yield_spread"]
        return self.n["world.staking.required_yield"] * math.exp(spread)

    def step(self) -> None:
        """One day."""
        self.day += 1
        self.now = self.day * DAY
        self._emit()
        self.agents.do("decide_stake")
        self._move_proposals()
        self._propose()
        self.agents.do("decide_vote")
        self._extend()
        self.agents.do("close_day")
        self.votable.append(self.seed + sum(member.shares for member in self.agents))

    def _emit(self) -> None:
        emitted = self.n["emissions.per_day"] * 0.5 ** (self.now // self.n["emissions.halving"])
        stakers = emitted * self.n["emissions.stakers_share"] if self.total else 0.0
        self.supply += emitted
        self.vault += stakers
        self.treasury += emitted - stakers
        self.offered = stakers * 365 / self.vault if self.vault else math.inf

    def _strictest(self, rule: str) -> float:
        return max(self.n[f"governor.{rule}"], self.n[f"kinds.funding.{rule}"])

    def _mature(self, history: list[float], day: int) -> float:
        before = day - self.maturity
        return min(history[day], history[before]) if before >= 0 else 0.0

    def _move_proposals(self) -> None:
        for proposal in [p for p in self.pending if p.snapshot < self.now]:
            self.pending.remove(proposal)
            self.active.append(proposal)
            self._open(proposal)
        for proposal in [p for p in self.active if p.deadline < self.now]:
            self.active.remove(proposal)
            self._close(proposal)
        self._pay_out()

    def _open(self, proposal: Proposal) -> None:
        day = int(proposal.snapshot // DAY)
        proposal.power = {
            m: self._mature(m.history, day) for m in self.agents if m.history[day] > 0
        }
        proposal.votable = votable = self._mature(self.votable, day)
        quorum = max(votable * self.n["governor.quorum"], self.n["governor.quorum_floor"])
        if self.n["governor.quorum_cap"]:
            quorum = min(quorum, self.n["governor.quorum_cap"])
        proposal.quorum = max(quorum, votable * self.n["kinds.funding.quorum"])

    def _close(self, proposal: Proposal) -> None:
        against, support, abstain = proposal.tally
        turnout = sum(proposal.tally) / proposal.votable if proposal.votable else 0.0
        self.turnouts.append(turnout)
        approved = support >= (support + against) * self.n["kinds.funding.approval"]
        if support + abstain >= proposal.quorum and support > against and approved:
            delay = max(self.n["treasury.timelock_delay"], self.n["kinds.funding.timelock_delay"])
            proposal.eta = self.now + delay
            self.queued.append(proposal)
        else:
            self.lost.append(proposal)

    def _pay_out(self) -> None:
        length = self.n["kinds.funding.spend_period"]
        period = int((GENESIS + self.now) // length) if length else 0
        if period > self.period:
            self.period, self.spent = period, 0.0
        for proposal in [p for p in self.queued if p.eta <= self.now]:
            if proposal.eta + self.n["governor.grace_period"] < self.now:
                self.queued.remove(proposal)
            elif self.spent + proposal.amount <= self.most:
                self.queued.remove(proposal)
                self.spent += proposal.amount
                self.treasury -= proposal.amount
                proposal.recipient.liquid += proposal.amount

    def _extend(self) -> None:
        for proposal in self.active:
            if not proposal.reached and sum(proposal.tally[1:]) >= proposal.quorum:
                proposal.reached = True
                late = self.now + self.n["governor.late_quorum_extension"]
                proposal.deadline = max(proposal.deadline, late)

    def _propose(self) -> None:
        if self.random.random() >= self.n["world.proposals.per_month"] / 30:
            return
        open_now = [*self.pending, *self.active, *self.queued]
        proposers = self._able()
        if not proposers or len(open_now) >= SLOTS or self.now < self.n["governor.opening"]:
            return
        share = self.n["world.proposals.request"] * math.exp(
            self.random.gauss(0, 1) * self.n["world.proposals.request_spread"]
        )
        uncommitted = max(self.treasury - sum(p.amount for p in open_now), 0.0)
        amount = min(uncommitted * min(share, 0.2), self.most)
        recipient = self.random.choice(self.holders)
        if any(p.recipient is recipient and p.amount == amount for p in self._waiting()):
            return
        snapshot = self.now + self.n["governor.voting_delay"]
        deadline = snapshot + self._strictest("voting_period")
        quality, proposer = self.random.gauss(0, 1), self.random.choice(proposers)
        self.pending.append(Proposal(proposer, snapshot, deadline, quality, amount, recipient))

    def _able(self) -> list[Member]:
        """Delegates with the threshold and no vote running or just lost."""
        day = self.day - 1
        needed = self._mature(self.votable, day) * self._strictest("proposal_threshold")
        waiting = {proposal.proposer for proposal in self._waiting()}
        votes = {member: self._mature(member.history, day) for member in self.delegates}
        return [m for m, held in votes.items() if held >= needed and held > 0 and m not in waiting]

    def _waiting(self) -> list[Proposal]:
        """Proposals that await votes, and those that lost them lately."""
        rest = self.n["governor.proposal_cooldown"]
        self.lost = [p for p in self.lost if p.deadline + rest >= self.now]
        return [*self.pending, *self.active, *self.lost]
