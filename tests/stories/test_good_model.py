"""First story: a good model is deployed, and everybody who helped it earns.

Dana drafts a version of her triage model. Auditors whom the members accredited vouch for it with
their stake. The members vote on how payments are shared, and to deploy this very version; nobody
challenges it; the treasury carries the vote out and the gate lets it pass. Curators signal the
model, a user pays for its use, and the payment is shared to the wei. What it decides is committed
to, and can be proved.
"""

from governance.units import BPS, DAY, SHARE, TOKEN
from tests.contracts.law import refused
from tests.contracts.registries import digest, evidence_of
from tests.stories.decisions import diary
from tests.stories.people import ANN, AUDITORS, DANA, RAY, STAKES, SUE, TOM, ZOE
from tests.stories.stage import RULES, Stage
from tests.stories.versions import (
    LOCKED,
    QUALITY,
    accredit,
    attest,
    audit,
    draft,
    pass_deployment,
    state,
    subject,
)

NAME = "triage"
PRICE = 3 * TOKEN + 7
USES = 1_001
COST = PRICE * USES
SPLIT = {"burned": 500, "developer": 6_000, "curators": 1_500, "stakers": 1_200, "treasury": 800}
"""Basis points of a payment, each its own, so that no part can pass for another."""
SIGNALS = {RAY: 1_000 * TOKEN, SUE: 2_999 * TOKEN + 1}


def test_a_good_model_is_deployed_and_earns(stage: Stage) -> None:
    version = draft(stage, NAME)
    nobody_but_an_accredited_auditor_attests(stage, version)
    accredit(stage)
    attestations = audit(stage, version, NAME)
    the_members_share_payments_anew(stage)
    it_is_deployed_by_a_vote(stage, version, attestations)
    curators_signal_it(stage)
    a_user_pays_and_everybody_gets_a_part(stage, version)
    the_developer_and_the_curators_take_theirs(stage)
    the_stakers_part_streams(stage)
    what_it_decides_can_be_proved(stage, version)


def nobody_but_an_accredited_auditor_attests(stage: Stage, version: int) -> None:
    with refused("NotAccredited", AUDITORS[0]):
        attest(stage, AUDITORS[0], version, NAME, QUALITY)
    assert state(stage, version) == "Proposed"


def the_members_share_payments_anew(stage: Stage) -> None:
    split = tuple(SPLIT.values())
    assert stage.read("market", "split") != split
    deed = stage.decide("Share payments anew", stage.call("market", "setSplit", split))
    assert deed.told("SplitSet") == {"split": split}
    assert stage.read("market", "split") == split


def it_is_deployed_by_a_vote(stage: Stage, version: int, attestations: list[int]) -> None:
    proposal = pass_deployment(stage, version, NAME)
    window_ends = stage.read("registry", "version", version)[5]
    assert window_ends <= stage.now
    assert stage.read("registry", "openChallengeOf", version) == 0
    assert not stage.read("registry", "isDeployable", version)

    deed = stage.execute(proposal)
    evidence = evidence_of(subject(version, NAME), 0, attestations)
    assert deed.told("VersionDeployable") == {
        "versionId": version, "by": stage.treasury, "evidence": evidence,
    }  # fmt: skip
    assert state(stage, version) == "Deployable"
    stage.wait(1)
    was = [stage.read("registry", "wasDeployable", version, at) for at in (deed.at - 1, deed.at)]
    assert was == [(False, "0x" + "00" * 20, bytes(32)), (True, stage.treasury, evidence)]
    for auditor, locks in zip(AUDITORS, (2, 2, 1), strict=True):
        assert stage.read("staked", "lockedOf", auditor) == locks * LOCKED


def curators_signal_it(stage: Stage) -> None:
    supply = stage.total()
    for curator, wei in SIGNALS.items():
        stage.allow(curator, "curation", wei)
        stage.act(curator, "curation", "buy", 1, wei, 0, stage.now + 60)
    taxes = {curator: -(-wei // 100) for curator, wei in SIGNALS.items()}
    assert stage.total() == supply - sum(taxes.values())
    for curator, wei in SIGNALS.items():
        assert stage.read("curation", "signalOf", 1, curator) == wei - taxes[curator]


def parts() -> dict[str, int]:
    """Split the cost of Tom's uses as was voted; the treasury gets what rounding leaves, too."""
    rounded = {name: COST * bps // BPS for name, bps in SPLIT.items() if name != "treasury"}
    return {**rounded, "treasury": COST - sum(rounded.values())}


def a_user_pays_and_everybody_gets_a_part(stage: Stage, version: int) -> None:
    places = {"burned": "", "curators": stage.at["curation"], "developer": stage.at["market"],
              "stakers": stage.at["staked"], "treasury": stage.treasury}  # fmt: skip
    supply, tom = stage.total(), stage.held(TOM)
    before = {part: stage.held(place) for part, place in places.items() if place}
    stage.act(DANA, "market", "setOffer", version, (PRICE, 0, 0, 0))
    stage.allow(TOM, "market", COST)
    deed = stage.act(TOM, "market", "payUses", version, USES, COST)

    due = parts()
    assert sum(due.values()) == COST == tom - stage.held(TOM)
    assert due["treasury"] > COST * SPLIT["treasury"] // BPS, "rounding leaves it something"
    assert supply - stage.total() == due["burned"] == stage.read("market", "usage")
    for part, held in before.items():
        assert stage.held(places[part]) - held == due[part], part
    split = deed.told("PaymentSplit")
    assert [split["burned"], *(split[f"to{p.title()}"] for p in list(due)[1:])] == [*due.values()]
    assert stage.read("market", "paidUses", version, TOM) == USES


def the_developer_and_the_curators_take_theirs(stage: Stage) -> None:
    due, dana = parts(), stage.held(DANA)
    stage.act(DANA, "market", "withdraw")
    assert stage.held(DANA) - dana == due["developer"]
    assert stage.held(stage.at["market"]) == 0

    signal = {curator: stage.read("curation", "signalOf", 1, curator) for curator in SIGNALS}
    claimed = 0
    for curator, own in signal.items():
        before = stage.held(curator)
        stage.act(curator, "curation", "claim", 1)
        claimed += stage.held(curator) - before
        exact = due["curators"] * own / sum(signal.values())
        assert abs(stage.held(curator) - before - exact) < TOKEN * 1e-9
    assert due["curators"] - len(SIGNALS) <= claimed <= due["curators"]
    assert stage.held(stage.at["curation"]) == sum(signal.values()) + due["curators"] - claimed


def the_stakers_part_streams(stage: Stage) -> None:
    staked, part = sum(STAKES.values()) + RULES.seed, parts()["stakers"]
    stage.wait(2 * DAY)
    rest, remaining = stage.read("staked", "unstreamed")
    assert 0 < remaining <= RULES.staking.reward_period - 2 * DAY
    assert rest == -(-part * remaining // RULES.staking.reward_period)
    assert stage.read("staked", "totalAssets") == staked + part - rest

    stage.wait(remaining)
    assert stage.read("staked", "unstreamed") == (0, 0)
    assert stage.read("staked", "totalAssets") == staked + part == stage.held(stage.at["staked"])
    shares = stage.dao.shares(ANN)
    stage.act(ANN, "staked", "requestExit", shares)
    stage.wait(RULES.staking.cooldown)
    stage.act(ANN, "staked", "redeem", shares, ANN, ANN)
    worth = shares * (staked + part + 1) // (staked * SHARE // TOKEN + SHARE // TOKEN)
    assert stage.held(ANN) == worth
    assert STAKES[ANN] < worth < STAKES[ANN] + part


def what_it_decides_can_be_proved(stage: Stage, version: int) -> None:
    log = diary("patient 1: see today", "patient 2: can wait", "patient 3: see now")
    period = stage.now - 60, stage.now
    with refused("NotOperator", version, TOM):
        stage.act(TOM, "log", "commit", version, log.root, *period, 3, "ipfs://log")
    stage.act(DANA, "log", "commit", version, log.root, *period, 3, "ipfs://log")
    for number, leaf in enumerate(log.leaves):
        assert stage.read("log", "verify", version, 0, leaf, log.proof(number))
        assert not stage.read("log", "verify", version, 0, digest("other"), log.proof(number))

    asked = stage.act(
        TOM, "log", "requestExplanation", version, 0, log.leaves[1], log.proof(1)
    ).told("ExplanationRequested")
    assert (asked["asker"], asked["leaf"]) == (TOM, log.leaves[1])
    stage.act(DANA, "log", "explain", asked["id"], digest("no fever, no pain"), "ipfs://why")
    stage.wait(RULES.registry.time_to_answer + 1)
    with refused("AlreadyAnswered"):
        stage.act(ZOE, "log", "recordMiss", asked["id"])
