"""What is kept of a run's versions and disputes: one row each, for all runs of a model."""

import numpy as np
import pandas as pd

from governance.units import DAY
from simulations.assembly import Assembly
from simulations.mechanisms.attestations import CRITERIA, grown
from simulations.mechanisms.registry import REFUSED, REJECTED, UPHELD
from simulations.randomness import Floats, Ints
from simulations.truth import NO_FLAW

NONE = "none"
"""Where there is no flaw, no ruling, no criterion."""
RULINGS = {REFUSED: "refused", UPHELD: "upheld", REJECTED: "rejected"}
_VERSIONS = {
    "run": np.int32, "version": np.int32, "model": np.int32, "maker": np.int32,
    "proposed_day": np.int32, "deployed_day": np.int32, "deployable": np.bool_,
    "quality": np.float64, "flaw": object, "harms": np.int32, "audits": np.int32,
    "audits_right": np.int32, "audits_on_flaw": np.int32, "audits_missed": np.int32,
    "challenges": np.int32, "condemned": np.bool_, "uses": np.float64,
    "signal": np.float64,
}  # fmt: skip
_DISPUTES = {
    "run": np.int32, "id": np.int32, "opened_day": np.int32, "ruled_day": np.int32,
    "panels": np.int32, "seats": np.int32, "overridden": np.bool_, "version": np.int32,
    "criterion": object, "truth": object, "ruling": object,
}  # fmt: skip


def no_versions() -> pd.DataFrame:
    """Return the table of versions without a row."""
    return pd.DataFrame({name: np.empty(0, dtype) for name, dtype in _VERSIONS.items()})


def no_disputes() -> pd.DataFrame:
    """Return the table of disputes without a row."""
    return pd.DataFrame({name: np.empty(0, dtype) for name, dtype in _DISPUTES.items()})


def versions(model: Assembly, day: int) -> pd.DataFrame:
    """One row per version, in order of run and number; a day is -1 for never.

    ``deployable`` is whether it may run on ``day``, ``deployed_day`` the first on which it could;
    ``audits`` and what follows are counted by :class:`~simulations.truth.Truth`; ``signal`` is what
    curators hold on its model.
    """
    registry, truth = model.registry, model.truth
    numbers = np.arange(registry.stored.shape[1])
    run, version = np.nonzero((numbers > 0) & (numbers <= registry.versions[:, None]))
    at, of_model = (run, version), registry.model[run, version]
    models = int(registry.models.max()) + 1
    since = np.full(registry.stored.shape, np.inf)
    spell = registry.spells
    np.minimum.at(since, (spell[:, 0].astype(int), spell[:, 1].astype(int)), spell[:, 2])
    columns = {
        "run": run,
        "version": version,
        "model": of_model,
        "maker": registry.maker[at],
        "proposed_day": _day(registry.proposed_at[at]),
        "deployed_day": _day(since[at]),
        "deployable": registry.deployable(float(day * DAY))[at],
        "quality": truth.quality[at],
        "flaw": _named(truth.flaw[at]),
        "harms": truth.harms[at],
        "audits": truth.audits[at],
        "audits_right": truth.right[at],
        "audits_on_flaw": truth.tested[at],
        "audits_missed": truth.missed[at],
        "challenges": registry.challenged[at],
        "condemned": registry.condemned_by[at] > 0,
        "uses": grown(model.market.uses, registry.stored.shape[1], 0.0)[at],
        "signal": grown(model.curation.signal, models, 0.0)[run, of_model],
    }
    return pd.DataFrame(columns).astype(_VERSIONS)


def disputes(model: Assembly) -> pd.DataFrame:
    """One row per dispute over a version, in order of run and number.

    The truth is ``upheld`` where the version has a flaw on the criterion it was challenged on, else
    ``rejected``; ``ruling`` is ``none`` while the court has not ruled.
    """
    cases = _cases(model).set_index(["run", "id"])
    table = model.court.log.frame().astype({"run": np.int64, "id": np.int64})
    table = table.join(cases, on=["run", "id"], how="inner").reset_index(drop=True)
    table["opened_day"] = _day(table.opened_at.to_numpy())
    ruled = table.closed_at.to_numpy() > 0
    table["ruled_day"] = np.where(ruled, _day(table.closed_at.to_numpy()), -1)
    names = table.ruling.map(RULINGS).to_numpy(dtype=object)
    table["ruling"] = np.where(ruled, names, NONE)
    return table[[*_DISPUTES]].astype(_DISPUTES)


def _cases(model: Assembly) -> pd.DataFrame:
    """What each dispute is about: those ruled on, and the last challenge to each version."""
    registry = model.registry
    ruled = registry.log()
    run, version = np.nonzero(registry.open_challenge > 0)
    criterion = np.array(CRITERIA, dtype=object)[registry.criterion[run, version]]
    open_now = pd.DataFrame({
        "run": run, "id": registry.dispute[run, version], "version": version,
        "criterion": criterion,
    })  # fmt: skip
    over = ruled.rename(columns={"dispute": "id"})[["run", "id", "version", "criterion"]]
    table = pd.concat([part for part in (over, open_now) if len(part)] or [open_now])
    table = table.astype({"run": np.int64, "id": np.int64, "version": np.int64})
    flaw = _named(model.truth.flaw[table.run, table.version])
    right = flaw == table.criterion.to_numpy(dtype=object)
    return table.assign(truth=np.where(right, RULINGS[UPHELD], RULINGS[REJECTED]))


def _day(seconds: Floats) -> Ints:
    return np.where(np.isfinite(seconds), np.nan_to_num(seconds) // DAY, -1).astype(np.int64)


def _named(flaw: Ints) -> np.ndarray:
    names = np.array([*CRITERIA, NONE], dtype=object)
    return names[np.where(flaw == NO_FLAW, len(CRITERIA), flaw)]
