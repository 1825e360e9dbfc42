"""A court with its jurors on an embedded chain, and a model of its draws."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, count
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from governance.chain import Event
from governance.units import BPS, DAY, SHARE, TOKEN
from tests.contracts.law import (
    ADMIN,
    Contract,
    Staking,
    account,
    deploy,
    role,
    staking,
)

PHASES = ("Evidence", "Drawing", "Commit", "Reveal", "Appeal", "Execution")
SEALED, DUE, KNOWN, LOST = range(4)
GENERAL, FAST = 0, 1
TREASURY = account("treasury")
MINUTE, HOUR = 60, 3_600


@dataclass(frozen=True)
class Terms:
    """The terms of a lane, in the order of CourtTerms.Terms."""

    evidence: int = 280_800
    commit: int = 583_200
    reveal: int = 583_200
    appeal: int = 388_800
    patience: int = 7 * DAY
    staking: int = 30 * MINUTE
    alpha: int = BPS
    winner_bps: int = BPS
    loser_bps: int = 2 * BPS
    seats: int = 3
    max_seats: int = 63
    min_stake: int = 2_300 * SHARE
    fee: int = TOKEN // 200

    @property
    def risk(self) -> int:
        """Shares that a seat puts at risk."""
        return self.min_stake * self.alpha // BPS

    def encoded(self) -> tuple[int, ...]:
        """Return the values as the contract takes them."""
        return tuple(vars(self).values())


GENERAL_COURT = Terms()
"""The General Court of Kleros v2, with our panel bound."""
AGENTIC_COMMERCE = Terms(
    evidence=45 * MINUTE,
    commit=45 * MINUTE,
    reveal=30 * MINUTE,
    appeal=36 * HOUR,
    patience=6 * HOUR,
    staking=MINUTE,
    alpha=170,
    max_seats=7,
    min_stake=11_000 * SHARE,
    fee=27 * TOKEN // 100_000,
)
"""The Agentic Commerce court of Kleros v2."""


def extra_data(lane: int, seats: int = 0) -> bytes:
    """Pack a lane and the least seats."""
    return encode(["uint256", "uint256"], [lane, seats])


def salt_of(juror: str) -> bytes:
    """Return the secret of a juror's vote."""
    return keccak(text=f"salt of {juror}")


def tickets(seed: int, dispute: int, rounds: int) -> Iterator[int]:
    """Yield the numbers that a panel is drawn by."""
    words = ["uint256"] * 4
    for attempt in count():
        yield int.from_bytes(keccak(encode(words, [seed, dispute, rounds, attempt])))


def predict(
    weights: Mapping[str, int],
    free: Mapping[str, int],
    risk: int,
    seats: int,
    numbers: Iterator[int],
) -> list[str]:
    """Draw a panel by laying the weights end to end; who cannot cover one more seat drops out."""
    left, free = dict(weights), dict(free)
    panel: list[str] = []
    while len(panel) < seats and any(left.values()):
        ticket = next(numbers) % sum(left.values())
        ends = accumulate(left.values())
        drawn = next(who for who, end in zip(left, ends, strict=True) if ticket < end)
        panel.append(drawn)
        free[drawn] -= risk
        if free[drawn] < risk:
            left[drawn] = 0
    return panel


@dataclass
class Court:
    """A court with two lanes; its arbitrable holds tokens for fees."""

    base: Staking
    contract: Contract
    random: Contract
    arbitrable: Contract
    terms: tuple[Terms, Terms]
    stakes: dict[int, dict[str, int]] = field(default_factory=lambda: {GENERAL: {}, FAST: {}})

    @property
    def chain(self) -> Any:
        """The chain it is on."""
        return self.base.chain

    @property
    def token(self) -> Contract:
        """The token fees are paid in."""
        return self.base.token

    @property
    def vault(self) -> Contract:
        """The vault jurors stake in."""
        return self.base.vault

    def read(self, function: str, *args: Any) -> Any:
        """Read the court."""
        return self.contract.read(function, *args)

    def send(self, sender: str, function: str, *args: Any) -> Sequence[Event]:
        """Send the court a transaction."""
        return self.contract.send(sender, function, *args)

    def held(self, who: str) -> int:
        """Tokens of an account."""
        return int(self.token.read("balanceOf", who))

    def seat(self, juror: str, stakes: int = 10, lane: int = GENERAL) -> int:
        """Have a juror put up a multiple of the least stake; return the shares."""
        shares = stakes * self.terms[lane].min_stake
        self.base.stake(juror, shares // 1_000)
        self.send(juror, "setStake", lane, shares)
        self.stakes[lane][juror] = shares
        return shares

    def open(self, lane: int = GENERAL, choices: int = 2, seats: int = 0) -> int:
        """Open a dispute through the arbitrable; return its number."""
        number = int(self.read("disputes"))
        self.arbitrable.send(
            ADMIN, "open", self.contract.address, choices, extra_data(lane, seats),
            self.token.address, 10**30,
        )  # fmt: skip
        return number

    def phase(self, dispute: int) -> str:
        """Name of the phase."""
        return PHASES[self.read("disputeOf", dispute)[0][1]]

    def deadline(self, dispute: int) -> int:
        """End of the phase."""
        return int(self.read("disputeOf", dispute)[0][6])

    def rounds(self, dispute: int) -> int:
        """Number of panels."""
        return int(self.read("disputeOf", dispute)[1])

    def wait(self, dispute: int) -> None:
        """Wait until the phase may end."""
        self.chain.set_time(max(self.chain.timestamp(), self.deadline(dispute)))

    def ask(self, dispute: int) -> int:
        """End the evidence and ask for the number of the draw; return the request."""
        self.wait(dispute)
        ended = self.read("sessionOf", self.lane(dispute))[1]
        if ended:
            pause = self.terms[self.lane(dispute)].staking
            self.chain.set_time(max(self.chain.timestamp(), ended + pause))
        self.send(ADMIN, "requestDraw", dispute)
        return int(self.random.read("latest"))

    def lane(self, dispute: int) -> int:
        """Lane of a dispute."""
        return int(self.read("disputeOf", dispute)[0][4])

    def reveal_number(self, request: int, seed: int) -> None:
        """Let the number of a draw be known."""
        self.random.send(ADMIN, "set", request, KNOWN, seed)

    def empanel(self, dispute: int, panel: Sequence[str]) -> None:
        """Draw exactly these jurors, in any order, by a number found by trying."""
        lane, rounds = self.lane(dispute), self.rounds(dispute)
        weights = {who: self.read("weightOf", lane, who) for who in self.stakes[lane]}
        risk = self.terms[lane].risk
        jurors = {who: self.read("jurorOf", lane, who) for who in weights}
        free = {who: stake - at_risk for who, (stake, at_risk, _) in jurors.items()}
        wanted = sorted(panel)
        for seed in range(1, 10_000):
            drawn = predict(weights, free, risk, len(panel), tickets(seed, dispute, rounds))
            if sorted(drawn) == wanted:
                break
        else:
            raise AssertionError(f"no number draws {panel}")
        self.reveal_number(self.ask(dispute), seed)
        events = self.send(ADMIN, "draw", dispute, 1_000)
        found = [event.args["juror"] for event in events if event.name == "Drawn"]
        assert sorted(found) == wanted

    def commit(self, dispute: int, juror: str, choice: int) -> None:
        """Cast a hidden vote."""
        hidden = self.read(
            "commitmentOf", dispute, self.rounds(dispute) - 1, juror, choice, salt_of(juror)
        )
        self.send(juror, "commit", dispute, hidden)

    def reveal(self, dispute: int, juror: str, choice: int) -> Sequence[Event]:
        """Reveal a vote."""
        return self.send(juror, "reveal", dispute, choice, salt_of(juror))

    def vote(self, dispute: int, votes: Mapping[str, int], silent: Sequence[str] = ()) -> None:
        """Let a panel vote; the silent commit and do not reveal."""
        for juror, choice in votes.items():
            self.commit(dispute, juror, choice)
        for juror in silent:
            self.commit(dispute, juror, 1)
        self.pass_phase(dispute, "Reveal")
        for juror, choice in votes.items():
            self.reveal(dispute, juror, choice)
        self.wait(dispute)
        self.send(ADMIN, "advance", dispute)

    def pass_phase(self, dispute: int, expected: str) -> None:
        """Wait for the end of the phase and advance."""
        self.wait(dispute)
        self.send(ADMIN, "advance", dispute)
        assert self.phase(dispute) == expected

    def try_dispute(
        self, votes: Mapping[str, int], lane: int = GENERAL, silent: Sequence[str] = ()
    ) -> int:
        """Open a dispute with one seat for each vote and go on to the appeal or the end."""
        dispute = self.open(lane)
        self.empanel(dispute, [*votes, *silent])
        self.vote(dispute, votes, silent)
        return dispute

    def fund(self, dispute: int, backer: str, choice: int, wei: int) -> Sequence[Event]:
        """Put up for a choice in an appeal."""
        self.token.send(ADMIN, "transfer", backer, wei)
        self.token.send(backer, "approve", self.contract.address, wei)
        return self.send(backer, "fundAppeal", dispute, choice, wei)

    def settle(self, dispute: int) -> None:
        """Settle all panels."""
        for number in range(self.rounds(dispute)):
            self.send(ADMIN, "execute", dispute, number, 1_000)

    def shares(self, juror: str) -> int:
        """Active shares of a juror."""
        return int(self.vault.read("balanceOf", juror))


def court(general: Terms = GENERAL_COURT, fast: Terms = AGENTIC_COMMERCE) -> Court:
    """Deploy a court with its roles, and an arbitrable with 1,000 tokens."""
    base = staking()
    random = deploy(base.chain, "SettableRandomness")
    lanes = [general.encoded(), fast.encoded()]
    contract = deploy(
        base.chain, "Court", base.vault.address, lanes, random.address, TREASURY, ADMIN
    )
    for name in ("LOCKER_ROLE", "SLASHER_ROLE"):
        base.vault.send(ADMIN, "grantRole", role(name), contract.address)
    contract.send(ADMIN, "grantRole", role("TERMS_ROLE"), ADMIN)
    arbitrable = deploy(base.chain, "RulingRecorder")
    base.token.send(ADMIN, "transfer", arbitrable.address, 1_000 * TOKEN)
    return Court(base, contract, random, arbitrable, (general, fast))
