"""The registry: which version of a model may be deployed, and challenges to it.

Contract twins: ``contracts/registry/ModelRegistry.sol``, ``ModelRecords.sol`` and
``ModelDisputes.sol``. A vote's action is ``deploy``; when it is executed the challenge window must
be over, no challenge open or upheld, and the gate must admit the version. It stays deployable in
exactly the seconds in which the gate holds it admitted, until a ruling or a decision ends that.
Anybody challenges with a bond and the court's fee. Upheld, the version is condemned for good, its
attesters are slashed, the challenger gets the bond and its part; rejected, the treasury gets the
bond; if the jurors refuse to choose, the bond goes back.

Models and versions count from 1 and stand in columns by their number: nothing ever closes for
good, since a version can be challenged whatever became of it. Hashes are taken to be those on
record. The contract's states Approved and Timelocked, which it reads from the governor and which
``deploy`` does not need, are not told apart from Audited and Proposed.
"""

from typing import Any, Protocol

import numpy as np
import pandas as pd

from simulations.actions import Actions
from simulations.ledger import Ledger
from simulations.mechanisms.attestations import CRITERIA
from simulations.mechanisms.batches import turns
from simulations.mechanisms.gate import Gate
from simulations.mechanisms.records import At, Records, State, first
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules

POOL = "registry"
"""Name of the registry's account in the ledger."""
REFUSED, UPHELD, REJECTED = range(3)
"""Rulings on a challenge."""
TREASURY = -1
"""Account of the treasury where a verb names whom to pay."""


class Arbitrator(Protocol):
    """Who rules: the court, as far as the registry knows it."""

    def cost(self, run: Ints) -> Floats:
        """Fee of a dispute in tokens, shape ``(n,)``."""

    def open(self, actions: Actions, arbitrable: str, now: float) -> Ints:
        """Open disputes and take the fee from the arbitrable's account; return their numbers."""


MOVING = State.DEPLOYABLE, State.PROPOSED
"""Stored states that the clock moves: a running version lapses, a proposed one is audited."""


class Registry(Records):
    """State of the registry of every run.

    Attributes
    ----------
    challenges
        Challenges so far, shape ``(runs,)``.
    challenged
        Challenges to each version so far, shape ``(runs, versions)``.
    open_challenge, condemned_by
        Numbers of the open and of the upheld challenge, 0 for none, same shape.
    challenger, criterion, bond, dispute
        Of the last challenge, same shape.
    credit, credit_treasury
        Tokens that members, ``(runs, members)``, and treasuries, ``(runs,)``, can withdraw.
    """

    def __init__(self, rules: Rules, ledger: Ledger, gate: Gate, arbitrator: Arbitrator) -> None:
        runs, members = ledger.liquid.shape
        super().__init__(rules, gate, runs)
        self._ledger, self.arbitrator = ledger, arbitrator
        self.challenges = np.zeros(runs, dtype=np.int64)
        self.credit, self.credit_treasury = np.zeros((runs, members)), np.zeros(runs)
        self.spells = np.empty((0, 4))
        self._log: list[dict[str, Any]] = []
        ledger.open(POOL)

    # The life of a version

    def deploy(self, actions: Actions, now: float) -> None:
        """Make versions deployable, as a vote decided; each version at most once."""
        at = self._known(actions)
        self._settle(at, now)
        fits = (State.PROPOSED, State.DEPLOYABLE, State.SUSPENDED)
        actions.require(
            np.isin(self.stored[at], fits), "deploys what is proposed and not closed", "WrongState"
        )
        actions.require(
            now >= self.window_ends_at[at], "deploys after the challenge window", "WindowOpen"
        )
        self._check_undisputed(actions, at)
        self.gate.admit(actions, now)
        self._end_spells(at, np.full(at[0].shape, now))
        self.stored[at] = State.DEPLOYABLE
        self.spell[at] = len(self.spells) + np.arange(at[0].size)
        begun = np.column_stack([*at, np.full(at[0].shape, now), np.full(at[0].shape, np.inf)])
        self.spells = np.concatenate([self.spells, begun])

    def deprecate(self, actions: Actions, now: float) -> None:
        """End the life of versions in good order: their makers, or the treasury as a member -1."""
        at = self._known(actions)
        may = (self.maker[at] == actions.member) | (actions.member == TREASURY)
        actions.require(may, "deprecates a version of its own", "NotModelOwner")
        self._close(actions, at, State.DEPRECATED, now)

    def revoke(self, actions: Actions, now: float) -> None:
        """End the life of versions that must not be used, as a vote decided."""
        self._close(actions, self._known(actions), State.REVOKED, now)

    def poke(self, actions: Actions, now: float) -> None:
        """Write down lapses; nothing depends on anybody doing so."""
        self._settle(self._known(actions), now)

    # Challenges

    def challenge(self, actions: Actions, now: float) -> None:
        """Challenge versions ``actions.target`` on criteria ``actions.choice``."""
        for turn in turns(actions.run):
            self._challenge(actions.where(turn), now)

    def _challenge(self, actions: Actions, now: float) -> None:
        assert actions.choice is not None
        at, run = self._known(actions), actions.run
        named = (actions.choice >= 0) & (actions.choice < len(CRITERIA))
        actions.require(named, "challenges on a criterion there is")
        actions.require(
            self.proposed_at[at] > -np.inf, "challenges a version that was proposed", "WrongState"
        )
        self._check_undisputed(actions, at)
        bond = self._rules["registry.challenge_bond"][run]
        fee = self.arbitrator.cost(run)
        held = self._ledger.liquid[run, actions.member]
        actions.require(held >= bond + fee, "pays the bond and the fee", "ERC20InsufficientBalance")
        self._ledger.move(POOL, run, actions.member, -(bond + fee))
        self.challenges[run] += 1
        self.challenged[at] += 1
        self.open_challenge[at] = self.challenges[run]
        self.challenger[at], self.criterion[at] = actions.member, actions.choice
        self.bond[at] = bond
        self.gate.hold(*at)
        self.dispute[at] = self.arbitrator.open(actions, POOL, now)

    def rule(self, run: Ints, dispute: Ints, ruling: Ints, now: float) -> None:
        """Carry out rulings on challenges, by the disputes' numbers; each run at most once."""
        open_now = (self.open_challenge[run] > 0) & (self.dispute[run] == dispute[:, None])
        assert open_now.any(axis=1).all(), "no challenge is open in such a dispute"
        at = run, open_now.argmax(axis=1)
        upheld = ruling == UPHELD
        bad = at[0][upheld], at[1][upheld]
        self.condemned_by[bad] = self.open_challenge[bad]
        self._suspend(bad, now)
        slashed = np.zeros(run.size)
        slashed[upheld] = self.gate.condemn(*bad, self.criterion[bad], POOL, now)
        self.gate.let_go(*at, now)
        reward = slashed * self._rules["registry.challenger_share"][run]
        lost = ruling == REJECTED
        member = np.where(lost, 0.0, self.bond[at]) + reward
        self.credit[run, self.challenger[at]] += member
        self.credit_treasury[run] += self.bond[at] + slashed - member
        self._log.append(
            {"run": run, "challenge": self.open_challenge[at], "version": at[1], "dispute": dispute}
            | {"challenger": self.challenger[at], "criterion": self.criterion[at]}
            | {"ruling": ruling, "slashed": slashed, "ruled_at": np.full(run.shape, now)}
        )
        self.open_challenge[at] = 0

    def withdraw(self, actions: Actions) -> None:
        """Send accounts ``actions.target``, a member or :data:`TREASURY`, what they won."""
        assert actions.target is not None
        for turn in turns(actions.run):
            run, account = actions.run[turn], actions.target[turn]
            treasury = account == TREASURY
            own = np.where(treasury, 0, account)
            amount = np.where(treasury, 0.0, self.credit[run, own])
            self.credit[run, own] -= amount
            self._ledger.move(POOL, run, own, amount)
            rest = np.zeros_like(self.credit_treasury)
            rest[run[treasury]] = self.credit_treasury[run[treasury]]
            self.credit_treasury -= rest
            self._ledger.pass_on(POOL, "treasury", rest)

    # Reading

    def state(self, run: Ints, version: Ints, now: float) -> Ints:
        """Where versions are at this moment, each asked for once, shape ``(n,)``."""
        state = self.stored[run, version]
        running, proposed = (np.flatnonzero(state == each) for each in MOVING)
        if running.size:
            lapsed = now >= self.gate.admitted_until(run[running], version[running])
            state[running[lapsed]] = State.SUSPENDED
        if proposed.size:
            passes = self.gate.passes(run[proposed], version[proposed], now)
            state[proposed[passes]] = State.AUDITED
        return state

    def may_deploy(self, run: Ints, version: Ints, now: float) -> np.ndarray:
        """Whether a decision to deploy versions could be executed now, shape ``(n,)``."""
        at = run, version
        fits = np.isin(self.stored[at], (State.PROPOSED, State.DEPLOYABLE, State.SUSPENDED))
        fits &= (now >= self.window_ends_at[at]) & (self.open_challenge[at] == 0)
        return fits & (self.condemned_by[at] == 0) & self.gate.passes(run, version, now)

    def may_revoke(self, run: Ints, version: Ints, now: float) -> np.ndarray:
        """Whether versions are not closed yet, shape ``(n,)``."""
        return ~np.isin(self.stored[run, version], (State.DEPRECATED, State.REVOKED))

    def deployable(self, now: float) -> np.ndarray:
        """Which versions may run, shape ``(runs, versions)``."""
        running = self.stored == State.DEPLOYABLE
        at = np.nonzero(running)
        running[at] = now < self.gate.admitted_until(*at)
        return running

    def was_deployable(self, run: Ints, version: Ints, when: Floats) -> np.ndarray:
        """Whether versions were permitted at the end of past seconds, shape ``(n,)``.

        The gate speaks of the last admission; an earlier one ended before that began.
        """
        of_run, of_version, since, until = self.spells.T[:, None]
        in_spell = (of_run == run[:, None]) & (of_version == version[:, None])
        in_spell &= (since <= when[:, None]) & (when[:, None] < until)
        return in_spell.any(axis=1) & (when < self.gate.admitted_until(run, version))

    def log(self) -> pd.DataFrame:
        """Return the challenges that were ruled on, in order of run and number."""
        names = ["run", "challenge", "version", "dispute", "challenger", "criterion"]
        names += ["ruling", "slashed", "ruled_at"]
        columns = {
            name: np.concatenate([part[name] for part in self._log] or [np.empty(0)])
            for name in names
        }
        table = pd.DataFrame(columns).sort_values(["run", "challenge"], ignore_index=True)
        table["criterion"] = [CRITERIA[int(code)] for code in table.criterion]
        return table

    # Steps

    def _settle(self, at: At, now: float) -> None:
        """Write lapses of the gate's into the history at the second they happened."""
        until = self.gate.admitted_until(*at)
        lapsed = (self.stored[at] == State.DEPLOYABLE) & (now >= until)
        gone = at[0][lapsed], at[1][lapsed]
        self.stored[gone] = State.SUSPENDED
        self._end_spells(gone, until[lapsed])

    def _suspend(self, at: At, now: float) -> None:
        self._settle(at, now)
        self._end_spells(at, np.full(at[0].shape, now))
        open_now = np.isin(self.stored[at], (State.DEPLOYABLE, State.PROPOSED))
        self.stored[at[0][open_now], at[1][open_now]] = State.SUSPENDED

    def _close(self, actions: Actions, at: At, to: State, now: float) -> None:
        closed = np.isin(self.stored[at], (State.DEPRECATED, State.REVOKED))
        actions.require(~closed & first(at), "closes what is not closed", "WrongState")
        self._settle(at, now)
        self._end_spells(at, np.full(at[0].shape, now))
        self.stored[at], self.closed_at[at] = to, now

    def _end_spells(self, at: At, when: Floats) -> None:
        """End the spells in which versions are deployable, of those that have one."""
        spell = self.spell[at]
        running = spell >= 0
        self.spells[spell[running], 3] = when[running]
        self.spell[at] = -1

    def _check_undisputed(self, actions: Actions, at: At) -> None:
        actions.require(self.open_challenge[at] == 0, "finds no challenge open", "ChallengeOpen")
        actions.require(self.condemned_by[at] == 0, "finds no challenge upheld", "VersionCondemned")
