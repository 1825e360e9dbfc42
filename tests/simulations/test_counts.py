"""What is kept up by events is what a count of everything would say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulations.economy import NEEDS, blocks
from simulations.ensemble import step_in_batches
from simulations.mechanisms.checkpoints import Checkpoints
from simulations.model import DaoModel
from simulations.randomness import Run, seed_words
from tests.simulations.conftest import small

RUNS, MEMBERS, KEPT = 3, 4, 5
cells = st.integers(0, RUNS * MEMBERS - 1)
changes = st.lists(st.lists(st.tuples(cells, st.integers(1, 9)), max_size=4), max_size=4)


@settings(max_examples=60, deadline=None)
@given(days=st.lists(changes, min_size=1, max_size=9))
def test_the_past_is_what_was_there_at_the_end_of_its_days(days):
    """``days`` holds the batches of changes of each day, in which a cell may come twice."""
    values = np.zeros((RUNS, MEMBERS))
    checkpoints, past = Checkpoints(values, KEPT), [values.copy()]
    for day, batches in enumerate(days, start=1):
        for batch in batches:
            where = np.array([cell for cell, _ in batch], dtype=np.int64)
            checkpoints.touch(where)
            np.add.at(values.reshape(-1), where, [float(amount) for _, amount in batch])
        run, member = (part.ravel() for part in np.indices(values.shape))
        for then in range(max(0, day - KEPT + 1), day):
            for before in range(max(0, day - KEPT + 1), then + 1):
                found = checkpoints.at((then, before), run, member)
                rows = checkpoints.at((then, before), np.array([2, 0, 2]), slice(None))
                for part, whole, expected in zip(
                    found, rows, (past[then], past[before]), strict=True
                ):
                    np.testing.assert_array_equal(part, expected.ravel())
                    np.testing.assert_array_equal(whole, expected[[2, 0, 2]])
        checkpoints.close_day(day)
        past.append(values.copy())


@pytest.mark.parametrize("constitution", ["startup", "lab"])
def test_stakers_and_tokens_in_hand_are_what_a_recount_finds(constitution):
    model = DaoModel([small(constitution, days=120)] * 3, range(3))
    most = 0
    for _ in range(120):
        model.step()
        counted = np.count_nonzero(model.staking.shares > 0, axis=-1)
        np.testing.assert_array_equal(model.state["stakers"], counted)
        most = max(most, int(counted.max()))
        np.testing.assert_allclose(
            model.state["liquid"], model.ledger.liquid.sum(axis=-1), rtol=1e-12
        )
    assert most > 10


def test_blocks_without_members_are_left_out_and_their_variables_stay():
    scenario = small(days=5)
    for name in {cohort for needed in NEEDS.values() for cohort in needed}:
        scenario = scenario.with_value(f"world.population.{name}", 0)
    model = DaoModel([scenario], [0])
    names = [name for each in blocks(model) for name in each["policies"]]
    assert names == ["supply", "staking", "governor", "books"]
    (outcome,) = step_in_batches([(scenario, 0)])
    assert not outcome.steps["versions"].any()
    assert outcome.steps["versions"].shape == outcome.steps["supply"].shape


@pytest.mark.parametrize("entropy", [0, 7, 2**32, 2**127 + 3, 2**128, 2**200])
def test_seed_words_are_numpys(entropy):
    replicates = (0, 1, 2**31, 2**32 - 1, 2**32)
    runs = [Run(entropy, replicate) for replicate in replicates] + [Run(3, 2)]
    for some in (runs, runs[:4], [Run(1, 4), Run(2**70, 5)]):
        for key, words in (((12_345,), 1), ((2**32 - 1, 0), 4)):
            expected = [
                np.random.SeedSequence(run.entropy, spawn_key=(run.replicate, *key)).generate_state(
                    words, np.uint64
                )
                for run in some
            ]
            np.testing.assert_array_equal(seed_words(some, key, words), expected)
