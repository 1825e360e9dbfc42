"""The manifest: what was deployed, where, and by which constitution."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from governance.constitution import Constitution
from governance.errors import InputError
from governance.files import touching
from governance.law import CONTRACTS, OPTIONAL
from governance.settings import validate

SCHEMA = "moot-manifest/2"
_KINDS = {
    "chain_id": int,
    "start": int,
    "block": int,
    "deployer": str,
    "beneficiaries": dict,
    "constitution_hash": str,
    "constitution_toml": str,
    "addresses": dict,
    "grants": dict,
    "steps_done": int,
    "complete": bool,
}
"""What JSON has for each field."""


@dataclass(frozen=True)
class Manifest:
    """A deployment, complete or in progress.

    Attributes
    ----------
    chain_id : int
    start : int
        When emissions and vesting begin, seconds since 1970.
    block : int
        Latest block before the deployment: events are searched from there.
    deployer : str
    beneficiaries : mapping
        ``team`` and ``investors`` to the address that vests, ``council`` to the guardian's member.
    constitution_hash, constitution_toml : str
    addresses : mapping
        Keys of ``governance.law.CONTRACTS`` to their addresses.
    grants : mapping
        ``team`` and ``investors`` to their id in the vesting contract.
    steps_done : int
        How many steps of the plan are known to have happened.
    complete : bool
    """

    chain_id: int
    start: int
    block: int
    deployer: str
    beneficiaries: Mapping[str, str]
    constitution_hash: str
    constitution_toml: str
    addresses: Mapping[str, str] = field(default_factory=dict)
    grants: Mapping[str, int] = field(default_factory=dict)
    steps_done: int = 0
    complete: bool = False

    def known(self) -> dict[str, str]:
        """Every address by key: contracts, beneficiaries, the council and the deployer."""
        return {"deployer": self.deployer, **self.beneficiaries, **self.addresses}

    def constitution(self) -> Constitution:
        """Rules this DAO was deployed by."""
        origin = "the manifest's constitution"
        try:
            data = tomllib.loads(self.constitution_toml, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{origin}: not TOML: {error}") from None
        return validate(Constitution, data, origin)

    def to_json(self) -> str:
        """Write the manifest as JSON with sorted keys."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=2, sort_keys=True) + "\n"

    def save(self, path: Path) -> None:
        """Write to a file, whole or not at all.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        fresh = path.with_suffix(".new")
        with touching(path, "written"):
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(self.to_json(), encoding="utf-8")
            fresh.replace(path)

    @classmethod
    def from_json(cls, text: str, origin: str = "manifest") -> Self:
        """Read a manifest.

        Raises
        ------
        InputError
            If the text is not a manifest of this schema.
        """
        try:
            data: dict[str, Any] = json.loads(text)
            schema = data.pop("schema", None)
        except (ValueError, AttributeError, TypeError, RecursionError):
            raise InputError(f"{origin}: not a manifest, it is not a JSON object") from None
        if schema != SCHEMA:
            raise InputError(f"{origin}: schema {schema!r}, this version reads {SCHEMA!r}")
        try:
            found = cls(**data)
        except TypeError as error:
            raise InputError(f"{origin}: {error}") from None
        for name, kind in _KINDS.items():
            value = getattr(found, name)
            if type(value) is not kind:
                raise InputError(f"{origin}: {name} = {value!r} is no {kind.__name__}")
        needed = CONTRACTS.keys() - OPTIONAL
        missing = sorted(needed - found.addresses.keys()) if found.complete else []
        if missing:
            raise InputError(f"{origin}: it lacks the address of {', '.join(missing)}")
        return found

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a manifest from a file.

        Raises
        ------
        InputError
            If there is none, or it is not a manifest.
        """
        try:
            with touching(path, "read"):
                if not path.exists():
                    raise InputError(
                        f"{path}: no DAO was deployed here: run `moot deploy`, or point --state "
                        "elsewhere"
                    )
                text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise InputError(f"{path}: not a manifest, it is not UTF-8 text") from None
        return cls.from_json(text, str(path))
