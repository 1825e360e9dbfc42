"""Studies and models for the tests of the runner; importable, so that workers find them."""

import os
import signal
import time
from pathlib import Path

import numpy as np

from simulations.scenario import load_scenario
from simulations.studies.fields import StudyFile
from simulations.studies.models import Function
from simulations.studies.study import Study

LEVER, OTHER = "governor.quorum", "world.proposals.noise"
TABLES = ("runs", "points", "goals")


def study(model: Function | None = None, **fields) -> Study:
    """A study of one lever and one uncertainty, with what is named changed."""
    told = {
        "name": "small",
        "question": "What comes out?",
        "replicates": 3,
        "levers": {LEVER: [0.04, 0.08, 0.3]},
        "uncertainties": {OTHER: [0.5, 1.0]},
        "goals": [{"metric": "y", "at_least": 0.0, "probability": 0.5}],
    }
    file = StudyFile.model_validate(told | fields)
    base = load_scenario(days=file.days, seed=file.seed)
    return Study.of(file, base, ("y",) if model is not None else ())


def tables(folder: Path) -> dict[str, bytes]:
    """The bytes of a study's tables."""
    return {name: (folder / f"{name}.parquet").read_bytes() for name in TABLES}


def noisy(values, replicate):
    """A value with noise that depends on the replicate alone."""
    noise = np.array([np.random.default_rng(each).normal() for each in replicate])
    return {"y": 10.0 * values[LEVER] - values[OTHER] + 0.1 * noise}


def slow(values, replicate):
    """The same, but it takes a while."""
    time.sleep(0.02 * len(replicate))
    return noisy(values, replicate)


def fails_at_one(values, replicate):
    """The same, but one run cannot be done."""
    if ((values[LEVER] == 0.08) & (values[OTHER] == 1.0) & (replicate == 1)).any():
        raise ZeroDivisionError("nobody voted")
    return noisy(values, replicate)


def always_fails(values, replicate):
    """No run can be done."""
    raise ZeroDivisionError("nobody voted")


def kills_its_worker(values, replicate):
    """The same, but one run kills the process that tries it."""
    if ((values[LEVER] == 0.3) & (values[OTHER] == 1.0) & (replicate == 2)).any():
        os.kill(os.getpid(), signal.SIGKILL)
    return noisy(values, replicate)


def ishigami(values, replicate):
    """Ishigami and Homma's (1990) function of the uncertainties, each from -pi to pi."""
    first, second, third = (
        np.pi * (2.0 * (values[path] - low) / (high - low) - 1.0)
        for path, (low, high) in ISHIGAMI.items()
    )
    return {"y": np.sin(first) + 7.0 * np.sin(second) ** 2 + 0.1 * third**4 * np.sin(first)}


ISHIGAMI = {
    OTHER: (0.5, 2.5),
    "world.proposals.per_month": (1.0, 3.0),
    "world.attention.cost": (0.0, 9.0),
}
NOISY = Function("noisy", noisy, ("y",))
SLOW = Function("noisy", slow, ("y",))
"""The same model by name and version, so that it shares the other's runs."""
FAILS = Function("noisy", fails_at_one, ("y",))
BROKEN = Function("noisy", always_fails, ("y",))
KILLS = Function("noisy", kills_its_worker, ("y",))
WAVES = Function("ishigami", ishigami, ("y",))
