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
from governance.settings import validate

SCHEMA = "moot-manifest/1"


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
        ``team`` and ``investors`` to the address that vests.
    constitution_hash, constitution_toml : str
    addresses : mapping
        token, staked, treasury, governor, emissions, vesting to their addresses.
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

    def constitution(self) -> Constitution:
        """Rules this DAO was deployed by."""
        data = tomllib.loads(self.constitution_toml, parse_float=Decimal)
        return validate(Constitution, data, "the manifest's constitution")

    def to_json(self) -> str:
        """Write the manifest as JSON with sorted keys."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=2, sort_keys=True) + "\n"

    def save(self, path: Path) -> None:
        """Write to a file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
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
        except (ValueError, AttributeError, TypeError):
            raise InputError(f"{origin}: not a manifest, it is not a JSON object") from None
        if schema != SCHEMA:
            raise InputError(f"{origin}: schema {schema!r}, this version reads {SCHEMA!r}")
        try:
            return cls(**data)
        except TypeError as error:
            raise InputError(f"{origin}: {error}") from None

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a manifest from a file.

        Raises
        ------
        InputError
            If there is none, or it is not a manifest.
        """
        try:
            return cls.from_json(path.read_text(encoding="utf-8"), str(path))
        except FileNotFoundError:
            raise InputError(
                f"{path}: no DAO was deployed here: run `moot deploy`, or point --state elsewhere"
            ) from None
