"""Draws depend on entropy, replicate and stream name, and on nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.randomness import Run, Stream

RUNS = [Run(7, replicate) for replicate in range(4)]


def history(runs: list[Run], name: str, counts: list[list[int]]) -> list[list[float]]:
    """What each run drew over several events."""
    stream = Stream(runs, name)
    drawn: list[list[float]] = [[] for _ in runs]
    for asked in counts:
        values = stream.uniform(np.array(asked))
        for run, part in enumerate(np.split(values, np.cumsum(asked)[:-1])):
            drawn[run] += part.tolist()
    return drawn


@given(st.lists(st.lists(st.integers(0, 900), min_size=4, max_size=4), min_size=1, max_size=6))
def test_a_run_draws_the_same_alone_and_among_others(counts):
    together = history(RUNS, "holders", counts)
    for run, mine in enumerate(together):
        alone = history([RUNS[run]], "holders", [[asked[run]] for asked in counts])
        assert alone[0] == mine


@given(st.lists(st.integers(0, 2_000), min_size=1, max_size=8))
def test_draws_are_one_sequence_however_they_are_asked_for(parts):
    whole = history([RUNS[0]], "holders", [[sum(parts)]])
    assert history([RUNS[0]], "holders", [[part] for part in parts]) == whole


@pytest.mark.parametrize(
    ("run", "name"), [(Run(8, 0), "holders"), (Run(7, 1), "holders"), (Run(7, 0), "delegates")]
)
def test_another_seed_replicate_or_name_draws_otherwise(run, name):
    assert history([run], name, [[50]]) != history([Run(7, 0)], "holders", [[50]])


def test_rows_and_events_and_exponentials_have_sequences_of_their_own():
    stream = Stream(RUNS, "rows")
    first = stream.uniform_rows(3)
    stream.uniform(np.array([5, 0, 1, 2]))
    again = Stream(RUNS, "rows")
    np.testing.assert_array_equal(np.hstack([first, stream.uniform_rows(2)]), again.uniform_rows(5))
    one, other = Stream(RUNS, "rows"), Stream(RUNS, "rows")
    parts = [one.exponential_rows(1, np.array([3, 0])), one.exponential_rows(1, np.array([2, 4]))]
    whole = other.exponential_rows(1, np.array([5, 4]))
    np.testing.assert_array_equal(np.concatenate([parts[0], parts[1]]), whole)
    np.testing.assert_array_equal(whole[5:], -np.log(again_rows(RUNS[2], 4)))


def again_rows(run: Run, count: int) -> np.ndarray:
    return Stream([run], "rows").uniform_rows(count)[0]


def test_exponentials_are_what_they_say():
    drawn = Stream([Run(1, 0)], "check").exponential_rows(0, np.array([200_000]))
    assert drawn.min() > 0
    assert drawn.mean() == pytest.approx(1, abs=0.01)
    assert np.mean(drawn > 2) == pytest.approx(np.exp(-2), abs=0.003)


def test_uniforms_and_normals_are_what_they_say():
    stream = Stream([Run(1, 0)], "check")
    uniform, normal = stream.uniform(np.array([200_000])), stream.normal(np.array([200_000]))
    assert uniform.min() >= 0
    assert uniform.max() < 1
    assert uniform.mean() == pytest.approx(0.5, abs=0.003)
    assert normal.mean() == pytest.approx(0, abs=0.01)
    assert normal.std() == pytest.approx(1, abs=0.01)
    assert abs(np.corrcoef(uniform, normal)[0, 1]) < 0.01
    assert Stream(RUNS, "rows").uniform_rows(3).shape == (4, 3)
    assert not np.array_equal(*(Stream(RUNS, "rows").normal_rows(2)[i] for i in (0, 1)))
