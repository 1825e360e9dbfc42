"""What to choose: one setting of the levers, how far it can be moved, and what breaks it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from governance.errors import InputError
from simulations.figures.metric import SHARES, summarise
from simulations.studies.analysis.boxes import Around, discover
from simulations.studies.analysis.fronts import front, perhaps
from simulations.studies.analysis.policies import (
    Choice,
    Policies,
    difference,
    recommend,
    safe_ranges,
)
from simulations.studies.study import Study

FEW = 12
"""Values of a lever up to which each can be told by itself."""
DENSE = 0.9
"""Part of the settings drawn inside the ranges that are to meet every goal."""
LEAST_POINTS = 8
"""Points from which on a box of uncertainties can be sought."""


def advise(study: Study, runs: pd.DataFrame, policies: Policies) -> dict[str, Any]:
    """Recommend a setting of the levers.

    Returns
    -------
    dict
        ``settings``, ``verdict`` and ``margin`` of the choice; ``chances`` to meet each goal and
        ``together``; ``figures`` of each metric; ``now``, the same for the setting that the
        constitution has, and what the choice changes, if that was among those tried; ``ranges``
        of the levers; ``profiles``, one lever moved at a time; ``worlds``, what breaks it; and
        ``front``, the settings that no other beats in every goal's metric.
    """
    choice = recommend(policies, study.goals)
    points = policies.points[choice.policy]
    current = _current(study, policies)
    return {
        "settings": _setting(policies, choice.policy),
        "verdict": choice.verdict,
        "margin": choice.margin,
        "pooled": policies.pooled,
        "tried": len(policies.settings),
        "feasible": int(policies.meets().sum()),
        "chances": policies.of(choice.policy)[["share", "lo", "hi", "n", "met", "sure"]],
        "together": policies.together[choice.policy],
        "figures": _figures(study, runs, points),
        "now": None if current is None else _compared(study, runs, policies, choice, current),
        "ranges": _ranges(study, policies, choice),
        "profiles": _profiles(policies, choice),
        "worlds": _worlds(study, runs, policies, choice),
        "front": _front(study, runs, policies),
    }


def _setting(policies: Policies, policy: int) -> dict[str, Any]:
    return {str(k): v for k, v in policies.settings.iloc[policy].to_dict().items()}


def _figures(study: Study, runs: pd.DataFrame, points: np.ndarray) -> dict[str, Any]:
    """Mean of each metric over some points, replicates taken as the independent draws."""
    mine = runs[runs["point"].isin(points)]
    means = mine.groupby("replicate")[[*study.metrics]].mean()
    found = {name: summarise(means[name].to_numpy(dtype=np.float64), "mean") for name in means}
    return {
        str(name): {key: told[key] for key in ("mean", "lo", "hi")} for name, told in found.items()
    }


def _current(study: Study, policies: Policies) -> int | None:
    """The policy that the constitution has now, if it was tried."""
    if not policies.levers:
        return None
    leaves = study.base.leaves()
    same = np.ones(len(policies.settings), dtype=bool)
    for path in policies.levers:
        value = leaves[path].value
        told = value if isinstance(value, int | str) else float(value)
        same &= (policies.settings[path] == told).to_numpy()
    return int(np.flatnonzero(same)[0]) if same.any() else None


def _compared(
    study: Study, runs: pd.DataFrame, policies: Policies, choice: Choice, current: int
) -> dict[str, Any]:
    first, second = policies.points[choice.policy], policies.points[current]
    return {
        "settings": _setting(policies, current),
        "same": current == choice.policy,
        "chances": policies.of(current)[["share", "lo", "hi", "n", "met", "sure"]],
        "together": policies.together[current],
        "figures": _figures(study, runs, second),
        "change": {name: difference(runs, first, second, name) for name in study.metrics},
    }


def _ranges(study: Study, policies: Policies, choice: Choice) -> list[dict[str, Any]] | None:
    """How far levers can be moved together; for scattered settings the box where goals are met."""
    levels = [policies.settings[path].nunique() for path in policies.levers]
    if all(count <= FEW for count in levels):
        table = safe_ranges(policies, choice)
        return None if table is None else [
            {"path": row["path"], "inside": row["inside"], "tried": row["tried"],
             "settings": row["settings"], "sure": 1.0}
            for row in table.to_dict("records")
        ]  # fmt: skip
    meets = policies.meets().astype(np.float64)
    try:
        around = Around(choice.policy, DENSE)
        box = discover(policies.settings, policies.levers, meets, around=around)
    except InputError:
        return None
    limits = {limit.path: limit for limit in box.limits}
    out = []
    for path in policies.levers:
        column, limit = policies.settings[path], limits.get(path)
        inside = column[box.inside]
        ends = [inside.min(), inside.max()]
        if limit is not None and limit.kept:
            ends = list(limit.kept)
        elif not pd.api.types.is_numeric_dtype(column):
            ends = sorted(set(inside))
        tried = [column.min(), column.max()]
        out.append({
            "path": path, "inside": ends, "tried": tried, "free": limit is None,
            "settings": int(box.inside.sum()), "sure": box.density,
        })  # fmt: skip
    return out


def _profiles(policies: Policies, choice: Choice) -> list[dict[str, Any]]:
    """Each lever moved alone from the choice: chances of every goal at each value tried."""
    if policies.pooled:
        return []
    chosen = policies.settings.iloc[choice.policy]
    out = []
    for path in policies.levers:
        others = [each for each in policies.levers if each != path]
        same = (policies.settings[others] == chosen[others]).all(axis=1).to_numpy()
        if same.sum() < 2:
            continue
        rows = [
            {"value": policies.settings[path].iloc[policy],
             "chances": policies.of(policy)[["share", "lo", "hi", "met"]]}
            for policy in np.flatnonzero(same)
        ]  # fmt: skip
        out.append({"path": path, "values": rows})
    return out


def _worlds(
    study: Study, runs: pd.DataFrame, policies: Policies, choice: Choice
) -> dict[str, Any] | None:
    """The worlds in which the choice misses a goal: by value of each uncertainty, and as a box.

    Where every setting was tried in one world only, the worlds of all settings that meet the goals.
    Futures of which nobody can say are left out: a goal has no value, and no other is missed.
    """
    paths = [axis.path for axis in study.uncertainties if runs[axis.path].nunique() > 1]
    if not paths:
        return None
    groups: Sequence[np.ndarray] = [policies.points[choice.policy]]
    if policies.pooled and policies.meets().any():
        groups = [policies.points[each] for each in np.flatnonzero(policies.meets())]
    points = np.unique(np.concatenate(groups))
    mine = runs[runs["point"].isin(points)]
    missed, known = np.zeros(len(mine), dtype=bool), np.ones(len(mine), dtype=bool)
    for goal in study.goals:
        values = mine[goal.metric].to_numpy(dtype=np.float64)
        missed |= np.isfinite(values) & ~goal.met(values)
        known &= np.isfinite(values)
    mine = mine.assign(_missed=missed.astype(np.float64))[missed | known]
    if mine.empty:
        return None
    worlds = mine.groupby("point")[[*paths]].first()
    share = mine.groupby("point")["_missed"].mean()
    box = None
    if len(worlds) >= LEAST_POINTS and np.ptp(share.to_numpy()) > 0:
        box = discover(worlds, paths, share.to_numpy()).record()
    return {
        "missed": float(share.mean()), "worst": float(share.max()), "points": len(worlds),
        "at": worlds.loc[share.idxmax()].to_dict(), "box": box,
        "levels": [_levels(mine, path) for path in paths],
    }  # fmt: skip


def _levels(mine: pd.DataFrame, path: str) -> dict[str, Any]:
    """Share of futures that miss a goal at each value of an uncertainty, or in each third of it."""
    column = mine[path]
    if column.nunique() > FEW:
        column = pd.qcut(column, 3)
    rows = []
    for value, part in mine.groupby(column, observed=True):
        by_replicate = part.groupby("replicate")["_missed"].mean().to_numpy()
        found = summarise(by_replicate, "mean", SHARES)
        ends = [value.left, value.right] if isinstance(value, pd.Interval) else [value]
        rows.append({"value": ends, "missed": part["_missed"].mean(),
                     "lo": found["lo"], "hi": found["hi"], "n": len(part)})  # fmt: skip
    return {"path": path, "values": rows}


def _front(study: Study, runs: pd.DataFrame, policies: Policies) -> dict[str, Any] | None:
    """Means of the goals' metrics for each policy, and which of them no other beats."""
    larger = {goal.metric: goal.direction == "at_least" for goal in study.goals}
    if len(larger) < 2 or len(policies.settings) < 2:
        return None
    names = list(larger)
    rows = [_figures(study, runs, points) for points in policies.points]
    grid = np.array(
        [[[row[name][end] for end in ("mean", "lo", "hi")] for name in names] for row in rows],
        dtype=np.float64,
    )
    low = np.where(np.isfinite(grid[..., 1]), grid[..., 1], grid[..., 0])
    high = np.where(np.isfinite(grid[..., 2]), grid[..., 2], grid[..., 0])
    better = list(larger.values())
    return {
        "metrics": names, "larger": better, "means": grid[..., 0], "lo": low, "hi": high,
        "front": front(grid[..., 0], better), "perhaps": perhaps(low, high, better),
        "meets": policies.meets(),
    }  # fmt: skip
