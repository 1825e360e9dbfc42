"""Measure everything, or what is named, as in ``python -m benchmarks ensemble twin``."""

import sys
import warnings

from benchmarks import (
    command,
    economy,
    ensemble,
    floor,
    lockstep,
    macro,
    measures,
    million,
    recording,
    studies,
    twin,
)
from benchmarks.figures import show

BENCHES = {
    "command": command,
    "economy": economy,
    "ensemble": ensemble,
    "floor": floor,
    "lockstep": lockstep,
    "macro": macro,
    "million": million,
    "measures": measures,
    "recording": recording,
    "studies": studies,
    "twin": twin,
}


def main() -> None:
    """Run the benches and print their figures."""
    warnings.filterwarnings("ignore", "datetime.datetime.utcnow", DeprecationWarning)
    names = sys.argv[1:] or list(BENCHES)
    if unknown := set(names) - set(BENCHES):
        sys.exit(f"no bench {sorted(unknown)}: choose from {', '.join(BENCHES)}")
    show([figure for name in names for figure in BENCHES[name].measure()])


if __name__ == "__main__":
    main()
