"""QuorumRule: a fraction of a base, from a floor to a cap, the same for ever once it is past."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.chain import Reverted
from governance.units import DAY, SHARE, TOKEN
from tests.contracts.law import (
    ADMIN,
    ALICE,
    BOB,
    CAROL,
    DEFAULT_ADMIN_ROLE,
    DELEGATED,
    EVE,
    FOR,
    STAKED,
    SUPPLY,
    Contract,
    Dao,
    Staking,
    dao,
    deploy,
    only,
    populate,
    refused,
    staking,
)

NOBODY = "0x" + "0" * 40
PEOPLE = (ALICE, BOB, CAROL)
PER_WEI = SHARE // TOKEN
BASES = {STAKED: "staked", SUPPLY: "supply", DELEGATED: "delegated"}
Terms = tuple[int, int, int, int]


def quorum_rule(found: Staking, terms: Terms) -> Contract:
    """Deploy a rule that `ADMIN` sets."""
    return deploy(
        found.chain, "QuorumRule", found.vault.address, found.token.address, *terms, ADMIN
    )


def expected(terms: Terms, base: int) -> int:
    """Return the quorum in plain integers."""
    _, bps, floor, cap = terms
    quorum = max(base * bps // 10_000, floor)
    return min(quorum, cap) if cap else quorum


def now(found: Staking, rule: Contract) -> int:
    """Let the second pass and read its quorum."""
    found.chain.advance(1)
    return int(rule.read("quorumAt", found.chain.timestamp() - 1))


@pytest.fixture
def three() -> Dao:
    """100 tokens staked and mature; Bob's 39 have no delegate; one more of Carol's is fresh."""
    found = populate(dao())
    found.vault.send(BOB, "delegate", NOBODY)
    found.chain.advance(2 * DAY)
    found.stake(CAROL, TOKEN)
    return found


@pytest.mark.parametrize(
    ("base", "votes"),
    [(STAKED, 100 * SHARE), (DELEGATED, 61 * SHARE), (SUPPLY, 10**9 * SHARE)],
)
def test_each_base_is_what_it_says(three: Dao, base: int, votes: int) -> None:
    rule = quorum_rule(three, (base, 2_500, 0, 0))
    assert now(three, rule) == votes // 4
    assert rule.read("baseAt", base, three.chain.timestamp() - 1) == votes


def test_bases_follow_what_they_count(three: Dao) -> None:
    rules = {base: quorum_rule(three, (base, 10_000, 0, 0)) for base in BASES}
    before = {base: now(three, rule) for base, rule in rules.items()}
    three.vault.send(ALICE, "requestExit", 10 * SHARE)
    three.token.send(ADMIN, "burn", 7 * TOKEN)
    three.vault.send(BOB, "delegate", CAROL)
    three.chain.advance(2 * DAY)
    change = {base: now(three, rule) - before[base] for base, rule in rules.items()}
    fresh = SHARE
    assert change == {
        STAKED: fresh - 10 * SHARE,
        SUPPLY: -7 * SHARE,
        DELEGATED: fresh + 39 * SHARE - 10 * SHARE,
    }


def test_no_quorum_of_the_delegated_is_above_that_of_the_staked(three: Dao) -> None:
    staked, delegated = (quorum_rule(three, (base, 400, 0, 0)) for base in (STAKED, DELEGATED))
    assert now(three, delegated) < now(three, staked)


@pytest.mark.parametrize(
    ("floor", "cap", "votes"),
    [
        (0, 0, 40),
        (39, 0, 40),
        (41, 0, 41),
        (0, 41, 40),
        (0, 39, 39),
        (39, 41, 40),
        (41, 41, 41),
        (39, 39, 39),
    ],
)
def test_floor_and_cap_hold_the_fraction_between_them(
    three: Dao, floor: int, cap: int, votes: int
) -> None:
    rule = quorum_rule(three, (STAKED, 4_000, floor * SHARE, cap * SHARE))
    assert now(three, rule) == votes * SHARE


@given(
    staked=st.integers(1, 10**6),
    bps=st.integers(0, 10_000),
    floor=st.integers(0, 2**208 - 1),
    room=st.integers(0, 2**208 - 1),
    capped=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_a_quorum_is_the_fraction_or_what_bounds_it(
    staked: int, bps: int, floor: int, room: int, capped: bool
) -> None:
    found = staking(maturity=0)
    shares = found.stake(ALICE, staked)
    terms = (STAKED, bps, floor, min(floor + room, 2**208 - 1) if capped else 0)
    assert now(found, quorum_rule(found, terms)) == expected(terms, shares)


@pytest.mark.parametrize("function", ["quorumAt", "ruleAt"])
def test_only_the_past_has_a_quorum(three: Dao, function: str) -> None:
    rule = three.quorum_rule
    time = three.chain.timestamp()
    for timepoint in (time, time + 1, 2**48 + time - DAY):
        with refused("ERC5805FutureLookup", timepoint, time):
            rule.read(function, timepoint)
    rule.read(function, time - 1)


def test_before_the_first_rule_the_first_rule_held(three: Dao) -> None:
    old = three.chain.timestamp() - DAY
    rule = quorum_rule(three, (STAKED, 5_000, 0, 0))
    rule.send(ADMIN, "setRule", STAKED, 0, 0, 0)
    assert rule.read("quorumAt", old) == 50 * SHARE


def test_a_rule_holds_from_the_second_it_is_set(three: Dao) -> None:
    first, second = (STAKED, 1_000, 0, 0), (STAKED, 2_000, 30 * SHARE, 0)
    rule = quorum_rule(three, first)
    three.chain.advance(10)
    time = three.chain.timestamp()
    rule.send(ADMIN, "setRule", STAKED, 9_000, 0, 0)
    rule.send(ADMIN, "setRule", *second)
    three.chain.advance(10)
    assert rule.read("rule") == rule.read("ruleAt", time) == second
    assert rule.read("ruleAt", time - 1) == first
    assert [rule.read("quorumAt", time + shift) // SHARE for shift in (-1, 0, 9)] == [10, 30, 30]


@pytest.mark.parametrize(
    ("terms", "error", "details"),
    [
        ((STAKED, 10_001, 0, 0), "QuorumFractionOutOfBounds", (10_001, 10_000)),
        ((STAKED, 400, 2, 1), "QuorumCapBelowFloor", (1, 2)),
        ((DELEGATED, 0, 2**208 - 1, 1), "QuorumCapBelowFloor", (1, 2**208 - 1)),
    ],
)
def test_a_rule_is_bounded(three: Dao, terms: Terms, error: str, details: tuple[int, ...]) -> None:
    with refused(error, *details):
        quorum_rule(three, terms)
    with refused(error, *details):
        three.quorum_rule.send(ADMIN, "setRule", *terms)
    three.quorum_rule.send(ADMIN, "setRule", STAKED, 10_000, 2, 2)


def test_there_are_three_bases(three: Dao) -> None:
    with pytest.raises(Reverted):
        three.quorum_rule.send(ADMIN, "setRule", 3, 400, 0, 0)


def test_only_the_admin_sets_the_rule(three: Dao) -> None:
    first, second = (SUPPLY, 100, 0, 0), (STAKED, 200, 1, 2)
    for person in (ALICE, EVE):
        with refused("AccessControlUnauthorizedAccount", person, DEFAULT_ADMIN_ROLE):
            three.quorum_rule.send(person, "setRule", *first)
    three.quorum_rule.send(ADMIN, "setRule", *first)
    events = three.quorum_rule.send(ADMIN, "setRule", *second)
    assert only(events, "QuorumRuleSet") == {"oldRule": first, "newRule": second}


def test_the_deployer_of_a_rule_is_not_its_admin(three: Dao) -> None:
    supplies = three.vault.address, three.token.address
    rule = deploy(three.chain, "QuorumRule", *supplies, STAKED, 400, 0, 0, ALICE)
    with refused("AccessControlUnauthorizedAccount", ADMIN, DEFAULT_ADMIN_ROLE):
        rule.send(ADMIN, "setRule", STAKED, 0, 0, 0)
    rule.send(ALICE, "setRule", STAKED, 0, 0, 0)


def test_the_governor_asks_the_rule(three: Dao) -> None:
    assert three.governor.read("quorumRule") == three.quorum_rule.address
    assert three.quorum_rule.read("vault") == three.vault.address
    assert three.quorum_rule.read("token") == three.token.address
    time = three.chain.timestamp() - 1
    assert three.governor.read("quorum", time) == three.quorum_rule.read("quorumAt", time)


@pytest.mark.parametrize(
    ("base", "bps", "changes"),
    [
        (SUPPLY, 1, ("mint", "burn", "rule")),
        (STAKED, 5_000, ("stake", "leave", "rule")),
        (DELEGATED, 5_000, ("stake", "leave", "undelegate", "rule")),
    ],
)
def test_what_comes_after_the_snapshot_moves_no_quorum(
    base: int, bps: int, changes: tuple[str, ...]
) -> None:
    """Bob's votes are the quorum to the wei, whatever is minted, burned, staked or set later."""
    found = dao(base=base, quorum_bps=bps)
    for person in (ALICE, BOB):
        found.stake(person, 10**5 * TOKEN)
    found.chain.advance(2 * DAY)
    proposal = found.propose(ALICE, found.token, found.token.encode("transfer", EVE, 1), "pay")
    proposal.open()
    steps = {
        "mint": lambda: found.token.send(ADMIN, "mint", EVE, 10**9 * TOKEN),
        "burn": lambda: found.token.send(ADMIN, "burn", 10**8 * TOKEN),
        "stake": lambda: found.stake(EVE, 10**6 * TOKEN),
        "leave": lambda: found.vault.send(ALICE, "requestExit", 10**5 * SHARE),
        "undelegate": lambda: found.vault.send(BOB, "delegate", NOBODY),
        "rule": lambda: found.quorum_rule.send(ADMIN, "setRule", base, 10_000, 2**200, 0),
    }
    for change in changes:
        steps[change]()
        found.chain.advance(DAY // 4)
        assert found.governor.read("proposalQuorum", proposal.id) == 10**5 * SHARE
    proposal.vote(BOB, FOR)
    proposal.close()
    assert proposal.state == "Succeeded"


@pytest.mark.parametrize(("short", "state"), [(0, "Succeeded"), (1, "Defeated")])
def test_a_quorum_of_the_supply_is_counted_in_votes(short: int, state: str) -> None:
    """A wei of supply counts as what it would be when staked in an empty vault."""
    found = dao(base=SUPPLY, quorum_bps=10)
    found.stake(ALICE, 10**6 * TOKEN - short)
    found.chain.advance(2 * DAY)
    proposal = found.propose(ALICE, found.token, found.token.encode("transfer", EVE, 1), "pay")
    proposal.open()
    proposal.vote(ALICE, FOR)
    proposal.close()
    assert proposal.state == state


bounds = st.integers(0, 200).map(lambda shares: shares * SHARE)
rules = st.builds(
    lambda base, bps, floor, room: (base, bps, floor, floor + room if room else 0),
    st.integers(0, 2), st.integers(0, 10_000), bounds, bounds,
)  # fmt: skip
persons = st.sampled_from(PEOPLE)
actions = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 5)),
    st.tuples(st.just("mint"), st.integers(1, 50)),
    st.tuples(st.just("burn"), st.integers(1, 50)),
    st.tuples(st.just("stake"), persons, st.integers(1, 50)),
    st.tuples(st.just("leave"), persons, st.integers(1, 100)),
    st.tuples(st.just("delegate"), persons, st.sampled_from((NOBODY, *PEOPLE))),
    st.tuples(st.just("rule"), rules),
)


@dataclass
class History:
    """A vault without maturity whose every second is written down."""

    found: Staking
    rule: Contract
    terms: Terms
    seconds: dict[int, int] = field(default_factory=dict)

    def act(self, name: str, *args: Any) -> None:
        """Do one thing."""
        vault, token = self.found.vault, self.found.token
        if name == "wait":
            self.wait(*args)
        elif name == "mint":
            token.send(ADMIN, "mint", EVE, args[0] * TOKEN)
        elif name == "burn":
            token.send(ADMIN, "burn", args[0] * TOKEN)
        elif name == "stake":
            self.found.stake(args[0], args[1] * TOKEN)
        elif name == "leave":
            shares = vault.read("balanceOf", args[0]) * args[1] // 100
            if shares:
                vault.send(args[0], "requestExit", shares)
        elif name == "delegate":
            vault.send(args[0], "delegate", args[1])
        else:
            self.rule.send(ADMIN, "setRule", *args[0])
            self.terms = args[0]

    def wait(self, seconds: int) -> None:
        """Let some seconds pass, in which nothing happens."""
        vault = self.found.vault
        held = {person: vault.read("balanceOf", person) for person in PEOPLE}
        idle = sum(held[one] for one in PEOPLE if vault.read("delegates", one) == NOBODY)
        staked = sum(held.values())
        supply = self.found.token.read("totalSupply") * PER_WEI
        base = (staked, supply, staked - idle)[self.terms[0]]
        start = self.found.chain.timestamp()
        for time in range(start, start + seconds):
            self.seconds[time] = expected(self.terms, base)
        self.found.chain.advance(seconds)

    def check(self) -> None:
        """Every past second has the quorum that was written down for it."""
        for time, quorum in self.seconds.items():
            assert self.rule.read("quorumAt", time) == quorum


@given(first=rules, steps=st.lists(actions, max_size=25))
@settings(max_examples=80, deadline=None)
def test_a_past_quorum_never_changes(first: Terms, steps: list[tuple[Any, ...]]) -> None:
    found = staking(maturity=0, supply=10**4)
    history = History(found, quorum_rule(found, first), first)
    for each in steps:
        history.act(*each)
        if each[0] == "rule":
            history.check()
    history.wait(1)
    history.check()
