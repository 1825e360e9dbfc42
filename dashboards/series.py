"""The day-by-day columns of a rehearsal: what each measures, in words."""

from dataclasses import dataclass

from dashboards.formats import Quantity


@dataclass(frozen=True)
class Series:
    """A column of ``steps.parquet`` and the sentence that explains it."""

    column: str
    quantity: Quantity
    meaning: str
    from_day: int = 0
    """First day drawn, where earlier days would hide the rest."""


SERIES: dict[str, Series] = {
    series.column: series
    for series in (
        Series(
            "supply", Quantity("Supply", "tokens", "tokens"), "Tokens minted less tokens burned."
        ),
        Series(
            "staked_share",
            Quantity("Staked share", "", "percent"),
            "Tokens in the staking vault, as a share of the supply. Only staked tokens vote.",
        ),
        Series(
            "treasury",
            Quantity("Treasury", "tokens", "tokens"),
            "Tokens the timelock treasury can spend by vote.",
        ),
        Series(
            "turnout",
            Quantity("Turnout", "", "percent"),
            "Votes cast over votes that could be cast, on proposals closed in the last 28 days.",
        ),
        Series(
            "share_price",
            Quantity("Share price", "tokens per share", "number"),
            "Tokens that one vault share redeems for: it grows with the stakers' emissions.",
        ),
        Series(
            "apr",
            Quantity("Staking yield", "", "percent"),
            "Emissions to stakers over a year at the day's rate, per staked token; "
            "from day 30, once stake has built up.",
            from_day=30,
        ),
        Series(
            "stakers",
            Quantity("Active stakers", "members"),
            "Members with shares in the vault that they have not asked back.",
        ),
        Series(
            "price",
            Quantity("Price", "quote", "number"),
            "What a token costs in the pool, in the world's money.",
        ),
        Series(
            "uses",
            Quantity("Uses", "uses"),
            "Uses of models that were paid for, since launch.",
        ),
        Series(
            "deployable",
            Quantity("Versions in use", "versions"),
            "Versions that passed their audits and the vote, and that nothing has stopped since.",
        ),
        Series(
            "trust",
            Quantity("Trust", "", "percent"),
            "Part of the users' trust that is left: a known harm takes some, time gives it back.",
        ),
    )
}
"""By column, in the order the pages offer them; a rehearsal may lack some."""

WINDOW = 28
"""Days over which turnout is averaged: a single day closes few votes, or none."""

COMPOSITION: tuple[tuple[str, str], ...] = (
    ("staked", "Staked"),
    ("liquid", "Liquid"),
    ("treasury", "Treasury"),
    ("vesting_locked", "Locked in vesting"),
)
"""Columns that share out the supply, with their names, from the bottom of the stack up."""
