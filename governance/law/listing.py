"""Which calls are of which proposal kind, and which spend. What is not listed is constitutional."""

LISTED = {
    "deployment": (
        ("registry", "deploy(uint256,bytes32,bytes32)"),
        ("gate", "accredit(address)"),
        ("gate", "endAccreditation(address)"),
        ("gate", "setAttestationStake(uint256)"),
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
        ("staked", "setRewardPeriod(uint48)"),
        ("log", "setTimeToAnswer(uint48)"),
        ("curation", "setTax(uint16)"),
        ("market", "setPriceBounds(uint128,uint128)"),
        ("grants", "setReview(uint48)"),
        ("exit", "ping()"),
    ),
    "dispute": (
        ("registry", "deprecate(uint256)"),
        ("registry", "revoke(uint256,string)"),
        ("grants", "clawback(uint256)"),
        ("vesting", "revoke(uint256)"),
    ),
}
"""Contract and function of each call that has a kind of its own.

Left constitutional on purpose is whatever could make the rest easier or take what is not the
treasury's: roles and the listing itself, the governor's settings and the quorum, the cooldown,
the court's terms and all that decides who is slashed and how much, the split of payments, the
gate's policy, limits on spending, and whatever runs a call of its own (`relay`, `execute`).
"""
SPENDING = (("token", "transfer(address,uint256)", 2), ("token", "approve(address,uint256)", 2))
"""Calls that spend the token, and which of their arguments says how much."""
