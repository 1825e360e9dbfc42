"""Accounts by name: what is accepted, what is refused, and that keys never leak."""

import json
from pathlib import Path

import pytest
from eth_account import Account as Keys

from governance.accounts import address, default_keystore, resolve
from governance.errors import InputError

KEY = "0x" + "4c" * 32
OWNER = Keys.from_key(KEY).address
PASSPHRASE = "correct horse"  # noqa: S105


@pytest.fixture
def keystore(tmp_path: Path) -> Path:
    fast = Keys.encrypt(KEY, PASSPHRASE, kdf="pbkdf2", iterations=2)
    (tmp_path / "alice.json").write_text(json.dumps(fast))
    return tmp_path


@pytest.mark.parametrize(
    ("index", "known"),
    [
        (0, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        (1, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        (9, "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"),
    ],
)
def test_development_accounts_are_the_well_known_ones(index: int, known: str) -> None:
    account = resolve(f"dev:{index}", chain_id=31_337)
    assert account.address == known
    assert account.signer is not None
    assert account.signer.address == known


@pytest.mark.parametrize("chain_id", [1, 10, 11_155_111])
def test_development_accounts_are_refused_on_real_chains(chain_id: int) -> None:
    with pytest.raises(InputError, match=f"refused on chain {chain_id}: its key is public"):
        resolve("dev:0", chain_id=chain_id)


@pytest.mark.parametrize("spec", ["dev:", "dev:x", "dev:-1", "dev:1000", "dev:99999999999"])
def test_malformed_development_accounts(spec: str) -> None:
    with pytest.raises(InputError, match="dev:0 to dev:999"):
        resolve(spec, chain_id=31_337)


def test_a_keystore_signs_with_its_passphrase(
    keystore: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APE_ACCOUNTS_alice_PASSPHRASE", PASSPHRASE)
    account = resolve("alice", keystore, chain_id=1)
    assert account.address == OWNER
    assert account.signer is not None
    assert account.signer.address == OWNER
    assert KEY[2:] not in repr(account)


def test_a_keystore_that_is_only_read_needs_no_passphrase(keystore: Path) -> None:
    account = resolve("alice", keystore, chain_id=1, unlock=False)
    assert (account.address, account.signer) == (OWNER, None)


def test_a_wrong_passphrase_is_not_repeated(
    keystore: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APE_ACCOUNTS_alice_PASSPHRASE", "wrong-horse")
    with pytest.raises(InputError) as refused:
        resolve("alice", keystore, chain_id=1)
    assert "does not open alice" in str(refused.value)
    assert "wrong-horse" not in str(refused.value)


def test_an_unknown_alias_lists_the_known_ones(keystore: Path) -> None:
    with pytest.raises(InputError, match=r"no account 'bob' .*accounts there: alice.*ape accounts"):
        resolve("bob", keystore, chain_id=1)


@pytest.mark.parametrize("spec", ["../alice", "a/b", "", "x" * 65, "é"])
def test_an_alias_is_never_a_path(keystore: Path, spec: str) -> None:
    with pytest.raises(InputError, match="is not an account"):
        resolve(spec, keystore / "deeper", chain_id=1)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"address": "zz"}'])
def test_a_file_that_is_no_keystore(tmp_path: Path, content: str) -> None:
    (tmp_path / "odd.json").write_text(content)
    with pytest.raises(InputError, match=r"odd\.json: not a keystore|is not an address"):
        resolve("odd", tmp_path, chain_id=1)


@pytest.mark.parametrize("spec", [KEY, KEY[2:], KEY.upper().replace("0X", "0x"), f" {KEY} "])
def test_a_raw_key_is_refused_and_not_repeated(spec: str) -> None:
    with pytest.raises(InputError) as refused:
        resolve(spec, chain_id=31_337)
    assert "raw private key" in str(refused.value)
    assert "4c4c" not in str(refused.value).lower()


def test_an_address_is_checked_and_read_only() -> None:
    account = resolve(OWNER.lower(), chain_id=1)
    assert (account.address, account.signer) == (OWNER, None)
    flipped = "0x" + OWNER[2:].swapcase()
    for wrong in (flipped, OWNER[:-1], OWNER + "0", "0xzz", OWNER[2:]):
        with pytest.raises(InputError, match="is not an address"):
            address(wrong)


def test_the_keystore_folder_is_apes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("APE_DATA_FOLDER", str(tmp_path))
    assert default_keystore() == tmp_path / "accounts"
    monkeypatch.delenv("APE_DATA_FOLDER")
    assert default_keystore() == Path.home() / ".ape" / "accounts"
