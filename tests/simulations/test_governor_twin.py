"""The governor in both courts: proposals of two kinds from their making to their end."""

from dataclasses import replace

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from governance.units import DAY, SHARE, TOKEN
from simulations.mechanisms.governor import ABSTAIN, AGAINST, FOR
from simulations.mechanisms.kinds import DEPLOYMENT, FUNDING
from simulations.mechanisms.proposals import State
from tests.contracts.law import Proposal
from tests.simulations.beside import both, close, one
from tests.simulations.votings import GENERAL_DELAY, PEOPLE, STAKES, Terms, Votings

TERMS = st.builds(
    Terms,
    delay=st.integers(0, 2),
    period=st.integers(1, 4),
    threshold=st.sampled_from([0, 1, 100, 100, 3_900]),
    extension=st.integers(0, 3),
    maturity=st.integers(0, 2),
    grace=st.sampled_from([1, 3, 14]),
    cooldown=st.sampled_from([0, 0, 3, 30]),
    opening=st.sampled_from([0, 0, 0, 0, 0, 5]),
    base=st.integers(0, 2),
    quorum=st.sampled_from([0, 400, 400, 400, 4_000, 6_000, 10_000]),
    floor=st.sampled_from([0, 0, 30]),
    cap=st.sampled_from([0, 61, 99]),
    limit=st.sampled_from([60, 100, 100, 1]),
    limit_period=st.sampled_from([0, 10, 10]),
    funding=st.sampled_from(
        [(0, 0, 5_000, 0, 0), (4_000, 6_000, 6_000, 3, 5), (1, 1, 10_000, 0, 1)]
    ),
    deployment=st.sampled_from([(0, 0, 5_000, 0, 0), (100, 9_900, 7_500, 1, 1)]),
)
PAYMENTS = 10.0, 60.0, 60.000001, 100.0, 450.0
members = st.integers(0, len(PEOPLE) - 1)
back = st.integers(0, 4)
"""Proposals counted from the latest, which is 1; 0 is one that nobody made."""
proposers = st.sampled_from([0, 0, 1, 1, 2, 3])
choices = st.sampled_from([FOR, FOR, AGAINST, ABSTAIN])


class GovernorTwin(RuleBasedStateMachine):
    """Four members who stake, delegate, propose, vote, queue and execute."""

    @initialize(terms=TERMS, quiet=st.sampled_from([3, 3, 3, 0, 1]))
    def begin(self, terms: Terms, quiet: int) -> None:
        """Deploy a governor, and let three of four stake and wait for a while."""
        terms = replace(terms, extension=min(terms.extension, terms.period))
        self.it = Votings(terms)
        for member, tokens in enumerate(STAKES):
            self.stake(member, tokens)
        self.wait(quiet)

    # Stakes

    @rule(member=members, tokens=st.sampled_from([1, 5, 40]))
    def stake(self, member: int, tokens: int) -> None:
        """Stake."""
        both(
            lambda: self.it.staking.deposit(one("staking", "deposit", member, amount=tokens)),
            lambda: self.it.chain.vault.send(
                PEOPLE[member], "deposit", tokens * TOKEN, PEOPLE[member]
            ),
        )

    @rule(member=st.sampled_from([3, 3, 2, 2, 1]))
    def leave(self, member: int) -> None:
        """Ask to take all out."""
        vault, who = self.it.chain.vault, PEOPLE[member]
        units = vault.read("balanceOf", who)
        both(
            lambda: self.it.staking.request_exit(one("staking", "exit", member), self.it.day),
            lambda: vault.send(who, "requestExit", units),
        )

    @rule(member=members, to=members)
    def delegate(self, member: int, to: int) -> None:
        """Hand votes on."""
        self.it.staking.delegate_to(one("staking", "delegate", member, target=to))
        self.it.chain.vault.send(PEOPLE[member], "delegate", PEOPLE[to])

    # Time and the treasury

    @rule(days=st.sampled_from([1, 1, 1, 2, 5, 20]))
    def wait(self, days: int) -> None:
        """Let days pass."""
        for _ in range(days):
            self.it.next_day()

    def wait_while(self, number: int, *states: State) -> None:
        """Let days pass until a proposal is in another state."""
        while self.it.read("state", number) in states:
            self.it.next_day()

    @rule(tokens=st.sampled_from([50, 440]))
    def treasury_spends(self, tokens: int) -> None:
        """Let the treasury pay for something else, which is gone."""
        if self.it.ledger.treasury[0] >= tokens:
            self.it.spend_on_chain(tokens * TOKEN)
            self.it.ledger.pass_on("treasury", "spent", np.array([float(tokens)]))

    # Proposals

    @rule(member=proposers, paid=members, amount=st.sampled_from(PAYMENTS))
    def propose(self, member: int, paid: int, amount: float) -> None:
        """Ask for tokens for a member."""
        self.ask(member, paid, amount)

    @rule(member=proposers, version=st.integers(1, 3))
    def propose_deployment(self, member: int, version: int) -> None:
        """Put a version to the vote."""
        self.ask(member, version, None)

    def ask(self, member: int, target: int, amount: float | None) -> str:
        """Propose, if the simulation has room for one more."""
        it, day = self.it, self.it.day
        if it.governor.free_slot(np.array([0]))[0] < 0:
            return "no room"
        kind = DEPLOYMENT if amount is None else FUNDING
        calls = tuple([part] for part in it.call(target, amount))
        proposal = Proposal(it.chain, calls, f"proposal {len(it.proposals)}")
        action = one("governor", "propose", member, target=target, amount=amount)
        error = both(
            lambda: it.governor.propose(action, np.zeros(1), day, kind),
            lambda: it.chain.governor.send(
                PEOPLE[member], "propose", *proposal.calls, proposal.text
            ),
        )
        if not error:
            it.proposals.append(proposal)
        return error

    @rule(member=members, place=back, choice=st.sampled_from([FOR, AGAINST, ABSTAIN, 3]))
    def vote_any(self, member: int, place: int, choice: int) -> None:
        """Vote, perhaps for what there is not, or twice, or too early or late."""
        self.vote(member, len(self.it.proposals) - place, choice)

    def vote(self, member: int, number: int, choice: int) -> None:
        """Vote."""
        it = self.it
        action = one("governor", "vote", member, target=number, choice=choice)
        who, proposal = PEOPLE[member], it.proposal(number)
        both(
            lambda: it.governor.vote(action, it.day),
            lambda: it.chain.governor.send(who, "castVote", proposal.id, choice),
        )

    @rule(place=back, verb=st.sampled_from(["queue", "execute"]))
    def press_any(self, place: int, verb: str) -> None:
        """Queue or execute a proposal, whatever state it is in."""
        self.press(len(self.it.proposals) - place, verb)

    def press(self, number: int, verb: str) -> str:
        """Queue or execute a proposal."""
        it = self.it
        action, proposal = one("governor", verb, 0, target=number), it.proposal(number)
        return both(
            lambda: getattr(it.governor, verb)(action, it.day),
            lambda: proposal.send(PEOPLE[0], verb),
        )

    @rule(member=st.integers(0, 1), amount=st.sampled_from([*PAYMENTS, None]))
    def win(self, member: int, amount: float | None) -> None:
        """Take a proposal all the way with everybody for it, after what runs or rests is over."""
        self.wait(6)
        self.carry(member, amount, (FOR, FOR, FOR), 0, 0)

    @rule(
        member=proposers,
        amount=st.sampled_from([*PAYMENTS, None]),
        votes=st.tuples(choices, choices, choices),
        late=st.sampled_from([0, 1, 9, 9]),
        patience=st.sampled_from([0, -1, 1, 4, 15]),
        again=st.sampled_from([FOR, AGAINST, 3]),
    )
    def carry(
        self,
        member: int,
        amount: float | None,
        votes: tuple[int, ...],
        late: int,
        patience: int,
        again: int = FOR,
    ) -> None:
        """Take a proposal as far as it gets: the first member votes late, at most in time.

        The last tries to vote ``again``, and it is executed ``patience`` days after its delay, if
        the vote and the calendar let it.
        """
        if self.ask(member, 1, amount):
            return
        number, it = len(self.it.proposals) - 1, self.it
        self.wait_while(number, State.PENDING)
        for voter in (2, 1, 0):
            left = (it.read("proposalDeadline", number) - it.chain.chain.timestamp()) // DAY
            self.wait(0 if voter else max(min(late, left), 0))
            self.vote(voter, number, votes[voter])
            self.vote(2, number, again)
        self.wait_while(number, State.ACTIVE)
        if not self.press(number, "queue"):
            delay = it.read("proposalEta", number) - it.chain.chain.timestamp()
            self.wait(max(delay // DAY + patience, 0))
            self.press(number, "execute")

    @rule(first=st.sampled_from(PAYMENTS), second=st.sampled_from(PAYMENTS))
    def pay_twice(self, first: float, second: float) -> None:
        """Pass two payments, execute both on one day, and what was refused in the next period."""
        self.wait(6)
        before, it = len(self.it.proposals), self.it
        for member, amount in enumerate((first, second)):
            self.ask(member, 2, amount)
        numbers = range(before, len(it.proposals))
        for number in numbers:
            self.wait_while(number, State.PENDING)
            for voter in range(3):
                self.vote(voter, number, FOR)
        for number in numbers:
            self.wait_while(number, State.ACTIVE)
        for number in numbers:
            self.press(number, "queue")
        for days in (max(GENERAL_DELAY, it.terms.funding[-1]), 10):
            self.wait(days)
            for number in numbers:
                self.press(number, "execute")

    @rule(
        member=proposers,
        other=members,
        amount=st.sampled_from([*PAYMENTS, None]),
        days=st.sampled_from([0, 2, 3, 29, 30]),
    )
    def lose_and_ask_again(self, member: int, other: int, amount: float | None, days: int) -> None:
        """Lose a vote, and some days after it ask for the like or let another ask for the same."""
        if self.ask(member, 2, amount):
            return
        self.wait_while(len(self.it.proposals) - 1, State.PENDING, State.ACTIVE)
        self.wait(days)
        self.ask(member, 3, amount)
        self.ask(other, 2, amount)

    # What both must share

    @invariant()
    def the_proposals_are_the_same(self) -> None:
        """States, tallies, quorums, deadlines and delays of all, whether open or over."""
        it, governor = self.it, self.it.governor
        assert governor.count[0] == len(it.proposals)
        for parts in governor.log.added(0):
            for number, state in zip(parts["id"].tolist(), parts["state"].tolist(), strict=True):
                assert it.read("state", number) == state
        slots = governor.slots
        for slot in np.flatnonzero(slots.state[0] >= 0):
            at, number = (0, slot), int(slots.number[0, slot])
            assert it.read("state", number) == slots.state[at]
            assert it.read("proposalDeadline", number) - it.launch == slots.deadline[at]
            for mine, votes in zip(
                governor.tally[:, 0, slot], it.read("proposalVotes", number), strict=True
            ):
                assert close(mine, votes / SHARE)
            if slots.state[at] > State.PENDING:
                assert close(slots.quorum[at], it.read("proposalQuorum", number) / SHARE)
                has_voted = [it.read("hasVoted", number, who) for who in PEOPLE]
                assert governor.voted[slot, 0].tolist() == has_voted
            if slots.state[at] == State.QUEUED:
                assert it.read("proposalEta", number) - it.launch == slots.eta[at]

    @invariant()
    def what_was_decided_is_done(self) -> None:
        """Tokens, deployments, and what is left of the period's limit."""
        it, token = self.it, self.it.chain.token
        for member, who in enumerate(PEOPLE):
            assert close(it.ledger.liquid[0, member], token.read("balanceOf", who) / TOKEN)
        treasury = token.read("balanceOf", it.chain.treasury.address) / TOKEN
        assert close(it.ledger.treasury[0], treasury)
        assert it.recorder.read("total") == sum(it.deployed)


TestGovernorTwin = GovernorTwin.TestCase
TestGovernorTwin.settings = settings(stateful_step_count=30)
