"""A year of every shipped constitution, lived by everybody, is what its contracts do."""

import pytest

from governance.constitution import PRESETS
from simulations.scenario import load_scenario
from simulations.twin import BOUND_ABS, BOUND_REL, replay_run

HOLDERS = 100
"""Beside them the 138 members of all other cohorts are as many as always."""
NAMES = sorted(path.stem for path in PRESETS.glob("*.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_year_of_a_preset_stays_within_the_bound(name: str) -> None:
    scenario = load_scenario(name).with_value("world.population.holders", HOLDERS)
    assert scenario.days == 365
    drift = replay_run(scenario, 0)
    assert not drift.refusals
    table = drift.table()
    assert drift.within, table[~table.within]
    amounts = table[table.unit.isin(["tokens", "shares"])]
    gaps = amounts.max_abs.max(), table[~table.unit.isin(["tokens", "shares"])].max_abs.max()
    assert gaps[0] < BOUND_ABS + BOUND_REL * 1e9
    assert gaps[1] == 0.0
    assert len(table) > 80
    assert table.compared.sum() > 60_000
    assert drift.transactions > 3_000
