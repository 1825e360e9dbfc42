"""Who is right in a dispute: the court's lanes, and the way to a court outside."""

from decimal import Decimal
from typing import Self

from pydantic import model_validator

from governance.rules import OURS
from governance.settings import Duration, Fraction, Settings, Tokens, setting
from governance.units import DAY

_HOUR, _MINUTE = 3_600, 60
_MOST_STAKE = 10**7
_KLEROS = "General Court of Kleros v2"


class Lane(Settings):
    """Terms of one lane of the court; the defaults are those for people."""

    evidence: Duration = setting(
        "Time for evidence",
        unit="duration",
        source=_KLEROS,
        ge=_MINUTE,
        le=60 * DAY,
        default=3 * DAY + 6 * _HOUR,
    )
    commit: Duration = setting(
        "Time for hidden votes",
        unit="duration",
        source=_KLEROS,
        ge=_MINUTE,
        le=60 * DAY,
        default=6 * DAY + 18 * _HOUR,
    )
    reveal: Duration = setting(
        "Time to reveal them",
        unit="duration",
        source=_KLEROS,
        ge=_MINUTE,
        le=60 * DAY,
        default=6 * DAY + 18 * _HOUR,
    )
    appeal: Duration = setting(
        "Time to fund an appeal, half of it for the losing side alone to begin with",
        unit="duration",
        source=_KLEROS,
        ge=_MINUTE,
        le=60 * DAY,
        default=4 * DAY + 12 * _HOUR,
    )
    patience: Duration = setting(
        "How long a panel waits for more jurors",
        unit="duration",
        source=OURS,
        ge=_MINUTE,
        le=60 * DAY,
        default=7 * DAY,
    )
    staking: Duration = setting(
        "Least time between two draws in which stakes can change",
        unit="duration",
        source="at least 30 min at Kleros v2",
        ge=_MINUTE,
        le=DAY,
        default=30 * _MINUTE,
    )
    alpha: Fraction = setting(
        "Part of the least stake that a seat risks",
        unit="share",
        source=_KLEROS,
        ge=Decimal("0.0001"),
        le=1,
        default=Decimal(1),
    )
    winner_stake: Fraction = setting(
        "What the winning side of an appeal puts up, of the next panel's fees",
        unit="share",
        source="1 at Kleros v2",
        ge=1,
        le=10,
        default=Decimal(1),
    )
    loser_stake: Fraction = setting(
        "What the losing side puts up, of the next panel's fees",
        unit="share",
        source="2 at Kleros v2",
        ge=1,
        le=10,
        default=Decimal(2),
    )
    seats: int = setting(
        "Seats of a first panel", unit="seats", source="3 at Kleros", ge=1, le=511, default=3
    )
    most_seats: int = setting(
        "Most seats of a panel; one that cannot double has the last word",
        unit="seats",
        source="appeals 3, 7, 15, 31, 63; house choice",
        ge=1,
        le=511,
        default=63,
    )
    least_stake: Tokens = setting(
        "Least stake of a juror",
        unit="shares",
        source=_KLEROS,
        ge=Decimal("0.001"),
        le=_MOST_STAKE,
        default=Decimal(2_300),
    )
    fee: Tokens = setting(
        "Fee of a seat",
        unit="tokens",
        source=OURS,
        ge=Decimal("0.000001"),
        le=_MOST_STAKE,
        default=Decimal(10),
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.seats > self.most_seats:
            raise ValueError(f"seats = {self.seats} exceeds most_seats = {self.most_seats}")
        if self.winner_stake > self.loser_stake:
            raise ValueError(
                f"winner_stake = {self.winner_stake} exceeds loser_stake = {self.loser_stake}: "
                "whoever lost asks for the appeal and puts up at least as much"
            )
        return self


AGENTS = Lane(
    evidence=45 * _MINUTE,
    commit=45 * _MINUTE,
    reveal=30 * _MINUTE,
    appeal=36 * _HOUR,
    patience=6 * _HOUR,
    staking=_MINUTE,
    alpha=Decimal("0.017"),
    most_seats=7,
    least_stake=Decimal(11_000),
    fee=Decimal(1),
)
"""After the Agentic Commerce court of Kleros v2."""


class Court(Settings):
    """The court: lane 0 for people, lane 1 for agents."""

    random_delay: int = setting(
        "Blocks between asking for a random number and the block that gives it",
        unit="blocks",
        source="more than the 4 whose proposers are known, and within 256; house choice",
        ge=5,
        le=7_200,
        default=64,
    )
    people: Lane = Lane()
    agents: Lane = AGENTS


class Kleros(Settings):
    """The way to Kleros v2 instead of the court of one's own."""

    core: str = setting(
        "Address of KlerosCore; empty to use the DAO's own court",
        unit="address",
        source="none",
        pattern="^(0x[0-9a-fA-F]{40})?$",
        default="",
    )
    court_of_people: int = setting(
        "Kleros court that stands for lane 0",
        unit="court",
        source="1 is the General Court",
        ge=1,
        le=10**6,
        default=1,
    )
    court_of_agents: int = setting(
        "Kleros court that stands for lane 1",
        unit="court",
        source="34 is Agentic Commerce",
        ge=1,
        le=10**6,
        default=34,
    )
    dispute_kit: int = setting(
        "Kleros dispute kit", unit="kit", source="1 is the classic kit", ge=1, le=10**6, default=1
    )
    coin_price: Tokens = setting(
        "Tokens taken for one coin of the chain, in which Kleros is paid",
        unit="tokens",
        source=OURS,
        ge=Decimal("0.000001"),
        le=10**9,
        default=Decimal(10_000),
    )
