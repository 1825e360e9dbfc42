"""Run Slither's detectors above informational on the contracts.

Slither needs syntax trees and no bytecode, so this asks the compiler for those alone. Of its
detectors one is left out: ``timestamp`` points at every comparison with the block's time, and
all clocks here are the block's time by design (ERC-6372, ``mode=timestamp``). A proposer of blocks
can move it by seconds; the shortest term of any contract here is a minute.

A finding that is no fault is answered in the line above it, where the next reader looks:
``// slither-disable-next-line detector: reason``. One that no longer hides anything is an error.
"""

import gc
import inspect
import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crytic_compile import CryticCompile
from crytic_compile.compilation_unit import CompilationUnit
from crytic_compile.compiler.compiler import CompilerVersion
from crytic_compile.platform.solc_standard_json import (
    SolcStandardJson,
    parse_standard_json_output,
)
from slither import Slither
from slither.detectors import all_detectors
from slither.detectors.abstract_detector import AbstractDetector, DetectorClassification

from tools.analysis import analyse
from tools.build_artifacts import ROOT

CONFIG = ROOT / "slither.config.json"
"""What ``slither .`` reads too."""
QUIET = {DetectorClassification.INFORMATIONAL, DetectorClassification.OPTIMIZATION}
_NO_CODE = {"object": "", "sourceMap": ""}


@dataclass(frozen=True)
class Report:
    """What Slither found, and the answers in the sources that answer nothing any more."""

    findings: list[str]
    idle: list[str]


class Compiled(SolcStandardJson):
    """What the compiler said, in the form that Slither reads."""

    def __init__(self, output: dict[str, Any]) -> None:
        super().__init__({})
        self._output = output

    def compile(self, crytic_compile: CryticCompile, **_: Any) -> None:
        """Hand over the trees, with empty bytecode."""
        unit = CompilationUnit(crytic_compile, "moot")
        unit.compiler_version = CompilerVersion("solc", "0.8.37", optimized=True)
        for contracts in self._output["contracts"].values():
            for contract in contracts.values():
                contract["evm"] = {"bytecode": _NO_CODE, "deployedBytecode": _NO_CODE}
        parse_standard_json_output(self._output, unit, str(ROOT))

    def is_dependency(self, path: str) -> bool:
        """Whether a source is a library's."""
        return "node_modules" in Path(path).parts


def detectors(excluded: set[str]) -> list[type[AbstractDetector]]:
    """List the detectors above informational that are not excluded."""
    return [
        found
        for _, found in inspect.getmembers(all_detectors, inspect.isclass)
        if issubclass(found, AbstractDetector)
        and found.IMPACT not in QUIET
        and found.ARGUMENT not in excluded
    ]


def audit(output: dict[str, Any] | None = None) -> Report:
    """Run Slither on what the compiler said, by default of all contracts."""
    logging.getLogger("CryticCompile").setLevel(logging.ERROR)
    logging.getLogger("Detectors").setLevel(logging.ERROR)
    gc.disable()  # it would take half of the time, looking through trees that all stay
    config = json.loads(CONFIG.read_text(encoding="utf-8"))
    compiled = CryticCompile(Compiled(output or analyse()))
    slither = Slither(compiled, exclude_dependencies=config["exclude_dependencies"])
    for detector in detectors(set(config["detectors_to_exclude"].split(","))):
        slither.register_detector(detector)
    found = [finding for findings in slither.run_detectors() for finding in findings]
    gc.enable()
    return Report(
        findings=[
            f"{finding['impact']}: {finding['check']}: {finding['description'].strip()}"
            for finding in found
        ],
        idle=[
            f"{Path(item['file']).relative_to(ROOT)}:{item['line']}: "
            f"{', '.join(item['unused_detectors'])} is no longer found here"
            for item in slither.get_unused_ignore_comments()
            if not compiled.is_dependency(item["file"])
        ],
    )


def main() -> int:
    """Print what was found and exit 1 if anything was."""
    report = audit()
    for line in [*report.findings, *report.idle]:
        print(f"{line}\n")
    print(f"{len(report.findings)} findings, {len(report.idle)} idle answers")
    return bool(report.findings or report.idle)


if __name__ == "__main__":
    sys.exit(main())
