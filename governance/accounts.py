"""Accounts by name: development accounts, encrypted keystores, and addresses without a key.

A raw private key is never taken from an argument or the environment: both are remembered by
shells, process lists and logs.
"""

import functools
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eth_utils.address import to_checksum_address

from governance.errors import InputError

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

DEV_MNEMONIC = "test test test test test test test test test test test junk"
"""The mnemonic every development node unlocks: its keys are public."""
DEV_CHAINS = (31_337, 1_337)
"""Chain ids of development nodes and of the embedded chain."""
MOST_DEV_ACCOUNTS = 1_000

_DEV = re.compile(r"dev:(\d{1,9})")
_ALIAS = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_KEY = re.compile(r"(0x)?[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class Account:
    """Someone who acts: an address, and the key if this program may sign for it."""

    address: str
    spec: str
    signer: "LocalAccount | None" = field(default=None, repr=False)


def default_keystore() -> Path:
    """Folder where Ape keeps its encrypted accounts."""
    home = os.environ.get("APE_DATA_FOLDER")
    return (Path(home) if home else Path.home() / ".ape") / "accounts"


def refuse_raw_key(text: str) -> None:
    """Refuse what looks like a private key, without repeating it.

    Raises
    ------
    InputError
        If the text is 64 hex digits.
    """
    if _KEY.fullmatch(text.strip()):
        raise InputError(
            "this looks like a raw private key. Shells, process lists and logs remember "
            "arguments, so keys are read from encrypted keystores only: import it once with "
            "`ape accounts import ALIAS` and give the alias. Treat this key as leaked"
        )


def address(text: str) -> str:
    """Read an address, checking its checksum if it has one.

    Raises
    ------
    InputError
        If it is not an address.
    """
    refuse_raw_key(text)
    body = text[2:]
    mixed = body not in (body.lower(), body.upper())
    if not _ADDRESS.fullmatch(text) or (mixed and text != to_checksum_address(text)):
        raise InputError(
            f"{text!r} is not an address: 0x and 40 hex digits, capitals as the checksum has them"
        )
    return str(to_checksum_address(text))


def resolve(
    spec: str, keystore_dir: Path | None = None, *, chain_id: int, unlock: bool = True
) -> Account:
    """Find an account by its spec.

    Parameters
    ----------
    spec : str
        ``dev:N``, the alias of an encrypted keystore, or an address.
    keystore_dir : Path, optional
        Folder with ``<alias>.json``; Ape's by default.
    chain_id : int
        Development accounts exist on development chains only.
    unlock : bool
        Decrypt a keystore to sign with it; without, only its address is read.

    Raises
    ------
    InputError
        If there is no such account, it may not be used here, or the passphrase is wrong.
    """
    refuse_raw_key(spec)
    if spec.startswith("dev:"):
        return _development(spec, chain_id)
    if spec.startswith("0x"):
        return Account(address(spec), spec)
    return _keystore(spec, keystore_dir or default_keystore(), unlock)


def _development(spec: str, chain_id: int) -> Account:
    match = _DEV.fullmatch(spec)
    if match is None or int(match[1]) >= MOST_DEV_ACCOUNTS:
        raise InputError(f"{spec!r}: development accounts are dev:0 to dev:{MOST_DEV_ACCOUNTS - 1}")
    if chain_id not in DEV_CHAINS:
        raise InputError(
            f"{spec} is refused on chain {chain_id}: its key is public, so anyone could take what "
            "it holds. Give a keystore alias with --from"
        )
    signer = dev_signer(int(match[1]))
    return Account(signer.address, spec, signer)


@functools.cache
def dev_signer(index: int) -> "LocalAccount":
    """Return the development account at an index of the derivation path m/44'/60'/0'/0."""
    from eth_account import Account as Keys

    Keys.enable_unaudited_hdwallet_features()
    path = f"m/44'/60'/0'/0/{index}"
    return Keys.from_mnemonic(DEV_MNEMONIC, account_path=path)  # type: ignore[no-any-return]


def _keystore(alias: str, folder: Path, unlock: bool) -> Account:
    if not _ALIAS.fullmatch(alias):
        raise InputError(
            f"{alias!r} is not an account: give dev:N, the alias of a keystore, or an address"
        )
    path = folder / f"{alias}.json"
    try:
        keystore = json.loads(path.read_text(encoding="utf-8"))
        owner = address("0x" + str(keystore["address"]).removeprefix("0x"))
    except FileNotFoundError:
        known = ", ".join(sorted(p.stem for p in folder.glob("*.json"))) or "none"
        raise InputError(
            f"no account {alias!r} in {folder} (accounts there: {known}): make one with "
            f"`ape accounts generate {alias}`, or use dev:0 on a local chain"
        ) from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path}: not a keystore") from None
    return Account(owner, alias, _unlock(alias, keystore) if unlock else None)


def _unlock(alias: str, keystore: dict[str, Any]) -> "LocalAccount":
    from eth_account import Account as Keys

    variable = f"APE_ACCOUNTS_{alias}_PASSPHRASE"
    passphrase = os.environ.get(variable)
    if passphrase is None:
        import click

        passphrase = click.prompt(f"Passphrase of {alias}", hide_input=True, err=True)
    try:
        key = Keys.decrypt(keystore, passphrase)
    except (ValueError, KeyError, TypeError):
        raise InputError(
            f"the passphrase does not open {alias}: try again, or set {variable}"
        ) from None
    signer: LocalAccount = Keys.from_key(key)
    return signer
