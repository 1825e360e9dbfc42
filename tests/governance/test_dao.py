"""The typed handle: reads, actions, and preconditions that refuse with the numbers."""

import json
import re
from decimal import Decimal

import pytest
from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from lifecycle import ANN, BOB, CHOICES, CID, DEE, DEPLOYER, EVE, new_dao, propose_grant, staked_dao

from governance.chain import EmbeddedChain, Reverted, contract
from governance.chain.protocol import Foreseen
from governance.dao import Dao, proposal_id
from governance.errors import CheckRefused, InputError
from governance.format import counted, moment, percent, shares, short_id, tokens, when
from governance.proposals import Call, Grant, describe
from governance.status import jsonable
from governance.tables import print_proposal
from governance.transactions import Intent
from governance.units import DAY, SHARE, TOKEN


@pytest.fixture
def dao() -> Dao:
    return staked_dao(EmbeddedChain())


def test_ids_are_the_governors(dao: Dao) -> None:
    calls = [Call(dao.at["token"], 0, b"\x01\x02"), Call(EVE, 5, b"")]
    parts = [c.target for c in calls], [c.value for c in calls], [c.data for c in calls]
    theirs = dao.read("governor", "hashProposal", *parts, keccak(text="why"))
    assert proposal_id(calls, "why") == theirs
    assert proposal_id(calls, "why not") != theirs


def test_a_proposal_is_found_by_its_first_digits(dao: Dao) -> None:
    first, second = propose_grant(dao), propose_grant(dao, "260", by=BOB)
    assert [text.id for text in dao.proposals()] == [first, second]
    assert dao.find(str(first)) == first
    assert dao.find(short_id(second)) == second
    with pytest.raises(InputError, match="no proposal begins with 0"):
        dao.find("0")
    for wrong in ("", "0x12", "-1", "٣", "latest"):
        with pytest.raises(InputError, match="is not a proposal id"):
            dao.find(wrong)


def test_an_ambiguous_prefix_is_refused(dao: Dao) -> None:
    found = []
    for amount in range(10, 22):
        proposer = tuple(CHOICES)[amount % 4]
        found.append(propose_grant(dao, str(amount), by=proposer))
        if proposer == tuple(CHOICES)[3]:
            dao.chain.advance(15 * DAY)
    heads = [str(identifier)[0] for identifier in found]
    shared = next(head for head in heads if heads.count(head) > 1)
    with pytest.raises(InputError, match=f"{heads.count(shared)} proposals begin with {shared}"):
        dao.find(shared)


def test_a_proposal_tells_its_whole_story(dao: Dao) -> None:
    identifier = propose_grant(dao)
    pending = dao.proposal(identifier)
    assert (pending.state, pending.quorum, pending.turnout) == ("Pending", None, None)
    dao.chain.advance(DAY + 1)
    dao.vote(ANN, identifier, "for", "good value")
    dao.vote(BOB, identifier, "abstain")
    active = dao.proposal(identifier)
    assert active.state == "Active"
    assert (active.for_votes, active.against_votes, active.abstain_votes) == (
        1_000 * SHARE,
        0,
        1_000 * SHARE,
    )
    assert (active.votable, active.quorum) == (4_000 * SHARE, 1_200 * SHARE)
    assert active.turnout == 0.5
    events = [log.decode() for log in dao.chain.logs(dao.at["governor"])]
    assert "good value" in [event.args.get("reason") for event in events if event]
    with pytest.raises(InputError, match="no proposal 5"):
        dao.proposal(5)


def test_status_is_plain_data_for_json(dao: Dao) -> None:
    identifier = propose_grant(dao)
    data = json.loads(json.dumps(jsonable({"dao": dao.status(), "big": 2**60, "yes": True})))
    assert data["dao"]["proposals"][0]["id"] == str(identifier)
    assert data["dao"]["proposals"][0]["calls"][0]["data"].startswith("0xa9059cbb")
    assert data["dao"]["treasury"] == str(300_000 * TOKEN)
    assert (data["big"], data["yes"], data["dao"]["chain_id"]) == (str(2**60), True, 31_337)


def test_staking_gives_votes_once_mature() -> None:
    dao = new_dao(EmbeddedChain())
    dao.transfer(DEPLOYER, ANN, 10 * TOKEN)
    dao.stake(ANN, 10 * TOKEN)
    assert (dao.shares(ANN), dao.votes(ANN)) == (10 * SHARE, 0)
    dao.chain.advance(DAY)
    assert dao.votes(ANN) == 10 * SHARE


def test_leaving_takes_the_cooldown(dao: Dao) -> None:
    dao.request_exit(ANN, 400 * SHARE)
    member = dao.member(ANN)
    assert (member.shares, member.exiting) == (600 * SHARE, 400 * SHARE)
    with pytest.raises(CheckRefused, match=r"400 shares are in their cooldown until .*, in 3d"):
        dao.redeem(ANN)
    dao.chain.advance(3 * DAY)
    dao.redeem(ANN)
    assert dao.token_balance(ANN) == 400 * TOKEN
    assert dao.member(ANN).exit_ready == 0
    with pytest.raises(CheckRefused, match="request an exit first"):
        dao.redeem(ANN)


def test_an_exit_can_be_taken_back(dao: Dao) -> None:
    dao.request_exit(ANN, 400 * SHARE)
    dao.cancel_exit(ANN)
    assert dao.shares(ANN) == 1_000 * SHARE
    with pytest.raises(CheckRefused, match="has no exit to take back"):
        dao.cancel_exit(ANN)


def test_delegation_moves_the_votes(dao: Dao) -> None:
    dao.delegate(ANN, BOB)
    dao.chain.advance(DAY)
    assert (dao.votes(ANN), dao.votes(BOB)) == (0, 2_000 * SHARE)
    with pytest.raises(CheckRefused, match="already delegates"):
        dao.delegate(ANN, BOB)
    with pytest.raises(CheckRefused, match="has no stake to delegate"):
        dao.delegate(EVE, BOB)


def test_vesting_and_emissions_are_released_by_anyone(dao: Dao) -> None:
    dao.chain.advance(365 * DAY)
    before = dao.token_balance(DEPLOYER)
    dao.release_vesting(EVE, 0)
    assert dao.token_balance(DEPLOYER) - before == 100_000 * TOKEN
    with pytest.raises(InputError, match="grant 1: there are 1, counted from 0"):
        dao.release_vesting(EVE, 1)
    with pytest.raises(CheckRefused, match="nothing is due of grant 0 now"):
        dao.release_vesting(EVE, 0)
    with pytest.raises(CheckRefused, match="nothing is due of the emissions now"):
        dao.release_emissions(EVE)


def test_a_refusal_of_the_simulation_is_told_from_one_that_was_mined(dao: Dao) -> None:
    identifier = propose_grant(dao, amount="300001")
    dao.chain.advance(DAY + 1)
    for member in (ANN, BOB):
        dao.vote(member, identifier, "for")
    dao.chain.advance(3 * DAY)
    dao.queue(ANN, identifier)
    dao.chain.advance(DAY)
    with pytest.raises(Foreseen, match=r"ERC20InsufficientBalance\(") as early:
        dao.execute(ANN, identifier)
    assert (early.value.exit_code, early.value.name) == (3, "ERC20InsufficientBalance")
    with pytest.raises(Reverted) as late:
        dao.chain.send(ANN, dao.at["token"], contract("MootToken").encode("transfer", BOB, TOKEN))
    assert late.value.exit_code == 4


def test_what_strangers_propose_cannot_steer_a_terminal(
    dao: Dao, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = contract("MootToken")
    pay = Call(dao.at["token"], 0, kind.encode("transfer", EVE, 5))
    name = Call(dao.at["governor"], 0, contract("MootGovernor").encode("relay", EVE, 0, b"\x1b"))
    hostile = "\x1b]0;owned\x07 [bold]x[/bold]\u202e\r\nfor  9,999 \x9b2J"
    for who, calls in ((ANN, [pay]), (BOB, [name])):
        print_proposal(dao.proposal(dao.propose(who, calls, hostile)), dao)
    shown = capsys.readouterr().out
    assert not re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown)
    for written in (r"\x1b]0;owned\x07", "[bold]x[/bold]", r"\x9b2J"):
        assert shown.count(written) == 2
    assert not re.search("^ {,4}for  9,999", shown, re.MULTILINE)


def test_a_description_that_is_no_text_stops_nobody(dao: Dao) -> None:
    kind = contract("MootGovernor")
    text = "caf\xe9"
    data = kind.encode("propose", [EVE], [0], [b""], text)
    utf8, latin = text.encode(), text.encode("latin-1")
    assert data.count(utf8) == 1
    length = len(utf8).to_bytes(32, "big") + utf8
    data = data.replace(length, len(latin).to_bytes(32, "big") + latin + b"\0")
    dao.chain.send(ANN, dao.at["governor"], data)
    (told,) = dao.proposals()
    assert told.description == "caf\udce9"
    assert proposal_id(told.calls, told.description) == told.id
    json.dumps(jsonable(told)).encode()


def test_errors_quote_strangers_safely() -> None:
    told = Reverted(bytes.fromhex("08c379a0") + abi_encode(["string"], ["no\x1b[2J\nerror: x"]))
    assert str(told) == r"the contract refused: no\x1b[2J\nerror: x"
    assert str(InputError("one\ntwo\x07")) == "one\ntwo\\x07"


def test_spending_needs_the_tokens(dao: Dao) -> None:
    with pytest.raises(CheckRefused, match="holds 0 LAB, 1 are needed"):
        dao.transfer(ANN, BOB, TOKEN)
    with pytest.raises(CheckRefused, match=r"holds 0 LAB, 0.5 are needed"):
        dao.stake(ANN, TOKEN // 2)
    with pytest.raises(InputError, match="more than 0"):
        dao.transfer(ANN, BOB, 0)
    with pytest.raises(CheckRefused, match="has 1,000 shares, 1,001 are needed"):
        dao.request_exit(ANN, 1_001 * SHARE)
    with pytest.raises(InputError, match="more than 0"):
        dao.request_exit(ANN, 0)


def test_proposing_needs_the_threshold(dao: Dao) -> None:
    calls = [Call(EVE, 0, b"")]
    dao.transfer(DEPLOYER, EVE, 100 * TOKEN)
    dao.stake(EVE, 100 * TOKEN)
    with pytest.raises(CheckRefused) as refused:
        dao.propose(EVE, calls, "mine")
    assert str(refused.value) == (
        f"proposing needs 160 votes (4.00 % of 4,000), {EVE} has 0: a stake votes once it is 1d old"
    )
    with pytest.raises(CheckRefused, match="it has no stake"):
        dao.propose(DEPLOYER, calls, "mine")


def test_nobody_proposes_before_anybody_can_vote() -> None:
    """The contract's threshold, a share of nothing, would let anyone in."""
    dao = new_dao(EmbeddedChain())
    with pytest.raises(CheckRefused, match="nobody can vote yet"):
        dao.propose(ANN, [Call(EVE, 0, b"")], "first!")


def test_the_same_proposal_twice_is_refused(dao: Dao) -> None:
    identifier = propose_grant(dao)
    with pytest.raises(CheckRefused, match=f"exists already, {short_id(identifier)}"):
        propose_grant(dao)


def test_voting_is_for_the_active_the_staked_and_once(dao: Dao) -> None:
    identifier = propose_grant(dao)
    with pytest.raises(CheckRefused, match=r"is Pending .* voting opens .*, in 1d 1s"):
        dao.vote(ANN, identifier, "for")
    dao.chain.advance(DAY + 1)
    dao.vote(ANN, identifier, "for")
    with pytest.raises(CheckRefused, match="has already voted"):
        dao.vote(ANN, identifier, "against")
    with pytest.raises(CheckRefused, match="no mature votes when"):
        dao.vote(EVE, identifier, "for")
    with pytest.raises(InputError, match="choose against, for, abstain"):
        dao.vote(BOB, identifier, "maybe")


def test_each_state_says_what_it_waits_for(dao: Dao) -> None:
    identifier = propose_grant(dao)
    dao.chain.advance(DAY + 1)
    for member in (ANN, BOB):
        dao.vote(member, identifier, "for")
    with pytest.raises(CheckRefused, match=r"is Active .* voting closes .*, in 3d"):
        dao.queue(ANN, identifier)
    dao.chain.advance(3 * DAY)
    with pytest.raises(CheckRefused, match=r"is Succeeded .* can be queued now"):
        dao.execute(ANN, identifier)
    dao.queue(ANN, identifier)
    with pytest.raises(CheckRefused, match=r"waits in the timelock: .* from .*, in 1d"):
        dao.execute(ANN, identifier)
    with pytest.raises(CheckRefused, match=r"is Queued .* can be executed from"):
        dao.queue(ANN, identifier)
    dao.chain.advance(DAY)
    dao.execute(ANN, identifier)
    with pytest.raises(CheckRefused, match=r"is Executed .* it was carried out"):
        dao.execute(ANN, identifier)


@pytest.mark.parametrize(
    ("votes", "why"),
    [
        ({ANN: "for"}, "1,000 votes of the 1,200 the quorum needs"),
        ({ANN: "for", BOB: "against", CID: "against", DEE: "abstain"}, "1,000 for, 2,000 against"),
    ],
)
def test_a_defeat_is_explained(dao: Dao, votes: dict[str, str], why: str) -> None:
    identifier = propose_grant(dao)
    dao.chain.advance(DAY + 1)
    for member, choice in votes.items():
        dao.vote(member, identifier, choice)
    dao.chain.advance(3 * DAY)
    with pytest.raises(CheckRefused, match=f"is Defeated and cannot be queued: {why}"):
        dao.queue(ANN, identifier)


class Stop(Exception):
    """A witness that says no."""


def test_a_witness_sees_each_transaction_and_can_stop_it(dao: Dao) -> None:
    seen: list[str] = []

    def refuse(intent: Intent) -> None:
        seen.append(intent.sentence)
        raise Stop

    watched = Dao(dao.chain, dao.manifest, witness=refuse)
    with pytest.raises(Stop):
        watched.transfer(DEPLOYER, EVE, 3 * TOKEN)
    assert seen == [f"Send 3 LAB to {EVE}"]
    assert dao.token_balance(EVE) == 0


@given(
    amount=st.decimals("0.000000000000000001", "1e12", places=18),
    purpose=st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=60)
    .map(str.strip)
    .filter(bool),
)
def test_a_grant_is_read_back_as_it_was_written(amount: Decimal, purpose: str) -> None:
    addresses = {"token": BOB}
    grant = Grant(EVE, amount, purpose)
    calls = [action.call for action in grant.actions(addresses, "LAB")]
    assert Grant.decode(calls, grant.description("LAB"), addresses) == grant


def test_what_is_no_grant_is_not_read_as_one() -> None:
    kind = contract("MootToken")
    pay = Call(BOB, 0, kind.encode("transfer", EVE, 5))
    others = [
        [],
        [pay, pay],
        [Call(EVE, 0, pay.data)],
        [Call(BOB, 1, pay.data)],
        [Call(BOB, 0, kind.encode("approve", EVE, 5))],
        [Call(BOB, 0, kind.encode("transfer", EVE, 0))],
    ]
    assert [Grant.decode(calls, "x: y", {"token": BOB}) for calls in others] == [None] * 6
    for told, purpose in (
        ("x: y", "y"),
        ("x:  ", "x:  "),
        (" ", "no purpose given"),
        ("x: \x1b[2J\nz", r"\x1b[2J\nz"),
    ):
        read_back = Grant.decode([pay], told, {"token": BOB})
        assert read_back == Grant(EVE, Decimal(5) / TOKEN, purpose)


@pytest.mark.parametrize(
    ("amount", "purpose", "message"),
    [
        ("0", "x", "more than 0 tokens"),
        ("-1", "x", "more than 0 tokens"),
        ("NaN", "x", "more than 0 tokens"),
        ("0.0000000000000000001", "x", "at most 18 decimals"),
        ("1", "  ", "purpose is empty"),
        ("1", "x" * 2_001, "2001 characters: at most 2000"),
        ("1", "one\ntwo", r"purpose holds the control character \\n: write it in one line"),
        ("1", "a\x1b[2J", r"purpose holds the control character \\x1b"),
        ("1", "a\u202eb", r"purpose holds the control character \\u202e"),
        ("1", "a\udcff", r"purpose holds the control character \\udcff"),
    ],
)
def test_grants_that_make_no_sense(amount: str, purpose: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Grant(EVE, Decimal(amount), purpose)


def test_calls_are_described_from_their_calldata() -> None:
    kind = contract("MootToken")
    at = {"token": BOB}
    known = Call(BOB, 0, kind.encode("transfer", EVE, 5))
    assert describe(known, at) == f"Call token.transfer(to={EVE}, value=5)"
    assert "grantRole(role=0x00" in describe(
        Call(BOB, 0, kind.encode("grantRole", bytes(32), EVE)), at
    )
    unknown = describe(Call(EVE, 7, b"\xab"), at)
    assert unknown == f"Call {EVE} with 7 wei with data 0xab, which no known contract explains"


def test_amounts_are_shown_exactly_or_marked_as_cut() -> None:
    assert tokens(1_234_567 * TOKEN) == "1,234,567"
    assert tokens(TOKEN // 2) == "0.5"
    assert tokens(TOKEN // 3) == "0.3333…"
    assert tokens(1) == "0…"
    assert tokens(0) == "0"
    assert shares(SHARE + SHARE // 10_000) == "1.0001"
    assert counted(1, "holder") == "1 holder"
    assert counted(1_000, "holder") == "1,000 holders"
    assert counted(0, "address", "addresses") == "0 addresses"
    assert counted(tokens(TOKEN), "token") == "1 token"
    assert counted(tokens(1), "token") == "0… tokens"
    assert percent(1, 3) == "33.33 %"
    assert percent(1, 0) == "-"
    assert moment(0) == "1970-01-01 00:00 UTC"
    assert when(90, 0) == "1970-01-01 00:01 UTC, in 1m 30s"
