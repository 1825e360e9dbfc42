"""Every mechanism has a machine, or a reason not to; every refusal a name the contracts know."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine

from governance.chain import contract
from governance.chain.abi import contract_names
from simulations import mechanisms
from simulations.actions import Actions

MACHINES = {
    "staking": "test_staking_twin.StakingTwin",
    "emissions": "test_supply_twin.SupplyTwin",
    "vesting": "test_supply_twin.SupplyTwin",
    "stream": "test_stream_twin.StreamTwin",
    "governor": "test_governor_twin.GovernorTwin",
    "court": "test_court_twin.CourtTwin",
    "jurors": "test_court_twin.CourtTwin",
    "panels": "test_court_twin.CourtTwin",
    "registry": "test_registry_twin.RegistryTwin",
    "records": "test_registry_twin.RegistryTwin",
    "gate": "test_registry_twin.RegistryTwin",
    "curation": "test_curation_twin.Courts",
    "market": "test_market_twin.Courts",
    "exit": "test_exit_twin.Courts",
}
"""The machine that takes a mechanism's actions to its contract as well."""
PARTS = {
    "checkpoints": "staking",
    "asking": "governor",
    "proposals": "governor",
    "kinds": "governor",
    "spending": "governor",
    "appeals": "court",
    "disputes": "court",
    "sortition": "court",
    "terms": "court",
    "attestations": "gate",
}
"""Modules without actions of their own, by the mechanism whose machine compares what they hold."""
EXEMPT = {
    "amm": "the pool belongs to the World: no contract of the DAO trades its token",
    "lending": "the lender belongs to the World",
    "bribes": "bribes are paid outside of the DAO",
    "batches": "what it does is how actions are taken in turn; tests/simulations/test_batches.py",
    "conviction": "a rule for comparison, which no contract has",
    "hatch": "a rule for comparison, which no contract has",
    "locks": "a rule for comparison, which no contract has",
    "optimistic": "a rule for comparison, which no contract has",
    "quadratic": "a rule for comparison, which no contract has",
}
"""Modules without a machine, and why."""
UNNAMED = {
    "governor": {"at most {SLOTS} proposals are open at once": "room in the arrays"},
    "court": {"at most {SLOTS} disputes are open": "room in the arrays"},
    "curation": {"is one who may signal": "the cohorts that have columns"},
    "market": {"is one who may pay": "the cohorts that have columns"},
    "panels": {"votes for a choice": "a vote in hiding may be for anything; none is minus one"},
    "gate": {
        "attests to a version there is": "the contract takes any hashes for a version's",
        "attests on a criterion there is": "a call the contract cannot decode has no custom error",
    },
    "registry": {
        "challenges on a criterion there is": "as the gate's: such a call cannot be decoded",
    },
}
"""Rules of mechanisms with a machine that no contract has an error for, and why."""
CALLED_BY_OTHERS = {"jurors": {"join_session"}, "gate": {"admit"}}
"""Methods of mechanisms that another mechanism calls, on its own members' behalf."""

FOLDER = Path(mechanisms.__path__[0])
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def machine(place: str) -> tuple[ModuleType, type]:
    """A test module and the machine in it."""
    module, name = place.split(".")
    found = importlib.import_module(f"tests.simulations.{module}")
    return found, getattr(found, name)


def verbs(module: str) -> Iterator[str]:
    """What members can do by a mechanism: its public methods that take actions."""
    source = importlib.import_module(f"simulations.mechanisms.{module}")
    for _, kind in inspect.getmembers(source, inspect.isclass):
        if kind.__module__ != source.__name__:
            continue
        for name, method in vars(kind).items():
            if inspect.isfunction(method) and not name.startswith("_"):
                hints = inspect.get_annotations(method)
                if hints.get("actions") is Actions:
                    yield name


def refusals(module: str) -> Iterator[tuple[str, list[str]]]:
    """Each ``require`` of a module: its rule in words, and the contracts' names for it."""
    tree = ast.parse((FOLDER / f"{module}.py").read_text())
    constants = {
        name.id: value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        for name, value in _pairs(target, node.value)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "require":
            parts = [_resolved(part, constants) for part in node.args[1:]]
            words = [word for part in parts for word in part]
            yield words[0], words[1:]


def named(module: str) -> set[str]:
    """All texts in a module that are put together as the names of errors are."""
    tree = ast.parse((FOLDER / f"{module}.py").read_text())
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    words = {text for text in texts if isinstance(text, str)}
    return {word for word in words if re.fullmatch(r"(ERC\d+)?([A-Z][a-z0-9]+){2,}", word)}


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.Name, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for each, of in zip(target.elts, value.elts, strict=True):
            yield from _pairs(each, of)


def _resolved(part: ast.expr, constants: dict[str, ast.expr]) -> list[str]:
    """Texts that an argument of ``require`` stands for."""
    if isinstance(part, ast.Constant):
        return [str(part.value)]
    if isinstance(part, ast.JoinedStr):
        return [ast.unparse(part)[2:-1]]
    if isinstance(part, ast.Tuple):
        return [word for each in part.elts for word in _resolved(each, constants)]
    inner = part.value if isinstance(part, ast.Starred) else part
    if isinstance(inner, ast.Name) and inner.id in constants:
        return _resolved(constants[inner.id], constants)
    return [f"<{ast.unparse(inner)}>"]


def test_every_module_has_a_machine_or_a_reason() -> None:
    listed = [*MACHINES, *PARTS, *EXEMPT]
    assert sorted(listed) == MODULES, "say who drives a new mechanism, or why nobody does"
    assert set(PARTS.values()) <= set(MACHINES)


@pytest.mark.parametrize("module", sorted({*PARTS, *EXEMPT} - {"amm", "lending", "bribes"}))
def test_what_has_no_machine_of_its_own_takes_no_actions(module: str) -> None:
    assert list(verbs(module)) == []


@pytest.mark.parametrize("module", MACHINES)
def test_a_machine_does_all_that_its_mechanism_can(module: str) -> None:
    tests, found = machine(MACHINES[module])
    assert issubclass(found, RuleBasedStateMachine)
    source = inspect.getsource(tests)
    done = set(verbs(module)) - CALLED_BY_OTHERS.get(module, set())
    assert done, f"{module} has no verbs: it belongs to PARTS"
    missing = {verb for verb in done if not re.search(rf'\.{verb}\b|"{verb}"', source)}
    assert not missing, f"{MACHINES[module]} never does {missing}"


@pytest.mark.parametrize("module", MACHINES)
def test_refusals_have_names_that_the_contracts_know(module: str) -> None:
    known = {error.name for name in contract_names() for error in contract(name).errors}
    assert named(module) <= known, f"{module} names what no contract knows"
    unnamed = UNNAMED.get(module, {})
    for rule, errors in refusals(module):
        assert bool(errors) != (rule in unnamed), f"{module}: {rule!r} has no name or needs none"
    assert set(unnamed) <= {rule for rule, _ in refusals(module)}


def test_a_hundred_examples_are_the_same_each_time_and_a_thousand_are_new() -> None:
    suite, long = settings.get_profile("suite"), settings.get_profile("long")
    assert (suite.max_examples, suite.derandomize) == (100, True)
    assert (long.max_examples, long.derandomize) == (1_000, False)
    for place in set(MACHINES.values()):
        found = machine(place)[1].TestCase.settings
        assert found.max_examples == settings().max_examples
