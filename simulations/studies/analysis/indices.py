"""Sobol's indices and Morris's effects, through SALib, where the design supports them.

Both look at the mean over replicates. An interval joins two errors: that of the few points, from
SALib's bootstrap, and that of the few replicates, from leaving out one at a time (Efron and Stein
1981). How much of a single run is luck stands beside them.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from governance.errors import InputError
from simulations.randomness import Floats
from simulations.studies.analysis.responses import Responses

LEAST_BASE = 16
"""Base points or trajectories below which an index is no more than noise."""
LOUD = 0.5
"""Part of a run's variance from which on the draws, not the parameters, make the figure."""
CONFIDENCE = 0.95
_SEED = 1

type Analyse = Callable[[Floats], dict[str, Floats]]


@dataclass(frozen=True)
class Indices:
    """How a metric answers to each axis.

    Attributes
    ----------
    metric, method
        What was asked, and ``sobol`` or ``morris``.
    table
        One row per axis: ``path``; for Sobol ``first`` and ``total``, shares of the variance of
        the mean over replicates; for Morris ``mu``, ``mu_star`` and ``sigma``, in the metric's unit
        over the whole range of the axis; ``NAME_lo`` and ``NAME_hi`` for all but ``mu`` and
        ``sigma``.
    base
        Base points (Sobol) or trajectories (Morris).
    replicates
        Runs of each point.
    noise
        Part of the variance of single runs that is luck; NaN with one replicate.
    """

    metric: str
    method: str
    table: pd.DataFrame
    base: int
    replicates: int
    noise: float

    @property
    def warning(self) -> str:
        """Why to be careful, or nothing."""
        if np.isnan(self.noise):
            return "one replicate a point: luck and parameters cannot be told apart"
        if self.noise > LOUD:
            return f"{self.noise:.0%} of the variance between single runs is luck, not the axes"
        return ""


def sobol(runs: pd.DataFrame, paths: Sequence[str], metric: str) -> Indices:
    """First-order and total indices of a metric (Saltelli et al. 2010, Jansen 1999).

    Parameters
    ----------
    runs
        Runs of a Saltelli design; points are its rows in order.
    paths
        The columns of the axes, in the design's order.
    metric
        The column of the metric.

    Raises
    ------
    InputError
        If the points are no whole Saltelli design over these axes, too few, or the metric never
        changes.
    """
    from SALib.analyze import sobol as salib  # type: ignore[import-untyped]

    matrix = _matrix(runs, paths, "sobol")
    second = _saltelli(matrix)
    base = len(matrix) // ((2 if second else 1) * len(paths) + 2)
    _enough(base, "base points")
    responses = Responses.of(runs, metric)
    problem = _problem(paths)

    def analyse(values: Floats) -> dict[str, Floats]:
        found = salib.analyze(
            problem, values, calc_second_order=second, conf_level=CONFIDENCE, seed=_SEED
        )
        return {
            "first": found["S1"], "first_error": found["S1_conf"],
            "total": found["ST"], "total_error": found["ST_conf"],
        }  # fmt: skip

    table = _with_errors(responses, analyse, ("first", "total"))
    return Indices(
        metric, "sobol", table.assign(path=[*paths]), base, responses.replicates, responses.noise()
    )


def morris(runs: pd.DataFrame, paths: Sequence[str], metric: str) -> Indices:
    """Elementary effects of a metric (Morris 1991, Campolongo et al. 2007).

    Parameters and errors as for :func:`sobol`, for a design of Morris's trajectories.
    """
    from SALib.analyze import morris as salib

    matrix = _matrix(runs, paths, "morris")
    levels = _trajectories(matrix)
    base = len(matrix) // (len(paths) + 1)
    _enough(base, "trajectories", 4)
    responses = Responses.of(runs, metric)
    problem = _problem(paths)
    ranks = np.column_stack([np.unique(column, return_inverse=True)[1] for column in matrix.T])

    def analyse(values: Floats) -> dict[str, Floats]:
        found = salib.analyze(
            problem, ranks.astype(np.float64), values, num_levels=levels,
            conf_level=CONFIDENCE, seed=_SEED,
        )  # fmt: skip
        return {
            "mu": np.asarray(found["mu"]), "sigma": np.asarray(found["sigma"]),
            "mu_star": np.asarray(found["mu_star"]),
            "mu_star_error": np.asarray(found["mu_star_conf"]),
        }  # fmt: skip

    table = _with_errors(responses, analyse, ("mu_star",))
    return Indices(
        metric, "morris", table.assign(path=[*paths]), base, responses.replicates, responses.noise()
    )


def _with_errors(responses: Responses, analyse: Analyse, names: Sequence[str]) -> pd.DataFrame:
    """Indices of the mean with joint intervals of the points' and the replicates' error."""
    means = responses.means()
    if np.ptp(means) == 0.0:
        raise InputError(
            f"{responses.metric} is {means[0]:g} at every point: it answers to none of the axes, "
            "and an index would divide by a variance of 0"
        )
    found = _quietly(analyse, means)
    count = responses.replicates
    left = [_quietly(analyse, responses.means(each)) for each in range(count)] if count > 1 else []
    columns: dict[str, Any] = {k: v for k, v in found.items() if not k.endswith("_error")}
    for name in names:
        error = found[f"{name}_error"]
        if left:
            spread = np.array([each[name] for each in left])
            jackknife = np.sqrt((count - 1) / count * ((spread - spread.mean(0)) ** 2).sum(0))
            error = np.hypot(error, stats.t.ppf((1 + CONFIDENCE) / 2, count - 1) * jackknife)
        columns |= {f"{name}_lo": found[name] - error, f"{name}_hi": found[name] + error}
    return pd.DataFrame(columns)


def _quietly(analyse: Analyse, values: Floats) -> dict[str, Floats]:
    """SALib warns where it divides by a resample without variance; such indices are NaN."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return analyse(values)


def _problem(paths: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(paths), "names": [*paths], "bounds": [[0.0, 1.0]] * len(paths)}


def _matrix(runs: pd.DataFrame, paths: Sequence[str], method: str) -> Floats:
    """The axes' values of each point in order, shape ``(points, axes)``."""
    points = runs.drop_duplicates("point").sort_values("point")
    for path in paths:
        if not pd.api.types.is_numeric_dtype(points[path]):
            raise InputError(
                f"{path} is a choice: {method} indices need axes that are numbers; leave it out of "
                "the study, or run the study once for each choice"
            )
    matrix = points[[*paths]].to_numpy(dtype=np.float64)
    still = [path for path, column in zip(paths, matrix.T, strict=True) if np.ptp(column) == 0]
    if still:
        raise InputError(f"{still[0]} has one value at every point: it can have no index")
    return matrix


def _saltelli(matrix: Floats) -> bool:
    """Whether the design is Saltelli's with second order; refused where it is none at all."""
    axes = matrix.shape[1]
    for second in (False, True):
        rows = (2 if second else 1) * axes + 2
        if len(matrix) % rows:
            continue
        blocks = matrix.reshape(-1, rows, axes)
        first, last = blocks[:, 0], blocks[:, -1]
        own = np.eye(axes, dtype=bool)
        mixed = np.where(own, last[:, None], first[:, None])
        if not np.array_equal(blocks[:, 1 : axes + 1], mixed):
            continue
        swapped = np.where(own, first[:, None], last[:, None])
        if not second or np.array_equal(blocks[:, axes + 1 : -1], swapped):
            return second
    raise InputError(
        'the points are no Saltelli design: Sobol indices need design = "sobol" in the study'
    )


def _trajectories(matrix: Floats) -> int:
    """Return the levels of a design of trajectories; refused where it is none."""
    axes = matrix.shape[1]
    if len(matrix) % (axes + 1) == 0:
        moved = np.diff(matrix.reshape(-1, axes + 1, axes), axis=1) != 0
        if (moved.sum(axis=2) == 1).all() and (moved.sum(axis=1) == 1).all():
            return max(np.unique(column).size for column in matrix.T)
    raise InputError(
        "the points are no trajectories in which each axis moves once: Morris's effects need "
        'design = "morris" in the study, and axes of at least as many values as it has levels'
    )


def _enough(base: int, noun: str, least: int = LEAST_BASE) -> None:
    if base < least:
        raise InputError(f"{base} {noun}: take at least {least}, or the index is noise")
