"""Decide an SMT-LIB file with two solvers at once, and print what the first of them says.

halmos runs this as its solver, in its own environment (see tools/halmos.sh): what Yices cannot
decide in time Bitwuzla often can, and the other way round.

    python smt.py FILE
    python smt.py --bitwuzla FILE
"""

import subprocess
import sys
import time
from pathlib import Path

YICES = Path(sys.executable).with_name("yices-smt2")


def decide_alone(file: str) -> None:
    """Let Bitwuzla decide a file and print its answer."""
    from bitwuzla import Option, Options, Parser, TermManager

    options = Options()
    options.set(Option.PRODUCE_MODELS, True)
    Parser(TermManager(), options).parse(file, parse_only=False, parse_file=True)


def decide(file: str) -> str:
    """Return the first answer, or nothing once both gave up."""
    commands = (
        [str(YICES), "--smt2-model-format", file],
        [sys.executable, __file__, "--bitwuzla", file],
    )
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    running = [subprocess.Popen(command, **pipes) for command in commands]
    try:
        while running:
            for solver in running:
                if solver.poll() is None:
                    continue
                answer = solver.communicate()[0]
                if answer.startswith(("sat", "unsat")):
                    return str(answer)
                running.remove(solver)
                break
            else:
                time.sleep(0.01)
    finally:
        for solver in running:
            solver.kill()
    return "unknown\n"


if __name__ == "__main__":
    if sys.argv[1] == "--bitwuzla":
        decide_alone(sys.argv[2])
    else:
        sys.stdout.write(decide(sys.argv[1]))
