"""Which calls are of which proposal kind, and which spend. What is not listed is constitutional."""

from eth_utils.crypto import keccak

_TERMS = (
    "(uint48,uint48,uint48,uint48,uint48,uint48,uint16,uint32,uint32,uint16,uint16,uint128,uint128)"
)

LISTED = {
    "deployment": (
        ("registry", "deploy(uint256,bytes32,bytes32)"),
        ("registry", "deprecate(uint256)"),
        ("registry", "revoke(uint256,string)"),
    ),
    "funding": (
        ("token", "transfer(address,uint256)"),
        ("token", "approve(address,uint256)"),
        ("staked", "reward(uint256)"),
        ("vesting", "create(address,uint256,uint48,uint48,uint48,bool)"),
        ("grants", "create(address,address,(uint256,uint48)[],uint48,string)"),
        ("grants", "approve(uint256,uint256)"),
    ),
    "parameter": (
        ("staked", "setCooldown(uint48)"),
        ("staked", "setRewardPeriod(uint48)"),
        ("governor", "setVotingDelay(uint48)"),
        ("governor", "setVotingPeriod(uint32)"),
        ("governor", "setProposalThresholdBps(uint16)"),
        ("governor", "setLateQuorumVoteExtension(uint48)"),
        ("governor", "setGracePeriod(uint32)"),
        ("governor", "setProposalCooldown(uint32)"),
        ("court", f"setTerms(uint256,{_TERMS})"),
        ("gate", "accredit(address)"),
        ("gate", "endAccreditation(address)"),
        ("gate", "setAttestationStake(uint256)"),
        ("gate", "setCoolOff(uint48)"),
        ("gate", "setSlashBps(uint16)"),
        ("registry", "setChallengeBond(uint256)"),
        ("registry", "setChallengerBps(uint16)"),
        ("log", "setTimeToAnswer(uint48)"),
        ("curation", "setTax(uint16)"),
        ("market", "setSplit((uint16,uint16,uint16,uint16,uint16))"),
        ("market", "setPriceBounds(uint128,uint128)"),
        ("grants", "setReview(uint48)"),
        ("exit", "ping()"),
    ),
    "dispute": (
        ("grants", "clawback(uint256)"),
        ("vesting", "revoke(uint256)"),
    ),
}
"""Contract and function of each call that has a kind of its own.

Left constitutional on purpose: roles, upgrades of one contract by another, the quorum, the
gate's policy, the challenge window, limits on spending, and whatever runs a call of its own
(`relay`, `execute`), since it could carry any other.
"""
SPENDING = (("token", "transfer(address,uint256)", 2), ("token", "approve(address,uint256)", 2))
"""Calls that spend the token, and which of their arguments says how much."""


def selector(signature: str) -> bytes:
    """First four bytes of the hash of a function's signature."""
    return keccak(text=signature)[:4]
