"""An arbitrable of ours before a Kleros court, through the adapter."""

from dataclasses import dataclass

import pytest

from governance.chain import EmbeddedChain
from governance.units import TOKEN
from tests.contracts.courtroom import extra_data
from tests.contracts.law import ADMIN, EVE, Contract, account, deploy, refused, role

TREASURY = account("treasury")
COIN = 10**18
SEAT = COIN // 200
"""Fee of a seat at the stand-in for Kleros."""
PRICE = 1_000 * TOKEN
"""Tokens for a coin."""
COURTS = [1, 34]
SKIPPED = 7
"""Disputes of others at Kleros before ours."""


@dataclass(frozen=True)
class Setting:
    """An adapter with a coin, and an arbitrable with 100 tokens."""

    chain: EmbeddedChain
    token: Contract
    kleros: Contract
    adapter: Contract
    arbitrable: Contract

    def open(self, data: bytes = b"", fee: int = 100 * TOKEN, choices: int = 2) -> None:
        """Open a dispute."""
        self.arbitrable.send(
            ADMIN, "open", self.adapter.address, choices, data, self.token.address, fee
        )


@pytest.fixture
def setting() -> Setting:
    chain = EmbeddedChain()
    token = deploy(chain, "MootToken", "Moot", "MOOT", 10**9 * TOKEN, ADMIN, ADMIN, 10**6 * TOKEN)
    kleros = deploy(chain, "OneKeyKleros", SKIPPED)
    adapter = deploy(
        chain, "KlerosAdapter", kleros.address, token.address, TREASURY, COURTS, 1, PRICE, ADMIN
    )
    arbitrable = deploy(chain, "RulingRecorder")
    for name, who in (("TREASURER_ROLE", ADMIN), ("ARBITRABLE_ROLE", arbitrable.address)):
        adapter.send(ADMIN, "grantRole", role(name), who)
    token.send(ADMIN, "transfer", arbitrable.address, 100 * TOKEN)
    chain.fund(EVE, COIN)
    chain.send(EVE, adapter.address, b"", value=COIN)
    return Setting(chain, token, kleros, adapter, arbitrable)


def test_the_fee_in_tokens_is_what_kleros_asks_in_coins_at_the_price(setting: Setting) -> None:
    token = setting.token.address
    assert setting.adapter.read("arbitrationCost", b"", token) == 3 * SEAT * 1_000
    setting.adapter.send(ADMIN, "setPrice", 1)
    assert setting.adapter.read("arbitrationCost", extra_data(0, 5), token) == 1
    with refused("UnsupportedToken", EVE, token):
        setting.adapter.read("arbitrationCost", b"", EVE)


def test_a_dispute_goes_to_kleros_and_its_ruling_comes_back(setting: Setting) -> None:
    setting.open(extra_data(1, 5), choices=3)
    there = setting.adapter.read("klerosDisputeOf", 0)
    assert there == SKIPPED
    opener, choices, told, paid, _ = setting.kleros.read("disputeOf", there)
    assert (opener, choices, paid) == (setting.adapter.address, 3, 5 * SEAT)
    assert told == extra_data(34, 5) + (1).to_bytes(32)
    assert setting.chain.balance(setting.adapter.address) == COIN - 5 * SEAT
    assert setting.token.read("balanceOf", TREASURY) == 5 * SEAT * 1_000

    setting.kleros.send(EVE, "decide", there, 3)
    assert setting.adapter.read("currentRuling", 0) == (3, False, False)
    setting.kleros.send(EVE, "executeRuling", there)
    assert setting.arbitrable.read("rulings", 0) == 1
    assert setting.arbitrable.read("rulingOf", 0) == 3
    assert setting.adapter.read("caseOf", 0)[1:] == (True, there, 3)
    with refused("AlreadyRuled", 0):
        setting.kleros.send(EVE, "executeRuling", there)


def test_an_arbitrable_that_refuses_can_be_ruled_on_again(setting: Setting) -> None:
    setting.open()
    setting.arbitrable.send(ADMIN, "behave", True, b"")
    with refused("Refused", 0):
        setting.kleros.send(EVE, "executeRuling", SKIPPED)
    setting.arbitrable.send(ADMIN, "behave", False, b"")
    setting.kleros.send(EVE, "executeRuling", SKIPPED)
    assert setting.arbitrable.read("rulings", 0) == 1


def test_only_kleros_rules_and_only_on_our_disputes(setting: Setting) -> None:
    setting.open()
    with refused("NotKleros", EVE, setting.kleros.address):
        setting.adapter.send(EVE, "rule", SKIPPED, 1)
    with refused("UnknownDispute", 1):
        setting.adapter.read("currentRuling", 1)


def test_only_named_arbitrables_spend_the_coins(setting: Setting) -> None:
    needed = role("ARBITRABLE_ROLE")
    with refused("AccessControlUnauthorizedAccount", EVE, needed):
        setting.adapter.send(EVE, "createDispute", 2, b"", setting.token.address, TOKEN)
    fee = 3 * SEAT * 1_000
    with refused("FeeTooLow", fee - 1, fee):
        setting.open(fee=fee - 1)
    with refused("UnknownLane", 2, 2):
        setting.open(extra_data(2))
    with refused("InvalidExtraData", b"\1"):
        setting.open(b"\1")
    with refused("InsufficientCoins", COIN, 201 * SEAT):
        setting.open(extra_data(0, 201), fee=2_000 * TOKEN)


def test_the_treasury_sets_the_price_and_takes_coins_back(setting: Setting) -> None:
    for call in (("setPrice", 2), ("returnCoins", 1)):
        with refused("AccessControlUnauthorizedAccount", EVE, role("TREASURER_ROLE")):
            setting.adapter.send(EVE, *call)
    for price in (0, 2**128):
        with refused("PriceOutOfBounds", price, 1, 2**128 - 1):
            setting.adapter.send(ADMIN, "setPrice", price)
    setting.adapter.send(ADMIN, "returnCoins", COIN)
    assert setting.chain.balance(TREASURY) == COIN
    with refused("InsufficientCoins", 0, 3 * SEAT):
        setting.open()


def test_an_adapter_needs_a_court_and_a_treasury(setting: Setting) -> None:
    zero = "0x" + "0" * 40
    kleros, token = setting.kleros.address, setting.token.address
    for error, args in (
        ("InvalidAddress", (EVE, token, TREASURY, COURTS, 1, PRICE, ADMIN)),
        ("InvalidAddress", (kleros, token, zero, COURTS, 1, PRICE, ADMIN)),
        ("NoCourts", (kleros, token, TREASURY, [], 1, PRICE, ADMIN)),
        ("PriceOutOfBounds", (kleros, token, TREASURY, COURTS, 1, 0, ADMIN)),
    ):
        with refused(error):
            deploy(setting.chain, "KlerosAdapter", *args)
