"""A metric as a table of points by replicates, and how much of it is luck."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from governance.errors import InputError
from simulations.randomness import Floats


@dataclass(frozen=True)
class Responses:
    """One metric at every point and replicate.

    Attributes
    ----------
    metric
        Its name.
    values
        Shape ``(points, replicates)``, NaN where the metric is undefined.
    """

    metric: str
    values: Floats

    @classmethod
    def of(cls, runs: pd.DataFrame, metric: str) -> "Responses":
        """Lay a metric's column out.

        Raises
        ------
        InputError
            If there is no such column, or a point has not all its replicates.
        """
        if metric not in runs:
            raise InputError(f"metric {metric!r} is not among the study's")
        table = runs.pivot_table(
            index="point", columns="replicate", values=metric, dropna=False, aggfunc="first"
        ).sort_index()
        held = runs.groupby("point").size()
        if len(table) != int(table.index.max()) + 1 or held.nunique() > 1:
            raise InputError(
                "some points lack runs, those that failed or were never reached: finish the study "
                "with `moot study run --resume`"
            )
        return cls(metric, table.to_numpy(dtype=np.float64))

    @property
    def replicates(self) -> int:
        """Runs of each point."""
        return int(self.values.shape[1])

    def means(self, without: int | None = None) -> Floats:
        """Mean over replicates, all or all but one, shape ``(points,)``.

        Raises
        ------
        InputError
            If the metric is undefined in every run of a point.
        """
        kept = self.values if without is None else np.delete(self.values, without, axis=1)
        known = np.isfinite(kept)
        counts = known.sum(axis=1)
        if not counts.all():
            raise InputError(
                f"{self.metric} has no value at {int((counts == 0).sum())} of {counts.size} "
                "points: choose a metric that every run has, or take more replicates"
            )
        return np.where(known, kept, 0.0).sum(axis=1) / counts

    def noise(self) -> float:
        """Part of the variance of single runs that replicates make, 0 to 1; NaN for one each.

        The within-point mean square over the total, by the analysis of variance with random
        effects (Searle, Casella and McCulloch 1992, section 3.6).
        """
        if self.replicates < 2:
            return np.nan
        known = np.isfinite(self.values)
        counts = known.sum(axis=1)
        means = self.means()
        squares = np.where(known, self.values - means[:, None], 0.0) ** 2
        within = squares.sum() / max(int((counts - 1).sum()), 1)
        between = max(float(means.var(ddof=1)) - within / counts.mean(), 0.0)
        total = within + between
        return float(within / total) if total > 0 else 0.0
