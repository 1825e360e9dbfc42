"""Roles of the contracts, as AccessControl names them."""

from eth_utils.crypto import keccak

ADMIN = bytes(32)
MINTER = keccak(text="MINTER_ROLE")
SLASHER = keccak(text="SLASHER_ROLE")
LOCKER = keccak(text="LOCKER_ROLE")
GRANTOR = keccak(text="GRANTOR_ROLE")
PROPOSER = keccak(text="PROPOSER_ROLE")
CANCELLER = keccak(text="CANCELLER_ROLE")
EXECUTOR = keccak(text="EXECUTOR_ROLE")
GOVERNOR = keccak(text="GOVERNOR_ROLE")

ROLES = {
    ADMIN: "admin role",
    MINTER: "minter role",
    SLASHER: "slasher role",
    LOCKER: "locker role",
    GRANTOR: "grantor role",
    PROPOSER: "proposer role",
    CANCELLER: "canceller role",
    EXECUTOR: "executor role",
    GOVERNOR: "governor role",
}
"""Every role and its name for people."""
