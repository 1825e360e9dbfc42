"""How far a study is; by its journal it can be looked at while it runs."""

from pathlib import Path
from typing import Any

from simulations.studies.journal import Journal, held
from simulations.studies.store import StudyResult


def shortfall(done: StudyResult) -> str:
    """Return what a study lacks and why, in words."""
    failed = done.failures
    first = f"; the first to fail: {failed.replay[0]}" if len(failed) else ""
    return (
        f"{done.stopped}: {done.done:,} of {done.study.runs:,} runs are done, {len(failed):,} "
        f"failed{first}"
    )


def progress_of(folder: Path) -> dict[str, Any]:
    """Return runs ``done``, whether it is ``running``, how it ``ended`` and when it last wrote."""
    lines = Journal(folder).lines()
    starts = [place for place, line in enumerate(lines) if line["event"] == "start"]
    if not starts:
        return {"done": None, "running": False, "ended": None, "at": None}
    since = lines[starts[-1] :]
    done = since[0]["done"] + sum(line["runs"] for line in since if line["event"] == "shard")
    ends = [line for line in since if line["event"] in ("end", "stop")]
    return {
        "done": ends[-1]["runs"] if ends else done,
        "running": held(folder),
        "ended": ends[-1]["reason"] if ends else None,
        "at": since[-1]["at"],
    }
