"""Every invariant in the English list has a property that exists."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
LIST = HERE.parents[1] / "contracts" / "INVARIANTS.md"
_LINE = re.compile(
    r"- \*\*(?P<id>[A-Z]{3}-\d\d)\*\* .+\. → `(?P<file>test_\w+\.py)::(?P<name>[\w.]+)`"
)


def listed() -> list[dict[str, str]]:
    """Return id, file and property of each line of the list."""
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line[:2] == "- "]
    found = [_LINE.fullmatch(line) for line in lines]
    unread = [line for line, match in zip(lines, found, strict=True) if match is None]
    assert not unread, unread
    return [match.groupdict() for match in found if match is not None]


def properties(path: Path) -> set[str]:
    """Return the names of a file's test functions, and of its classes' methods."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            inner = [each for each in node.body if isinstance(each, ast.FunctionDef)]
            names |= {f"{node.name}.{each.name}" for each in inner}
    return names


def test_every_id_has_a_property_and_no_id_repeats() -> None:
    rows = listed()
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids))
    missing = [row for row in rows if row["name"] not in properties(HERE / row["file"])]
    assert not missing, missing
