"""One DAO life on any chain: deployed, funded, voted, executed; told as plain data."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from governance.accounts import dev_signer
from governance.chain import Chain, Reverted
from governance.constitution import load_constitution
from governance.dao import Dao
from governance.deploy import deploy
from governance.proposals import Grant
from governance.transactions import Intent
from governance.units import DAY, TOKEN

PEOPLE = [dev_signer(index).address for index in range(6)]
DEPLOYER, ANN, BOB, CID, DEE, EVE = PEOPLE
CHOICES = {ANN: "for", BOB: "for", CID: "against", DEE: "abstain"}


@dataclass
class Life:
    """The DAO after its life, what it answered at the end, and the gas of each kind of step."""

    dao: Dao
    answers: dict[str, Any]
    gas: list[tuple[str, int]]


def new_dao(chain: Chain, **options: Any) -> Dao:
    """Deploy the lab preset, whose members stake too little here for its quorum's floor."""
    rules = load_constitution("lab").with_value("governor.quorum_floor", 0)
    rules = rules.with_value("kinds.funding.spend_period", 0)
    manifest = deploy(chain, rules, DEPLOYER)
    return Dao(chain, manifest, **options)


def staked_dao(chain: Chain, **options: Any) -> Dao:
    """Deploy, give four members 1,000 tokens each, stake them, and let the stakes mature."""
    dao = new_dao(chain, **options)
    for member in CHOICES:
        dao.transfer(DEPLOYER, member, 1_000 * TOKEN)
        dao.stake(member, 1_000 * TOKEN)
    chain.advance(DAY + 1)
    return dao


def propose_grant(dao: Dao, amount: str = "250", purpose: str = "an audit", by: str = ANN) -> int:
    """Propose a grant to Eve."""
    grant = Grant(EVE, Decimal(amount), purpose)
    calls = [action.call for action in grant.actions(dao.at, dao.symbol)]
    return dao.propose(by, calls, grant.description(dao.symbol))


def live(chain: Chain) -> Life:
    """Run the whole life, and keep the refusal of the execution that came too early."""
    gas: list[tuple[str, int]] = []
    dao = staked_dao(chain)
    proposal = propose_grant(dao)
    chain.advance(DAY + 1)
    gas += [(who, dao.vote(who, proposal, choice).gas_used) for who, choice in CHOICES.items()]
    chain.advance(3 * DAY)
    gas.append(("queue", dao.queue(BOB, proposal).gas_used))
    early = _execute_unchecked(dao, proposal)
    chain.advance(DAY)
    receipt = dao.execute(CID, proposal)
    gas.append(("execute", receipt.gas_used))
    return Life(dao, _answers(dao, proposal, early, receipt), gas)


def _execute_unchecked(dao: Dao, proposal: int) -> Reverted:
    caught: list[Intent] = []
    eager = Dao(dao.chain, dao.manifest, witness=caught.append)
    mark = dao.chain.snapshot()
    dao.chain.advance(DAY)
    eager.execute(CID, proposal)
    dao.chain.revert(mark)
    with pytest.raises(Reverted) as refused:
        dao.chain.send(CID, caught[0].to, caught[0].data)
    return refused.value


def _answers(dao: Dao, proposal: int, early: Reverted, receipt: Any) -> dict[str, Any]:
    status = dao.proposal(proposal)
    whole = dao.status()
    names = {address: key for key, address in dao.at.items()}
    events = [(names[log.address], log.decode()) for log in receipt.logs]
    return {
        "state": status.state,
        "tallies": (status.for_votes, status.against_votes, status.abstain_votes),
        "times": (status.snapshot, status.deadline, status.eta, whole.time),
        "quorum": status.quorum,
        "votable": status.votable,
        "money": (whole.supply, whole.treasury, whole.staked, whole.shares, whole.vesting),
        "balances": [dao.token_balance(person) for person in PEOPLE],
        "votes": [dao.votes(person) for person in PEOPLE],
        "early": (early.name, early.args_[1:]),
        "events": [(key, event.name if event else "") for key, event in events],
    }
