"""Settings of the levers, judged against goals over all uncertainties tried with them.

A *policy* is one setting of all levers. Its chance to meet a goal is the part of its futures (the
points that have this setting, times replicates) that do; a future in which the goal's metric has no
value counts neither way. Where the design does not try every setting in the same worlds, a policy
borrows the futures of its nearest neighbours, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from simulations.figures.metric import SHARES, summarise
from simulations.randomness import Floats

NEIGHBOURS = 12
"""Settings whose futures are pooled where none was tried twice."""


class Goal(Protocol):
    """What is wanted of a metric, and how surely."""

    @property
    def metric(self) -> str:
        """Name of the metric."""

    @property
    def probability(self) -> float:
        """Chance with which the goal is to be met."""

    def met(self, values: Floats) -> np.ndarray:
        """Whether each value meets it."""


@dataclass(frozen=True)
class Policies:
    """Every setting of the levers, and how it does.

    Attributes
    ----------
    levers
        Their paths.
    settings
        One row per policy, one column per lever.
    chances
        One row per policy and goal: ``policy``, ``goal`` (its place), ``share``, ``lo``, ``hi`` and
        ``n`` runs, ``met`` (the share reaches the goal's probability) and ``sure`` (so does the
        low end).
    together
        Part of each policy's futures that meet all goals at once, shape ``(policies,)``.
    points
        The points whose futures each policy is judged by.
    pooled
        Whether neighbours were borrowed from.
    """

    levers: tuple[str, ...]
    settings: pd.DataFrame
    chances: pd.DataFrame
    together: Floats
    points: tuple[np.ndarray, ...]
    pooled: bool

    def meets(self) -> np.ndarray:
        """Whether each policy meets every goal, shape ``(policies,)``."""
        return self.chances.groupby("policy")["met"].all().to_numpy()

    def of(self, policy: int) -> pd.DataFrame:
        """The chances of one policy, one row per goal."""
        return self.chances.query("policy == @policy").reset_index(drop=True)


@dataclass(frozen=True)
class Choice:
    """The policy to recommend.

    Attributes
    ----------
    policy
        Its row.
    verdict
        ``sure`` if the low end of every interval reaches its goal's probability, ``likely`` if
        every estimate does, else ``none``: no setting meets the goals, and this one comes nearest.
    margin
        Least distance of an interval's low end from its goal's probability; negative below it.
    """

    policy: int
    verdict: str
    margin: float


def judge(
    runs: pd.DataFrame, levers: Sequence[str], uncertainties: Sequence[str], goals: Sequence[Goal]
) -> Policies:
    """Judge every setting of the levers.

    Parameters
    ----------
    runs
        One row per point and replicate.
    levers
        Columns that make a policy; with none there is one policy.
    uncertainties
        Columns of the other axes.
    goals
        At least one.
    """
    points = runs.drop_duplicates("point").sort_values("point").set_index("point")
    settings, number = _settings(points, levers)
    own = [points.index.to_numpy()[number == policy] for policy in range(len(settings))]
    worlds = len(points[[*uncertainties]].drop_duplicates()) if uncertainties else 1
    sampled = len(points) < len(settings) * worlds
    pooled = sampled and len(settings) > NEIGHBOURS
    groups = _neighbours(settings, own) if pooled else own
    met = np.stack([_met(goal, runs[goal.metric].to_numpy(np.float64)) for goal in goals])
    rows, together = [], np.empty(len(settings))
    places = runs.groupby("point").indices
    replicate, point = runs["replicate"].to_numpy(), runs["point"].to_numpy()
    for policy, group in enumerate(groups):
        at = np.concatenate([places[point] for point in group])
        together[policy] = (met[:, at] != 0.0).all(axis=0).mean()
        for place, goal in enumerate(goals):
            found = _chance(met[place, at], replicate[at], point[at] if sampled else None)
            rows.append({"policy": policy, "goal": place} | found | _verdict(found, goal))
    return Policies(tuple(levers), settings, pd.DataFrame(rows), together, tuple(groups), pooled)


def _met(goal: Goal, values: Floats) -> Floats:
    """1 and 0 for runs that meet a goal and do not, NaN where its metric is undefined."""
    return np.where(np.isfinite(values), goal.met(values), np.nan)


def _settings(points: pd.DataFrame, levers: Sequence[str]) -> tuple[pd.DataFrame, np.ndarray]:
    if not levers:
        return pd.DataFrame(index=[0]), np.zeros(len(points), dtype=np.int64)
    numbers = points.groupby([*levers], sort=True).ngroup().to_numpy()
    first = np.unique(numbers, return_index=True)[1]
    return points[[*levers]].take(first).reset_index(drop=True), numbers


def _neighbours(settings: pd.DataFrame, own: Sequence[np.ndarray]) -> list[np.ndarray]:
    """For each policy the points of the settings nearest in rank, itself first."""
    columns = []
    for path in settings:
        column = settings[path]
        if pd.api.types.is_numeric_dtype(column):
            columns.append(column.rank(pct=True).to_numpy()[:, None])
        else:
            columns.append(pd.get_dummies(column).to_numpy(dtype=np.float64))
    places = np.concatenate(columns, axis=1)
    groups = []
    for place in places:
        far = ((places - place) ** 2).sum(axis=1)
        near = np.argsort(far, kind="stable")[:NEIGHBOURS]
        groups.append(np.concatenate([own[each] for each in near]))
    return groups


def _chance(met: Floats, replicate: np.ndarray, point: np.ndarray | None) -> dict[str, Any]:
    """Share with its 95 % interval.

    Replicates share their draws, so each counts as one. Where the points are a sample of worlds and
    not all there are, each of them counts as one too, and the wider interval holds.
    """
    known = np.isfinite(met)
    if not known.any():
        return {"share": np.nan, "lo": 0.0, "hi": 1.0, "n": 0}
    low, high = 1.0, 0.0
    for group in (replicate,) if point is None else (replicate, point):
        table = pd.Series(met).groupby(group).mean().to_numpy(dtype=np.float64)
        found = summarise(table, "proportion" if met.size == table.size else "mean", SHARES)
        ends = (found["lo"], found["hi"]) if found["lo"] is not None else SHARES
        low, high = min(low, ends[0]), max(high, ends[1])
    return {"share": float(met[known].mean()), "lo": low, "hi": high, "n": int(known.sum())}


def _verdict(found: dict[str, Any], goal: Goal) -> dict[str, bool]:
    return {"met": found["share"] >= goal.probability, "sure": found["lo"] >= goal.probability}


def recommend(policies: Policies, goals: Sequence[Goal]) -> Choice:
    """Choose the policy whose weakest goal is the safest.

    Of those that surely meet every goal, the one whose weakest low end lies highest above what is
    asked; else of those that do by the estimate; else the one that falls short by least. Ties go to
    the one that meets all goals at once most often, then to the first.
    """
    asked = np.array([goal.probability for goal in goals])
    table = policies.chances.sort_values(["policy", "goal"], kind="stable")
    shape = (len(policies.settings), len(goals))
    low = table["lo"].to_numpy().reshape(shape) - asked
    share = table["share"].fillna(-1.0).to_numpy().reshape(shape) - asked
    sure, likely = (low >= 0).all(axis=1), (share >= 0).all(axis=1)
    if sure.any():
        verdict, allowed = "sure", sure
    elif likely.any():
        verdict, allowed = "likely", likely
    else:
        verdict, allowed = "none", np.ones(shape[0], dtype=bool)
    weakest = low.min(axis=1) if verdict != "none" else share.min(axis=1)
    order = np.lexsort((-policies.together, -weakest, ~allowed))
    best = int(order[0])
    return Choice(best, verdict, float(low[best].min()))


def safe_ranges(policies: Policies, choice: Choice) -> pd.DataFrame | None:
    """Return how far each lever can move, all together, with every setting tried meeting the goals.

    From the recommended policy the box grows one tried value at a time, first where it takes in
    most policies, as long as all inside meet every goal.

    Returns
    -------
    DataFrame or None
        One row per lever: ``path``, ``inside`` (the tried values in the box, in order), ``tried``
        (all of them) and ``settings`` (policies in the box). None where the choice itself falls
        short.
    """
    meets = policies.meets()
    if not meets[choice.policy] or not policies.levers:
        return None
    levels = [np.unique(policies.settings[path].to_numpy()) for path in policies.levers]
    ranks = np.column_stack([
        np.searchsorted(values, policies.settings[path].to_numpy())
        for values, path in zip(levels, policies.levers, strict=True)
    ])  # fmt: skip
    low, high = ranks[choice.policy].copy(), ranks[choice.policy].copy()
    while (step := _widest(ranks, meets, low, high)) is not None:
        low, high = step
    inside = ((ranks >= low) & (ranks <= high)).all(axis=1)
    rows = [
        {"path": path, "inside": values[low[i] : high[i] + 1].tolist(), "tried": values.tolist(),
         "settings": int(inside.sum())}
        for i, (path, values) in enumerate(zip(policies.levers, levels, strict=True))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _widest(
    ranks: np.ndarray, meets: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """The box one value wider on one side, with the most policies, or None if none is safe."""
    best, most = None, -1
    for axis in range(ranks.shape[1]):
        for down, up in ((1, 0), (0, 1)):
            lower, upper = low.copy(), high.copy()
            lower[axis] -= down
            upper[axis] += up
            if lower[axis] < 0 or upper[axis] > ranks[:, axis].max():
                continue
            inside = ((ranks >= lower) & (ranks <= upper)).all(axis=1)
            if meets[inside].all() and inside.sum() > most:
                best, most = (lower, upper), int(inside.sum())
    return best


def difference(runs: pd.DataFrame, first: np.ndarray, second: np.ndarray, metric: str) -> dict:
    """Mean of a metric at some points less that at others, with its 95 % interval.

    Replicates share their draws, so each gives one difference and luck common to both drops out.

    Returns
    -------
    dict
        ``mean``, ``lo``, ``hi`` and ``n`` replicates, as
        :func:`~simulations.figures.metric.summarise` gives them.
    """
    means = [
        runs[runs["point"].isin(points)].groupby("replicate")[metric].mean()
        for points in (first, second)
    ]
    found = summarise((means[0] - means[1]).to_numpy(dtype=np.float64), "mean")
    return {key: found[key] for key in ("mean", "lo", "hi", "n")}
