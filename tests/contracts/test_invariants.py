"""Every invariant in the English list has a property that exists."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
FOUNDRY = HERE.parent / "foundry"
LIST = HERE.parents[1] / "contracts" / "INVARIANTS.md"
_LINK = r"`(?:test_\w+\.py::[\w.]+|\w+\.t\.sol::(?:invariant|check)_\w+)`"
_LINE = re.compile(rf"- \*\*(?P<id>[A-Z]{{3}}-\d\d)\*\* .+\. → (?P<links>{_LINK}(?:, {_LINK})*)")

_PROPERTY = re.compile(r"^    function ((?:invariant|check)_\w+)\(", re.MULTILINE)


def listed() -> dict[str, list[tuple[str, str]]]:
    """Return the properties of each id, as file and name."""
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line[:2] == "- "]
    found = [(line, _LINE.fullmatch(line)) for line in lines]
    unread = [line for line, match in found if match is None]
    assert not unread, unread
    matches = [match for _, match in found if match is not None]
    ids = [match["id"] for match in matches]
    assert len(ids) == len(set(ids)), "an id repeats"
    links = [match["links"].strip("`").split("`, `") for match in matches]
    return {id_: [_split(link) for link in each] for id_, each in zip(ids, links, strict=True)}


def _split(link: str) -> tuple[str, str]:
    file, _, name = link.partition("::")
    return file, name


def properties(path: Path) -> set[str]:
    """Return the names of a file's test functions, and of its classes' methods."""
    if path.suffix == ".sol":
        return set(_PROPERTY.findall(path.read_text(encoding="utf-8")))
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            inner = [each for each in node.body if isinstance(each, ast.FunctionDef)]
            names |= {f"{node.name}.{each.name}" for each in inner}
    return names


def place(file: str) -> Path:
    """Find a file of properties by its name."""
    if not file.endswith(".t.sol"):
        return HERE / file
    found = [path for path in FOUNDRY.rglob("*.t.sol") if path.name == file]
    assert len(found) == 1, (file, found)
    return found[0]


def test_every_id_has_properties_that_exist() -> None:
    found = listed()
    assert len(found) >= 45
    missing = [
        (id_, file, name)
        for id_, links in found.items()
        for file, name in links
        if name not in properties(place(file))
    ]
    assert not missing, missing


def test_every_invariant_and_check_in_solidity_has_an_id() -> None:
    linked = {link for links in listed().values() for link in links}
    written = {(path.name, name) for path in FOUNDRY.rglob("*.t.sol") for name in properties(path)}
    assert len(written) >= 60
    assert not written - linked, sorted(written - linked)
