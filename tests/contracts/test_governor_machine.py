"""MootGovernor, guard and guardian under any sequence of actions, beside a model in Python."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition
from hypothesis.stateful import rule as step

from governance.units import DAY, TOKEN
from tests.contracts.law import (
    ALICE,
    BOB,
    CAROL,
    CONSTITUTIONAL,
    EVE,
    FUNDING,
    PARAMETER,
    STAKED,
    Proposal,
    account,
    dao,
    deploy,
    only,
    populate,
    refused,
    role,
    rule,
)

PEOPLE = (ALICE, BOB, CAROL, EVE)
COUNCIL = account("council")
DELAY, PERIOD, TIMELOCK, EXTENSION = DAY, 3 * DAY, 2 * DAY, DAY
GRACE, COOLDOWN, TERM = 3 * DAY, 5 * DAY, 10 * DAY
BASE_THRESHOLD, BASE_QUORUM = 100, 400
QUORUM = (STAKED, BASE_QUORUM, 0, 0)
RULES = {
    FUNDING: rule(quorum_bps=1_000),
    PARAMETER: rule(period=4 * DAY, approval_bps=5_500),
    CONSTITUTIONAL: rule(
        threshold_bps=200, quorum_bps=2_000, approval_bps=6_667, period=5 * DAY, delay=4 * DAY
    ),
}
FINAL = ("Canceled", "Defeated", "Expired", "Executed")
ANY_STATE = "GovernorUnexpectedProposalState"

people = st.sampled_from(PEOPLE)
pick = st.integers(0, 10**6)


@dataclass
class Known:
    """What the model knows of one proposal."""

    proposal: Proposal
    proposer: str
    kind: int
    threshold: int
    snapshot: int
    deadline: int
    pinned: int
    tally: list[int] = field(default_factory=lambda: [0, 0, 0])
    casted: dict[str, int] = field(default_factory=dict)
    overridden: set[str] = field(default_factory=set)
    taken: dict[str, int] = field(default_factory=dict)
    reached: bool = False
    withdrawn: bool = False
    ended: str = ""
    eta: int = 0
    seen: str = "Pending"


class Governing(RuleBasedStateMachine):
    """Four stakers, a guardian and a proxy whose code is swapped."""

    def __init__(self) -> None:
        super().__init__()
        rules = [RULES.get(kind, rule()) for kind in range(5)]
        self.dao = populate(dao(rules=rules, grace=GRACE, cooldown=COOLDOWN))
        self.chain = self.dao.chain
        self.codes = [deploy(self.chain, "Recorder", n) for n in (1, 2)]
        self.proxy = deploy(self.chain, "SwappableTarget", self.codes[0].address, False)
        self.code = 0
        quorum, token = self.dao.quorum_rule, self.dao.token
        self.expires = self.chain.timestamp() + 12 * DAY + TERM
        self.guardian = deploy(
            self.chain, "Guardian", self.dao.treasury.address, COUNCIL, self.expires
        )
        grant = self.dao.treasury.encode("grantRole", role("CANCELLER_ROLE"), self.guardian.address)
        first = self.dao.propose(BOB, self.dao.treasury, grant, "appoint the guardian")
        first.carry()
        first.send(EVE, "execute")
        self.menu = [
            (FUNDING, (token.address, 0, token.encode("transfer", EVE, TOKEN))),
            (PARAMETER, (quorum.address, 0, quorum.encode("setRule", *QUORUM))),
            (CONSTITUTIONAL, (self.proxy.address, 0, self.codes[0].encode("record", 1))),
        ]
        for kind, (target, _, call) in self.menu:
            self.dao.list_call(target, call, kind)
        self.known: list[Known] = []
        self.numbers = 0

    # The model

    @property
    def now(self) -> int:
        """The time that the next action sees."""
        return self.chain.timestamp()

    def past(self, function: str, *args: Any) -> int:
        """Read the vault's past."""
        return int(self.dao.vault.read(function, *args))

    def quorate(self, one: Known) -> bool:
        """Whether a vote has its quorum."""
        votable = self.past("getPastTotalSupply", one.snapshot)
        needed = max(votable * bps // 10_000 for bps in (BASE_QUORUM, RULES[one.kind][1]))
        return one.tally[1] + one.tally[2] >= needed

    def approved(self, one: Known) -> bool:
        """Whether a vote has its majority."""
        against, support, _ = one.tally
        share = RULES[one.kind][2]
        return support > against and support * 10_000 >= (support + against) * share

    def state(self, one: Known) -> str:
        """Return the state the model says a proposal is in."""
        if one.ended:
            return one.ended
        if self.now <= one.snapshot:
            return "Pending"
        if self.now <= one.deadline:
            return "Active"
        if not (self.quorate(one) and self.approved(one)):
            return "Defeated"
        if one.eta:
            return "Expired" if self.now > one.eta + GRACE else "Queued"
        return "Expired" if self.now > one.deadline + GRACE else "Succeeded"

    def blocked(self, proposer: str, call: tuple[str, int, bytes]) -> str:
        """Name the error that a proposer or a call runs into because of earlier proposals."""
        mine = [k for k in self.known if k.proposer == proposer and not k.withdrawn]
        same = [k for k in self.known if k.proposal.calls[2] == [call[2]] and not k.withdrawn]
        for last in (mine[-1:], same[-1:]):
            for one in last:
                if self.state(one) in ("Pending", "Active"):
                    return "GovernorProposalStillOpen"
                failed = self.state(one) in ("Defeated", "Canceled")
                if failed and self.now <= one.deadline + COOLDOWN:
                    return "GovernorProposalOnCooldown"
        return ""

    def choose(self, number: int) -> Known:
        """Pick a proposal, the later ones more often."""
        return self.known[-1 - number % min(len(self.known), 4)]

    def counted(self, one: Known) -> None:
        """Follow a tally: the first time the quorum is reached, a whole extension is left."""
        if not one.reached and self.quorate(one):
            one.reached = True
            one.deadline = max(one.deadline, self.now + EXTENSION)
            assert one.proposal.deadline - self.now >= EXTENSION
        assert one.proposal.deadline == one.deadline

    # Actions

    @initialize(person=st.sampled_from((ALICE, BOB)), item=st.integers(0, 2))
    def begin(self, person: str, item: int) -> None:
        """Begin with a proposal, so that every run has one."""
        self.propose(person, item)

    @step(hours=st.integers(1, 48))
    def wait(self, hours: int) -> None:
        """Let time pass."""
        self.chain.advance(hours * 3_600)

    @precondition(lambda self: self.known)
    @step(number=pick, late=st.booleans())
    def wait_for_the_end(self, number: int, late: bool) -> None:
        """Wait until a vote is about to close, or has just closed."""
        one = self.choose(number)
        self.chain.set_time(max(one.deadline + 1 if late else one.deadline - 60, self.now))

    @precondition(lambda self: self.known)
    @step(person=people, number=pick)
    def press_on(self, person: str, number: int) -> None:
        """Carry a proposal one step on, as those who want it would."""
        one = self.choose(number)
        state = self.state(one)
        if state == "Pending":
            self.chain.set_time(one.snapshot + 1)
        elif state == "Active":
            for voter in PEOPLE:
                if voter not in one.casted:
                    self.vote(voter, number, 1)
            self.chain.set_time(one.deadline + 1)
        elif state == "Succeeded":
            self.queue(person, number)
        elif state == "Queued":
            self.chain.set_time(max(one.eta, self.now))
            self.execute(person, number)
        else:
            self.propose(person, number % 3)

    @step(person=people, tokens=st.integers(1, 20))
    def stake(self, person: str, tokens: int) -> None:
        """Stake."""
        self.dao.stake(person, tokens * TOKEN)

    @step(person=people, percent=st.integers(1, 30))
    def leave(self, person: str, percent: int) -> None:
        """Ask to leave with a part."""
        shares = self.past("balanceOf", person) * percent // 100
        if shares:
            self.dao.vault.send(person, "requestExit", shares)

    @step(person=people, to=people)
    def delegate(self, person: str, to: str) -> None:
        """Delegate."""
        self.dao.vault.send(person, "delegate", to)

    @step()
    def swap(self) -> None:
        """Swap the code behind the proxy."""
        self.code = 1 - self.code
        self.proxy.send(EVE, "swap", self.codes[self.code].address)

    @step(person=people, item=st.integers(0, 2))
    def propose(self, person: str, item: int) -> None:
        """Propose something, allowed or not."""
        kind, call = self.menu[item]
        votable = self.past("getPastTotalSupply", self.now - 1)
        base, needed = (
            max(votable * bps // 10_000 for bps in (BASE_THRESHOLD, more))
            for more in (0, RULES[kind][0])
        )
        held = self.past("getPastVotes", person, self.now - 1)
        error = "GovernorInsufficientProposerVotes" if held < base else ""
        error = error or self.blocked(person, call)
        error = error or ("GovernorInsufficientProposerVotes" if held < needed else "")
        self.numbers += 1
        text = f"number {self.numbers}"
        if error:
            with refused(error):
                self.dao.bundle(person, [call], text)
            return
        made = self.dao.bundle(person, [call], text)
        snapshot = self.now + DELAY
        deadline = snapshot + max(PERIOD, RULES[kind][3])
        self.known.append(Known(made, person, kind, needed, snapshot, deadline, self.code))
        assert made.deadline == deadline

    @precondition(lambda self: self.known)
    @step(person=people, number=pick, support=st.integers(0, 2))
    def vote(self, person: str, number: int, support: int) -> None:
        """Vote, open or not, for the first time or not."""
        one = self.choose(number)
        if self.state(one) != "Active" or person in one.casted:
            error = ANY_STATE if self.state(one) != "Active" else "GovernorAlreadyCastVote"
            with refused(error):
                one.proposal.vote(person, support)
            return
        held = self.past("getPastVotes", person, one.snapshot)
        weight = held - one.taken.get(person, 0)
        assert weight >= 0, "no more is taken back than was given"
        assert one.proposal.vote(person, support) == weight
        one.casted[person] = support
        one.tally[support] += weight
        self.counted(one)

    @precondition(lambda self: self.known)
    @step(person=people, number=pick, support=st.integers(0, 2))
    def override(self, person: str, number: int, support: int) -> None:
        """Take a vote back from a delegate."""
        one = self.choose(number)
        call = ("castOverrideVote", one.proposal.id, support, "")
        if self.state(one) != "Active" or person in one.overridden:
            error = ANY_STATE if self.state(one) != "Active" else "GovernorAlreadyOverriddenVote"
            with refused(error):
                self.dao.governor.send(person, *call)
            return
        weight = self.past("getPastBalanceOf", person, one.snapshot)
        delegate = self.dao.vault.read("getPastDelegate", person, one.snapshot)
        events = self.dao.governor.send(person, *call)
        assert only(events, "OverrideVoteCast")["weight"] == weight
        one.overridden.add(person)
        one.tally[support] += weight
        if delegate in one.casted:
            one.tally[one.casted[delegate]] -= weight
        else:
            one.taken[delegate] = one.taken.get(delegate, 0) + weight
        self.counted(one)

    @precondition(lambda self: self.known)
    @step(person=people, number=pick)
    def cancel(self, person: str, number: int) -> None:
        """Cancel, as the proposer or because it did not keep its votes."""
        one = self.choose(number)
        state = self.state(one)
        kept = self.past("getPastVotes", one.proposer, self.now - 1) >= one.threshold
        pending = state == "Pending"
        if (pending and person == one.proposer) or (state in ("Pending", "Active") and not kept):
            one.proposal.send(person, "cancel")
            one.ended, one.withdrawn = "Canceled", pending
        else:
            with refused("GovernorUnableToCancel", one.proposal.id, person):
                one.proposal.send(person, "cancel")

    @precondition(lambda self: self.known)
    @step(person=people, number=pick)
    def queue(self, person: str, number: int) -> None:
        """Queue what has succeeded, and nothing else."""
        one = self.choose(number)
        if self.state(one) != "Succeeded":
            with refused(ANY_STATE):
                one.proposal.send(person, "queue")
            return
        one.proposal.send(person, "queue")
        one.eta = self.now + max(TIMELOCK, RULES[one.kind][4])
        assert self.dao.governor.read("proposalEta", one.proposal.id) == one.eta

    @precondition(lambda self: self.known)
    @step(person=people, number=pick)
    def execute(self, person: str, number: int) -> None:
        """Execute what was queued, has waited and still is what it was."""
        one = self.choose(number)
        changed = one.kind == CONSTITUTIONAL and one.pinned != self.code
        error = ""
        if self.state(one) != "Queued":
            error = ANY_STATE
        elif changed:
            error = "TargetChanged"
        elif self.now < one.eta:
            error = "TimelockUnexpectedOperationState"
        if error:
            with refused(error):
                one.proposal.send(person, "execute")
            return
        pinned = self.dao.guard.read("pinOf", one.proposal.id)[1]
        (target,) = one.proposal.calls[0]
        assert pinned == (self.dao.guard.read("fingerprint", target),)
        one.proposal.send(person, "execute")
        one.ended = "Executed"

    @precondition(lambda self: self.known)
    @step(number=pick)
    def veto(self, number: int) -> None:
        """Let the guardian cancel what waits in the treasury, within its term."""
        one = self.choose(number)
        governor = bytes.fromhex(self.dao.governor.address[2:]) + bytes(12)
        salt = bytes(a ^ b for a, b in zip(governor, one.proposal.key[3], strict=True))
        call = ("veto", *one.proposal.calls, bytes(32), salt, "")
        if self.now > self.expires:
            with refused("TermExpired", self.expires):
                self.guardian.send(COUNCIL, *call)
        elif one.ended or not one.eta:
            with refused("TimelockUnexpectedOperationState"):
                self.guardian.send(COUNCIL, *call)
        else:
            self.guardian.send(COUNCIL, *call)
            one.ended = "Canceled"

    # What always holds

    @invariant()
    def states_are_those_of_the_model_and_final_ones_stay(self) -> None:
        """Every proposal is where the model has it, and never leaves a final state."""
        for one in self.known:
            state = one.proposal.state
            assert state == self.state(one)
            vetoed = (one.seen, state) == ("Expired", "Canceled") and one.eta
            assert state == one.seen or one.seen not in FINAL or vetoed
            if state == "Executed":
                assert one.seen in ("Queued", "Executed")
            if state == "Queued":
                assert one.seen != "Defeated"
            one.seen = state

    @invariant()
    def nobody_votes_more_than_can_be_voted(self) -> None:
        """The tally is the model's, and at most the votable supply of its snapshot."""
        for one in self.known[-4:]:
            tally = self.dao.governor.read("proposalVotes", one.proposal.id)
            assert list(tally) == one.tally
            if self.now > one.snapshot:
                assert sum(tally) <= self.past("getPastTotalSupply", one.snapshot)


TestGoverning = Governing.TestCase
TestGoverning.settings = settings(max_examples=80, stateful_step_count=80, deadline=None)
