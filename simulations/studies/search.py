"""Search the levers for a setting that does best, where a grid would take too many points.

Optuna's tree-structured Parzen estimator (Bergstra et al. 2011) proposes a batch of settings; each
is run in the same worlds with the same draws; then all are told in the order in which they were
asked for. So what is found depends on the study, its seed and the size of a batch, and not on who
was done first. Goals are constraints on the share of futures that meet them. Everything is kept in
a study's folder, so a search can be interrupted, resumed, reported and looked at like any study.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import qmc

from governance.errors import InputError, PartialStudy
from simulations.studies.aim import Aim, Setting, Tried, best
from simulations.studies.analysis.policies import judge
from simulations.studies.axis import Value
from simulations.studies.models import Model
from simulations.studies.progress import shortfall
from simulations.studies.runner import Options, run_study
from simulations.studies.shards import put
from simulations.studies.store import RECORD as STUDY
from simulations.studies.store import StudyResult, open_study
from simulations.studies.study import Study

if TYPE_CHECKING:
    from optuna import Trial
    from optuna.distributions import BaseDistribution

RECORD = "search.json"
_KEY = 0x5EA2C4


def search(
    study: Study,
    folder: Path,
    aim: Aim,
    options: Options | None = None,
    *,
    model: Model | None = None,
    on_trials: Callable[[int, int], None] | None = None,
) -> tuple[StudyResult, list[Tried]]:
    """Search a study's levers.

    Parameters
    ----------
    study
        Its levers are searched within their ranges, and its goals are kept to.
    folder
        Where to keep the runs, as any study's, and ``search.json``.
    aim
        What to search for.
    options
        Who is to work.
    model
        What to put the settings to, the one the study names by default.
    on_trials
        Called with settings tried and settings in all, after each batch.

    Returns
    -------
    tuple
        The study of all that was tried, and each setting in the order of asking.

    Raises
    ------
    InputError
        If the folder holds something else than a search of these levers.
    PartialStudy
        If it was interrupted, or runs failed; what is done is kept.
    """
    _require_own(folder, study)
    hands = options or Options()
    seeking = _Seeking(study, aim, folder, replace(hands, resume=True), model)
    while len(seeking.tried) < aim.trials:
        seeking.step()
        if on_trials is not None:
            on_trials(len(seeking.tried), aim.trials)
    if seeking.result is None:
        raise InputError("no setting that was tried makes a constitution: narrow the levers")
    put(folder / RECORD, _record(study, aim, seeking.tried).encode())
    return seeking.result, seeking.tried


class _Seeking:
    """A search while it goes on."""

    def __init__(
        self, study: Study, aim: Aim, folder: Path, options: Options, model: Model | None
    ) -> None:
        self._study, self._aim, self._folder = study, aim, folder
        self._options, self._model = options, model
        self._worlds = _worlds(study, aim.worlds)
        self._optuna = _optuna()
        sampler = self._optuna.samplers.TPESampler(
            seed=study.fields.seed,
            n_startup_trials=max(aim.batch, 2 * len(study.levers)),
        )
        direction = "maximize" if aim.larger else "minimize"
        self._book = self._optuna.create_study(direction=direction, sampler=sampler)
        self.tried: list[Tried] = []
        self.result: StudyResult | None = None

    def step(self) -> None:
        """Ask for a batch, run it, and tell what came of it in the order of asking."""
        study, count = self._study, min(self._aim.batch, self._aim.trials - len(self.tried))
        asked = [self._book.ask(_distributions(self._optuna, study)) for _ in range(count)]
        settings = [_setting(study, trial) for trial in asked]
        possible = [_is_possible(study, setting) for setting in settings]
        scores = iter(self._run([s for s, fits in zip(settings, possible, strict=True) if fits]))
        for trial, setting, fits in zip(asked, settings, possible, strict=True):
            value, short = next(scores) if fits else (None, (1.0,) * len(study.goals))
            self.tried.append(Tried(len(self.tried), setting, value, short))
            for place, lacking in enumerate(short):
                trial.set_constraint(f"goal {place}", lacking)
            state = None if fits else self._optuna.trial.TrialState.FAIL
            self._book.tell(trial, value, state=state)

    def _run(self, settings: list[Setting]) -> list[tuple[float, tuple[float, ...]]]:
        """Run new settings beside those that were run before."""
        if not settings:
            return []
        every = [each.setting for each in self.tried if each.value is not None] + settings
        wanted = _at(self._study, every, self._worlds)
        self.result = run_study(wanted, self._folder, self._options, model=self._model)
        if not self.result.complete:
            raise PartialStudy(
                f"{shortfall(self.result)}; continue after {len(self.tried):,} settings with the "
                "same command"
            )
        scores = _scores(self.result, self._study, self._aim, len(self._worlds))
        return scores[-len(settings) :]


def _require_own(folder: Path, study: Study) -> None:
    """Leave a folder alone that holds another study, or the same one run in full."""
    if not (folder / STUDY).exists():
        return
    there = open_study(folder).study
    same = [[axis.path for axis in each.axes] for each in (there, study)]
    if there.name != study.name or there.design != "zip" or same[0] != same[1]:
        raise InputError(
            f"{folder} holds the study {there.name}, and no search of these levers: choose "
            "another --out"
        )


def _worlds(study: Study, count: int) -> list[Setting]:
    """Worlds drawn evenly from the uncertainties, the same for every setting."""
    if not study.uncertainties:
        return [()]
    seed = np.random.SeedSequence(study.fields.seed, spawn_key=(_KEY,))
    draw = np.random.Generator(np.random.PCG64DXSM(seed))
    places = qmc.LatinHypercube(len(study.uncertainties), rng=draw).random(count)
    columns = [axis.at(places[:, i]).tolist() for i, axis in enumerate(study.uncertainties)]
    return list(zip(*columns, strict=True))


def _distributions(optuna: Any, study: Study) -> "dict[str, BaseDistribution]":
    """Where each lever may lie: in [0, 1] for a range, a place in the list else."""
    spaces = optuna.distributions
    return {
        axis.path: spaces.CategoricalDistribution(tuple(range(len(axis.values))))
        if axis.listed
        else spaces.FloatDistribution(0.0, 1.0)
        for axis in study.levers
    }


def _setting(study: Study, trial: "Trial") -> Setting:
    out: list[Value] = []
    for axis in study.levers:
        place = trial.params[axis.path]
        out.append(axis.values[place] if axis.listed else axis.at(np.array([place]))[0].item())
    return tuple(out)


def _is_possible(study: Study, setting: Setting) -> bool:
    try:
        study.base.with_values(_named(study, setting))
    except InputError:
        return False
    return True


def _named(study: Study, setting: Setting) -> dict[str, Value]:
    return dict(zip((axis.path for axis in study.levers), setting, strict=True))


def _at(study: Study, settings: list[Setting], worlds: list[Setting]) -> Study:
    """The study at every setting in every world, the worlds fastest."""
    rows = [setting + world for setting in settings for world in worlds]
    columns = map(list, zip(*rows, strict=True))
    return study.with_points(dict(zip((axis.path for axis in study.axes), columns, strict=True)))


def _scores(
    result: StudyResult, study: Study, aim: Aim, worlds: int
) -> list[tuple[float, tuple[float, ...]]]:
    """Value and shortfalls of every setting in order."""
    runs = result.runs.assign(_setting=result.runs["point"] // worlds)
    values = runs.groupby("_setting")[aim.metric].mean()
    policies = judge(runs, ["_setting"], [], study.goals) if study.goals else None
    out = []
    for place, value in enumerate(values):
        short: tuple[float, ...] = ()
        if policies is not None:
            shares = policies.of(place)["share"].fillna(0.0)
            pairs = zip(study.goals, shares, strict=True)
            short = tuple(round(goal.probability - share, 12) for goal, share in pairs)
        worst = -np.inf if aim.larger else np.inf
        out.append((float(value) if np.isfinite(value) else worst, short))
    return out


def _record(study: Study, aim: Aim, tried: list[Tried]) -> str:
    """What was asked and tried, as JSON."""
    chosen = best(tried, aim)
    rows = [
        {"number": each.number, "setting": _named(study, each.setting),
         "value": each.value if each.value is None or np.isfinite(each.value) else None,
         "short": [*each.short], "feasible": each.feasible}
        for each in tried
    ]  # fmt: skip
    asked = asdict(aim) | {"seed": study.fields.seed}
    goals = [json.loads(goal.model_dump_json()) for goal in study.goals]
    told = {"schema": 1, "aim": asked, "goals": goals, "best": chosen.number, "tried": rows}
    return json.dumps(told, indent=1, allow_nan=False) + "\n"


def _optuna() -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
