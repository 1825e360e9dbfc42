"""The macro model as a sweep of radCAD's, in an environment of its own.

radCAD asks for an older numpy than moot's, so ``.build/radcad`` holds radCAD and the two packages
that moot lacks, and takes all else from the environment that runs the benches: both sides count
with the same numpy. A process there waits for orders, so that its start is not timed. The pool of
radCAD's own is, because radCAD starts a new one for every sweep. radCAD copies the state before
every policy and every update; these blocks do not need it, so it runs without copies as well.
"""

import json
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulations.macro.model import MacroModel, blocks, initial_state
from simulations.scenario import Scenario

ROOT = Path(__file__).parents[1]
HOME = ROOT / ".build" / "radcad"
LOCK = ROOT / "requirements" / "radcad.lock"
_SERVE = "from benchmarks.radcad_sweep import serve; serve()"
_current: dict[str, Any] = {}


@dataclass(frozen=True)
class Refreshed:
    """The policy of one block; the first makes a fresh model of one run on the first day."""

    index: int

    def __call__(
        self, params: Mapping[str, Any], substep: object, history: object, state: dict[str, Any]
    ) -> Mapping[str, Any]:
        """Call the model's policy, with the number that radCAD does not give for the substep."""
        if self.index == 0 and state["day"] == 0:
            _current["blocks"] = blocks(MacroModel([params["scenario"]], [0]))
        (inner,) = _current["blocks"][self.index]["policies"].values()
        return inner(params, self.index + 1, history, state)


@dataclass(frozen=True)
class Taken:
    """The update of one variable from its signal; a class, as radCAD's processes need."""

    key: str

    def __call__(
        self, params: object, substep: object, history: object, state: object, signals: Any
    ) -> tuple[str, Any]:
        """Return the variable and its value."""
        return self.key, signals[self.key]


def sweep(scenarios: list[Scenario], processes: int, copies: bool) -> list[float]:
    """Run points in radCAD, in one process or its pool of them; return the last treasuries."""
    from radcad import Backend, Engine, Model, Simulation

    template = MacroModel(scenarios[:1], [0])
    wrapped = [
        {
            "policies": {f"p{index}": Refreshed(index)},
            "variables": {key: Taken(key) for key in each["variables"]},
        }
        for index, each in enumerate(blocks(template))
    ]
    model = Model(
        initial_state=initial_state(template),
        state_update_blocks=wrapped,
        params={"scenario": scenarios},
    )
    simulation = Simulation(model=model, timesteps=scenarios[0].days, runs=1)
    backend = Backend.SINGLE_PROCESS if processes == 1 else Backend.MULTIPROCESSING
    simulation.engine = Engine(backend=backend, processes=processes, deepcopy=copies)
    last: dict[int, float] = {}
    for record in simulation.run():
        last[record["subset"]] = float(record["treasury"][0])
    return [last[point] for point in range(len(scenarios))]


def serve() -> None:
    """Make the points, then run them as each line of stdin says: processes, and copies or not."""
    from benchmarks.studies import points

    scenarios = points(int(sys.argv[1]), int(sys.argv[2]))
    for line in sys.stdin:
        processes, copies = json.loads(line)
        print(json.dumps(sweep(scenarios, processes, copies)), flush=True)


class Peer:
    """A process in radCAD's environment."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, processes: int, copies: bool = False) -> list[float]:
        """Have the points run; return their last treasuries."""
        orders, answers = self._process.stdin, self._process.stdout
        assert orders is not None
        assert answers is not None
        print(json.dumps([processes, copies]), file=orders, flush=True)
        if not (answer := answers.readline()):
            raise RuntimeError("radCAD's process ended: see its traceback above")
        return list(json.loads(answer))


@contextmanager
def peer(count: int, days: int) -> Iterator[Peer | None]:
    """Start a process with so many points in radCAD's environment, made if it is not there.

    Yields None, and says so, where radCAD cannot be installed: the other figures still count.
    """
    try:
        python = _installed()
    except subprocess.CalledProcessError:
        print("radCAD cannot be installed here (pip says why above): left out", file=sys.stderr)
        yield None
        return
    call = [python, "-W", "ignore", "-c", _SERVE, str(count), str(days)]
    pipe = subprocess.PIPE
    with subprocess.Popen(call, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield Peer(process)
        finally:
            process.kill()


def _installed() -> str:
    python = HOME / "bin" / "python"
    ours = sysconfig.get_path("purelib")
    key = f"{LOCK.read_text()}{ours}\n{HOME}\n"
    made = HOME / "made"
    if made.exists() and made.read_text() == key:
        return str(python)
    subprocess.run([sys.executable, "-m", "venv", "--clear", HOME], check=True)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    which = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", LOCK]
    subprocess.run([*pip, *which], check=True)
    theirs = sysconfig.get_path("purelib", vars={"base": str(HOME)})
    (Path(theirs) / "moot.pth").write_text(f"{ours}\n")
    made.write_text(key)
    return str(python)
