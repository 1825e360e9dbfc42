"""What must not matter: in which order members stand, and how fine a step of time is."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np

from simulations.actions import Actions
from simulations.economy import VARIABLES
from simulations.ensemble import step_together
from simulations.model import DaoModel
from simulations.scenario import Scenario
from tests.simulations.conftest import busy, small

DELEGATED = {"staking.delegate", "governor.propose"}
"""Verbs whose target is a member."""


class Echo:
    """Does in one model what was done in another, by members who stand elsewhere."""

    def __init__(self, source: DaoModel, place: np.ndarray) -> None:
        self._source, self._place = source, place
        self._done: dict[str, list[Actions]] = defaultdict(list)
        self._block = ""
        look = source.view

        def view(block: str, day: int) -> Any:
            self._block = block
            return look(block, day)

        source.view = view  # type: ignore[method-assign]
        source.recorder = self  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Any:
        """What economy asks of cohorts beside their actions: the truth about what they make."""
        cohort = "delegates" if name == "proposed_quality" else "developers"
        return getattr(self._source.cohorts[cohort], name)

    def add(self, day: int, actions: Actions) -> None:
        """Hear an action of the first model."""
        self._done[self._block].append(actions)

    def decide(self, view: Any) -> list[Actions]:
        """Repeat a block's actions, once."""
        return [self._moved(actions) for actions in self._done.pop(view.block, [])]

    def _moved(self, actions: Actions) -> Actions:
        target = actions.target
        if f"{actions.mechanism}.{actions.verb}" in DELEGATED:
            target = self._place[target]
        return replace(actions, member=self._place[actions.member], target=target)


def test_the_members_places_do_not_matter():
    first, second = (DaoModel([busy(days=120)] * 2, [2, 5]) for _ in range(2))
    holders = first.places["holders"].count
    place = np.arange(first.member_count)
    place[:holders] = np.random.default_rng(3).permutation(holders)
    second.ledger.liquid[:, place] = first.ledger.liquid.copy()
    echo = Echo(first, place)
    second.cohorts = {"delegates": echo, "developers": echo}  # type: ignore[dict-item]
    for _ in range(120):
        first.step()
        second.step()
    for name in VARIABLES:
        np.testing.assert_allclose(second.state[name], first.state[name], rtol=1e-9, atol=1e-6)
    for mine, other in (
        (second.ledger.liquid, first.ledger.liquid),
        (second.staking.shares, first.staking.shares),
        (second.staking.votes, first.staking.votes),
    ):
        np.testing.assert_allclose(mine[:, place], other, rtol=1e-9, atol=1e-6)


PER_TIME = {"tokens/day", "per 30 days", "share/year", "log/year", "uses/day", "quote/30 d"}


def finer(scenario: Scenario) -> Scenario:
    """The same world in steps of half a day: times take twice as many, rates are halved."""
    for path, leaf in scenario.leaves().items():
        if leaf.unit == "duration":
            scenario = scenario.with_value(path, leaf.value * 2)
        elif leaf.unit in PER_TIME:
            scenario = scenario.with_value(path, leaf.value / 2)
        elif leaf.unit == "log/sqrt(year)":
            scenario = scenario.with_value(path, round(float(leaf.value) / np.sqrt(2.0), 6))
    return replace(scenario, days=2 * scenario.days)


BOUNDS = {"emitted": 1e-9, "supply": 1e-9, "staked_share": 0.02, "treasury": 0.02, "executed": 0.1}
"""Relative change of flows that a step of half a day may bring, beside the error of the means.

Emission is exact. The rest differs because a proposal waits whole steps for its next stage, and a
member looks at most once a step."""


def test_half_the_step_changes_little():
    whole = small(days=120)
    runs = 40
    outcomes = [step_together([(s, r) for r in range(runs)]) for s in (whole, finer(whole))]
    for name, bound in BOUNDS.items():
        coarse, fine = (each.steps[name][-1] for each in outcomes)
        noise = 3 * np.sqrt((coarse.var() + fine.var()) / runs)
        assert abs(coarse.mean() - fine.mean()) <= bound * fine.mean() + noise, name
