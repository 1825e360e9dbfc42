"""Ballots by signature, of accounts and of wallets, under every pair of options."""

from dataclasses import dataclass
from typing import Any

import pytest
from eth_account import Account

from governance.units import DAY, SHARE, TOKEN
from tests.contracts.governing import BALLOTS, SETTINGS, UNIT, Settings, pay, sign
from tests.contracts.law import (
    ADMIN,
    AGAINST,
    ALICE,
    BOB,
    EVE,
    FOR,
    Dao,
    Proposal,
    deploy,
    only,
    refused,
)

SIGNER, STRANGER = (Account.from_key("0x" + digits * 32) for digits in ("11", "22"))
FUNCTIONS = {
    "Ballot": ("castVoteBySig", (), "VoteCast"),
    "ExtendedBallot": (
        "castVoteWithReasonAndParamsBySig", ("reason", "params"), "VoteCastWithParams",
    ),
    "OverrideBallot": ("castOverrideVoteBySig", ("reason",), "OverrideVoteCast"),
}  # fmt: skip
"""Of each kind of ballot: the function, what it takes besides, and its event."""


@dataclass(frozen=True)
class Booth:
    """A DAO with two open proposals and a voter that signs."""

    moot: Dao
    kind: str
    voter: str
    proposal: Proposal
    other: Proposal

    def message(self, **changes: Any) -> dict[str, Any]:
        """Return the ballot that the voter means to cast, with some fields changed."""
        return {
            "proposalId": self.proposal.id,
            "support": FOR,
            "voter": self.voter,
            "nonce": self.moot.governor.read("nonces", self.voter),
            "reason": "because",
            "params": b"\x07",
            **changes,
        }

    def cast(self, signature: bytes, **changes: Any) -> dict[str, Any]:
        """Have Eve cast a ballot; return what the governor said of it."""
        function, fields, event = FUNCTIONS[self.kind]
        message = self.message(**changes)
        names = ("proposalId", "support", "voter", *fields)
        args = [message[name] for name in names]
        return only(self.moot.governor.send(EVE, function, *args, signature), event)


@pytest.fixture(params=[False, True], ids=["account", "wallet"])
def wallet(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(params=SETTINGS, ids=str)
def moot(request: pytest.FixtureRequest) -> Dao:
    options: Settings = request.param
    return options.deploy()


@pytest.fixture(params=BALLOTS)
def booth(request: pytest.FixtureRequest, moot: Dao, wallet: bool) -> Booth:
    voter = deploy(moot.chain, "SignerWallet", SIGNER.address).address if wallet else SIGNER.address
    moot.token.send(ADMIN, "approve", moot.vault.address, UNIT * TOKEN)
    moot.vault.send(ADMIN, "deposit", UNIT * TOKEN, voter)
    moot.chain.advance(2 * DAY)
    first, second = pay(moot), pay(moot, BOB, "another", 6)
    second.open()
    return Booth(moot, request.param, voter, first, second)


def test_a_signed_ballot_counts_once(booth: Booth) -> None:
    governor, voter = booth.moot.governor, booth.voter
    signed = sign(SIGNER, booth.moot, booth.kind, booth.message())
    found = booth.cast(signed)
    assert (found["voter"], found["weight"], found["support"]) == (voter, UNIT * SHARE, FOR)
    assert governor.read("nonces", voter) == 1
    with refused("GovernorInvalidSignature", voter):
        booth.cast(signed)
    again = sign(SIGNER, booth.moot, booth.kind, booth.message())
    error = "Overridden" if booth.kind == "OverrideBallot" else "Cast"
    with refused(f"GovernorAlready{error}Vote", voter):
        booth.cast(again)
    assert governor.read("nonces", voter) == 1, "what is refused uses no nonce up"
    tally = governor.read("proposalVotes", booth.proposal.id)
    assert tally == (0, UNIT * SHARE, 0)


def test_a_ballot_that_its_voter_did_not_sign_is_refused(booth: Booth) -> None:
    moot, voter, kind = booth.moot, booth.voter, booth.kind
    forged = [
        sign(STRANGER, moot, kind, booth.message()),
        sign(SIGNER, moot, kind, booth.message(nonce=1)),
        sign(SIGNER, moot, kind, booth.message(voter=ALICE)),
        sign(SIGNER, moot, kind, booth.message(), chainId=1),
        sign(SIGNER, moot, kind, booth.message(), verifyingContract=moot.vault.address),
        *(sign(SIGNER, moot, other, booth.message()) for other in BALLOTS if other != kind),
        b"",
        bytes(65),
    ]
    for signature in forged:
        with refused("GovernorInvalidSignature", voter):
            booth.cast(signature)
    assert booth.cast(sign(SIGNER, moot, kind, booth.message()))["weight"] == UNIT * SHARE


def test_a_signed_ballot_cannot_be_altered(booth: Booth) -> None:
    signed = sign(SIGNER, booth.moot, booth.kind, booth.message())
    altered = {
        "support": AGAINST, "proposalId": booth.other.id, "voter": ALICE,
        "reason": "for another reason", "params": b"",
    }  # fmt: skip
    for name, value in altered.items():
        if name in BALLOTS[booth.kind]:
            with refused("GovernorInvalidSignature", ALICE if name == "voter" else booth.voter):
                booth.cast(signed, **{name: value})
    booth.cast(signed)
