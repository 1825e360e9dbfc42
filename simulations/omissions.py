"""What a pull leaves out: sentences on all that stands on chain and that no launch takes."""

from collections.abc import Iterable, Iterator

from governance.chain.protocol import ZERO_ADDRESS
from governance.format import shares, short_id, tokens
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
    "models": "models of the registry",
    "versions": "versions of models",
    "attestations": "attestations to them",
    "challenges": "challenges to them",
    "disputes": "disputes before the court, and the stakes of its jurors",
    "milestone grants": "grants with milestones",
    "exit rounds": "rounds of the exit",
    "coins": "wei of the chain's own coin in the treasury",
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
    for name, words in _COUNTED.items():
        if state.counts[name]:
            yield f"{state.counts[name]} {words}"
    yield from _of_contracts(state)
    locked = sum(sum(each.locked) for each in state.people.accounts)
    if locked:
        yield f"why {shares(locked)} shares are locked: nothing lets go of them"
    if unheard := state.people.unheard[0]:
        yield f"{shares(unheard)} shares have no delegate: the keeper, who never votes, has them"
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


def _of_contracts(state: DaoState) -> Iterator[str]:
    contracts = state.people.contracts
    names = {each.address: name for name, each in contracts.items()}
    for name, each in contracts.items():
        if each.tokens and name not in APART:
            yield f"what {tokens(each.tokens)} tokens in the {name} are for: they stay there"
        if each.exiting:
            yield f"the exit of {shares(each.exiting)} shares of the {name}: they stay staked"
        if each.shares and each.delegate not in (each.address, ZERO_ADDRESS):
            yield f"that the {name} delegates: its later votes, not those it has given already"
    if beside := contracts["staked"].tokens - state.vault - state.unstreamed:
        yield f"what {tokens(beside)} tokens in the vault are for that no share stands for"
    for grant in state.grants:
        if grant.beneficiary in names:
            name = names[grant.beneficiary]
            yield f"{tokens(grant.total)} tokens that vest to the {name}: they stay where they are"


def _of_proposal(proposal: OpenProposal) -> Iterator[str]:
    name, status = f"proposal {short_id(proposal.status.id)}", proposal.status
    if proposal.payment is None:
        yield f"{name}: it is voted on, and what it does is not done"
    if len(status.kinds) > 1:
        yield f"{name}: of its kinds, {' and '.join(status.kinds)}, it is held to one"
    if proposal.overridden:
        yield f"{name}: delegators voted over delegates who may yet vote with all they had"
