"""What faults put into the governor and what it asks showed that no test had looked at.

See `tools/mutants.py`.
"""

import pytest

from governance.chain import ZERO_ADDRESS, EmbeddedChain
from governance.units import DAY
from tests.contracts.law import (
    ADMIN,
    DISPUTE,
    EVE,
    FUNDING,
    Contract,
    deploy,
    only,
    refused,
    role,
    rule,
)

WHOLE, LONGEST = 10_000, 60 * DAY


@pytest.fixture
def guard() -> Contract:
    return deploy(EmbeddedChain(), "ProposalGuard", 10, ADMIN)


def test_a_rule_may_ask_for_everything() -> None:
    hardest = rule(
        threshold_bps=WHOLE, quorum_bps=WHOLE, approval_bps=WHOLE, period=LONGEST, delay=LONGEST
    )
    kinds = deploy(EmbeddedChain(), "ProposalKinds", [hardest] * 5, ADMIN)
    assert kinds.read("ruleOf", 0) == hardest


def test_data_too_short_to_name_a_function_spends_nothing(guard: Contract) -> None:
    """Not even where a metered function has a name of which it is the beginning."""
    guard.send(ADMIN, "setMeter", EVE, b"\xaa\xbb\0\0", EVE, 1)
    guard.send(ADMIN, "setMeter", EVE, bytes(4), EVE, 1)
    for data in (b"", b"\0\0\0", b"\xaa\xbb", b"\xaa\xbb\0"):
        assert guard.read("spendOf", EVE, data) == (ZERO_ADDRESS, 0)
    with refused("MeteredCallTooShort", EVE, bytes(4), 4):
        guard.read("spendOf", EVE, bytes(4))
    amount = (7).to_bytes(32)
    assert guard.read("spendOf", EVE, b"\xaa\xbb\0\0" + amount) == (EVE, 7)


def test_every_kind_that_is_charged_is_told(guard: Contract) -> None:
    guard.send(ADMIN, "grantRole", role("GOVERNOR_ROLE"), ADMIN)
    for kind in (FUNDING, DISPUTE):
        guard.send(ADMIN, "setSpendLimit", kind, ZERO_ADDRESS, 10, DAY)
    told = []
    for proposal, (kinds, wei) in enumerate([(1 << FUNDING, 3), (1 << FUNDING | 1 << DISPUTE, 4)]):
        guard.send(ADMIN, "pin", proposal, kinds, [EVE], [wei], [b""])
        events = guard.send(ADMIN, "check", proposal, [EVE], [wei], [b""])
        told += [tuple(event.args.values()) for event in events if event.name == "SpendingCounted"]
    assert told == [
        (FUNDING, ZERO_ADDRESS, 3, 3),
        (FUNDING, ZERO_ADDRESS, 4, 7),
        (DISPUTE, ZERO_ADDRESS, 4, 4),
    ]


def test_a_metered_amount_over_a_whole_periods_limit_is_not_even_proposed(guard: Contract) -> None:
    guard.send(ADMIN, "grantRole", role("GOVERNOR_ROLE"), ADMIN)
    guard.send(ADMIN, "setSpendLimit", FUNDING, EVE, 10, DAY)
    guard.send(ADMIN, "setMeter", EVE, b"give", EVE, 1)
    most, more = (b"give" + amount.to_bytes(32) for amount in (10, 11))
    guard.send(ADMIN, "pin", 1, 1 << FUNDING, [EVE], [0], [most])
    with refused("SpendAboveLimit", FUNDING, EVE, 11, 10):
        guard.send(ADMIN, "pin", 2, 1 << FUNDING, [EVE], [0], [more])


def test_each_limit_that_is_set_is_told(guard: Contract) -> None:
    spend = guard.send(ADMIN, "setSpendLimit", FUNDING, EVE, 10, DAY)
    bundle = guard.send(ADMIN, "setBundleLimit", DISPUTE, 3)
    meter = guard.send(ADMIN, "setMeter", EVE, b"give", ZERO_ADDRESS, 2)
    assert only(spend, "SpendLimitSet") == {
        "kind": FUNDING, "asset": EVE, "most": 10, "period": DAY,
    }  # fmt: skip
    assert only(bundle, "BundleLimitSet") == {"kind": DISPUTE, "calls": 3}
    assert only(meter, "MeterSet") == {
        "target": EVE, "selector": b"give", "asset": ZERO_ADDRESS, "argument": 2,
    }  # fmt: skip
