"""The on-chain part of the demo: Asclepius funds an audit, from the first stake to the payment."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from governance.chain.embedded import EmbeddedChain
from governance.dao import Dao
from governance.deploy import deploy
from governance.format import percent
from governance.manifest import Manifest
from governance.proposals.grant import Grant
from governance.units import DAY, SHARE, TOKEN, to_wei
from simulations.model import DaoModel
from simulations.scenario import Scenario
from simulations.twin.deployed import DEPLOYER, member_address

VOTERS = 120
"""Accounts that stake and vote, the largest holders of the rehearsal's first run."""
GRANT = Decimal(120_000)
type Tell = Callable[[dict[str, Any]], None]


def tokens(wei: int) -> str:
    """Whole tokens, as a story tells them."""
    return f"{wei / TOKEN:,.0f}"


def shares(units: int) -> str:
    """Whole shares or votes."""
    return f"{units / SHARE:,.0f}"


class Story:
    """Governs a freshly deployed DAO with many accounts, telling each change of state.

    Parameters
    ----------
    scenario
        Its constitution is deployed; its world's first run says who holds how much.
    tell
        Called with each step: ``step``, ``title``, ``detail`` and ``facts`` (before, after).
    """

    def __init__(self, scenario: Scenario, tell: Tell) -> None:
        self._scenario = scenario
        self._tell = tell
        self._steps: list[dict[str, Any]] = []
        self.chain = EmbeddedChain()

    def deploy(self) -> Manifest:
        """Deploy the scenario's constitution on the embedded chain."""
        manifest = deploy(self.chain, self._scenario.constitution, DEPLOYER)
        self._say(
            "Deploy",
            f"{len(manifest.addresses)} contracts in {manifest.steps_done} transactions, every "
            "getter read back; no role is left with the deployer",
            governor=manifest.addresses["governor"],
            treasury=manifest.addresses["treasury"],
        )
        return manifest

    def govern(self, manifest: Manifest) -> list[dict[str, Any]]:
        """Stake, delegate, propose, vote, queue, execute; return all steps told so far."""
        dao = Dao(self.chain, manifest)
        voters = self._stake(dao)
        leader = self._delegate(dao, voters)
        self._wait(dao)
        proposal = self._propose(dao, leader)
        self._vote(dao, proposal, voters)
        self._carry_out(dao, proposal, leader)
        return self._steps

    def _say(self, title: str, detail: str, **facts: str) -> None:
        step = {"step": len(self._steps) + 1, "title": title, "detail": detail, "facts": facts}
        self._steps.append(step)
        self._tell(step)

    def _stake(self, dao: Dao) -> list[str]:
        model = DaoModel([self._scenario], [0])
        held = model.ledger.liquid[0]
        richest = held.argsort()[::-1][: min(VOTERS, model.places["holders"].count)]
        voters = [member_address(int(member)) for member in richest]
        before = dao.status().staked
        for voter, member in zip(voters, richest, strict=True):
            amount = to_wei(Decimal(str(held[member])))
            dao.transfer(DEPLOYER, voter, amount)
            dao.stake(voter, amount)
        self._say(
            "Stake",
            f"{len(voters)} holders receive their tokens and stake them all",
            before=f"{tokens(before)} {dao.symbol} staked",
            after=f"{tokens(dao.status().staked)} {dao.symbol} staked",
        )
        return voters

    def _delegate(self, dao: Dao, voters: list[str]) -> str:
        leader, trusting = voters[0], voters[1 : len(voters) // 4]
        for voter in trusting:
            dao.delegate(voter, leader)
        self._say(
            "Delegate",
            f"{len(trusting)} of them let the largest holder, a hospital, vote for them",
            before=f"{shares(dao.shares(leader))} shares of its own",
            after=f"{shares(dao.read('staked', 'getVotes', leader))} votes so far: they must "
            "mature first",
        )
        return leader

    def _wait(self, dao: Dao) -> None:
        rules = self._scenario.constitution
        days = max(rules.staking.maturity, rules.governor.opening) // DAY + 1
        self.chain.advance(days * DAY)
        self._say(
            "Wait",
            f"{days} days pass: stakes mature and the governor opens, so that neither borrowed "
            "tokens nor the first to come could have decided",
            after=f"{shares(dao.status().votable)} votable shares",
        )

    def _propose(self, dao: Dao, leader: str) -> int:
        purpose = "audit the triage model for bias in patients over 75"
        grant = Grant(member_address(0), GRANT, purpose)
        calls = [action.call for action in grant.actions(dao.at, dao.symbol)]
        proposal = dao.propose(leader, calls, grant.description(dao.symbol))
        self._say(
            "Propose",
            f"a grant of {tokens(to_wei(GRANT))} {dao.symbol}: {purpose}",
            before="no proposal",
            after=dao.proposal(proposal).state,
        )
        return proposal

    def _vote(self, dao: Dao, proposal: int, voters: list[str]) -> None:
        self.chain.set_time(dao.proposal(proposal).snapshot + 1)
        before = dao.proposal(proposal)
        able = [v for v in voters if dao.read("governor", "getVotes", v, before.snapshot)]
        own_votes = [voter for place, voter in enumerate(able) if place % 3 != 1]
        for place, voter in enumerate(own_votes):
            dao.vote(voter, proposal, ("for", "for", "for", "against", "abstain")[place % 5])
        cast = dao.proposal(proposal)
        self.chain.set_time(cast.deadline + 1)
        total = cast.for_votes + cast.against_votes + cast.abstain_votes
        self._say(
            "Vote",
            f"{len(own_votes)} accounts vote, {percent(total, cast.votable or 1)} of the votable; "
            f"for {shares(cast.for_votes)}, against {shares(cast.against_votes)}, "
            f"abstain {shares(cast.abstain_votes)}, quorum {shares(cast.quorum or 0)}",
            before=before.state,
            after=dao.proposal(proposal).state,
        )

    def _carry_out(self, dao: Dao, proposal: int, anyone: str) -> None:
        before = dao.proposal(proposal).state
        dao.queue(anyone, proposal)
        self._say(
            "Queue",
            "the timelock starts: whoever disagrees can still leave",
            before=before,
            after=dao.proposal(proposal).state,
        )
        treasury = dao.status().treasury
        self.chain.set_time(dao.proposal(proposal).eta)
        dao.execute(anyone, proposal)
        self._say(
            "Execute",
            "the treasury pays the auditors",
            before=f"{tokens(treasury)} {dao.symbol} in the treasury",
            after=f"{tokens(dao.status().treasury)} {dao.symbol}, {dao.proposal(proposal).state}",
        )
