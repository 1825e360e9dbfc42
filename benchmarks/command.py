"""How fast ``moot --help`` answers."""

import subprocess
import sys

from benchmarks.figures import Figure, median_seconds

REPETITIONS = 5


def measure() -> list[Figure]:
    """Start the command as a user would."""
    call = [sys.executable, "-m", "moot", "--help"]
    seconds = median_seconds(
        lambda: subprocess.run(call, check=True, stdout=subprocess.DEVNULL), REPETITIONS
    )
    return [Figure("moot --help", seconds, "s", None, None, REPETITIONS)]
