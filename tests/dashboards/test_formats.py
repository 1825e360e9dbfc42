import math

import numpy as np
import pytest

from dashboards.formats import GAP, Quantity, axis_of, count, power

TOKENS = Quantity("Supply", "tokens", "tokens")
SHARE = Quantity("Turnout", "share", "percent")


@pytest.mark.parametrize(
    ("quantity", "value", "text"),
    [
        (TOKENS, 40_123_000, "40.1 M tokens"),
        (TOKENS, 999_999, "1.00 M tokens"),
        (TOKENS, 812, "812 tokens"),
        (TOKENS, 0, "0 tokens"),
        (SHARE, 0.1234, "12.3 %"),
        (SHARE, -0.00001, "0.0 %"),
        (Quantity("Delay", "days", "days"), 9.104, "9.10 days"),
        (Quantity("Gini", "Gini"), 0.8572, "0.857"),
        (TOKENS, math.nan, "n/a"),
        (TOKENS, math.inf, "n/a"),
    ],
)
def test_value_reads_with_its_unit(quantity: Quantity, value: float, text: str) -> None:
    assert quantity.text(value).replace(GAP, " ") == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.121, 0.125, "12.1 to 12.5 %"),
        (0.12101, 0.12104, "12.101 to 12.104 %"),
        (0.1, 0.1, "about 10.0 %"),
    ],
)
def test_interval_takes_the_digits_that_part_its_ends(low: float, high: float, text: str) -> None:
    assert SHARE.range(low, high).replace(GAP, " ") == text


def test_interval_across_scales_keeps_both_units() -> None:
    assert TOKENS.range(999_000, 1_200_000).replace(GAP, " ") == "999 k tokens to 1.20 M tokens"


def test_settings_are_exact() -> None:
    rate = Quantity("Rate", "tokens/day")
    assert rate.setting(27_397).replace(GAP, " ") == "27,397 tokens/day"
    assert SHARE.setting(0.045).replace(GAP, " ") == "4.5 %"


def test_settings_of_durations_and_names() -> None:
    assert Quantity("Period", "", "duration").setting(604_800.0) == "7d"
    assert Quantity("Period", "", "duration").setting(90_000) == "1d 1h"
    assert Quantity("Data", "", "text").setting("UNI") == "UNI"


@pytest.mark.parametrize(
    ("low", "high", "n", "text"),
    [
        (0.2, 0.3, 20, "95 % interval 20.0 to 30.0 %"),
        (math.nan, math.nan, 1, "one run, no interval"),
        (0.25, 0.25, 1, "one run, no interval"),
        (math.nan, math.nan, 20, "no interval"),
        (math.nan, math.nan, 0, "undefined in every run"),
    ],
)
def test_interval_is_never_invented(low: float, high: float, n: int, text: str) -> None:
    assert SHARE.interval(low, high, n).replace(GAP, " ") == text


def test_axis_title_carries_scale_and_unit() -> None:
    axis = axis_of(TOKENS, np.array([4e7, np.nan]))
    assert axis.title == "Supply (million tokens)"
    assert axis.divisor == 1e6
    assert axis_of(SHARE, np.array([0.4])).ticks.endswith("%")


def test_powers_and_counts() -> None:
    assert power(4.4e-12).replace(GAP, " ") == "4 × 10⁻¹²"
    assert power(0) == "0"
    assert count(21_480) == "21,480"
