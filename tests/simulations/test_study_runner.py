"""A study comes out the same however it is run, and loses nothing when something goes wrong."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import distributed
import numpy as np
import pytest

from governance.errors import InputError, PartialStudy
from simulations.studies import runner, shards, workers
from simulations.studies.journal import LOCK, Journal, held, locked
from simulations.studies.models import Function, Members
from simulations.studies.runner import Options, run_study
from simulations.studies.store import open_study
from tests.simulations import futures
from tests.simulations.futures import BROKEN, FAILS, KILLS, LEVER, NOISY, OTHER, SLOW, study, tables

OLD = Path(__file__).parent / "data" / "study-1"
DAO = {
    "days": 20,
    "replicates": 2,
    "levers": {"token.initial_supply": [10_000_000, 30_000_000]},
    "uncertainties": {"world.population.holders": [40, 30]},
    "metrics": ["treasury", "staked_share", "turnout"],
    "goals": [{"metric": "staked_share", "at_least": 0.2}],
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> dict[str, bytes]:
    """The tables of the small study, run in one go."""
    folder = tmp_path_factory.mktemp("plain") / "s"
    run_study(study(NOISY), folder, model=NOISY)
    return tables(folder)


@pytest.mark.parametrize("batch", [1, 4, 500])
def test_the_size_of_a_batch_changes_nothing(tmp_path, plain, batch):
    run_study(study(NOISY), tmp_path / "s", Options(batch=batch), model=NOISY)
    assert tables(tmp_path / "s") == plain


def test_a_dao_comes_out_the_same_in_one_process_and_in_two(tmp_path):
    """Members differ in number between points, so runs are stacked out of order."""
    for name, options in {"one": Options(), "two": Options(workers=2, batch=1)}.items():
        run_study(study(**DAO), tmp_path / name, options)
    assert tables(tmp_path / "one") == tables(tmp_path / "two")
    done = open_study(tmp_path / "one")
    assert done.runs.staked_share.nunique() == 8, "runs must differ, or this test sees nothing"
    assert done.points["n"].max() == 2


def test_what_was_done_is_not_done_again(tmp_path, plain):
    run_study(study(NOISY, replicates=2), tmp_path / "s", model=NOISY)
    before = sorted((tmp_path / "s" / "shards").iterdir())
    run_study(study(NOISY), tmp_path / "s", Options(resume=True), model=NOISY)
    assert tables(tmp_path / "s") == plain
    added = set((tmp_path / "s" / "shards").iterdir()) - set(before)
    assert sum(shards.pq.read_metadata(path).num_rows for path in added) == 6
    run_study(study(NOISY), tmp_path / "s", model=BROKEN)
    assert tables(tmp_path / "s") == plain, "nothing was left to do, so nothing could fail"


def test_points_that_are_alike_are_run_once(tmp_path):
    twice = study(NOISY, design="zip", levers={LEVER: [0.1, 0.1]}, uncertainties={OTHER: [1, 1]})
    done = run_study(twice, tmp_path / "s", model=NOISY)
    assert len(done.runs) == 6
    assert shards.pq.read_metadata(next((tmp_path / "s" / "shards").iterdir())).num_rows == 3
    assert done.runs.y[:3].tolist() == done.runs.y[3:].tolist()


def test_another_study_is_not_written_over(tmp_path, plain):
    run_study(study(NOISY), tmp_path / "s", model=NOISY)
    with pytest.raises(InputError, match=r"9 of 9 runs asked for are not in it: .* --resume"):
        run_study(study(NOISY, uncertainties={OTHER: [0.7]}), tmp_path / "s", model=NOISY)
    assert tables(tmp_path / "s") == plain
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "thesis.txt").write_text("x")
    with pytest.raises(InputError, match="holds no results of moot"):
        run_study(study(NOISY), tmp_path / "theirs", model=NOISY)
    assert [path.name for path in (tmp_path / "theirs").iterdir()] == ["thesis.txt"]


def test_other_rules_make_other_runs(tmp_path):
    run_study(study(NOISY), tmp_path / "s", model=NOISY)
    newer = Function("noisy", futures.noisy, ("y",), version="2")
    with pytest.raises(InputError, match="18 of 18 runs"):
        run_study(study(NOISY), tmp_path / "s", model=newer)


KILLED = """
import sys
from pathlib import Path
from simulations.studies.runner import Options, run_study
from tests.simulations.futures import SLOW, study
if __name__ == "__main__":
    options = Options(batch=1, resume=True)
    run_study(study(SLOW), Path(sys.argv[1]), options, model=SLOW)
"""


@pytest.fixture
def begin(tmp_path) -> Iterator[Callable[[Path], subprocess.Popen]]:
    """Starts a runner of its own on a folder; what still runs at the end is killed."""
    script, started = tmp_path / "run.py", []
    script.write_text(KILLED)

    def start(folder: Path) -> subprocess.Popen:
        call = [sys.executable, str(script), str(folder)]
        paths = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        started.append(subprocess.Popen(call, env=paths))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def until(found, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.005)


def test_killed_at_random_moments_and_resumed(tmp_path, plain, begin):
    """Whatever is on the disk when the process dies, the rest is done and no table differs.

    While it lives nobody else can write there.
    """
    folder, chance = tmp_path / "s", np.random.default_rng(1)
    for seen in (1, 9):
        process = begin(folder)
        until(lambda seen=seen: len(list(folder.glob("shards/*.parquet"))) >= seen)
        with pytest.raises(InputError, match=rf"is being written by process {process.pid} on "):
            run_study(study(NOISY), folder, Options(resume=True), model=NOISY)
        time.sleep(chance.uniform(0.0, 0.02))
        process.kill()
        process.wait()
        assert not held(folder)
    (folder / "shards" / ".torn.parquet.1.new").write_bytes(b"PAR1")
    with (folder / "journal.jsonl").open("ab") as handle:
        handle.write(b'{"event": "sha')
    done = run_study(study(NOISY), folder, Options(resume=True), model=NOISY)
    assert tables(folder) == plain
    assert done.complete
    assert not list(folder.glob("**/.*"))
    assert Journal(folder).lines()[-1]["runs"] == 18


def test_interrupted_it_keeps_what_is_done(tmp_path, plain, begin):
    folder = tmp_path / "s"
    process = begin(folder)
    until(lambda: len(list(folder.glob("shards/*.parquet"))) >= 2)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    part = open_study(folder)
    assert part.stopped == "interrupted"
    assert 2 <= len(part.runs) == part.done < 18
    assert not part.complete
    assert part.points["n"].sum() == part.done
    run_study(study(NOISY), folder, Options(resume=True), model=NOISY)
    assert tables(folder) == plain


def test_a_run_that_fails_is_a_row_and_the_rest_is_done(tmp_path, plain):
    done = run_study(study(NOISY), tmp_path / "s", model=FAILS)
    (row,) = done.failures.to_dict("records")
    assert (row["point"], row["replicate"], row["stage"]) == (3, 1, "rehearsal")
    assert (row[LEVER], row[OTHER]) == (0.08, 1.0)
    assert row["exception"] == "ZeroDivisionError"
    assert row["message"].startswith("nobody voted (tests/simulations/futures.py:")
    assert row["replay"] == f"moot study replay {tmp_path / 's'} 3 1"
    assert (len(done.runs), done.complete) == (17, False)
    assert done.points["n"].tolist() == [3, 3, 3, 2, 3, 3]
    mended = run_study(study(NOISY), tmp_path / "s", Options(resume=True), model=NOISY)
    assert mended.failures.empty
    assert tables(tmp_path / "s") == plain


def test_a_study_in_which_all_fails_stops(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "MOST_FAILURES", 5)
    done = run_study(study(NOISY), tmp_path / "s", Options(batch=2), model=BROKEN)
    assert done.stopped == "6 runs failed"
    assert (len(done.runs), len(done.failures)) == (0, 6)


def test_a_run_that_kills_its_worker_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "PATIENCE", 1)
    done = run_study(study(NOISY), tmp_path / "s", Options(workers=2, batch=2), model=KILLS)
    (row,) = done.failures.to_dict("records")
    assert (row["point"], row["replicate"], row["stage"]) == (5, 2, "worker")
    assert len(done.runs) == 17


def test_a_full_disk_keeps_what_is_done(tmp_path, plain, monkeypatch):
    written = shards.put

    def put(path: Path, data: bytes) -> None:
        if path.suffix == ".parquet" and len(list(path.parent.glob("*.parquet"))) >= 5:
            path = path.with_name("full")
            (path.parent / f".full.{os.getpid()}.new").symlink_to("/dev/full")
        written(path, data)

    monkeypatch.setattr(shards, "put", put)
    with pytest.raises(PartialStudy, match=r"No space left on device: 5 of 18 runs are kept"):
        run_study(study(NOISY), tmp_path / "s", Options(batch=1), model=NOISY)
    monkeypatch.setattr(shards, "put", written)
    run_study(study(NOISY), tmp_path / "s", Options(resume=True), model=NOISY)
    assert tables(tmp_path / "s") == plain


def test_a_damaged_shard_is_named_and_done_again(tmp_path, plain):
    run_study(study(NOISY), tmp_path / "s", Options(batch=3), model=NOISY)
    hurt = sorted((tmp_path / "s" / "shards").iterdir())[2]
    data = bytearray(hurt.read_bytes())
    data[len(data) // 2] ^= 1
    hurt.write_bytes(data)
    with pytest.raises(InputError, match=rf"{hurt.name}: damaged: .* --resume"):
        run_study(study(NOISY), tmp_path / "s", model=NOISY)
    assert hurt.read_bytes() == data
    run_study(study(NOISY), tmp_path / "s", Options(resume=True), model=NOISY)
    assert tables(tmp_path / "s") == plain
    assert (tmp_path / "s" / "damaged" / hurt.name).read_bytes() == data


class Counting(Members):
    """The member model, with the populations that it was asked about."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def alike(self, scenario):
        self.asked.append(scenario.world.population.holders)
        return super().alike(scenario)


def test_a_design_of_many_points_is_asked_for_its_populations_once():
    levers = {LEVER: [0.04, 0.08, 0.3]}
    population = {"world.population.holders": [40, 30], "world.population.delegates": [2, 3]}
    many, model = study(**DAO | {"levers": levers, "uncertainties": population}), Counting()
    chunks = list(runner.cut(many, model, [""] * many.size, np.arange(many.runs), Options()))
    assert model.asked == [40, 40, 30, 30]
    assert sorted(np.concatenate([chunk.runs for chunk in chunks])) == list(range(many.runs))
    assert all(len({each.world.population for each in c.scenarios()}) == 1 for c in chunks)
    assert [len(chunk) for chunk in chunks] == [6] * 4


def test_files_of_others_stay(tmp_path):
    run_study(study(NOISY), tmp_path / "s", model=NOISY)
    (tmp_path / "s" / ".gitignore").write_text("*")
    (tmp_path / "s" / ".git").mkdir()
    run_study(study(NOISY), tmp_path / "s", Options(resume=True), model=NOISY)
    assert (tmp_path / "s" / ".gitignore").read_text() == "*"


def test_a_command_to_redo_a_run_can_be_pasted(tmp_path):
    folder = tmp_path / "with space"
    done = run_study(study(FAILS), folder, model=FAILS)
    assert shlex.split(done.failures.replay[0])[3] == str(folder)


def test_a_lock_of_another_machine_is_kept(tmp_path):
    (tmp_path / LOCK).write_text(json.dumps({"pid": 7, "host": "elsewhere", "since": "noon"}))
    with (
        pytest.raises(InputError, match="process 7 on elsewhere since noon: if that runner is"),
        locked(tmp_path),
    ):
        pass


def test_time_runs_out(tmp_path, plain):
    asked = study(NOISY, budget={"seconds": 0.05})
    part = run_study(asked, tmp_path / "s", Options(batch=1), model=SLOW)
    assert part.stopped == "budget.seconds = 0.05 are used up"
    assert 0 < part.done < 18
    run_study(study(NOISY), tmp_path / "s", Options(resume=True), model=NOISY)
    assert tables(tmp_path / "s") == plain


def test_goals_are_counted(tmp_path):
    goals = [{"metric": "y", "at_least": 0.0, "probability": 0.5}, {"metric": "y", "at_most": -0.4}]
    done = run_study(study(NOISY, goals=goals, replicates=40), tmp_path / "s", model=NOISY)
    assert done.goals.point.tolist() == np.repeat(range(6), 2).tolist()
    for _, row in done.goals.iterrows():
        values = done.runs[done.runs.point == row.point].y
        met = values >= 0.0 if row.goal == 1 else values <= -0.4
        assert row.share == met.mean()
        assert row.lo <= row.share <= row.hi
        assert row.met == (row.share >= row.probability)
    assert 0 < done.goals.met.sum() < 12


def test_states_are_kept_if_asked_for(tmp_path):
    asked = study(**DAO | {"steps_every": 7})
    one = run_study(asked, tmp_path / "one").steps
    other = run_study(asked, tmp_path / "other", Options(batch=1)).steps
    assert one.equals(other)
    assert one.day[:4].tolist() == [0, 7, 14, 20]
    assert len(one) == 8 * 4
    last = one[one.day == 20].treasury.to_numpy()
    assert last.tolist() == open_study(tmp_path / "one").runs.treasury.tolist()


def test_a_study_of_the_first_format_still_opens():
    old = open_study(OLD)
    assert old.study.name == "first-format"
    assert [axis.path for axis in old.study.levers] == [LEVER]
    assert [axis.path for axis in old.study.uncertainties] == ["world.attention.holders_look_every"]
    assert old.complete
    assert (len(old.runs), len(old.points), len(old.goals)) == (12, 12, 0)
    assert old.study.base.hash() == old.record["scenario_hash"]


def test_a_scheduler_of_dask_gives_the_same(tmp_path, plain):
    where = {"dashboard_address": None, "host": "127.0.0.1"}
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, **where) as cluster:
        options = Options(scheduler=cluster.scheduler_address, batch=4)
        done = run_study(study(NOISY), tmp_path / "s", options, model=NOISY)
    assert done.complete
    assert tables(tmp_path / "s") == plain


def test_no_scheduler_at_an_address(tmp_path, monkeypatch):
    monkeypatch.setattr("simulations.studies.workers.PATIENT", "0.2s")
    with pytest.raises(InputError, match="no Dask scheduler"):
        run_study(study(NOISY), tmp_path / "s", Options(scheduler="tcp://127.0.0.1:9"), model=NOISY)
