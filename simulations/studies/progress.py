"""How far a study is, by its journal; a study can be looked at while it runs."""

from pathlib import Path
from typing import Any

from simulations.studies.journal import Journal, held


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
