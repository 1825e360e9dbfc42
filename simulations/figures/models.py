"""Figures of models: what is deployed, how well it is audited and curated, what users gain."""

import numpy as np
import pandas as pd

from simulations.ensemble import Outcome
from simulations.figures.metric import OURS, Metric, by_run, daily_mean, last, nothing, ratio
from simulations.measures.ranks import rank_correlation
from simulations.randomness import Floats
from simulations.tables import NONE


def _if_any(outcome: Outcome, values: Floats) -> Floats:
    """A figure, where a version was drafted: without one it says nothing."""
    return np.where(last(outcome, "versions") > 0, values, np.nan)


def _deployed(outcome: Outcome) -> pd.DataFrame:
    return outcome.versions[outcome.versions.deployed_day >= 0]


def _deployments(outcome: Outcome) -> Floats:
    run = _deployed(outcome).run
    return _if_any(outcome, by_run(outcome, run, run >= 0, "sum"))


def _harmful(outcome: Outcome) -> Floats:
    deployed = _deployed(outcome)
    return _if_any(outcome, by_run(outcome, deployed.run, deployed.flaw != NONE, "sum"))


def _some_harmful(outcome: Outcome) -> Floats:
    return _if_any(outcome, (_harmful(outcome) > 0).astype(float))


def _wait(outcome: Outcome) -> Floats:
    deployed = _deployed(outcome)
    return by_run(outcome, deployed.run, deployed.deployed_day - deployed.proposed_day)


def _total(outcome: Outcome, column: str) -> Floats:
    return by_run(outcome, outcome.versions.run, outcome.versions[column], "sum")


def _curation(outcome: Outcome) -> Floats:
    table = outcome.versions[outcome.versions.deployable]
    best = table.groupby(["run", "model"], as_index=False)[["signal", "quality"]].max()
    parts = dict(iter(best.groupby("run")))
    pairs = [parts.get(run, best[:0]) for run in range(len(outcome.points))]
    return np.array([rank_correlation(each.signal, each.quality) for each in pairs])


def _welfare(outcome: Outcome) -> Floats:
    if "surplus" not in outcome.steps:
        return nothing(outcome)
    return _if_any(outcome, daily_mean(outcome.steps["trust"] * outcome.steps["surplus"]))


METRICS = (
    Metric(
        "deployments", "Versions deployed", "versions", "Versions that could run on some day",
        OURS, "number", _deployments, "count",
    ),
    Metric(
        "harmful_deployments", "Harmful deployments", "versions",
        "Versions with a hidden flaw that could run on some day", OURS,
        "number", _harmful, "count",
    ),
    Metric(
        "harmful", "Some deployment is harmful", "share of runs",
        "Runs in which a version with a hidden flaw could run on some day", OURS,
        "percent", _some_harmful, "proportion",
    ),
    Metric(
        "harms", "Known harms", "harms", "Harms that became known in the horizon", OURS,
        "number", lambda o: _if_any(o, last(o, "harms")), "count",
    ),
    Metric(
        "days_to_deploy", "Time to deploy", "days",
        "Days from a version's proposal to the registry to the first on which it could run, mean "
        "over the versions that were deployed", OURS, "days", _wait,
    ),
    Metric(
        "audit_accuracy", "Audits that are right", "share",
        "Attestations that reach the gate's least score where there is no flaw or fall short of "
        "it where there is one, over all on bias and safety; quality has no flaw", OURS, "percent",
        lambda o: ratio(_total(o, "audits_right"), _total(o, "audits")),
    ),
    Metric(
        "flaws_missed", "Flaws that audits miss", "share",
        "Attestations that reach the gate's least score, over all on the criterion of a hidden "
        "flaw", OURS,
        "percent", lambda o: ratio(_total(o, "audits_missed"), _total(o, "audits_on_flaw")),
    ),
    Metric(
        "curation_rank", "Curation finds quality", "rank correlation",
        "Rank correlation of the signal on models with the quality of their best version that "
        "may run on the last day, over at least three such models", "Spearman 1904",
        "number", _curation,
    ),
    Metric(
        "welfare", "Users' surplus", "sd",
        "Mean over days of trust (ln(1 + sum of exp(q)) - 2 P), with the qualities q, in standard "
        "deviations, of the versions that may run, and the part P of the uses that goes to a "
        "hidden flaw, which costs two; 0 with no version; prices left out",
        "Small and Rosen 1981, Leggett 2002; " + OURS, "number", _welfare,
        paths=("trust", "surplus"),
    ),
)  # fmt: skip
