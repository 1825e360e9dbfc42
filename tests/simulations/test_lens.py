"""Many views in one call, comparisons that wait, and drift folded by contract."""

import numpy as np
import pandas as pd
import pytest

from governance.units import SHARE, TOKEN
from simulations.folding import by_contract, contract_of
from simulations.twin import lens
from simulations.twin.court import Court
from simulations.twin.drift import Drift
from simulations.twin.lens import NO_ANSWER
from simulations.twin.variable import BOUND_ABS, Variable
from tests.simulations.conftest import small
from tests.simulations.scripts import Script


@pytest.fixture(scope="module")
def dao() -> Court:
    """A DAO whose first members have staked."""
    script = Script()
    script.do("staking.deposit", *range(5), amount=[1.5, 20, 300, 4_000, 50_000])
    script.pass_days(3)
    return script.court


def test_the_lens_sees_what_single_calls_see(dao) -> None:
    members = np.arange(12)
    who, moment = dao.who(members), dao.chain.timestamp() - 1
    asked = {
        ("token", "balanceOf"): dao.look("token", "balanceOf", [who]),
        ("staked", "getPastVotes"): dao.look("staked", "getPastVotes", [who, moment]),
        ("staked", "lockedBy"): dao.look("staked", "lockedBy", [who, dao.at["court"]]),
    }
    more = {"getPastVotes": (moment,), "lockedBy": (dao.at["court"],)}
    supply, rest = dao.look("token", "totalSupply", []), dao.ask("staked", "unstreamed", words=2)
    dao.lens.look()
    for (key, function), view in asked.items():
        singly = [dao.word(key, function, who, *more.get(function, ())) for who in dao.members[:12]]
        assert view.integers() == singly
        assert np.allclose(view.column(), np.array(singly, float), rtol=1e-15)
    assert max(asked["staked", "getPastVotes"].column()) > 50_000 * SHARE * 0.99
    assert supply.integers() == [dao.word("token", "totalSupply")]
    assert [rest.integers(place)[0] for place in (0, 1)] == dao.words("staked", "unstreamed")


def test_a_view_that_reverts_is_apart_from_everything(dao) -> None:
    scenario, numbers = small(), [3, dao.word("token", "totalSupply")]
    known, unknown = dao.look("token", "totalSupply", []), dao.ask("governor", "state", numbers)
    dao.lens.look()
    assert known.column()[0] / TOKEN > 1.0
    assert np.isnan(unknown.column()).all()
    drift = Drift(scenario, 0)
    drift.compare("a state", 4, [NO_ANSWER, 1.0], unknown.column(), unit="state")
    assert not drift.within
    row = drift.table().iloc[0]
    assert (row.first_day, row.max_abs, row.max_rel) == (4, np.inf, np.inf)


def test_more_questions_than_a_call_takes_are_asked_in_several(dao, monkeypatch) -> None:
    monkeypatch.setattr(lens, "MOST", 7)
    who = dao.who(np.arange(5))
    views = [dao.look("token", "balanceOf", [who]) for _ in range(3)]
    with pytest.raises(RuntimeError, match="not looked"):
        views[-1].column()
    dao.lens.look()
    assert views[0].integers() == views[1].integers() == views[2].integers()
    assert dao.look("token", "balanceOf", [who[:0]]).count == 0


def test_waiting_values_are_compared_as_if_at_once() -> None:
    draws = np.random.default_rng(5)
    simulated = draws.random((40, 6)) * 1e6
    enforced = simulated + draws.choice([0.0, 1e-9], simulated.shape)
    enforced[17, 2] += 1.0
    enforced[30, 0] += 5.0
    members = np.arange(10, 16)
    late, soon = Variable("tokens", False), Variable("tokens", False)
    for day, (mine, theirs) in enumerate(zip(simulated, enforced, strict=True)):
        for variable in (late, soon):
            variable.add(day, mine, theirs, members)
        soon.settle()
    late.settle()
    assert late == soon
    assert (late.first_day, late.first_member, late.compared) == (17, 12, 240)
    assert late.max_abs == pytest.approx(5.0)
    exact = Variable("state", True)
    exact.add(0, np.array([2.0]), np.array([2.0 + BOUND_ABS / 2]), None)
    exact.settle()
    assert (exact.first_day, exact.first_member) == (0, None)


def test_drift_is_folded_by_contract_with_the_worst_first() -> None:
    table = pd.DataFrame(
        {
            "variable": ["token.totalSupply", "court balance", "proposals", "governor.state",
                         "staked.lockedBy(court)", "exit.round escrowed"],
            "compared": [1, 2, 3, 4, 5, 6],
            "max_rel": [1e-15, 1e-12, 0.0, 0.5, 1e-10, 0.0],
            "within": [True, True, True, False, True, True],
        }
    )  # fmt: skip
    folded = by_contract(table)
    assert folded.contract.tolist() == ["governor", "staked", "token", "exit"]
    assert folded.variable.tolist()[0] == "governor.state"
    assert folded.within.tolist() == [False, True, True, True]
    assert folded.variables.tolist() == [2, 1, 2, 1]
    assert folded.compared.tolist() == [7, 5, 3, 6]
    assert contract_of("stream balance") == "staked"
    assert contract_of("supply") == "supply"
