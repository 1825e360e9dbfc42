"""Resume: put a DAO that was pulled from a chain in the place of a launch.

What mechanisms hold is set to what the chain said, in every run alike; from there on they go by
their own rules. Whom proposals are good for is not on chain: their latent quality is drawn. Nor is
what yield members ask for; of those who stake it is known that it is no more than they get.
"""

from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from governance.rules.voting import KINDS
from governance.units import DAY, SHARE, TOKEN
from simulations.ledger import Ledger
from simulations.mechanisms.governor import ABSTAIN, AGAINST, FOR, Governor
from simulations.mechanisms.proposals import DUST, SLOTS, State
from simulations.mechanisms.staking import Staking
from simulations.mechanisms.vesting import Vesting
from simulations.randomness import Floats, Stream
from simulations.start import RESTS, Start
from simulations.start_tables import LOCKERS, POOL, floats

FINE = 1e-9
"""Tokens, or parts of one, that are as good as nothing."""
YEAR = 365.0
"""Days in a year."""
_TALLY = {AGAINST: "against", FOR: "support", ABSTAIN: "abstain"}


def ledger_of(start: Start, runs: int, members: int) -> Ledger:
    """Return the books as they stood, with ``members`` columns of which the first are a start's."""

    def every(amount: float) -> Floats:
        return np.full(runs, amount)

    liquid = np.zeros((runs, members))
    liquid[:, : len(start)] = start.column("tokens")
    burned = start.tokens("burned")
    names = "vault", "vesting", "treasury"
    vault, vesting, treasury = (every(start.tokens(name)) for name in names)
    ledger = Ledger(
        liquid, vault, vesting, treasury, every(start.tokens("supply") + burned), every(burned)
    )
    pools = {POOL: 0, "stream": start.books["unstreamed"], **start.books["pools"]}
    for name, wei in pools.items():
        ledger.open(name)[:] = int(wei) / TOKEN
    return ledger


def resume(model: Any, start: Start) -> None:
    """Set what the mechanisms of an :class:`~simulations.assembly.Assembly` hold."""
    books = start.books
    _stakes(model.staking, start)
    _grants(model.vesting, start)
    model.emissions.age = model.governor.age = float(books["age"])
    model.emissions.released[:] = start.tokens("released")
    model.market.usage[:] = start.tokens("usage")
    model.stream.resume(int(books["unstreamed"]), int(books["streams_for"]))
    model.exit.last_sign[:] = float(books["sign"])
    quality = Stream(model.runs, "pulled").normal_rows(SLOTS)
    _proposals(model.governor, start, quality)
    model.governor.spending.resume(int(books["time"]), start.tokens("spent"))


def reveal(model: Any, start: Start) -> None:
    """Tell cohorts the day of the week, and let holders who stake ask for a yield that keeps them.

    What they ask for is drawn, and some of those who are known to stake would leave when they look
    next. So their draw, lognormal, is taken from below the least yield at which none of them
    leaves today: of the same place in that part of the distribution as it had in all of it.
    """
    for cohort in model.cohorts.values():
        cohort.begin_at(int(start.books["time"]))
    rules, holders = model.rules, model.cohorts["holders"]
    stakes = model.staking.shares[:, model.places["holders"].slice] > 0
    median, spread, hysteresis = (
        rules.rows(f"world.staking.{name}")
        for name in ("required_yield", "required_yield_spread", "hysteresis")
    )
    most = _yield(model)[:, None] / np.maximum(1.0 - hysteresis, FINE)
    with np.errstate(divide="ignore", invalid="ignore"):
        whole, part = (ndtr(np.log(each / median) / spread) for each in (holders.asked, most))
        asked = median * np.exp(spread * ndtri(whole * part))
    asked = np.where(spread > 0, asked, np.minimum(holders.asked, most))
    holders.asked = np.where(stakes & (holders.asked > 0), asked, holders.asked)


def _yield(model: Any) -> Floats:
    """Yearly yield of staking at the pace of day 0, shape ``(runs,)``."""
    emissions, vault = model.emissions, model.ledger.vault
    share = model.rules["emissions.stakers_share"]
    now, usage = emissions.age, model.market.usage
    used = usage * (1.0 + DAY / max(now, DAY))
    emitted = emissions.due(now + DAY, used) - emissions.due(now, usage)
    left, seconds = model.stream.unstreamed()
    streamed = left * np.minimum(DAY / np.maximum(seconds, 1.0), 1.0)
    return np.where(vault > 0, (emitted * share + streamed) * YEAR / np.maximum(vault, FINE), 0.0)


def _stakes(staking: Staking, start: Start) -> None:
    count = len(start)
    for name, column in {
        "shares": "shares", "cooling": "exiting", "ready": "ready", "delegate": "delegate",
        "votes": "votes",
    }.items():  # fmt: skip
        getattr(staking, name)[:, :count] = start.column(column)
    for name in LOCKERS:
        locks = np.zeros_like(staking.locked)
        locks[:, :count] = start.column(f"locked_{name}")
        staking.locked_by[name] = locks
        staking.locked += locks
    staking.total[:], staking.votable[:] = start.shares("shares"), start.shares("votable")
    staking.stakers[:] = np.count_nonzero(staking.shares, axis=-1)
    past = np.zeros((len(start.past), staking.votes.shape[1]))
    past[:, :count] = start.past
    nobodys = floats(start.books["nobodys"], SHARE)
    staking.votes[:, count], past[:, count] = nobodys[0], nobodys[1:]
    staking.resume(past, floats(start.books["past_votable"], SHARE))


def _grants(vesting: Vesting, start: Start) -> None:
    grants, runs = start.books["grants"], len(vesting.totals)

    def rows(name: str, unit: int = 1) -> Floats:
        return np.tile(floats([grant[name] for grant in grants], unit), (runs, 1))

    vesting.beneficiaries = rows("beneficiary")[0].astype(np.int64)
    vesting.totals, vesting.released = rows("total", TOKEN), rows("released", TOKEN)
    vesting.cliff, vesting.age = rows("cliff"), rows("age")
    vesting.duration = np.maximum(rows("duration"), 1.0)


def _proposals(governor: Governor, start: Start, quality: Floats) -> None:
    """Fill the slots with what is open, and let rest what was refused."""
    governor.count[:] = int(start.books["proposed"])
    runs = len(governor.count)
    every = start.proposals.to_pylist()
    for slot, row in enumerate(row for row in every if row["state"] not in RESTS):
        _open(governor, slot, row, quality[:, slot])
    for row in (row for row in every if row["state"] in RESTS):
        call = KINDS.index(row["kind"]), row["target"], int(row["amount"]) / TOKEN
        governor.rests.recall(
            np.array([[run, row["proposer"], *call, row["eta"]] for run in range(runs)])
        )


def _open(governor: Governor, slot: int, row: dict[str, Any], quality: Floats) -> None:
    slots, active = governor.slots, row["state"] == State.ACTIVE.name.capitalize()
    slots.state[:, slot] = State[row["state"].upper()]
    slots.kind[:, slot] = KINDS.index(row["kind"])
    for name in ("number", "proposer", "target", "snapshot", "deadline", "eta"):
        getattr(slots, name)[:, slot] = row[name]
    slots.amount[:, slot] = int(row["amount"]) / TOKEN
    slots.quality[:, slot] = quality
    slots.created_day[:, slot] = row["created"] // DAY
    closed = row["deadline"] // DAY if row["deadline"] < 0 else -1
    slots.closed_day[:, slot], slots.executed_day[:, slot] = closed, -1
    for name in ("votable", "quorum"):
        getattr(slots, name)[:, slot] = int(row[name]) / SHARE
    for place, name in _TALLY.items():
        governor.tally[place, :, slot] = int(row[name]) / SHARE
    slots.reached[:, slot] = slots.voters[:, slot] = slots.entitled[:, slot] = 0
    if active:
        quorate = int(row["support"]) + int(row["abstain"])
        slots.reached[:, slot] = quorate >= int(row["quorum"])
        count = len(row["power"])
        governor.power[slot, :, :count] = floats(row["power"], SHARE)
        governor.voted[slot, :, :count] = row["voted"]
        slots.voters[:, slot] = sum(row["voted"])
        slots.entitled[:, slot] = np.count_nonzero(governor.power[slot, 0] > DUST)
