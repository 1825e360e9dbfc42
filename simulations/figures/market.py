"""Figures of the market: what is used, and where the fees go."""

from simulations.figures.metric import OURS, Metric, last


def _fee(name: str, who: str, variable: str) -> Metric:
    return Metric(
        name, f"Fees {who}", "tokens", f"Tokens paid for use that went {who} in the horizon", OURS,
        "tokens", lambda o: last(o, variable),
    )  # fmt: skip


METRICS = (
    Metric(
        "uses", "Uses paid for", "uses", "Uses of models that were paid for in the horizon", OURS,
        "number", lambda o: last(o, "uses"),
    ),
    Metric(
        "ahead", "Gained by running ahead", "tokens gained",
        "Tokens at the end of attackers who buy signal ahead of curators, with their part of what "
        "is behind models and unclaimed fees, less those they began with; 0 without such attackers",
        OURS, "tokens",
        lambda o: last(o, "ahead"),
    ),
    _fee("fees_burned", "burned", "fees_burned"),
    _fee("fees_to_developers", "to developers", "fees_to_developers"),
    _fee("fees_to_curators", "to curators", "fees_to_curators"),
    _fee("fees_to_stakers", "to stakers", "fees_to_stakers"),
    _fee("fees_to_treasury", "to the treasury", "fees_to_treasury"),
)  # fmt: skip
