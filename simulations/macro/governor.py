"""The governor by runs: proposals come by chance, and votes as expected of those who hold shares.

The rules are the member model's (:mod:`simulations.mechanisms.governor`), in its order of a day:
votes open, close and lapse by the clock; the keeper executes and queues; votes are counted; a
delegate proposes. Turnout and support are those of :mod:`simulations.macro.turnout`.
"""

from collections.abc import Sequence

import numpy as np

from governance.units import DAY
from simulations.ledger import Ledger, micro
from simulations.macro.launch import Launch, across
from simulations.macro.proposals import Ideas, Table
from simulations.macro.turnout import equal_voters, spread, support, voted
from simulations.macro.vault import Vault, looks
from simulations.mechanisms.asking import reaches
from simulations.mechanisms.batches import turns
from simulations.mechanisms.governor import SUPPLY
from simulations.mechanisms.proposals import SLOTS, ProposalLog, State
from simulations.mechanisms.spending import Spending
from simulations.randomness import Draws, Floats, Ints, Run
from simulations.scenario import Rules

_DIRECT, _LENT, _SUPPORT = range(3)


class Governor:
    """State of the governor and timelock of every run.

    Attributes
    ----------
    table
        Open proposals.
    passed, defeated, executed
        Counts since the start, shape ``(runs,)``.
    log
        Finished proposals.
    """

    def __init__(
        self, rules: Rules, ledger: Ledger, vault: Vault, people: Launch, runs: Sequence[Run]
    ) -> None:
        self._rules, self._ledger, self._vault, self._people = rules, ledger, vault, people
        self._ideas = Ideas(rules, runs)
        draws = Draws(runs, "macro")
        self._votes, self._grants = draws.keyed("votes"), draws.keyed("grants")
        self._heads = np.cumsum(people.heads, axis=-1)
        attention = "world.attention"
        self._chance = looks(rules, "holders") * rules[f"{attention}.holders_vote"]
        self._lent_chance = looks(rules, "delegates") * rules[f"{attention}.delegates_vote"]
        self.table = Table.of(0)
        self.passed, self.defeated, self.executed = np.zeros((3, len(runs)))
        self._count = np.zeros(len(runs), dtype=np.int64)
        self.log = ProposalLog()
        self._resting: tuple[Ints, Floats] = (np.empty(0, np.int64), np.empty(0))
        limit, period = (rules[f"kinds.funding.spend_{name}"] for name in ("limit", "period"))
        self.spending = Spending(limit, period)
        self._supply = ledger.supply

    def open_day(self, day: int) -> Floats:
        """Move proposals on by the clock; return the turnout of those that closed, ``(runs,)``."""
        now, table = float(day * DAY), self.table
        self._open_votes(np.flatnonzero((table.state == State.PENDING) & (table.snapshot < now)))
        waits = (table.state == State.SUCCEEDED) | (table.state == State.QUEUED)
        last = np.maximum(table.deadline, table.eta)
        lapsed = waits & (last + self._rules["governor.grace_period"][table.run] < now)
        table.state[lapsed] = State.EXPIRED
        closing = np.flatnonzero((table.state == State.ACTIVE) & (table.deadline < now))
        return self._close_votes(closing, day)

    def keep(self, day: int) -> None:
        """Execute what has waited long enough and can be paid, then queue what succeeded."""
        now, table = day * DAY, self.table
        due = np.flatnonzero((table.state == State.QUEUED) & (table.eta <= now))
        for turn in turns(table.run[due]):
            self._execute(due[turn], day)
        passed = table.state == State.SUCCEEDED
        table.state[passed] = State.QUEUED
        table.eta[passed] = now + self._delay()[table.run[passed]]
        self._archive()

    def count_votes(self, day: int) -> None:
        """Extend the votes that reach their quorum today."""
        table = self.table
        rows = np.flatnonzero((table.state == State.ACTIVE) & (table.reached == 0))
        in_favour, _, abstain = self._tally(rows, day + 1)
        rows = rows[reaches(in_favour + abstain, table.quorum[rows])]
        table.reached[rows] = 1
        extension = self._rules["governor.late_quorum_extension"][table.run[rows]]
        table.deadline[rows] = np.maximum(table.deadline[rows], day * DAY + extension)

    def propose(self, day: int) -> None:
        """Turn the day's ideas into proposals where some delegate may make one."""
        rules, table = self._rules, self.table
        run, share, quality = self._ideas.of_next_day()
        awaiting = np.bincount(table.run[table.awaits_votes()], minlength=self._count.size)
        busy = (awaiting + self._rests(day))[run]
        room = np.bincount(table.run, minlength=self._count.size)[run] < SLOTS
        committed = np.bincount(table.run, table.amount, self._count.size)
        free = np.maximum(self._ledger.treasury - committed, 0.0)[run]
        amount = micro(np.minimum(free * share, self.spending.most[run]))
        may = (self._able(run, day) > busy) & room & (amount > 0)
        may &= day * DAY >= rules["governor.opening"][run]
        run, amount, quality = run[may], amount[may], quality[may]
        snapshot = day * DAY + rules["governor.voting_delay"][run]
        deadline = snapshot + self._strictest("voting_period")[run]
        lasts = np.floor(deadline / DAY) - np.floor(snapshot / DAY)
        fresh = Table.of(
            run.size,
            run=run,
            number=self._count[run],
            created_day=np.full(run.size, day),
            lasts=lasts.astype(np.int64),
            amount=amount,
            quality=quality,
            snapshot=snapshot,
            deadline=deadline,
        )
        self._count[run] += 1
        self.table = table.with_rows(fresh)

    def close_day(self) -> None:
        """Remember the supply, of which tomorrow's snapshots may take their quorum."""
        self._supply = self._ledger.supply

    def open_proposals(self) -> Floats:
        """Proposals not yet finished, shape ``(runs,)``."""
        return np.bincount(self.table.run, minlength=self._count.size).astype(np.float64)

    def finish(self) -> None:
        """Move the proposals still open to the log."""
        self.log.keep(self.table.log_rows())
        self.table = Table.of(0)

    def _able(self, run: Ints, day: int) -> Ints:
        """Count the delegates who hold the threshold, shape ``(n,)``."""
        before = np.full(run.shape, day * DAY - 1.0)
        lent = across(self._vault.past_active(run, before) * self._people.lent[run])
        threshold = (
            self._vault.past_votable(run, before) * self._strictest("proposal_threshold")[run]
        )
        votes = self._people.trust[run] * lent[:, None]
        return np.count_nonzero((votes >= threshold[:, None]) & (votes > 0), axis=-1)

    def _rests(self, day: int) -> Ints:
        """Count the delegates who wait after a defeat, shape ``(runs,)``."""
        run, until = self._resting
        lasting = until >= day * DAY
        self._resting = run[lasting], until[lasting]
        return np.bincount(run[lasting], minlength=self._count.size)

    def _open_votes(self, rows: Ints) -> None:
        table, people = self.table, self._people
        run, when = table.run[rows], table.snapshot[rows]
        table.state[rows] = State.ACTIVE
        table.opened[rows] = np.floor(when / DAY) + 1
        shares = self._vault.past_active(run, when)
        lent_shares = shares * people.lent[run]
        direct, lent = across(shares - lent_shares), across(lent_shares)
        squares = across(shares * people.holding[run])
        lent_squares = lent * lent * people.together[run]
        likely, lent_likely = (
            voted(chance[run], table.lasts[rows]) for chance in (self._chance, self._lent_chance)
        )
        uniform = self._draw(run, table.number[rows])
        turnout = spread(likely, equal_voters(direct, squares), uniform[_DIRECT])
        lent_turnout = spread(lent_likely, equal_voters(lent, lent_squares), uniform[_LENT])
        table.direct[rows], table.lent[rows] = direct, lent
        table.direct_turnout[rows], table.lent_turnout[rows] = turnout, lent_turnout
        cast = turnout * direct + lent_turnout * lent
        voters = equal_voters(cast, turnout * squares + lent_turnout * lent_squares)
        leniency, noise = (
            self._rules[f"world.proposals.{name}"][run] for name in ("leniency", "noise")
        )
        in_favour = support(table.quality[rows], leniency, noise)
        table.support[rows] = spread(in_favour, voters, uniform[_SUPPORT])
        table.votable[rows] = self._vault.past_votable(run, when)
        table.quorum[rows] = self._quorum(run, table.votable[rows])

    def _draw(self, run: Ints, number: Ints) -> Floats:
        """Uniforms of a proposal's turnouts and support, shape ``(3, n)``."""
        concern = np.repeat(np.arange(3), run.size)
        return self._votes.uniform(np.tile(run, 3), concern, np.tile(number, 3)).reshape(3, -1)

    def _tally(self, rows: Ints, day: int) -> tuple[Floats, Floats, Floats]:
        """Votes for, against and abstaining cast before ``day``, shape ``(n,)`` each."""
        table = self.table
        run, planned, gone = table.run[rows], table.lasts[rows], day - table.opened[rows]
        cast = np.zeros(rows.size)
        for chance, votes, turnout in (
            (self._chance, table.direct, table.direct_turnout),
            (self._lent_chance, table.lent, table.lent_turnout),
        ):
            most = voted(chance[run], planned)
            part = voted(chance[run], gone) / np.where(most > 0, most, 1.0)
            cast += votes[rows] * np.minimum(turnout[rows] * part, 1.0)
        abstain = cast * self._rules["world.proposals.abstaining"][run]
        in_favour = (cast - abstain) * table.support[rows]
        return in_favour, cast - abstain - in_favour, abstain

    def _close_votes(self, rows: Ints, day: int) -> Floats:
        table, runs = self.table, self._count.size
        run, tally = table.run[rows], self._tally(rows, day)
        in_favour, against, abstain = tally
        won = reaches(in_favour + abstain, table.quorum[rows]) & (in_favour > against)
        needed = (in_favour + against) * self._rules["kinds.funding.approval"][run]
        won &= reaches(in_favour, needed)
        table.state[rows] = np.where(won, State.SUCCEEDED, State.DEFEATED)
        table.closed_day[rows] = day
        table.for_votes[rows], table.against_votes[rows], table.abstain_votes[rows] = tally
        self.passed += np.bincount(run[won], minlength=runs)
        self.defeated += np.bincount(run[~won], minlength=runs)
        until = (table.deadline[rows] + self._rules["governor.proposal_cooldown"][run])[~won]
        resting, ends = self._resting
        self._resting = np.append(resting, run[~won]), np.append(ends, until)
        cast = np.bincount(run, in_favour + against + abstain, runs)
        votable = np.bincount(run, table.votable[rows], runs)
        closed = np.bincount(run, minlength=runs)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(votable > 0, cast / votable, np.where(closed > 0, 0.0, np.nan))

    def _execute(self, rows: Ints, day: int) -> None:
        """Pay at most one proposal of each run to a random holder's column."""
        table = self.table
        within = self.spending.spend(table.run[rows], table.amount[rows], day * DAY)
        rows = rows[within]
        run = table.run[rows]
        head = self._grants.uniform(run, table.number[rows]) * self._heads[run, -1]
        column = (self._heads[run] <= head[:, None]).sum(axis=-1)
        self._ledger.move("treasury", run, column, table.amount[rows])
        table.state[rows], table.executed_day[rows] = State.EXECUTED, day
        self.executed[run] += 1

    def _archive(self) -> None:
        """Move finished proposals to the log."""
        state = self.table.state
        finished = (state == State.DEFEATED) | (state == State.EXPIRED) | (state == State.EXECUTED)
        if finished.any():
            self.log.keep(self.table.at(np.flatnonzero(finished)).log_rows())
            self.table = self.table.at(np.flatnonzero(~finished))

    def _quorum(self, run: Ints, votable: Floats) -> Floats:
        rules = self._rules
        of_supply = rules["governor.quorum_base"][run] == SUPPLY
        base = np.where(of_supply, self._supply[run], votable)
        floor, cap = rules["governor.quorum_floor"][run], rules["governor.quorum_cap"][run]
        general = np.maximum(base * rules["governor.quorum"][run], floor)
        general = np.where(cap > 0, np.minimum(general, cap), general)
        return np.maximum(general, votable * rules["kinds.funding.quorum"][run])

    def _strictest(self, rule: str) -> Floats:
        return np.maximum(self._rules[f"governor.{rule}"], self._rules[f"kinds.funding.{rule}"])

    def _delay(self) -> Floats:
        own = self._rules["treasury.timelock_delay"]
        return np.maximum(own, self._rules["kinds.funding.timelock_delay"])
