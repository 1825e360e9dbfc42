"""Batches: the actions of a run come one after the other, in the order given."""

import numpy as np

from simulations.mechanisms.batches import first_of_its_kind, turns


def test_turns_keep_the_order_of_every_run():
    run = np.random.default_rng(1).integers(0, 5, 2_000)
    seen = [[] for _ in range(5)]
    for places in turns(run):
        assert np.unique(run[places]).size == places.size
        for place in places:
            seen[run[place]].append(place)
    assert seen == [np.flatnonzero(run == number).tolist() for number in range(5)]
    assert list(turns(np.empty(0, dtype=int))) == []


def test_the_first_of_a_kind_comes_before_its_likes():
    run, member = np.array([0, 0, 1, 0, 1]), np.array([2, 2, 2, 3, 2])
    assert first_of_its_kind(run, member).tolist() == [True, False, True, True, False]
    assert first_of_its_kind(run).tolist() == [True, False, True, False, False]
