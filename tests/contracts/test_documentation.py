"""Everything that can be called from outside says what it does."""

import re
from pathlib import Path

import pytest

CONTRACTS = Path(__file__).parents[2] / "contracts"
SOURCES = sorted(
    path.relative_to(CONTRACTS)
    for path in CONTRACTS.rglob("*.sol")
    if path.relative_to(CONTRACTS).parts[0] != "mocks" and ".cache" not in path.parts
)
_DOC = r"(?P<doc>(?:^ +///.*\n|^ +// .*\n)*)"
_FUNCTION = re.compile(_DOC + r"^ {4}(?P<head>function \w+\([^{;]*)[{;]", re.MULTILINE)
_GETTER = re.compile(_DOC + r"^ {4}(?P<head>\w[^;()=]* public [^;=]*)[;=]", re.MULTILINE)
_TYPE = re.compile(
    r"(?P<doc>(?:^///.*\n)*)^(?:abstract )?(?:contract|interface|library) (?P<head>\w+)",
    re.MULTILINE,
)


def undocumented(text: str) -> list[str]:
    """List what is external or public without NatSpec."""
    found = [match for match in _FUNCTION.finditer(text) if _is_open(match["head"])]
    found += [match for match in _GETTER.finditer(text) if " function " not in match["head"]]
    found += list(_TYPE.finditer(text))
    return [" ".join(match["head"].split())[:60] for match in found if "///" not in match["doc"]]


def _is_open(head: str) -> bool:
    return bool(re.search(r"\b(external|public)\b", head.rpartition(")")[2] or head))


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_everything_external_has_natspec(source: Path) -> None:
    assert not undocumented((CONTRACTS / source).read_text(encoding="utf-8"))


def test_a_missing_comment_is_seen() -> None:
    text = (
        "/// @title Some.\ncontract A {\n{doc}    function f(uint256 x)\n     external\n    {}\n}\n"
    )
    assert undocumented(text.replace("{doc}", "")) == ["function f(uint256 x) external"]
    assert undocumented(text.replace("{doc}", "    /// @notice Does it.\n")) == []
    assert undocumented("contract A {\n    uint256 public x;\n}\n") == ["uint256 public x", "A"]
