"""Roles of the contracts, as AccessControl names them."""

from eth_utils.crypto import keccak

ADMIN = bytes(32)
MINTER = keccak(text="MINTER_ROLE")
SLASHER = keccak(text="SLASHER_ROLE")
LOCKER = keccak(text="LOCKER_ROLE")
GRANTOR = keccak(text="GRANTOR_ROLE")
APPROVER = keccak(text="APPROVER_ROLE")
PROPOSER = keccak(text="PROPOSER_ROLE")
CANCELLER = keccak(text="CANCELLER_ROLE")
EXECUTOR = keccak(text="EXECUTOR_ROLE")
GOVERNOR = keccak(text="GOVERNOR_ROLE")
TERMS = keccak(text="TERMS_ROLE")
ARBITRABLE = keccak(text="ARBITRABLE_ROLE")
TREASURER = keccak(text="TREASURER_ROLE")
REGISTRY = keccak(text="REGISTRY_ROLE")
ACCREDITOR = keccak(text="ACCREDITOR_ROLE")
DEPLOYER = keccak(text="DEPLOYER_ROLE")
PINGER = keccak(text="PINGER_ROLE")

ROLES = {
    ADMIN: "admin role",
    MINTER: "minter role",
    SLASHER: "slasher role",
    LOCKER: "locker role",
    GRANTOR: "grantor role",
    APPROVER: "approver role",
    PROPOSER: "proposer role",
    CANCELLER: "canceller role",
    EXECUTOR: "executor role",
    GOVERNOR: "governor role",
    TERMS: "terms role",
    ARBITRABLE: "arbitrable role",
    TREASURER: "treasurer role",
    REGISTRY: "registry role",
    ACCREDITOR: "accreditor role",
    DEPLOYER: "deployer role",
    PINGER: "pinger role",
}
"""Every role and its name for people."""
