"""Typed TOML settings: frozen, bounded, documented fields, and errors that name the fix."""

import difflib
import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self, cast, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from governance.errors import InputError
from governance.units import format_duration, parse_duration, to_bps


def _whole_bps(value: Decimal) -> Decimal:
    try:
        to_bps(value)
    except InputError as error:
        raise ValueError(str(error)) from None
    return value


def _seconds(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_duration(value)
    except InputError as error:
        raise ValueError(str(error)) from None


def _decimal(value: object) -> object:
    return Decimal(repr(value)) if isinstance(value, float) else value


Fraction = Annotated[Decimal, BeforeValidator(_decimal), AfterValidator(_whole_bps)]
"""A share of one, in whole basis points, because the contracts hold it so."""
Number = Annotated[Decimal, BeforeValidator(_decimal)]
"""A number that no contract holds, of any fineness."""
Tokens = Number
"""An amount of tokens."""
Duration = Annotated[int, BeforeValidator(_seconds)]
"""Seconds; written in TOML as ``"2d 1h"``."""


def setting(description: str, *, unit: str, source: str, **bounds: Any) -> Any:
    """Declare a field once: its meaning, unit, source of the default, bounds and default."""
    extra: JsonDict = {"unit": unit, "source": source}
    return Field(description=description, json_schema_extra=extra, **bounds)


@dataclass(frozen=True)
class Leaf:
    """One parameter: dotted path, value, and what was declared about it."""

    path: str
    value: Any
    info: FieldInfo

    @property
    def unit(self) -> str:
        """The declared unit, ``""`` for plain choices."""
        return str(_extra(self.info).get("unit", ""))

    @property
    def source(self) -> str:
        """Where the default comes from."""
        return str(_extra(self.info).get("source", ""))

    @property
    def choices(self) -> tuple[str, ...]:
        """What a choice is made among, empty for any other parameter."""
        return get_args(self.info.annotation) if isinstance(self.value, str) else ()

    @property
    def whole_bps(self) -> bool:
        """Whether it is held in whole basis points."""
        return any(getattr(each, "func", None) is _whole_bps for each in self.info.metadata)

    def read(self, value: object) -> Any:
        """Return a value as this parameter would hold it, by its own bounds alone.

        Raises
        ------
        InputError
            If it is out of bounds.
        """
        kind: Any = self.info.annotation
        for each in self.info.metadata:
            kind = Annotated[kind, each]
        try:
            return TypeAdapter(kind).validate_python(value)
        except ValidationError as error:
            told = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise InputError(f"{self.path} = {value}: {told[0].lower()}{told[1:]}") from None

    @property
    def text(self) -> str:
        """The value as a person would write it in TOML."""
        if self.unit == "duration":
            return format_duration(int(self.value))
        if isinstance(self.value, bool):
            return str(self.value).lower()
        return str(self.value)


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    extra = info.json_schema_extra
    return extra if isinstance(extra, Mapping) else {}


class Settings(BaseModel):
    """A frozen record of parameters, readable from TOML and hashable canonically."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any) -> Any:
        """Take what a section leaves out from the section's own default, where it has one."""
        if not isinstance(data, Mapping):
            return data
        sections = _sections(cls)
        return {name: _completed(sections.get(name), part) for name, part in data.items()}

    def leaves(self, prefix: str = "") -> Iterator[Leaf]:
        """Yield every parameter in declaration order, with its dotted path."""
        for name, info in type(self).model_fields.items():
            value = getattr(self, name)
            if isinstance(value, Settings):
                yield from value.leaves(f"{prefix}{name}.")
            else:
                yield Leaf(f"{prefix}{name}", value, info)

    def leaf(self, path: str) -> Leaf:
        """Return the parameter at a dotted path.

        Raises
        ------
        InputError
            If there is none; the message offers the nearest.
        """
        leaves = {leaf.path: leaf for leaf in self.leaves()}
        if path not in leaves:
            raise InputError(f"no parameter {path!r}{nearest(path, list(leaves))}")
        return leaves[path]

    def with_value(self, path: str, value: object) -> Self:
        """Return a copy with one parameter changed, validated like a file.

        Raises
        ------
        InputError
            If the path names no parameter or the value is out of bounds.
        """
        return self.with_values({path: value})

    def with_values(self, values: Mapping[str, object]) -> Self:
        """Return a copy with several parameters changed together, validated like a file.

        Raises
        ------
        InputError
            If a path names no parameter, a value is out of bounds, or they contradict each other.
        """
        data = self.model_dump(mode="python")
        for path, value in values.items():
            *parents, last = path.split(".")
            target: Any = data
            for parent in parents:
                target = target.get(parent) if isinstance(target, dict) else None
            if not isinstance(target, dict) or isinstance(target.get(last, {}), dict):
                self.leaf(path)
            target[last] = value
        told = ", ".join(f"{path} = {value}" for path, value in values.items())
        return validate(type(self), data, told)

    def canonical(self) -> str:
        """The record as JSON with sorted keys and exact decimals: equal records, equal text."""
        return json.dumps(_plain(self.model_dump(mode="python")), sort_keys=True)

    def hash(self) -> str:
        """SHA-256 of the canonical text, in hex."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def to_toml(self) -> str:
        """Write every parameter as TOML, with its meaning and unit as a comment."""
        lines: list[str] = []
        section = ""
        for leaf in self.leaves():
            table, _, name = leaf.path.rpartition(".")
            if table != section:
                lines += ["", f"[{table}]"]
                section = table
            lines.append(f"{name} = {_toml_value(leaf)}  # {leaf.info.description} ({leaf.unit})")
        return "\n".join(lines).strip() + "\n"


@cache
def _sections(model: type[Settings]) -> dict[str, dict[str, Any]]:
    """Defaults of the sections that have one, as plain data."""
    defaults = {name: info.default for name, info in model.model_fields.items()}
    return {
        name: default.model_dump(mode="python")
        for name, default in defaults.items()
        if isinstance(default, Settings)
    }


def _completed(default: dict[str, Any] | None, part: Any) -> Any:
    return part if default is None or not isinstance(part, Mapping) else {**default, **part}


def _toml_value(leaf: Leaf) -> str:
    if isinstance(leaf.value, bool):
        return leaf.text
    if isinstance(leaf.value, str) or leaf.unit == "duration":
        return json.dumps(leaf.text)
    return leaf.text


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value


def nearest(name: str, known: list[str]) -> str:
    """Return ``"; did you mean ...?"`` for the closest known name, or nothing."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file with exact decimals.

    Raises
    ------
    InputError
        If the file is missing or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a TOML file: {error}") from None


def validate[S: Settings](model: type[S], data: Mapping[str, Any], origin: str) -> S:
    """Build settings from plain data; ``origin`` (a file or a change) opens each error.

    Raises
    ------
    InputError
        Naming the origin, the field, the value, the limit and the nearest valid name.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = [_explain(model, detail) for detail in error.errors()]
        raise InputError("\n".join(f"{origin}: {problem}" for problem in problems)) from None


def _explain(model: type[Settings], detail: ErrorDetails) -> str:
    where = [str(part) for part in detail["loc"]]
    field = ".".join(where) or "the file as a whole"
    if detail["type"] == "extra_forbidden":
        owner = _owner(model, where[:-1])
        return f"unknown field {field!r}{nearest(where[-1], list(owner.model_fields))}"
    if detail["type"] == "missing":
        return f"field {field!r} is missing: add it"
    message = detail["msg"].removeprefix("Value error, ")
    value = detail["input"]
    shown = "" if isinstance(value, Mapping | Settings) else f" = {value}"
    return f"{field}{shown}: {message[0].lower()}{message[1:]}"


def _owner(model: type[Settings], path: list[str]) -> type[Settings]:
    owner = model
    for part in path:
        owner = cast("type[Settings]", owner.model_fields[part].annotation)
    return owner


def load[S: Settings](model: type[S], source: str | Path, presets: Path) -> S:
    """Load settings from a preset's name or a TOML file.

    Raises
    ------
    InputError
        If there is no such preset or file, or a field is unknown or out of bounds.
    """
    names = sorted(path.stem for path in presets.glob("*.toml"))
    if str(source) in names:
        path = presets / f"{source}.toml"
    elif str(source).endswith(".toml"):
        path = Path(source)
    else:
        raise InputError(
            f"no preset {str(source)!r}{nearest(str(source), names)} "
            f"(presets: {', '.join(names)}; or give a .toml file)"
        )
    return validate(model, read_toml(path), str(path) if path.parent != presets else path.name)
