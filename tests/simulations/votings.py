"""A governor with everything it needs, as mechanisms and as contracts."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from governance.rules.voting import KINDS
from governance.units import BPS, DAY, GENESIS, SHARE, TOKEN
from simulations.ledger import Ledger
from simulations.mechanisms.governor import Governor
from simulations.mechanisms.kinds import DEPLOYMENT, FUNDING
from simulations.mechanisms.staking import Staking
from simulations.scenario import Rules
from tests.contracts.law import (
    ADMIN,
    ALICE,
    BOB,
    CAROL,
    EVE,
    Contract,
    Dao,
    Proposal,
    dao,
    deploy,
    rule,
)
from tests.simulations.beside import rules_of, world

PEOPLE = (ALICE, BOB, CAROL, EVE)
WEALTH, TREASURED = 1_000, 500
STAKES = (60, 59, 1, 0)
"""The first is as heavy as the next two."""
GENERAL_DELAY = 2
"""Days of the treasury's own delay, as the test DAO is deployed."""


@dataclass(frozen=True)
class Terms:
    """What a governor asks for: durations in days, fractions in basis points, votes in shares.

    ``funding`` and ``deployment`` are threshold, quorum, approval, period and delay of the kind.
    """

    delay: int = 1
    period: int = 3
    threshold: int = 100
    extension: int = 1
    maturity: int = 1
    grace: int = 14
    cooldown: int = 0
    opening: int = 0
    base: int = 0
    quorum: int = 2_000
    floor: int = 0
    cap: int = 0
    limit: int = 0
    limit_period: int = 0
    funding: tuple[int, int, int, int, int] = (0, 0, 5_000, 0, 0)
    deployment: tuple[int, int, int, int, int] = (0, 0, 5_000, 0, 0)

    def rules(self) -> Rules:
        """The same as the constitution names it."""
        values: dict[str, float] = {
            "staking__cooldown": 7 * DAY,
            "staking__maturity": self.maturity * DAY,
            "treasury__timelock_delay": GENERAL_DELAY * DAY,
            "governor__voting_delay": self.delay * DAY,
            "governor__voting_period": self.period * DAY,
            "governor__proposal_threshold": self.threshold / BPS,
            "governor__late_quorum_extension": self.extension * DAY,
            "governor__grace_period": self.grace * DAY,
            "governor__proposal_cooldown": self.cooldown * DAY,
            "governor__opening": self.opening * DAY,
            "governor__quorum_base": self.base,
            "governor__quorum": self.quorum / BPS,
            "governor__quorum_floor": self.floor,
            "governor__quorum_cap": self.cap,
            "kinds__funding__spend_limit": self.limit,
            "kinds__funding__spend_period": self.limit_period * DAY,
        }
        for kind, terms in ((FUNDING, self.funding), (DEPLOYMENT, self.deployment)):
            threshold, quorum, approval, period, delay = terms
            values |= {
                f"kinds__{KINDS[kind]}__proposal_threshold": threshold / BPS,
                f"kinds__{KINDS[kind]}__quorum": quorum / BPS,
                f"kinds__{KINDS[kind]}__approval": approval / BPS,
                f"kinds__{KINDS[kind]}__voting_period": period * DAY,
                f"kinds__{KINDS[kind]}__timelock_delay": delay * DAY,
            }
        return rules_of(**values)

    def dao(self) -> Dao:
        """The same as contracts; nothing is easier for the constitution than for the rest."""
        easy = (0, 0, 5_000, 0, 0)
        kinds = [self.deployment, self.funding, easy, easy]
        kinds.append(tuple(map(max, zip(*kinds, strict=True))))  # type: ignore[arg-type]
        return dao(
            threshold_bps=self.threshold,
            quorum_bps=self.quorum,
            quorum_floor=self.floor * SHARE,
            quorum_cap=self.cap * SHARE,
            base=self.base,
            delay=self.delay * DAY,
            period=self.period * DAY,
            extension=self.extension * DAY,
            maturity=self.maturity * DAY,
            grace=self.grace * DAY,
            cooldown=self.cooldown * DAY,
            opens_at=GENESIS + self.opening * DAY,
            rules=[
                rule(
                    threshold_bps=threshold,
                    quorum_bps=quorum,
                    approval_bps=approval,
                    period=period * DAY,
                    delay=delay * DAY,
                )
                for threshold, quorum, approval, period, delay in kinds
            ],
        )


@dataclass
class Votings:
    """Four members with tokens, some of them staked, before both courts."""

    terms: Terms
    rules: Rules = field(init=False)
    ledger: Ledger = field(init=False)
    staking: Staking = field(init=False)
    governor: Governor = field(init=False)
    chain: Dao = field(init=False)
    recorder: Contract = field(init=False)
    proposals: list[Proposal] = field(default_factory=list)
    day: int = 0

    def __post_init__(self) -> None:
        self._deploy()
        self.rules = self.terms.rules()
        self.ledger, self.staking = world(self.rules, 1, len(PEOPLE), keep_days=6)
        self.ledger.liquid[:], self.ledger.treasury[:] = WEALTH, TREASURED
        self.ledger.minted[:] = WEALTH * len(PEOPLE) + TREASURED
        self.governor = Governor(self.rules, self.ledger, self.staking)
        self.ledger.open("spent")
        self.deployed: list[int] = []
        self.governor.serve(
            DEPLOYMENT,
            lambda calls, now: self.deployed.extend(np.atleast_1d(calls.target).tolist()),
            lambda run, target, now: np.ones(run.shape, dtype=bool),
        )

    def _deploy(self) -> None:
        it = self.chain = self.terms.dao()
        self.launch = it.chain.timestamp()
        self.recorder = deploy(it.chain, "Recorder", 1)
        transfer = it.token.encode("transfer", ALICE, 1)
        it.list_call(it.token.address, transfer, FUNDING)
        it.list_call(self.recorder.address, self.recorder.encode("record", 1), DEPLOYMENT)
        if self.terms.limit_period:
            it.guard.send(ADMIN, "setMeter", it.token.address, transfer[:4], it.token.address, 2)
            limit = self.terms.limit * TOKEN, self.terms.limit_period * DAY
            it.guard.send(ADMIN, "setSpendLimit", FUNDING, it.token.address, *limit)
        for who in PEOPLE:
            it.token.send(ADMIN, "transfer", who, WEALTH * TOKEN)
            it.token.send(who, "approve", it.vault.address, 2**256 - 1)
        self.spend_on_chain(it.token.read("balanceOf", it.treasury.address) - TREASURED * TOKEN)
        it.token.send(ADMIN, "burn", it.token.read("balanceOf", ADMIN))

    def spend_on_chain(self, wei: int) -> None:
        """Let the treasury pay its administrator."""
        it = self.chain
        pay = it.token.encode("transfer", ADMIN, wei)
        it.chain.send_as(it.treasury.address, it.token.address, pay)

    def next_day(self) -> None:
        """End the day and open the next."""
        self.staking.close_day(self.day)
        self.governor.close_day()
        self.day += 1
        self.chain.chain.advance(DAY)
        self.governor.open_day(self.day)

    def proposal(self, number: int) -> Proposal:
        """A proposal on chain by its number here, or one that nobody made."""
        if 0 <= number < len(self.proposals):
            return self.proposals[number]
        return Proposal(self.chain, ([EVE], [0], [b""]), f"nobody's {number}")

    def call(self, target: int, amount: float | None) -> tuple[str, int, bytes]:
        """What a proposal would do: pay a member, or deploy a version if there is no amount."""
        if amount is None:
            return self.recorder.address, 0, self.recorder.encode("record", target)
        wei = round(amount * 1e6) * (TOKEN // 10**6)
        return (
            self.chain.token.address,
            0,
            self.chain.token.encode("transfer", PEOPLE[target], wei),
        )

    def read(self, function: str, number: int, *more: Any) -> Any:
        """Ask the governor about a proposal."""
        return self.chain.governor.read(function, self.proposals[number].id, *more)
