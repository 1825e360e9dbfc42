"""The bridge to cadCAD refuses what cadCAD would run wrongly, and hides no error."""

import inspect
from pathlib import Path

import pytest

from simulations import assembly
from simulations.agents.cohort import Cohort
from simulations.blocks import MOST_BLOCKS, DayLoop, block


def clock(name: str = "clock", variables: tuple[str, ...] = ("day",)) -> dict:
    return block(name, lambda day: {}, variables)


@pytest.mark.parametrize(
    ("blocks", "state", "message"),
    [
        ([clock(str(i)) for i in range(MOST_BLOCKS + 1)], {"day": 0}, "at most 8"),
        ([clock(), clock()], {"day": 0}, "named twice"),
        ([clock(), clock("idle", ())], {"day": 0}, "updates no variable"),
        ([clock(variables=("day", "supply"))], {"day": 0}, "not in the initial state"),
        ([clock(variables=("supply",))], {"day": 0, "supply": 1}, "must update 'day'"),
    ],
)
def test_block_lists_that_are_refused(blocks, state, message):
    with pytest.raises(ValueError, match=message):
        DayLoop(state, blocks)


@pytest.mark.parametrize("error", [TypeError("mine"), ValueError("mine")])
def test_a_policys_own_error_gets_through(error):
    def broken(day: int) -> dict:
        raise error

    loop = DayLoop({"day": 0}, [block("broken", broken, ("day",))])
    with pytest.raises(type(error), match="mine"):
        loop.advance()


def test_a_missing_signal_is_named():
    loop = DayLoop({"day": 0, "supply": 1}, [clock(variables=("day", "supply"))])
    with pytest.raises(KeyError, match="gave no signal 'supply'"):
        loop.advance()


def test_every_block_sees_the_same_day():
    seen = []

    def look(day: int) -> dict:
        seen.append(day)
        return {"last": day}

    loop = DayLoop({"day": 0, "last": 0}, [clock(), block("look", look, ("last",))])
    for _ in range(3):
        loop.advance()
    assert seen == [1, 2, 3]
    assert loop.state["last"] == 3


def test_a_cohort_is_one_file_that_fits_a_screen():
    kinds = [
        kind
        for kind in vars(assembly).values()
        if inspect.isclass(kind) and issubclass(kind, Cohort) and kind is not Cohort
    ]
    files = [Path(inspect.getfile(kind)) for kind in kinds]
    assert len(set(files)) == len(files) >= 15
    long = {file.name for file in files if len(file.read_text().splitlines()) > 80}
    assert not long
