"""The court in the simulation: check values, draws, and runs that do not touch each other."""

from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, chisquare

from governance.units import BPS, DAY, SHARE
from simulations.actions import Actions, IllegalAction
from simulations.mechanisms import sortition
from simulations.mechanisms.batches import turns
from simulations.mechanisms.court import Court
from simulations.mechanisms.disputes import ROUNDS, Ballots, Phase
from simulations.mechanisms.sortition import BILLION
from simulations.mechanisms.terms import Terms
from simulations.randomness import Keyed, Run
from simulations.scenario import Rules
from tests.contracts.courtroom import AGENTIC_COMMERCE, GENERAL_COURT, predict, tickets
from tests.simulations.beside import court_rules, one, rules_of, world

SEED = 20_260_101


def court_of(
    rules: Rules, runs: list[int], members: int, staked: float, exact: bool = False
) -> Court:
    """A court whose members have all staked, and whose arbitrable has tokens for fees."""
    ledger, staking = world(rules, len(runs), members)
    ledger.minted += staked * members + 10**6
    ledger.liquid[:] = staked
    ledger.open("grants")[:] = 10**6
    run, member = (part.ravel() for part in np.indices(ledger.liquid.shape))
    staking.deposit(Actions("staking", "deposit", run, member, np.full(run.size, staked)))
    ledger.minted += 10**6 * members
    ledger.liquid += 1e6
    keyed = Keyed([Run(SEED, number) for number in runs], "court")
    court = Court(rules, ledger, staking, keyed, np.full(len(runs), exact))
    court.serve("grants", lambda *_: None)
    return court


def everywhere(court: Court, verb: str, target: int = 0, **columns: float) -> Actions:
    """An action of member 0 in every run."""
    run = np.arange(court.count.size)
    filled = {name: np.full(run.shape, value) for name, value in columns.items()}
    return Actions("court", verb, run, run * 0, target=np.full(run.shape, target), **filled)


def put_up(court: Court, amounts: np.ndarray, lane: int = 0) -> None:
    """Let every member of every run put up an amount of its own, shape ``(members,)``."""
    run, member = (part.ravel() for part in np.indices(court.owed.shape))
    target = np.full(run.shape, lane)
    court.jurors.set_stake(Actions("court", "set_stake", run, member, amounts[member], target))


def rows_as(court: Court, verb: str, rows: np.ndarray, choice: np.ndarray) -> Actions:
    """Votes of the jurors in some rows of the ballots."""
    run, slot, _, juror = court.ballots.rows[rows, :4].T
    return Actions("court", verb, run, juror, target=court.slots.number[run, slot], choice=choice)


def seat(court: Court, wait: float) -> float:
    """Open a dispute in every run and draw its panel; return the second of it."""
    court.open(everywhere(court, "open"), "grants", 0.0)
    court.request_draw(everywhere(court, "request_draw"), wait)
    court.draw(everywhere(court, "draw"), wait + DAY)
    return wait + DAY


def vote(court: Court, choice: np.ndarray, now: float) -> None:
    """Let every ballot be cast and shown, in the order of the ballots."""
    rows = np.arange(len(court.ballots.rows))
    court.commit(rows_as(court, "commit", rows, choice), now)
    court.advance(everywhere(court, "advance"), now)
    court.reveal(rows_as(court, "reveal", rows, choice), now)


def test_the_general_courts_figures():
    """Three votes, two coherent: 2,300 lost, 1,150 and 0.0075 won each (Kleros v2's terms)."""
    rules = rules_of(**court_rules((GENERAL_COURT, AGENTIC_COMMERCE)))
    court = court_of(rules, [0], 3, 5_000.0)
    put_up(court, np.full(3, 2_300.0))
    now = seat(court, 4 * DAY)
    vote(court, np.array([1, 2, 1]), now)
    court.advance(everywhere(court, "advance"), now)
    court.advance(everywhere(court, "advance"), now + 5 * DAY)
    assert court.slots.ruling[0, 0] == 1
    court.execute(everywhere(court, "execute"))
    assert court.owed[0] == pytest.approx([1_150.0075, 0, 1_150.0075], rel=1e-12)
    assert court.jurors.stake[0, 0].tolist() == [2_300 * BILLION, 0, 2_300 * BILLION]
    assert court.jurors._staking.shares[0] == pytest.approx([5_000, 2_700, 5_000])


@pytest.mark.parametrize(("seats", "right"), [(3, 0.784), (5, 0.83692), (7, 0.873964)])
def test_a_panel_is_right_as_condorcet_says(seats, right):
    """Jurors who are right with probability 0.7, one seat each; four standard errors."""
    runs = 3_000
    terms = court_rules((GENERAL_COURT, AGENTIC_COMMERCE)) | {"court__people__seats": seats}
    court = court_of(rules_of(runs, **terms), list(range(runs)), 12, 2_400.0)
    put_up(court, np.full(12, 2_300.0))
    now = seat(court, 4 * DAY)
    rows = court.ballots.rows
    assert (rows[:, Ballots.SEATS] == 1).all()
    assert len(rows) == runs * seats
    vote(court, 1 + (np.random.default_rng(SEED).random(len(rows)) > 0.7), now)
    verdict, tied = court.slots.verdict((np.arange(runs), np.zeros(runs, dtype=np.int64)))
    assert not tied.any()
    error = np.sqrt(right * (1 - right) / runs)
    assert np.mean(verdict == 1) == pytest.approx(right, abs=4 * error)


def test_who_covers_no_further_seat_weighs_nothing():
    """With 3,450 put up and 2,300 at risk; the rest counts again once the panel is settled."""
    terms = court_rules((GENERAL_COURT, AGENTIC_COMMERCE)) | {"court__people__seats": 1}
    court = court_of(rules_of(**terms), [0], 1, 5_000.0)
    put_up(court, np.full(1, 3_450.0))
    now = seat(court, 4 * DAY)
    court.jurors.refresh(everywhere(court, "refresh"))
    assert court.jurors.at_risk[0, 0, 0] == 2_300 * BILLION
    assert court.jurors.weight[0, 0, 0] == 0
    with pytest.raises(IllegalAction, match="at risk"):
        put_up(court, np.zeros(1))
    vote(court, np.array([1]), now)
    court.advance(everywhere(court, "advance"), now)
    court.advance(everywhere(court, "advance"), now + 5 * DAY)
    court.execute(everywhere(court, "execute"))
    assert court.jurors.weight[0, 0, 0] == 3_450 * BILLION


def test_a_panel_without_jurors_waits_until_its_patience_ends():
    """Seven days from the first draw it asks for, however often it asks."""
    court = court_of(rules_of(**court_rules((GENERAL_COURT, AGENTIC_COMMERCE))), [0], 2, 5_000.0)
    court.open(everywhere(court, "open"), "grants", 0.0)
    for asked, phase in ((4, Phase.EVIDENCE), (7, Phase.EVIDENCE), (10, Phase.COMMIT)):
        court.request_draw(everywhere(court, "request_draw"), asked * DAY)
        assert court.slots.deadline[0, 0] == 11 * DAY
        court.draw(everywhere(court, "draw"), (asked + 1) * DAY)
        assert court.slots.phase[0, 0] == phase
    assert court.slots.drawn[0, 0, 0] == 0


def test_appeals_double_and_add_one():
    """3, 7, 15, 31 and 63 seats; a panel that cannot double has the last word."""
    rules = rules_of(**court_rules((GENERAL_COURT, AGENTIC_COMMERCE)))
    court = court_of(rules, [0], 70, 400_000.0)
    put_up(court, np.full(70, 300_000.0))
    now, sizes = 0.0, []
    court.open(everywhere(court, "open"), "grants", now)
    while court.slots.phase[0, 0] == Phase.EVIDENCE:
        now += 4 * DAY
        court.request_draw(everywhere(court, "request_draw"), now)
        now += DAY
        court.draw(everywhere(court, "draw"), now)
        sizes.append(int(court.slots.drawn[0, 0, len(sizes)]))
        fresh = np.flatnonzero(court.ballots.rows[:, Ballots.ROUND] == len(sizes) - 1)
        for verb in ("commit", "reveal"):
            getattr(court, verb)(rows_as(court, verb, fresh, np.ones(fresh.size, dtype=int)), now)
            court.advance(everywhere(court, "advance"), now)
        if court.slots.phase[0, 0] == Phase.APPEAL:
            for choice in (1, 2):
                paid = everywhere(court, "fund_appeal", amount=1e4, choice=choice)
                court.fund_appeal(paid, now)
    assert sizes == [3, 7, 15, 31, 63]
    assert court.slots.phase[0, 0] == Phase.EXECUTION
    assert len(sizes) < ROUNDS


# Draws

WEIGHTS = [400, 100, 250, 0, 150]
ROOMS = [2, 1, 3, 0, 1]


def panels_by(source, draws: int, seats: int = 3) -> list[tuple[int, ...]]:
    """Panels of the example lane, seats in the order they were filled."""
    return [
        tuple(sortition.draw([w * BILLION for w in WEIGHTS], ROOMS, seats, source(number)).drawn)
        for number in range(draws)
    ]


def by_uniform(number: int):
    keyed = Keyed([Run(SEED, 0)], "court")

    def more(first: int) -> list[float]:
        return keyed.uniform(np.zeros(4, dtype=np.int64), 1, number, first + np.arange(4)).tolist()

    return sortition.by_uniform([], more)


def by_keccak(number: int):
    return sortition.by_keccak(SEED, number, 1, 0)


def test_fast_draws_are_distributed_as_the_contracts():
    """Chi-square on whole panels of 4,000 draws each, and on the first seat against the weights."""
    fast, exact = (panels_by(source, 4_000) for source in (by_uniform, by_keccak))
    kinds = sorted(set(fast) | set(exact))
    table = np.array([[panels.count(kind) for kind in kinds] for panels in (fast, exact)])
    assert len(kinds) > 20
    assert chi2_contingency(table[:, table.sum(axis=0) >= 10]).pvalue > 1e-3
    for panels in (fast, exact):
        first = np.bincount([panel[0] for panel in panels], minlength=5)
        expected = 4_000 * np.array(WEIGHTS) / sum(WEIGHTS)
        assert first[3] == 0
        assert chisquare(first[expected > 0], expected[expected > 0]).pvalue > 1e-3


def test_nobody_gets_a_seat_its_stake_does_not_cover():
    for panels in (panels_by(by_uniform, 500, 9), panels_by(by_keccak, 500, 9)):
        for panel in panels:
            assert sorted(panel) == sorted(np.repeat(np.arange(5), ROOMS).tolist())


@given(
    stakes=st.lists(st.integers(0, 10**13), min_size=1, max_size=7),
    risk=st.integers(1, 10**12),
    seats=st.integers(1, 15),
    seed=st.integers(0, 2**256 - 1),
    tries=st.integers(0, 3),
)
@settings(max_examples=200, deadline=None)
def test_the_exact_draw_is_the_contracts_in_whole_units(stakes, risk, seats, seed, tries):
    """The model of the contract's draws that its own tests use, in units of 10**-21."""
    unit = SHARE // BILLION
    weights = [stake if stake >= risk else 0 for stake in stakes]
    numbers = tickets(seed, 5, 2)
    for _ in range(tries):
        next(numbers)
    names = [str(leaf) for leaf in range(len(stakes))]
    whole = {name: weight * unit for name, weight in zip(names, weights, strict=True)}
    free = {name: stake * unit for name, stake in zip(names, stakes, strict=True)}
    expected = predict(whole, free, risk * unit, seats, numbers)
    rooms = [stake // risk for stake in stakes]
    drawn = sortition.draw(weights, rooms, seats, sortition.by_keccak(seed, 5, 2, tries))
    assert [str(leaf) for leaf in drawn.drawn] == expected


@given(least=st.integers(1, 10**12), bps=st.integers(1, BPS))
@settings(max_examples=200, deadline=None)
def test_the_risk_of_a_seat_is_exact(least, bps):
    """A least stake of at most five decimals, up to ten million shares."""
    rules = rules_of(
        court__people__least_stake=least / 1e5,
        court__people__alpha=bps / BPS,
        court__agents__least_stake=1,
        court__agents__alpha=1,
    )
    zero = np.array([0])
    units = least * SHARE // 10**5 * bps // BPS
    assert int(Terms(rules, 1).risk(zero, zero)[0]) * (SHARE // BILLION) == units


# Runs and members

MEMBERS = 9


def play(runs: list[int], order: np.ndarray, exact: bool = False) -> dict[str, np.ndarray]:
    """Fifty half days of disputes in both lanes; member ``m`` acts under the index ``order[m]``.

    Terms, votes and appeals depend on the run's number alone.
    """
    number = np.array(runs)
    terms = court_rules((GENERAL_COURT, AGENTIC_COMMERCE))
    rules = rules_of(len(runs), **terms)
    rules["court.people.seats"] = 1.0 + 2.0 * (number % 3)
    rules["court.people.alpha"] = 0.25 * (1 + number % 4)
    rules["court.agents.fee"] = 1.0 + number
    court = court_of(rules, runs, MEMBERS, 60_000.0, exact)
    back = np.argsort(order)
    every = np.arange(len(runs))
    for lane, least in ((0, 2_300.0), (1, 11_000.0)):
        for member in range(MEMBERS - 1):
            amount = np.full(len(runs), least * (1 + member % 3))
            who, target = np.full(len(runs), order[member]), np.full(len(runs), lane)
            court.jurors.set_stake(Actions("court", "set_stake", every, who, amount, target))
    keyed = Keyed([Run(SEED, each) for each in runs], "test")
    for half in range(50):
        now = half * DAY / 2
        if half % 6 == 0:
            court.open(everywhere(court, "open"), "grants", now, lane=half // 6 % 2)
        step(court, keyed, back, order, now)
    court.finish()
    log = court.log.frame()
    assert court._ledger.imbalance() == pytest.approx(0.0, abs=1e-6)
    return {
        "owed": court.owed[:, order],
        "liquid": court._ledger.liquid[:, order],
        "stake": court.jurors.stake[:, :, order],
        "treasury": court.owed_treasury,
        "rulings": np.array([log[log.run == run].ruling.to_numpy() for run in every]),
        "seats": np.array([log[log.run == run].seats.to_numpy() for run in every]),
        "panels": np.array([log[log.run == run].panels.to_numpy() for run in every]),
    }


def step(court: Court, keyed: Keyed, back: np.ndarray, order: np.ndarray, now: float) -> None:
    """Press every button that may be pressed, and vote."""
    for run, number, phase in disputes_by_turn(court):
        slot = court.slot_of(run, number)
        due = court.slots.deadline[run, slot] <= now
        lane = court.slots.lane[run, slot]
        known = court.jurors.known_at[lane, run] <= now
        calm = court.jurors.panels[lane, run] == 0
        rested = court.jurors.ended_at[lane, run] + DAY / 4 <= now
        buttons = {
            "request_draw": (phase == Phase.EVIDENCE) & due & calm & rested,
            "draw": (phase == Phase.DRAWING) & known,
            "advance": np.isin(phase, (Phase.COMMIT, Phase.REVEAL, Phase.APPEAL)) & due,
            "execute_ruling": (phase == Phase.EXECUTION) & (court.slots.ruled[run, slot] == 0),
        }
        for verb, mask in buttons.items():
            if mask.any():
                press = Actions("court", verb, run[mask], run[mask] * 0, target=number[mask])
                getattr(court, verb)(press, now)
        settle = (phase == Phase.EXECUTION) & calm
        settle &= court.slots.executed[run, slot].sum(axis=1) == 0
        court.execute(Actions("court", "execute", run[settle], run[settle], target=number[settle]))
        backs = (phase == Phase.APPEAL) & (keyed.uniform(run, number, 7) < 0.5)
        backs &= court.slots.phase[run, slot] == Phase.APPEAL
        for choice in (1, 2):
            fund(court, run[backs], number[backs], order[-1], choice, now)
    cast(court, keyed, back, now)


def fund(court: Court, run, number, backer: int, choice: int, now: float) -> None:
    """Put up all that a choice lacks, in time."""
    slot = court.slot_of(run, number)
    _, until = court.appeal_cost((run, slot), np.full(run.shape, choice))
    funded = court.appeals.funded[run, slot, court.slots.round[run, slot], choice]
    may = (now < until) & ~funded & (court.slots.phase[run, slot] == Phase.APPEAL)
    amount, target = np.full(may.sum(), 1e3), number[may]
    who = np.full(may.sum(), backer)
    chosen = np.full(may.sum(), choice)
    court.fund_appeal(Actions("court", "fund_appeal", run[may], who, amount, target, chosen), now)


def cast(court: Court, keyed: Keyed, back: np.ndarray, now: float) -> None:
    """Let who sits on a panel commit, and most of them reveal."""
    table = court.ballots.rows
    run, slot, panel, juror = table[:, :4].T
    number, label = court.slots.number[run, slot], back[juror]
    choice = 1 + (keyed.uniform(run, number, panel, label) < 0.4)
    shows = keyed.uniform(run, number, panel, label + 100) < 0.9
    current = court.slots.round[run, slot] == panel
    in_time = current & (now < court.slots.deadline[run, slot])
    phase = court.slots.phase[run, slot]
    for verb, wanted in (("commit", Phase.COMMIT), ("reveal", Phase.REVEAL)):
        rows = in_time & (phase == wanted) & (table[:, Ballots.REVEALED] == 0)
        if verb == "reveal":
            rows &= shows & (table[:, Ballots.CHOICE] >= 0)
        at = np.flatnonzero(rows)
        getattr(court, verb)(rows_as(court, verb, at, choice[at]), now)


def disputes_by_turn(court: Court):
    """Open disputes in turns of one a run, by number."""
    run, slot = np.nonzero(court.slots.phase >= 0)
    number, phase = court.slots.number[run, slot], court.slots.phase[run, slot]
    order = np.lexsort((number, run))
    run, number, phase = run[order], number[order], phase[order]
    for turn in turns(run):
        yield run[turn], number[turn], phase[turn]


@pytest.mark.parametrize("exact", [False, True])
def test_a_run_is_the_same_alone_and_among_others(exact):
    order = np.arange(MEMBERS)
    together = play([0, 1, 2, 3, 4], order, exact)
    assert together["panels"].max() > 1
    assert len(set(together["rulings"].ravel().tolist())) > 1
    for place, run in enumerate([0, 1, 2, 3, 4]):
        alone = play([run], order, exact)
        for name, values in together.items():
            mine = values[:, place] if name == "stake" else values[place]
            assert np.array_equal(mine, alone[name][:, 0] if name == "stake" else alone[name][0])


def test_the_members_places_do_not_matter():
    straight = play([3, 5], np.arange(MEMBERS))
    shuffled = play([3, 5], np.array([4, 7, 0, 8, 2, 6, 1, 3, 5]))
    for name, values in straight.items():
        assert shuffled[name] == pytest.approx(values, rel=1e-12, abs=1e-12), name


def test_a_full_docket_is_refused():
    rules = rules_of(**court_rules((GENERAL_COURT, AGENTIC_COMMERCE)))
    court = court_of(rules, [0], 2, 10.0)
    for _ in range(8):
        court.open(one("grants", "open"), "grants", 0.0)
    with pytest.raises(IllegalAction, match="at most 8"):
        court.open(one("grants", "open"), "grants", 0.0)


def test_the_attempts_of_a_panel_go_on_where_they_stopped():
    source = (sortition.by_keccak(SEED, 1, 1, first)(0, BILLION) for first in count())
    whole = sortition.by_keccak(SEED, 1, 1, 0)
    assert [next(source) for _ in range(5)] == [whole(attempt, BILLION) for attempt in range(5)]
