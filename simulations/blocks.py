"""The bridge to cadCAD: building blocks safely, and advancing them a day at a time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cadCAD.configuration import Experiment, Processor
from cadCAD.configuration.utils import config_sim
from cadCAD.engine import ExecutionContext, ExecutionMode, Executor
from cadCAD.engine.simulation import Executor as BlockEngine

type CadState = dict[str, Any]
type Policy = Callable[[int], Mapping[str, Any]]
type Block = dict[str, Any]

MOST_BLOCKS = 8
"""Above about eight blocks cadCAD's own cost per block climbs steeply."""


def block(name: str, policy: Policy, variables: Sequence[str]) -> Block:
    """Build one partial state update block.

    The first block of a list must have ``day`` among its variables: it is the clock.

    Parameters
    ----------
    name
        The block's name, used for its policy.
    policy
        Called with the day; returns one signal per variable.
    variables
        State variables that the signals replace, at least one.
    """

    def run_policy(params: Any, substep: int, history: Any, state: CadState) -> Mapping[str, Any]:
        day = int(state["day"]) + (1 if substep == 1 else 0)
        return {**policy(day), "day": day} if substep == 1 else policy(day)

    return {
        "policies": {name: run_policy},
        "variables": {key: _take(name, key) for key in variables},
    }


def _take(name: str, key: str) -> Callable[..., tuple[str, Any]]:
    def update(
        params: Any, substep: int, history: Any, state: CadState, signals: Mapping[str, Any]
    ) -> tuple[str, Any]:
        if key not in signals:
            raise KeyError(f"the policy of block {name!r} gave no signal {key!r}")
        return key, signals[key]

    return update


def check_blocks(blocks: Sequence[Block], state: CadState) -> None:
    """Refuse block lists that cadCAD would run wrongly without a word.

    Raises
    ------
    ValueError
        If there are too many blocks, a block updates nothing, a policy's name repeats, a
        variable is not in the initial state, or the first block does not move the day.
    """
    if len(blocks) > MOST_BLOCKS:
        raise ValueError(f"{len(blocks)} blocks: take at most {MOST_BLOCKS}")
    names = [name for each in blocks for name in each["policies"]]
    if repeated := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"policies named twice: {sorted(repeated)}")
    for each in blocks:
        if not each["variables"]:
            raise ValueError(f"block {list(each['policies'])} updates no variable")
        if unknown := set(each["variables"]) - set(state):
            raise ValueError(f"variables not in the initial state: {sorted(unknown)}")
    if "day" not in blocks[0]["variables"]:
        raise ValueError("the first block must update 'day'")


class DayLoop:
    """Advances cadCAD's block engine one timestep at a time, keeping one day of history.

    It leans on ``state_update_pipeline``, an internal of cadCAD 0.5.3, which is why that
    version is pinned; :func:`execute` runs the same blocks by the public way, and a test
    demands equal numbers.
    """

    def __init__(self, state: CadState, blocks: Sequence[Block]) -> None:
        check_blocks(blocks, state)
        self._config = Processor().generate_config(state, [dict(each) for each in blocks], [])
        self._engine = BlockEngine([lambda first, second: first + second])
        self.updated = {name for each in blocks for name in each["variables"]}
        self._last = [
            {**state, "simulation": 0, "subset": 0, "run": 1, "substep": 0, "timestep": 0}
        ]

    @property
    def state(self) -> CadState:
        """The last state."""
        return self._last[-1]

    def advance(self) -> CadState:
        """Run every block once and return the new state."""
        timestep = self.state["timestep"] + 1
        self._last = self._engine.state_update_pipeline(
            {}, [self._last], self._config, {}, timestep, 1, {"deepcopy_off": True}
        )[1:]
        return self.state


def execute(state: CadState, blocks: Sequence[Block], days: int) -> list[CadState]:
    """Run the blocks through cadCAD's public ``Executor``; one record per substep.

    The reference that :class:`DayLoop` is compared with, and the pattern for your own
    cadCAD ``Experiment``.
    """
    experiment = Experiment()
    experiment.append_model(
        initial_state=state,
        partial_state_update_blocks=[dict(each) for each in blocks],
        sim_configs=config_sim({"N": 1, "T": range(days), "M": {"_": [None]}}),
    )
    context = ExecutionContext(
        context=ExecutionMode().single_mode, additional_objs={"deepcopy_off": True}
    )
    records, _, _ = Executor(context, experiment.configs, supress_print=True).execute()
    return list(records)
