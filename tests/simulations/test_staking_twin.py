"""The vault in both courts: stakes, exits, delegates, votes as they mature, locks and slashes."""

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from governance.units import DAY, SHARE, TOKEN
from simulations.actions import Actions
from tests.contracts.law import ADMIN, ALICE, BOB, CAROL, account, role, staking
from tests.simulations.beside import REL, both, close, one, rules_of, world

MEMBERS = (ALICE, BOB, CAROL)
SINK, TREASURY = account("sink"), account("treasury")
LOCKERS = {"court": account("court"), "gate": account("gate")}
KEPT = 9
"""Days of votes that are remembered."""
REST = 1e-9
"""What float64 leaves of votes that came and went, in shares: thousands less a few thousands."""
RUN = np.array([0])
members = st.integers(0, 2)
shares = st.sampled_from([0.0, 1.5, 40.0, 250.25, 999.0])
lockers = st.sampled_from(sorted(LOCKERS))


class StakingTwin(RuleBasedStateMachine):
    """Three stakers, a treasury that staked at launch, and two lockers who also slash."""

    @initialize(
        cooldown=st.integers(0, 4), maturity=st.integers(0, 3), seed=st.sampled_from([0, 1, 5_000])
    )
    def begin(self, cooldown: int, maturity: int, seed: int) -> None:
        """Deploy a vault with some in it."""
        self.maturity, self.day = maturity, 0
        periods = max(cooldown, maturity) * DAY, maturity * DAY
        self.chain = staking(cooldown=periods[0], maturity=periods[1])
        self.rules = rules_of(
            staking__cooldown=periods[0], staking__maturity=periods[1], staking__seed=seed
        )
        self.ledger, self.staking = world(self.rules, 1, len(MEMBERS), KEPT)
        self.ledger.vault[:] = self.ledger.minted[:] = seed
        self.launch = self.chain.chain.timestamp()
        self.ledger.open("sink")
        for who in LOCKERS.values():
            for name in ("LOCKER_ROLE", "SLASHER_ROLE"):
                self.chain.vault.send(ADMIN, "grantRole", role(name), who)
        if seed:
            self.chain.stake(TREASURY, seed * TOKEN)
        for member, who in enumerate(MEMBERS):
            self.chain.token.send(ADMIN, "transfer", who, 2_000 * TOKEN)
            self.chain.token.send(who, "approve", self.chain.vault.address, 2**256 - 1)
            self.ledger.liquid[0, member] = 2_000.0
            self.deposit(member, 700)

    @rule(member=members, tokens=st.sampled_from([0, 1, 350, 900]))
    def deposit(self, member: int, tokens: int) -> None:
        """Stake tokens."""
        who = MEMBERS[member]
        both(
            lambda: self.staking.deposit(one("staking", "deposit", member, amount=tokens)),
            lambda: self.chain.vault.send(who, "deposit", tokens * TOKEN, who),
        )

    @rule(tokens=st.sampled_from([13, 170]))
    def reward(self, tokens: int) -> None:
        """Raise the price of a share."""
        if self.staking.total[0] > 1:
            self.chain.token.send(ADMIN, "transfer", self.chain.vault.address, tokens * TOKEN)
            self.ledger.vault += tokens

    @rule(member=members, amount=shares, locker=lockers, verb=st.sampled_from(["lock", "unlock"]))
    def lock(self, member: int, amount: float, locker: str, verb: str) -> None:
        """Lock or let go."""
        action = one(locker, verb, member, amount=amount)
        units = round(amount * 100) * SHARE // 100
        both(
            lambda: getattr(self.staking, verb)(action, locker),
            lambda: self.chain.vault.send(LOCKERS[locker], verb, MEMBERS[member], units),
        )

    @rule(member=members, amount=shares, locker=lockers)
    def slash(self, member: int, amount: float, locker: str) -> None:
        """Burn shares, locked or not."""
        units = round(amount * 100) * SHARE // 100
        both(
            lambda: self.staking.slash(one(locker, "slash", member, amount=amount), "sink"),
            lambda: self.chain.vault.send(LOCKERS[locker], "slash", MEMBERS[member], units, SINK),
        )

    @rule(member=members)
    def leave(self, member: int) -> None:
        """Ask to take out all that is free."""
        free = self.chain.vault.read("freeOf", MEMBERS[member])
        both(
            lambda: self.staking.request_exit(one("staking", "exit", member), self.day),
            lambda: self.chain.vault.send(MEMBERS[member], "requestExit", free),
        )

    @rule(member=members)
    def redeem(self, member: int) -> None:
        """Take out what is ready."""
        who = MEMBERS[member]
        units = max(self.chain.vault.read("exitOf", who)[0], 1)
        both(
            lambda: self.staking.redeem(one("staking", "redeem", member), self.day),
            lambda: self.chain.vault.send(who, "redeem", units, who, who),
        )

    @rule(member=members, to=members)
    def delegate(self, member: int, to: int) -> None:
        """Hand votes on."""
        self.staking.delegate_to(one("staking", "delegate", member, target=to))
        self.chain.vault.send(MEMBERS[member], "delegate", MEMBERS[to])

    @rule(member=members)
    def ask_too_early_and_in_time(self, member: int) -> None:
        """Leave, and redeem on the day before the ticket is ready and on that day."""
        self.leave(member)
        ready = int(self.staking.ready[0, member]) // DAY
        for day in (ready - 1, ready):
            while self.day < day:
                self.next_day()
            self.redeem(member)

    @rule(days=st.integers(0, 4))
    def vote_for_another_cooldown(self, days: int) -> None:
        """Change how long exits take from now on."""
        seconds = max(days, self.maturity) * DAY
        self.rules["staking.cooldown"][:] = seconds
        self.chain.vault.send(ADMIN, "setCooldown", seconds)

    @rule()
    def next_day(self) -> None:
        """End the day."""
        self.staking.close_day(self.day)
        self.day += 1
        self.chain.chain.advance(DAY)

    @invariant()
    def the_vaults_are_the_same(self) -> None:
        """Shares, tickets, locks, votes and tokens, to a few wei."""
        vault, token = self.chain.vault, self.chain.token
        for member, who in enumerate(MEMBERS):
            at = 0, member
            assert close(self.staking.shares[at], vault.read("balanceOf", who) / SHARE)
            assert close(self.staking.cooling[at], vault.read("exitOf", who)[0] / SHARE)
            assert close(self.staking.locked[at], vault.read("lockedOf", who) / SHARE)
            free = self.staking.free(np.array([0]), np.array([member]))[0]
            assert close(free, vault.read("freeOf", who) / SHARE)
            for locker, address in LOCKERS.items():
                mine = self.staking.locked_by.get(locker, np.zeros((1, 3)))[at]
                assert close(mine, vault.read("lockedBy", who, address) / SHARE)
            assert close(self.ledger.liquid[at], token.read("balanceOf", who) / TOKEN)
        assets = token.read("balanceOf", vault.address) / TOKEN
        assert self.ledger.vault[0] == pytest.approx(assets, rel=REL, abs=REST)
        assert close(self.staking.total[0], vault.read("totalSupply") / SHARE)
        assert close(self.ledger.pools["sink"][0], token.read("balanceOf", SINK) / TOKEN)
        holds = [vault.read("balanceOf", who) > 0 for who in MEMBERS]
        assert self.staking.stakers[0] == sum(holds)
        for member, who in enumerate(MEMBERS):
            delegate = vault.read("delegates", who)
            assert MEMBERS[self.staking.delegate[0, member]] == delegate
            units, ready = vault.read("exitOf", who)
            assert not units or self.staking.ready[0, member] == ready - self.launch

    @invariant()
    def past_votes_are_the_same(self) -> None:
        """Mature votes and votable shares at the ends of all days that are remembered."""
        vault = self.chain.vault
        for day in range(max(self.day - KEPT + self.maturity, 0), self.day):
            then = np.array([(day + 1) * DAY - 1.0])
            second = self.launch + (day + 1) * DAY - 1
            votable = vault.read("getPastTotalSupply", second) / SHARE
            assert self.staking.past_votable(RUN, then)[0] == pytest.approx(
                votable, rel=REL, abs=REST
            )
            for member, who in enumerate(MEMBERS):
                votes = vault.read("getPastVotes", who, second) / SHARE
                mine = self.staking.past_votes(RUN, then, np.array([member]))[0]
                assert mine == pytest.approx(votes, rel=REL, abs=REST)


def test_who_is_slashed_of_all_in_parts_has_nothing_left() -> None:
    """In float64 the parts of a thousand leave a rest of 3e-17, with which nobody can leave."""
    ledger, vault = world(rules_of(staking__cooldown=0, staking__maturity=0), 1, 1)
    ledger.liquid[:] = 1_000.0
    ledger.open("sink")
    vault.deposit(one("staking", "deposit", amount=1_000.0))
    for part in (600.0, 396.0, 3.96, 0.04):
        vault.slash(one("gate", "slash", amount=part), "sink")
    assert (vault.shares[0, 0], vault.stakers[0]) == (0.0, 0.0)


def test_a_batch_of_locks_and_slashes_is_what_its_runs_do_alone() -> None:
    rules = rules_of(2, staking__cooldown=DAY, staking__maturity=DAY)
    run, member = (part.ravel() for part in np.indices((2, 3)))
    amount = 10.0 + run + member

    def ends(kept: np.ndarray) -> tuple[np.ndarray, ...]:
        ledger, vault = world(rules, 2, 3)
        ledger.liquid[:] = 100.0
        ledger.open("sink")
        every = Actions("court", "slash", run[kept], member[kept], amount[kept])
        vault.deposit(Actions("staking", "deposit", run, member, np.full(6, 100.0)))
        vault.lock(every, "court")
        vault.unlock(every, "court")
        vault.slash(every, "sink")
        return vault.shares, vault.votes, vault.locked, ledger.pools["sink"], vault.total

    together, first, second = ends(run >= 0), ends(run == 0), ends(run == 1)
    for both_runs, one_run, other_run in zip(together, first, second, strict=True):
        assert np.array_equal(both_runs[0], one_run[0])
        assert np.array_equal(both_runs[1], other_run[1])


TestStakingTwin = StakingTwin.TestCase
TestStakingTwin.settings = settings(stateful_step_count=40)
