"""What a pull leaves out: sentences on all that stands on chain and that no launch takes."""

from collections.abc import Iterable, Iterator

from governance.chain.protocol import ZERO_ADDRESS
from governance.format import counted, shares, short_id, tokens
from governance.reading.state import DaoState, OpenProposal
from simulations.mechanisms.proposals import SLOTS

APART = ("treasury", "vesting", "staked")
"""Contracts whose tokens the books have a place for, beside the pools."""
_UNSEEN = (
    "who is behind an address and how often it looks: the world's draws",
    "what yield members ask for: the world's draw, below what staking yields for those who stake",
    "what voters think of an open proposal: its quality is drawn, anew in each run",
)
_COUNTED = {
    "models": ("model", "models", "of the registry"),
    "versions": ("version", "versions", "of models"),
    "attestations": ("attestation", "attestations", "to versions"),
    "challenges": ("challenge", "challenges", "to versions"),
    "disputes": ("dispute", "disputes", "before the court, and the stakes of its jurors"),
    "milestone grants": ("grant", "grants", "with milestones"),
    "exit rounds": ("round", "rounds", "of the exit"),
    "coins": ("wei", "wei", "of the chain's own coin in the treasury"),
}
"""What is told by its number alone, since no launch takes it."""


def left_out(
    state: DaoState, kept: Iterable[OpenProposal], over: Iterable[OpenProposal]
) -> Iterator[str]:
    """Say what is on chain and not in the scenario.

    Parameters
    ----------
    state
        What was read.
    kept, over
        Open proposals that a run has room for, and those that it has not.
    """
    for name, (one, many, of) in _COUNTED.items():
        if state.counts[name]:
            yield f"{counted(state.counts[name], one, many)} {of}"
    yield from _of_contracts(state)
    locked = sum(sum(each.locked) for each in state.people.accounts)
    if locked:
        yield f"the lock on {_shares(locked)}: nothing opens it"
    if unheard := state.people.unheard[0]:
        yield f"{_shares(unheard)} without a delegate: the keeper, who never votes, stands in"
    yield from (f"a rule beyond the constitution: {text}" for text in state.unsaid)
    for proposal in over:
        yield f"proposal {short_id(proposal.status.id)}: a run has {SLOTS} open at once"
    for proposal in kept:
        yield from _of_proposal(proposal)
    for proposal in state.rests:
        if proposal.payment is None:
            name = short_id(proposal.status.id)
            yield f"proposal {name}: its proposer has to wait, whoever asks for the like has not"
    yield from _UNSEEN


def _tokens(wei: int) -> str:
    return counted(tokens(wei), "token")


def _shares(units: int) -> str:
    return counted(shares(units), "share")


def _of_contracts(state: DaoState) -> Iterator[str]:
    contracts = state.people.contracts
    names = {each.address: name for name, each in contracts.items()}
    for name, each in contracts.items():
        if each.tokens and name not in APART:
            yield f"the purpose of {_tokens(each.tokens)} in the {name}, kept there"
        if each.exiting:
            yield f"the exit of {_shares(each.exiting)} of the {name}, kept staked"
        if each.shares and each.delegate not in (each.address, ZERO_ADDRESS):
            yield f"that the {name} delegates: its later votes, not those it has given already"
    if beside := contracts["staked"].tokens - state.vault - state.unstreamed:
        yield f"the purpose of {_tokens(beside)} in the vault that no share stands for"
    for grant in state.grants:
        if grant.beneficiary in names:
            name = names[grant.beneficiary]
            yield f"the vesting of {_tokens(grant.total)} to the {name}: none is released"


def _of_proposal(proposal: OpenProposal) -> Iterator[str]:
    name, status = f"proposal {short_id(proposal.status.id)}", proposal.status
    if proposal.payment is None:
        yield f"{name}: it is voted on, and what it does is not done"
    if len(status.kinds) > 1:
        yield f"{name}: of its kinds, {' and '.join(status.kinds)}, it is held to one"
    if proposal.overridden:
        yield f"{name}: delegators voted over delegates who may yet vote with all they had"
