import numpy as np
import pandas as pd

from dashboards import summaries


def test_bands_are_numpy_quantiles_and_skip_silent_days() -> None:
    values = np.array([[1.0, np.nan, 3.0], [2.0, np.nan, np.nan], [6.0, np.nan, 5.0]])
    bands = summaries.quantile_bands(np.array([0, 1, 2]), values)
    assert bands["day"].to_list() == [0, 2]
    assert bands["p50"].to_list() == [2.0, 4.0]
    assert np.isclose(bands["p95"].iloc[0], np.quantile([1, 2, 6], 0.95))


def test_trailing_mean_ignores_unknown_days() -> None:
    values = np.array([[np.nan, 1.0, np.nan, 3.0, np.nan, np.nan]])
    expected = [np.nan, 1.0, 1.0, 3.0, 3.0, np.nan]
    assert np.array_equal(summaries.trailing_mean(values, 2)[0], expected, equal_nan=True)


def test_typical_run_ends_nearest_the_median() -> None:
    values = np.array([[0.0, 9.0], [0.0, 1.0], [0.0, 4.0]])
    assert summaries.typical_run(np.array([10, 11, 12]), values) == 12


def test_outcomes_keep_fate_order_and_unknown_states() -> None:
    counts = summaries.outcome_counts(pd.DataFrame({"state": ["Odd", "Defeated", "Executed"] * 2}))
    assert counts["state"].to_list() == ["Executed", "Defeated", "Odd"]
    assert np.isclose(counts["share"].sum(), 1)


def test_composition_shows_what_is_unaccounted_for() -> None:
    days, whole = np.array([0]), np.array([[100.0]])
    complete = summaries.composition(days, {"A": np.array([[99.99]])}, whole)
    assert list(complete.columns) == ["day", "A"]
    partial = summaries.composition(days, {"A": np.array([[60.0]])}, whole)
    assert partial["Elsewhere"].to_list() == [40.0]
