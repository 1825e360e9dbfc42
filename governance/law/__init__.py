"""The law as a plan: which contracts a constitution asks for, with what arguments and powers."""

from governance.constitution import Constitution
from governance.law import justice, market, models, money, voting
from governance.law.piece import Piece

CONTRACTS = {
    "token": "MootToken",
    "staked": "StakedMoot",
    "kinds": "ProposalKinds",
    "guard": "ProposalGuard",
    "treasury": "Treasury",
    "quorum": "QuorumRule",
    "governor": "MootGovernor",
    "randomness": "PrevrandaoSource",
    "court": "Court",
    "kleros": "KlerosAdapter",
    "gate": "AttestationGate",
    "registry": "ModelRegistry",
    "log": "DecisionLog",
    "curation": "Curation",
    "market": "Market",
    "grants": "Grants",
    "exit": "ExitModule",
    "guardian": "Guardian",
    "emissions": "Emissions",
    "vesting": "Vesting",
}
"""Contract type of each address in a manifest."""
OPTIONAL = frozenset({"kleros"})
"""Contracts that only some constitutions ask for."""


def pieces(rules: Constitution, start: int) -> list[Piece]:
    """List the contracts of a DAO in the order in which they are created.

    Parameters
    ----------
    start : int
        When emissions, vesting and the guardian's term begin, seconds since 1970.
    """
    return [
        money.token(rules),
        voting.staked(rules),
        voting.kinds(rules),
        voting.guard(rules),
        voting.treasury(rules),
        voting.quorum(rules),
        voting.governor(rules, start),
        justice.randomness(rules),
        justice.court(rules),
        *justice.kleros(rules),
        models.gate(rules),
        models.registry(rules),
        models.log(rules),
        market.curation(rules),
        market.market(rules),
        market.grants(rules),
        market.way_out(rules),
        voting.guardian(rules, start),
        money.emissions(rules, start),
        money.vesting(rules),
    ]
