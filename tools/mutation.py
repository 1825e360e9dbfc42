"""Small faults to put into a contract, found in its syntax tree.

Each is one change that compiles most of the time: a comparison that is off by one or turned round,
another operator, a number one higher, a condition always true or never, a statement, an event or
a modifier left out. A test suite that notices none of them was not looking.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Node = Mapping[str, Any]

OPERATORS = {
    "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"),
    "==": ("!=",), "!=": ("==",), "&&": ("||",), "||": ("&&",),
    "+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("*",), "**": ("*",),
    "<<": (">>",), ">>": ("<<",), "&": ("|",), "|": ("&",), "^": ("&",),
}  # fmt: skip
ASSIGNMENTS = {"+=": ("-=", "="), "-=": ("+=", "="), "*=": ("/=",), "/=": ("*=",), "|=": ("&=",)}
MEMBERS = {"min": "max", "max": "min", "Ceil": "Floor", "Floor": "Ceil"}
NUMBER = re.compile(r"\d[\d_]*")


@dataclass(frozen=True)
class Mutant:
    """A fault: what to put where, and how to tell it from others when lines have moved."""

    path: str
    start: int
    end: int
    text: str
    line: int
    name: str

    def apply(self, source: bytes) -> bytes:
        """Return the source with the fault in it."""
        return source[: self.start] + self.text.encode() + source[self.end :]


def span(node: Node) -> tuple[int, int]:
    """Return the first byte of a node and the first after it."""
    start, length, _ = map(int, node["src"].split(":"))
    return start, start + length


def mutants(path: str, tree: Node, source: bytes) -> list[Mutant]:
    """List all faults of a source file in the order of the text; their names are unique."""
    found = []
    seen: Counter[str] = Counter()
    every = {(start, end, text): owner for owner, start, end, text in _walk(tree, "", source)}
    for (start, end, text), owner in sorted(every.items()):
        name = f"{owner}: {_context(source, start, end, text)}"
        seen[name] += 1
        if seen[name] > 1:
            name = f"{name} (#{seen[name]})"
        line = source.count(b"\n", 0, start) + 1
        found.append(Mutant(path, start, end, text, line, name))
    return found


def _context(source: bytes, start: int, end: int, text: str) -> str:
    """Return the line of a fault with what it was and what it becomes marked."""
    head = source[source.rfind(b"\n", 0, start) + 1 : start].decode().lstrip()
    stop = source.find(b"\n", end)
    tail = source[end:stop].decode()
    was = " ".join(source[start:end].decode().split())
    return f"{head}[{was} → {text}]{tail}".rstrip()


def _walk(node: Any, owner: str, source: bytes) -> Iterator[tuple[str, int, int, str]]:
    if isinstance(node, list):
        for item in node:
            yield from _walk(item, owner, source)
    elif isinstance(node, dict):
        kind = node.get("nodeType", "")
        if kind in ("ContractDefinition", "FunctionDefinition", "ModifierDefinition"):
            name = node["name"] or node.get("kind", "")
            owner = f"{owner}.{name}" if owner else name
        if rule := RULES.get(kind):
            yield from ((owner, *fault) for fault in rule(node, source))
        for key, item in node.items():
            if key == "loopExpression":
                item = item and item["expression"]  # a header cannot lose its last statement
            yield from _walk(item, owner, source)


Faults = Iterator[tuple[int, int, str]]


def _binary(node: Node, source: bytes) -> Faults:
    start, end = span(node["leftExpression"])[1], span(node["rightExpression"])[0]
    yield from _operator(node["operator"], OPERATORS, start, end, source)


def _assignment(node: Node, source: bytes) -> Faults:
    start, end = span(node["leftHandSide"])[1], span(node["rightHandSide"])[0]
    yield from _operator(node["operator"], ASSIGNMENTS, start, end, source)


def _operator(
    found: str, others: Mapping[str, tuple[str, ...]], start: int, end: int, source: bytes
) -> Faults:
    at = source.find(found.encode(), start, end)
    if at >= 0:
        for other in others.get(found, ()):
            yield at, at + len(found), other


def _unary(node: Node, source: bytes) -> Faults:
    start, end = span(node)
    operator = node["operator"]
    if operator == "!":
        yield start, start + 1, ""
    elif operator in ("++", "--"):
        at = start if node["prefix"] else end - 2
        yield at, at + 2, "--" if operator == "++" else "++"


def _literal(node: Node, source: bytes) -> Faults:
    start, end = span(node)
    if node["kind"] == "bool":
        yield start, end, "false" if node["value"] == "true" else "true"
    elif node["kind"] == "number":
        text = source[start:end].decode()
        if (number := NUMBER.match(text)) and not text.startswith("0x"):
            yield start, start + number.end(), str(int(number[0].replace("_", "")) + 1)


def _condition(node: Node, source: bytes) -> Faults:
    start, end = span(node["condition"])
    yield start, end, "false"
    if not _reverts(node["trueBody"]):
        yield start, end, "true"


def _reverts(body: Node) -> bool:
    statements = body.get("statements", [body])
    return bool(statements) and statements[0]["nodeType"] == "RevertStatement"


def _choice(node: Node, source: bytes) -> Faults:
    start, end = span(node["condition"])
    yield start, end, f"!({source[start:end].decode()})"


def _statement(node: Node, source: bytes) -> Faults:
    start, end = span(node)
    stop = source.find(b";", end - 1) + 1
    yield start, stop, "{}"


def _modifier(node: Node, source: bytes) -> Faults:
    if node.get("kind") == "modifierInvocation":
        yield (*span(node), "")


def _member(node: Node, source: bytes) -> Faults:
    _, end = span(node)
    name = node["memberName"]
    if other := MEMBERS.get(name):
        yield end - len(name), end, other


RULES = {
    "Assignment": _assignment,
    "BinaryOperation": _binary,
    "Conditional": _choice,
    "EmitStatement": _statement,
    "ExpressionStatement": _statement,
    "IfStatement": _condition,
    "Literal": _literal,
    "MemberAccess": _member,
    "ModifierInvocation": _modifier,
    "UnaryOperation": _unary,
}
