"""Which model versions may run: the registry, the gate of audits and the log of decisions."""

from decimal import Decimal

from governance.rules import OURS, YEAR
from governance.settings import Duration, Fraction, Settings, Tokens, setting
from governance.units import DAY


class Registry(Settings):
    """Models, their versions, and challenges to them."""

    challenge_window: Duration = setting(
        "Time in which an approved version can be challenged before it runs",
        unit="duration",
        source="days, as optimistic oracles; house choice",
        ge=3_600,
        le=90 * DAY,
        default=3 * DAY,
    )
    challenge_bond: Tokens = setting(
        "What a challenger puts up, lost if the court disagrees",
        unit="tokens",
        source=OURS,
        ge=Decimal("0.000001"),
        le=10**6,
        default=Decimal(1_000),
    )
    challenger_share: Fraction = setting(
        "Part of the auditors' slashed stakes that a challenger who is right gets",
        unit="share",
        source="half at The Graph, less against friendly challenges; house choice",
        ge=0,
        le=1,
        default=Decimal("0.25"),
    )
    time_to_answer: Duration = setting(
        "Time an operator has to explain a decision of a model",
        unit="duration",
        source="house choice; a month under Article 12 of the GDPR",
        ge=3_600,
        le=90 * DAY,
        default=7 * DAY,
    )


class Gate(Settings):
    """How many accredited auditors vouch for a version, by criterion, and what they risk."""

    _auditors = "k of n, so that no auditor decides alone where harm is worst; house choice"
    bias_auditors: int = setting(
        "Auditors who vouch for fairness", unit="auditors", source=_auditors, ge=1, le=8, default=2
    )
    bias_score: int = setting(
        "Least score of each", unit="points of 100", source=OURS, ge=1, le=100, default=80
    )
    safety_auditors: int = setting(
        "Auditors who vouch for safety", unit="auditors", source=_auditors, ge=1, le=8, default=2
    )
    safety_score: int = setting(
        "Least score of each", unit="points of 100", source=OURS, ge=1, le=100, default=80
    )
    quality_auditors: int = setting(
        "Auditors who vouch for quality", unit="auditors", source=_auditors, ge=1, le=8, default=1
    )
    quality_score: int = setting(
        "Least score of each", unit="points of 100", source=OURS, ge=1, le=100, default=70
    )
    attestation_stake: Tokens = setting(
        "Shares an auditor locks for each attestation",
        unit="shares",
        source=OURS,
        ge=0,
        le=10**6,
        default=Decimal(1_000),
    )
    cool_off: Duration = setting(
        "How long that stake stays locked after the attestation ends",
        unit="duration",
        source="longer than a dispute with its appeals; house choice",
        ge=DAY,
        le=YEAR,
        default=30 * DAY,
    )
    slash: Fraction = setting(
        "Part of the locked stake that an upheld challenge takes",
        unit="share",
        source=OURS,
        ge=Decimal("0.01"),
        le=1,
        default=Decimal("0.5"),
    )
