"""Treasury: coins and tokens of every kind come in freely and go out by a vote alone."""

from dataclasses import dataclass
from typing import Any

import pytest

from governance.chain import ZERO_ADDRESS, Reverted
from governance.units import DAY, TOKEN
from tests.contracts.law import (
    ADMIN,
    ALICE,
    BOB,
    CAROL,
    EVE,
    FOR,
    FUNDING,
    Call,
    Contract,
    Dao,
    Proposal,
    dao,
    deploy,
    populate,
    refused,
    role,
)

UNEXPECTED = "GovernorUnexpectedProposalState"
NOTHING = bytes(32)


@dataclass(frozen=True)
class Estate:
    """A DAO whose treasury holds 10 coins, 100 hooked tokens, pieces 1 and 2 and some badges."""

    moot: Dao
    token: Contract
    pieces: Contract
    badges: Contract

    def pays(self, asset: str, to: str) -> Call:
        """Return the call by which the treasury pays a part of what it holds of an asset."""
        own = self.moot.treasury.address
        if asset == "coin":
            return (to, 4 * TOKEN, b"")
        if asset == "token":
            return (self.token.address, 0, self.token.encode("transfer", to, 40 * TOKEN))
        if asset == "piece":
            function = "safeTransferFrom(address,address,uint256)"
            return (self.pieces.address, 0, self.pieces.encode(function, own, to, 1))
        if asset == "badge":
            call = self.badges.encode("safeTransferFrom", own, to, 7, 30, b"")
            return (self.badges.address, 0, call)
        call = self.badges.encode("safeBatchTransferFrom", own, to, [7, 8], [30, 2], b"")
        return (self.badges.address, 0, call)

    def held(self, who: str) -> dict[str, int]:
        """Return what an account holds of each asset."""
        return {
            "coin": self.moot.chain.balance(who) // TOKEN,
            "token": self.token.read("balanceOf", who) // TOKEN,
            "piece": self.pieces.read("balanceOf", who),
            "badge": self.badges.read("balanceOf", who, 7),
            "badges": self.badges.read("balanceOf", who, 8),
        }


PARTS = {
    "coin": {"coin": 4},
    "token": {"token": 40},
    "piece": {"piece": 1},
    "badge": {"badge": 30},
    "badges": {"badge": 30, "badges": 2},
}
"""What one payment of each asset is."""
WHOLE = {"coin": 10, "token": 100, "piece": 2, "badge": 100, "badges": 5}
NONE = dict.fromkeys(WHOLE, 0)


@pytest.fixture
def estate() -> Estate:
    moot = populate(dao(grace=60 * DAY))
    own = moot.treasury.address
    token = deploy(moot.chain, "HookedToken", own, 100 * TOKEN)
    pieces = deploy(moot.chain, "Collectible")
    badges = deploy(moot.chain, "Badges")
    moot.chain.fund(ALICE, 10 * TOKEN)
    moot.chain.send(ALICE, own, b"", value=10 * TOKEN)
    for number in (1, 2):
        pieces.send(EVE, "mint", own, number)
    badges.send(EVE, "mint", own, 7, 40)
    badges.send(EVE, "mintBatch", own, [7, 8], [60, 5])
    return Estate(moot, token, pieces, badges)


def passed(estate: Estate, proposer: str, calls: list[Call], text: str) -> Proposal:
    """Carry a bundle to the moment it can be executed."""
    proposal = estate.moot.bundle(proposer, calls, text)
    proposal.carry()
    return proposal


def test_the_treasury_holds_every_kind_of_asset(estate: Estate) -> None:
    own = estate.moot.treasury.address
    assert estate.held(own) == WHOLE
    estate.pieces.send(EVE, "mint", EVE, 3)
    estate.pieces.send(EVE, "safeTransferFrom(address,address,uint256)", EVE, own, 3)
    estate.badges.send(EVE, "mint", EVE, 7, 1)
    estate.badges.send(EVE, "safeTransferFrom", EVE, own, 7, 1, b"thanks")
    assert estate.held(own) == {**WHOLE, "piece": 3, "badge": 101}
    for interface in ("4e2312e0", "01ffc9a7"):
        assert estate.moot.treasury.read("supportsInterface", bytes.fromhex(interface))


def test_the_governor_holds_nothing(estate: Estate) -> None:
    governor = estate.moot.governor.address
    estate.moot.chain.fund(EVE, TOKEN)
    with refused("GovernorDisabledDeposit"):
        estate.moot.chain.send(EVE, governor, b"", value=1)
    for asset, call in (
        (estate.pieces, ("mint", governor, 9)),
        (estate.badges, ("mint", governor, 7, 1)),
        (estate.badges, ("mintBatch", governor, [7], [1])),
    ):
        with refused("GovernorDisabledDeposit"):
            asset.send(EVE, *call)


@pytest.mark.parametrize("asset", PARTS)
def test_a_vote_pays_any_asset(estate: Estate, asset: str) -> None:
    proposal = passed(estate, ALICE, [estate.pays(asset, CAROL)], "pay Carol")
    assert estate.held(CAROL) == NONE
    proposal.send(EVE, "execute")
    paid = {**NONE, **PARTS[asset]}
    assert estate.held(CAROL) == paid
    rest = {name: WHOLE[name] - paid[name] for name in WHOLE}
    assert estate.held(estate.moot.treasury.address) == rest


def test_a_vote_pays_all_assets_in_one_bundle(estate: Estate) -> None:
    calls = [estate.pays(asset, CAROL) for asset in ("coin", "token", "piece", "badges")]
    passed(estate, ALICE, calls, "pay Carol everything").send(EVE, "execute")
    paid = {"coin": 4, "token": 40, "piece": 1, "badge": 30, "badges": 2}
    assert estate.held(CAROL) == paid


@pytest.mark.parametrize("asset", PARTS)
def test_nobody_takes_what_the_treasury_holds(estate: Estate, asset: str) -> None:
    target, value, data = estate.pays(asset, EVE)
    treasury = estate.moot.treasury
    call = target, value, data, NOTHING, NOTHING
    for person in (EVE, ADMIN, ALICE):
        with refused("AccessControlUnauthorizedAccount", person, role("EXECUTOR_ROLE")):
            treasury.chain.call(treasury.address, treasury.encode("execute", *call), sender=person)
        if value == 0:
            with pytest.raises(Reverted):
                estate.moot.chain.call(target, data, sender=person)
    assert estate.held(treasury.address) == WHOLE


# Those who are paid


def tries(
    estate: Estate, receiver: Contract, *calls: tuple[Contract, str, tuple[Any, ...]]
) -> None:
    """Have a receiver make some calls when it is paid."""
    for target, function, args in calls:
        call = target.encode(function, *args)
        receiver.send(EVE, "prepare", target.address, call)


def operation(proposal: Proposal) -> tuple[Any, ...]:
    """Return what the treasury was given when the proposal was queued."""
    governor = bytes.fromhex(proposal.dao.governor.address[2:]) + bytes(12)
    salt = bytes(a ^ b for a, b in zip(governor, proposal.key[3], strict=True))
    return (*proposal.calls, NOTHING, salt)


@pytest.mark.parametrize("asset", PARTS)
def test_a_receiver_that_calls_back_is_paid_once(estate: Estate, asset: str) -> None:
    moot, receiver = estate.moot, deploy(estate.moot.chain, "GreedyReceiver")
    estate.token.send(EVE, "hook", receiver.address)
    payment = estate.pays(asset, receiver.address)
    proposal = passed(estate, ALICE, [payment, payment], "pay twice")
    if asset == "piece":
        proposal = passed(estate, BOB, [payment], "pay the piece")
    single = *payment, NOTHING, NOTHING
    waiting = moot.treasury.read("hashOperationBatch", *operation(proposal))
    tries(
        estate, receiver,
        (moot.governor, "execute", proposal.key),
        (moot.governor, "queue", proposal.key),
        (moot.governor, "cancel", proposal.key),
        (moot.governor, "propose", (*proposal.calls, "once more")),
        (moot.governor, "relay", payment),
        (moot.treasury, "executeBatch", operation(proposal)),
        (moot.treasury, "execute", single),
        (moot.treasury, "schedule", (*single, 2 * DAY)),
        (moot.treasury, "cancel", (waiting,)),
        (moot.treasury, "grantRole", (role("EXECUTOR_ROLE"), receiver.address)),
        (moot.guard, "check", (proposal.id, *proposal.calls)),
    )  # fmt: skip
    proposal.send(EVE, "execute")
    attempts = receiver.read("attempts")
    assert all(made and not succeeded for _, _, made, succeeded, _ in attempts), attempts
    times = 1 if asset == "piece" else 2
    paid = {**NONE, **{name: times * part for name, part in PARTS[asset].items()}}
    assert estate.held(receiver.address) == paid
    assert proposal.state == "Executed"
    with refused(UNEXPECTED):
        proposal.send(EVE, "execute")


def both_passed(estate: Estate, calls: list[Call]) -> tuple[Proposal, Proposal]:
    """Carry the same calls in two proposals to the moment they can be executed."""
    moot = estate.moot
    first = moot.bundle(ALICE, calls, "the first")
    second = moot.bundle(BOB, [*calls, (EVE, 0, b"")], "the second")
    first.open()
    for proposal in (first, second):
        for voter in (ALICE, BOB):
            proposal.vote(voter, FOR)
    first.close()
    for proposal in (first, second):
        proposal.send(EVE, "queue")
    moot.chain.advance(2 * DAY)
    return first, second


@pytest.mark.parametrize("asset", ["coin", "token", "badge", "badges"])
def test_a_receiver_that_executes_the_next_decision_is_paid_both(
    estate: Estate, asset: str
) -> None:
    """Anyone may execute what is ready, whoever is paid too: it gains no more than was decided."""
    moot, receiver = estate.moot, deploy(estate.moot.chain, "GreedyReceiver")
    estate.token.send(EVE, "hook", receiver.address)
    first, second = both_passed(estate, [estate.pays(asset, receiver.address)])
    tries(estate, receiver, *[(moot.governor, "execute", second.key)] * 2)
    first.send(EVE, "execute")
    assert [done for _, _, _, done, _ in receiver.read("attempts")] == [True, False]
    assert first.state == second.state == "Executed"
    paid = {**NONE, **{name: 2 * part for name, part in PARTS[asset].items()}}
    assert estate.held(receiver.address) == paid


def test_a_receiver_that_calls_back_spends_no_more_than_the_limit(estate: Estate) -> None:
    moot, receiver = estate.moot, deploy(estate.moot.chain, "GreedyReceiver")
    moot.guard.send(ADMIN, "setSpendLimit", FUNDING, ZERO_ADDRESS, 4 * TOKEN, 30 * DAY)
    moot.chain.set_time((moot.chain.timestamp() // (30 * DAY) + 1) * 30 * DAY)
    first, second = both_passed(estate, [estate.pays("coin", receiver.address)])
    tries(estate, receiver, (moot.governor, "execute", second.key))
    first.send(EVE, "execute")
    ((*_, succeeded, answer),) = receiver.read("attempts")
    assert not succeeded
    assert Reverted(answer).name == "SpendAboveLimit"
    assert (second.state, estate.held(receiver.address)["coin"]) == ("Queued", 4)
    moot.chain.advance(30 * DAY)
    second.send(EVE, "execute")
    assert estate.held(receiver.address)["coin"] == 8


def test_a_receiver_that_refuses_holds_up_its_own_bundle_alone(estate: Estate) -> None:
    moot = estate.moot
    refusing = moot.vault.address
    payments = [estate.pays("token", CAROL), estate.pays("coin", refusing)]
    first, second = both_passed(estate, [estate.pays("piece", CAROL)])
    stuck = passed(estate, CAROL, payments, "to one who takes nothing")
    with pytest.raises(Reverted):
        stuck.send(EVE, "execute")
    assert (stuck.state, estate.held(CAROL)) == ("Queued", NONE), "the whole bundle waits"
    first.send(EVE, "execute")
    assert estate.held(CAROL) == {**NONE, "piece": 1}
    with refused("ERC721InsufficientApproval"):
        second.send(EVE, "execute")


def test_an_unsafe_receiver_gets_no_piece(estate: Estate) -> None:
    """A contract that does not say that it takes pieces or badges is not paid in them."""
    wallet = deploy(estate.moot.chain, "SignerWallet", EVE).address
    for proposer, asset, error in (
        (ALICE, "piece", "ERC721InvalidReceiver"),
        (BOB, "badge", "ERC1155InvalidReceiver"),
    ):
        proposal = passed(estate, proposer, [estate.pays(asset, wallet)], asset)
        with refused(error, wallet):
            proposal.send(EVE, "execute")
    assert estate.held(estate.moot.treasury.address) == WHOLE
