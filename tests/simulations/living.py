"""A DAO that has lived for two months on a chain, with something of everything in it."""

from typing import Any

from governance.accounts import dev_signer
from governance.chain import Chain, EmbeddedChain, contract
from governance.chain.protocol import ZERO_ADDRESS
from governance.constitution import Constitution, load_constitution
from governance.dao import Dao
from governance.deploy import deploy
from governance.law import CONTRACTS
from governance.proposals import Call
from governance.settings import validate
from governance.units import DAY, SHARE, TOKEN

PEOPLE = [dev_signer(index).address for index in range(10)]
DEPLOYER, ANN, BOB, CID, DEE, EVE, FAY, TEAM, FUND, GUS = PEOPLE
STAKES = {ANN: 900_000, BOB: 500_000, CID: 400_000, DEE: 300_000, EVE: 200_000}
MILLION = 10**6 * TOKEN


def rules() -> Constitution:
    """Rules under which two months are enough for everything."""
    made = load_constitution("startup")
    for path, value in {
        "vesting.investors.cliff": "20d",
        "governor.opening": "10d",
        "governor.quorum_floor": 300_000,
        "court.people.least_stake": 20_000,
    }.items():
        made = made.with_value(path, value)
    return made


class Living:
    """The DAO and its people's verbs."""

    def __init__(self, chain: Chain) -> None:
        for person in PEOPLE:
            chain.fund(person, 100 * TOKEN)
        self.chain = chain
        vests = {"team": TEAM, "investors": FUND}
        self.dao = Dao(chain, deploy(chain, rules(), DEPLOYER, beneficiaries=vests))
        self.at = self.dao.at

    def act(self, who: str, key: str, function: str, *args: Any) -> None:
        """Send one of the DAO's contracts a transaction."""
        self.chain.send(who, self.at[key], self.call(key, function, *args).data)

    def call(self, key: str, function: str, *args: Any) -> Call:
        """Write down a call."""
        return Call(self.at[key], 0, contract(CONTRACTS[key]).encode(function, *args))

    def decide(self, key: str, function: str, *args: Any) -> None:
        """Do what takes a vote, as the treasury itself."""
        call = self.call(key, function, *args)
        if isinstance(self.chain, EmbeddedChain):
            self.chain.send_as(self.at["treasury"], call.target, call.data)
        else:
            self.chain.fund(self.at["treasury"], TOKEN)
            self.chain.send(self.at["treasury"], call.target, call.data)

    def ask(self, who: str, amount: int, purpose: str, to: str = GUS) -> int:
        """Propose a grant."""
        return self.dao.propose(who, [self.call("token", "transfer", to, amount)], purpose)

    def days(self, days: float) -> None:
        """Let time pass."""
        self.chain.advance(int(days * DAY))


def lived(chain: Chain) -> Living:
    """Let a DAO live until one proposal is in each state that can be carried."""
    it = Living(chain)
    dao = it.dao
    for person, stake in STAKES.items():
        dao.transfer(DEPLOYER, person, stake * TOKEN + 1_234_567)
        dao.stake(person, stake * TOKEN)
    dao.transfer(DEPLOYER, FAY, 70_000 * TOKEN)
    dao.delegate(BOB, ANN)
    it.days(12)
    dao.release_emissions(GUS)
    paid, lost = it.ask(ANN, 5_000 * TOKEN, "paid"), it.ask(CID, 6_000 * TOKEN, "lost")
    queued = it.ask(DEE, 7_000 * TOKEN, "queued", CID)
    it.days(2.2)
    for proposal in (paid, queued):
        dao.vote(ANN, proposal, "for")
    dao.vote(ANN, lost, "against")
    it.days(7.1)
    dao.queue(GUS, paid)
    it.days(2.1)
    dao.execute(GUS, paid)
    dao.release_vesting(GUS, dao.manifest.grants["investors"])
    dao.queue(GUS, queued)
    it.decide("staked", "setRewardPeriod", 10 * DAY)
    _before_the_pull(it)
    return it


def _before_the_pull(it: Living) -> None:
    """Open votes, exits, a stake that is not mature, a lock, a reward and a stray transfer."""
    dao = it.dao
    active = it.ask(ANN, 9_000 * TOKEN, "active")
    parameter = [it.call("log", "setTimeToAnswer", 3 * DAY)]
    dao.propose(DEE, parameter, "an answer sooner")
    dao.stake(FUND, 150_000 * TOKEN)
    it.days(2.1)
    dao.vote(ANN, active, "for")
    dao.vote(EVE, active, "against")
    it.ask(EVE, 1_000 * TOKEN, "pending", FAY)
    for person in (EVE, FUND):
        it.act(person, "staked", "delegate", ZERO_ADDRESS)
    it.days(0.4)
    dao.request_exit(DEE, 100_000 * SHARE)
    it.act(CID, "court", "setStake", 0, 50_000 * SHARE)
    dao.stake(FAY, 40_000 * TOKEN)
    it.act(FAY, "token", "approve", it.at["staked"], MILLION)
    it.act(FAY, "staked", "reward", 1_000 * TOKEN)
    dao.transfer(FAY, it.at["registry"], 11 * TOKEN)
    dao.stake(GUS, 10 * TOKEN)
    dao.delegate(GUS, it.at["treasury"])
    it.days(0.4)


def amended(made: Constitution, values: dict[str, object]) -> Constitution:
    """Change several rules at once, where one binds another."""
    data = made.model_dump(mode="python")
    for path, value in values.items():
        *parents, last = path.split(".")
        target = data
        for parent in parents:
            target = target[parent]
        target[last] = value
    return validate(Constitution, data, "test")


def amend(it: Living) -> dict[str, object]:
    """Change every rule that a vote can change; return the new values by path."""
    made = load_constitution("startup").court.people
    terms = (
        made.evidence, made.commit, made.reveal, made.appeal, made.patience, made.staking, 600,
        10_000, 20_000, made.seats, 40, 21_000 * SHARE, 51 * TOKEN,
    )  # fmt: skip
    token, start = it.at["token"], it.dao.manifest.start
    for key, function, *arguments in (
        ("staked", "setCooldown", 20 * DAY),
        ("quorum", "setRule", 1, 500, 200_000 * SHARE, 900_000 * SHARE),
        ("kinds", "setRule", 1, (0, 300, 6_000, 8 * DAY, 3 * DAY, 120 * TOKEN)),
        ("guard", "setSpendLimit", 1, token, 700_000 * TOKEN, 40 * DAY),
        ("guard", "setSpendLimit", 1, ZERO_ADDRESS, 120 * TOKEN, 40 * DAY),
        *(("guard", "setBundleLimit", kind, 12) for kind in range(5)),
        ("guardian", "setTerm", GUS, start + 400 * DAY),
        ("registry", "setChallengeWindow", 5 * DAY),
        ("registry", "setChallengeBond", 9_000 * TOKEN),
        ("registry", "setChallengerBps", 3_000),
        ("log", "setTimeToAnswer", 4 * DAY),
        ("gate", "setPolicy", [(1, 61), (2, 72), (1, 83)]),
        ("gate", "setAttestationStake", 9_500 * SHARE),
        ("gate", "setCoolOff", 35 * DAY),
        ("gate", "setSlashBps", 4_500),
        ("court", "setTerms", 0, terms),
        ("curation", "setTax", 150),
        ("market", "setSplit", (1_500, 4_500, 1_500, 1_500, 1_000)),
        ("market", "setPriceBounds", 2 * 10**12, 999 * TOKEN),
        ("grants", "setReview", 8 * DAY),
        ("grants", "setLimit", token, 1_500_000 * TOKEN, 20 * DAY),
    ):
        it.decide(key, function, *arguments)
    return AMENDED | _voted(it)


AMENDED: dict[str, object] = {
    "staking.cooldown": "20d",
    "governor.quorum_base": "supply", "governor.quorum": 0.05,
    "governor.quorum_floor": 200_000, "governor.quorum_cap": 900_000,
    "kinds.funding.quorum": 0.03, "kinds.funding.approval": 0.6,
    "kinds.funding.voting_period": "8d", "kinds.funding.timelock_delay": "3d",
    "kinds.funding.coin_limit": 120, "kinds.funding.spend_limit": 700_000,
    "kinds.funding.spend_period": "40d",
    "guard.bundle_limit": 12, "guardian.term": "400d",
    "registry.challenge_window": "5d", "registry.challenge_bond": 9_000,
    "registry.challenger_share": 0.3, "registry.time_to_answer": "4d",
    "gate.bias_auditors": 1, "gate.bias_score": 61, "gate.safety_auditors": 2,
    "gate.safety_score": 72, "gate.quality_auditors": 1, "gate.quality_score": 83,
    "gate.attestation_stake": 9_500, "gate.cool_off": "35d", "gate.slash": 0.45,
    "court.people.alpha": 0.06, "court.people.most_seats": 40,
    "court.people.least_stake": 21_000, "court.people.fee": 51,
    "curation.tax": 0.015,
    "market.burned": 0.15, "market.developer": 0.45, "market.curators": 0.15,
    "market.stakers": 0.15, "market.treasury": 0.1,
    "market.least_price": 0.000002, "market.most_price": 999,
    "grants.review": "8d", "grants.limit": 1_500_000, "grants.limit_window": "20d",
}  # fmt: skip


def _voted(it: Living) -> dict[str, object]:
    """Change by a vote what nobody can change in the treasury's place."""
    dao, days = it.dao, {"setVotingDelay": 3, "setVotingPeriod": 6, "setGracePeriod": 15}
    days |= {"setProposalCooldown": 8, "setLateQuorumVoteExtension": 1}
    calls = [it.call("governor", name, value * DAY) for name, value in days.items()]
    calls.append(it.call("governor", "setProposalThresholdBps", 150))
    calls.append(it.call("treasury", "updateDelay", 3 * DAY))
    it.days(8)
    proposal = dao.propose(FAY, calls, "the governor's own")
    it.days(2.2)
    dao.vote(ANN, proposal, "for")
    it.days(10)
    dao.queue(GUS, proposal)
    it.days(8)
    dao.execute(GUS, proposal)
    return {
        "governor.voting_delay": "3d",
        "governor.voting_period": "6d",
        "governor.grace_period": "15d",
        "governor.proposal_cooldown": "8d",
        "governor.late_quorum_extension": "1d",
        "governor.proposal_threshold": 0.015,
        "treasury.timelock_delay": "3d",
    }
