"""Registry and gate in the simulation: admissions, challenges before the court, runs apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.units import DAY
from simulations.actions import Actions, IllegalAction
from simulations.mechanisms.attestations import BIAS, CRITERIA, QUALITY, SAFETY, grown
from simulations.mechanisms.disputes import Phase
from simulations.mechanisms.gate import Gate
from simulations.mechanisms.records import State
from simulations.mechanisms.registry import REJECTED, UPHELD, Registry
from simulations.randomness import Keyed, Run
from tests.contracts.courtroom import AGENTIC_COMMERCE, GENERAL_COURT
from tests.simulations.beside import court_rules, one, rules_of, world
from tests.simulations.test_court import SEED, court_of, everywhere, put_up, rows_as
from tests.simulations.test_registry_twin import Judge, registry_rules

ZERO, ONE = np.array([0]), np.array([1])
MAKER, AUDITORS = 5, range(5)
CRITERIA_PLACES = range(len(CRITERIA))


def gate_of(staked: float = 10_000.0) -> Gate:
    """A gate with five accredited auditors, and a version to attest to."""
    rules = rules_of(**registry_rules())
    ledger, staking = world(rules, 1, 6)
    ledger.liquid[:] = staked
    gate = Gate(rules, staking)
    for auditor in AUDITORS:
        staking.deposit(one("staking", "deposit", auditor, amount=staked))
        gate.accredit(one("gate", "accredit", target=auditor))
    gate.expect(ZERO, ONE)
    return gate


def attest(
    gate: Gate, auditor: int, criterion: int, score: float, validity: float, now: float
) -> None:
    """Let an auditor vouch for version 1."""
    action = one("gate", "attest", auditor, target=1, choice=criterion, amount=score)
    gate.attest(action, np.array([validity]), now)


@given(
    said=st.lists(
        st.tuples(
            st.integers(0, 4), st.integers(0, 2), st.sampled_from([55, 65, 75, 85]),
            st.integers(1, 50),
        ),
        max_size=18,
    ),
    looked=st.integers(0, 60),
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_a_version_passes_while_each_criterion_has_its_auditors(said, looked):
    """Counted by hand: two auditors at 80 for bias, two at 70 for safety, one at 60 for quality."""
    gate, last = gate_of(), {}
    for auditor, criterion, score, days in said:
        attest(gate, auditor, criterion, score, days * DAY, 0.0)
        last[auditor, criterion] = score, days
    for day in {looked, *(days for _, days in last.values())}:
        enough = all(
            sum(
                score >= least and day < days
                for (_, about), (score, days) in last.items()
                if about == criterion
            )
            >= needed
            for criterion, (needed, least) in enumerate([(2, 80), (2, 70), (1, 60)])
        )
        assert gate.passes(ZERO, ONE, float(day * DAY))[0] == enough


def test_a_lapse_is_for_good_until_the_version_is_admitted_anew():
    gate = gate_of()
    for criterion, auditors in ((BIAS, (0, 1)), (SAFETY, (0, 1)), (QUALITY, (0,))):
        for auditor in auditors:
            attest(gate, auditor, criterion, 90, 10 * DAY, 0.0)
    action = one("registry", "deploy", target=1)
    gate.admit(action, DAY)
    attest(gate, 0, QUALITY, 90, 30 * DAY, 2 * DAY)
    assert gate.admitted_until(ZERO, ONE)[0] == 10 * DAY
    for auditor, criterion in ((0, BIAS), (1, BIAS), (0, SAFETY), (1, SAFETY)):
        attest(gate, auditor, criterion, 90, 30 * DAY, 11 * DAY)
    assert gate.passes(ZERO, ONE, 11 * DAY)[0]
    assert gate.admitted_until(ZERO, ONE)[0] == 10 * DAY
    gate.admit(action, 12 * DAY)
    assert gate.admitted_until(ZERO, ONE)[0] == 32 * DAY


def test_eight_seats_to_a_criterion():
    rules = rules_of(**registry_rules())
    ledger, staking = world(rules, 1, 9)
    ledger.liquid[:] = 200.0
    gate = Gate(rules, staking)
    gate.expect(ZERO, ONE)
    for auditor in range(9):
        staking.deposit(one("staking", "deposit", auditor, amount=200.0))
        gate.accredit(one("gate", "accredit", target=auditor))
    for auditor in range(8):
        attest(gate, auditor, BIAS, 90, DAY, 0.0)
    with pytest.raises(IllegalAction, match="a seat is left"):
        attest(gate, 8, BIAS, 90, DAY, 0.0)
    attest(gate, 7, BIAS, 91, DAY, 0.0)


@pytest.mark.parametrize("ruling", [UPHELD, REJECTED])
def test_a_challenge_goes_through_the_court(ruling):
    """Deployed, challenged, ruled on by three jurors: bond, slash and reward to the token."""
    values = court_rules((GENERAL_COURT, AGENTIC_COMMERCE)) | registry_rules()
    rules = rules_of(**values)
    court = court_of(rules, [0], 10, 20_000.0)
    put_up(court, np.r_[np.zeros(7), np.full(3, 4_600.0)])
    ledger, staking = court._ledger, court.jurors._staking
    gate = Gate(rules, staking)
    registry = Registry(rules, ledger, gate, court)
    court.serve("registry", registry.rule)
    registry.register_model(one("registry", "register_model", MAKER))
    registry.draft(one("registry", "draft", MAKER, target=1))
    registry.propose(one("registry", "propose", MAKER, target=1), 0.0)
    for auditor in (0, 1):
        gate.accredit(one("gate", "accredit", target=auditor))
        for criterion in CRITERIA_PLACES:
            attest(gate, auditor, criterion, 90, 90 * DAY, 0.0)
    registry.deploy(one("registry", "deploy", target=1), 3 * DAY)
    wealth = ledger.liquid[0, 6]
    registry.challenge(one("registry", "challenge", 6, target=1, choice=SAFETY), 4 * DAY)
    fee = 3 * 0.005
    assert ledger.liquid[0, 6] == pytest.approx(wealth - 1_000 - fee)
    assert registry.state(ZERO, ONE, 4 * DAY)[0] == State.DEPLOYABLE
    now = 8.0 * DAY
    court.request_draw(everywhere(court, "request_draw"), now)
    court.draw(everywhere(court, "draw"), now + DAY)
    rows = np.arange(len(court.ballots.rows))
    for verb in ("commit", "reveal"):
        votes = rows_as(court, verb, rows, np.full(rows.size, ruling))
        getattr(court, verb)(votes, now + DAY)
        court.advance(everywhere(court, "advance"), now + DAY)
    court.advance(everywhere(court, "advance"), now + 6 * DAY)
    assert court.slots.phase[0, 0] == Phase.EXECUTION
    court.execute_ruling(everywhere(court, "execute_ruling"), now + 6 * DAY)
    court.execute(everywhere(court, "execute"))
    slashed = 2 * 50.0 if ruling == UPHELD else 0.0
    assert registry.credit[0, 6] == pytest.approx((1_000 + slashed / 4) * (ruling == UPHELD))
    rest = slashed * 3 / 4 if ruling == UPHELD else 1_000
    assert registry.credit_treasury[0] == pytest.approx(rest)
    assert staking.shares[0, :2] == pytest.approx(20_000 - slashed / 2)
    state = State.SUSPENDED if ruling == UPHELD else State.DEPLOYABLE
    assert registry.state(ZERO, ONE, now + 6 * DAY)[0] == state
    assert registry.log().ruling.tolist() == [ruling]
    assert court.owed.sum() == pytest.approx(fee)
    for account in (-1, 6):
        registry.withdraw(one("registry", "withdraw", target=account))
    assert ledger.pools["registry"][0] == pytest.approx(0.0, abs=1e-9)
    assert ledger.imbalance() == pytest.approx(0.0, abs=1e-6)
    if ruling == UPHELD:
        with pytest.raises(IllegalAction, match="no challenge upheld"):
            registry.deploy(one("registry", "deploy", target=1), now + 7 * DAY)


# Runs and members

MEMBERS = 7


def play(runs: list[int], order: np.ndarray) -> dict[str, np.ndarray]:
    """Eighty days of versions, audits and challenges; what happens depends on the run's number."""
    count, every = len(runs), np.arange(len(runs))
    rules = rules_of(count, **registry_rules())
    rules["gate.slash"] = 0.1 * (1 + np.array(runs) % 5)
    rules["gate.bias_auditors"] = 1.0 + np.array(runs) % 2
    ledger, staking = world(rules, count, MEMBERS)
    ledger.minted += 10_000.0 * MEMBERS
    ledger.liquid[:] = 10_000.0
    gate, judge = Gate(rules, staking), Judge(ledger)
    registry = Registry(rules, ledger, gate, judge)
    keyed = Keyed([Run(SEED + 2, each) for each in runs], "test")

    def act(verb: str, member: int, mask: np.ndarray, **columns: float) -> Actions:
        run = every[mask]
        filled = {name: np.full(run.shape, value) for name, value in columns.items()}
        return Actions("registry", verb, run, np.full(run.shape, order[member]), **filled)

    everyone = np.ones(count, dtype=bool)
    for auditor in range(4):
        staking.deposit(act("deposit", auditor, everyone, amount=5_000.0))
        gate.accredit(act("accredit", 0, everyone, target=order[auditor]))
    registry.register_model(act("register_model", MAKER, everyone))
    for day in range(80):
        now, coin = day * DAY, keyed.uniform(every, day)
        registry_day(registry, gate, act, keyed, day, now)
        open_now = registry.open_challenge[:, 1:].max(axis=1, initial=0) > 0
        ruled = open_now & (coin < 0.3)
        if ruled.any():
            at = registry.open_challenge[ruled].argmax(axis=1)
            disputes = registry.dispute[every[ruled], at]
            decided = np.floor(keyed.uniform(every[ruled], day, 5) * 3).astype(np.int64)
            registry.rule(every[ruled], disputes, decided, now)
    latest = int(registry.versions.min())
    states = [registry.state(every, np.full(count, v), 80 * DAY) for v in range(1, latest + 1)]
    was = [
        registry.was_deployable(every, np.full(count, v), np.full(count, day * DAY + 1.0))
        for v in range(1, latest + 1)
        for day in range(0, 80, 5)
    ]
    assert ledger.imbalance() == pytest.approx(0.0, abs=1e-6)
    return {
        "states": np.array(states).T,
        "was": np.array(was).T,
        "credit": registry.credit[:, order],
        "shares": staking.shares[:, order],
        "locked": staking.locked[:, order],
        "liquid": ledger.liquid[:, order],
        "treasury": registry.credit_treasury,
        "count": gate.count,
    }


def registry_day(registry, gate, act, keyed, day: int, now: float) -> None:
    """What makers, auditors and challengers do on a day."""
    every = np.arange(registry.versions.size)
    if day % 20 == 0:
        number = registry.draft(act("draft", MAKER, every >= 0, target=1))
        registry.propose(act("propose", MAKER, every >= 0, target=int(number[0])), now)
    version = int(registry.versions[0])
    for auditor in range(4):
        for criterion in CRITERIA_PLACES:
            says = keyed.uniform(every, day, auditor, criterion) < 0.15
            score = 60.0 + 10 * ((auditor + criterion + day) % 5)
            action = act("attest", auditor, says, target=version, choice=criterion, amount=score)
            gate.attest(action, np.full(len(action), 15.0 * DAY), now)
    window = registry.window_ends_at[:, version] <= now
    free = (registry.open_challenge[:, version] == 0) & (registry.condemned_by[:, version] == 0)
    ready = window & free & gate.passes(every, np.full(every.shape, version), now)
    registry.deploy(act("deploy", 0, ready, target=version), now)
    doubts = free & (keyed.uniform(every, day, 99) < 0.1)
    doubts &= registry.open_challenge.max(axis=1) == 0
    registry.challenge(act("challenge", 6, doubts, target=version, choice=day % 3), now)
    done = gate.seats.end + registry._rules["gate.cool_off"][gate.seats.run] <= now
    done &= (gate.held[gate.seats.run, gate.seats.version] == 0) & (gate.seats.stake > 0)
    quiet = gate.quiet_since[gate.seats.run, gate.seats.version]
    done &= quiet + registry._rules["gate.cool_off"][gate.seats.run] <= now
    run, number = gate.seats.run[done], gate.seats.number[done]
    gate.release(Actions("gate", "release", run, run * 0, target=number), now)


def test_a_run_is_the_same_alone_and_among_others():
    together = play([0, 1, 2, 3], np.arange(MEMBERS))
    assert len(set(together["states"].ravel().tolist())) > 2
    assert together["was"].any()
    assert (together["credit"] > 0).any()
    for place, run in enumerate([0, 1, 2, 3]):
        alone = play([run], np.arange(MEMBERS))
        for name, values in together.items():
            assert np.array_equal(values[place], alone[name][0]), name


def test_the_members_places_do_not_matter():
    straight = play([2, 5], np.arange(MEMBERS))
    shuffled = play([2, 5], np.array([3, 6, 1, 0, 5, 2, 4]))
    for name, values in straight.items():
        assert shuffled[name] == pytest.approx(values, rel=1e-12, abs=1e-12), name


def test_columns_grow_and_keep_what_they_hold():
    wide = grown(np.array([[1, 2]]), 3, -1)
    assert wide.tolist() == [[1, 2, -1, -1]]
    assert grown(wide, 4, -1) is wide
