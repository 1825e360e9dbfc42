"""Fourth story: a grant is funded, misses its milestone, and is clawed back.

Vic asks for a grant of two milestones. The members fund it in one vote: the treasury approves the
tokens and makes the grant. The first milestone is met and streams. The second is not submitted in
time; Uma takes it to court, and the jurors find it missed. What has not vested goes back to the
treasury, what has stays Vic's, and no wei is lost.
"""

from governance.units import DAY, TOKEN
from tests.contracts.law import refused
from tests.stories import court
from tests.stories.people import UMA, VIC, ZOE
from tests.stories.stage import RULES, Stage

GRANT, FIRST, SECOND = 0, 0, 1
AMOUNTS = 60_000 * TOKEN + 1, 40_000 * TOKEN
TOTAL = sum(AMOUNTS)
STREAMING = 60 * DAY
MISSED = 2
FEE = court.TERMS.seats * court.FEE


def test_a_grant_that_misses_its_milestone_is_clawed_back(stage: Stage) -> None:
    court.take_seats(stage)
    treasury, supply = stage.held(stage.treasury), stage.total()
    due = the_members_fund_it(stage)
    met = the_first_milestone_is_met(stage)
    it_streams(stage, met)
    the_second_is_missed(stage, due)
    dispute = uma_goes_to_court(stage)
    closed = the_jurors_find_it_missed(stage, dispute, met)
    kept = the_rest_goes_back(stage, met, closed)
    assert stage.held(VIC) == kept
    assert stage.held(stage.treasury) == treasury - kept
    assert stage.held(stage.at["grants"]) == 0
    assert stage.total() == supply


def the_members_fund_it(stage: Stage) -> int:
    """Return the last second at which the second milestone can be submitted."""
    due = stage.now + 60 * DAY
    plan = [(AMOUNTS[FIRST], due - 15 * DAY), (AMOUNTS[SECOND], due)]
    token, treasury = stage.at["token"], stage.held(stage.treasury)
    bundle = (
        stage.call("token", "approve", stage.at["grants"], TOTAL),
        stage.call("grants", "create", token, VIC, plan, STREAMING, "ipfs://terms"),
    )
    assert stage.dao.kinds_of(bundle) == ("funding",)
    with refused("AccessControlUnauthorizedAccount"):
        stage.act(VIC, "grants", "create", token, VIC, plan, STREAMING, "ipfs://terms")
    deed = stage.decide("Fund Vic's data set of rare diseases", *bundle)
    created = deed.told("GrantCreated")
    assert (created["id"], created["beneficiary"], created["total"]) == (GRANT, VIC, TOTAL)
    assert stage.held(stage.treasury) == treasury - TOTAL
    assert stage.held(stage.at["grants"]) == TOTAL
    assert stage.read("token", "allowance", stage.treasury, stage.at["grants"]) == 0
    return due


def the_first_milestone_is_met(stage: Stage) -> int:
    """Return when it was: once its review had passed without a challenge."""
    with refused("NotBeneficiary", GRANT, ZOE):
        stage.act(ZOE, "grants", "submit", GRANT, FIRST, "ipfs://work")
    deed = stage.act(VIC, "grants", "submit", GRANT, FIRST, "ipfs://work")
    met = deed.at + RULES.grants.review
    stage.wait_until(met - 1)
    assert stage.read("grants", "vested", GRANT, stage.now) == 0
    stage.wait_until(met)
    return met


def vested(met: int, moment: int) -> int:
    """Tell how much of the first milestone has streamed by a moment."""
    return AMOUNTS[FIRST] * (moment - met) // STREAMING


def it_streams(stage: Stage, met: int) -> None:
    stage.wait(10 * DAY)
    deed = stage.act(ZOE, "grants", "release", GRANT)
    assert stage.held(VIC) == vested(met, deed.at) > 0
    assert stage.held(stage.at["grants"]) == TOTAL - stage.held(VIC)


def the_second_is_missed(stage: Stage, due: int) -> None:
    stage.allow(UMA, "grants", FEE)
    with refused("MilestoneNotDue", GRANT, SECOND, due):
        stage.act(UMA, "grants", "challenge", GRANT, SECOND, FEE)
    stage.wait_until(due + 1)
    with refused("MilestoneOverdue", GRANT, SECOND, due):
        stage.act(VIC, "grants", "submit", GRANT, SECOND, "ipfs://too-late")


def uma_goes_to_court(stage: Stage) -> int:
    before = stage.held(UMA)
    deed = stage.act(UMA, "grants", "challenge", GRANT, SECOND, FEE)
    assert before - stage.held(UMA) == FEE == stage.held(stage.at["court"])
    return int(deed.told("MilestoneChallenged")["disputeID"])


def the_jurors_find_it_missed(stage: Stage, dispute: int, met: int) -> int:
    """Return when the grant was closed."""
    votes = dict.fromkeys(court.draw(stage, dispute), MISSED)
    court.vote(stage, dispute, votes)
    deed = stage.act(ZOE, "court", "executeRuling", dispute)
    kept = vested(met, deed.at)
    assert deed.told("GrantClosed") == {"id": GRANT, "kept": kept, "refundable": TOTAL - kept}
    court.settle(stage, dispute, votes, MISSED)
    return deed.at


def the_rest_goes_back(stage: Stage, met: int, closed: int) -> int:
    """Return what Vic keeps."""
    kept, treasury, vic = vested(met, closed), stage.held(stage.treasury), stage.held(VIC)
    stage.act(ZOE, "grants", "refund", GRANT)
    assert stage.held(stage.treasury) - treasury == TOTAL - kept
    stage.wait(365 * DAY)
    assert stage.read("grants", "releasable", GRANT) == kept - vic
    for _ in range(2):
        stage.act(VIC, "grants", "release", GRANT)
        stage.act(ZOE, "grants", "refund", GRANT)
    assert 0 < kept < AMOUNTS[FIRST]
    return kept
