"""The gate: enough accredited auditors vouch for a version on every criterion, with their stake.

Contract twins: ``contracts/registry/AttestationGate.sol``, ``Attestations.sol`` and
``Auditors.sol``. An attestation counts from the second it is made to its end: its expiry, its
revocation, its slash, the end of its auditor's accreditation or a newer one by the same auditor,
whichever is first. A version passes while each criterion has at least ``k`` attestations that count
with a sufficient score. Between two attestations their number can only fall, so an admission
lapses at the least, over the criteria, of the k-th largest end. Once lapsed it stays out until it
is admitted anew. An admitted version is judged by the policy of its admission.

Auditors here attest to the very hashes of a version, so the version is the subject.
"""

import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.mechanisms.attestations import CRITERIA, SEATS, Seats, grown
from simulations.mechanisms.batches import turns
from simulations.mechanisms.staking import ROUNDING, Staking
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules

LOCKER = "gate"
"""Name of the gate's locks in the vault."""
MOST_SCORE = 100.0
MOST_VALIDITY = 365.0 * DAY
"""Longest an attestation can be valid."""
AUDITORS, SCORE = 0, 1
"""Places in a requirement of a policy: auditors needed, and the least score of each."""


class Gate:
    """State of the gate of every run. Versions stand in columns by their number, from 1.

    Attributes
    ----------
    accredited
        Who may attest, shape ``(runs, members)``.
    seats
        The latest attestation of each auditor to each version and criterion.
    count
        Attestations so far, shape ``(runs,)``.
    admitted_at, lapsed_at
        Seconds of the last admission and of its end if that is written down, else minus infinity,
        shape ``(runs, versions)``.
    policy
        Requirements that an admission is judged by, ``(runs, versions, criteria, 2)``.
    versions
        Versions that can be attested to, shape ``(runs,)``.
    held, quiet_since
        Open disputes, and the second in which the last one ended, shape ``(runs, versions)``.
    """

    def __init__(self, rules: Rules, staking: Staking) -> None:
        runs, members = staking.shares.shape
        self._rules, self._staking = rules, staking
        self.accredited = np.zeros((runs, members), dtype=bool)
        self.seats = Seats(runs)
        self.count = np.zeros(runs, dtype=np.int64)
        self.admitted_at, self.lapsed_at, self.quiet_since = np.full((3, runs, 1), -np.inf)
        self.policy = np.zeros((runs, 1, len(CRITERIA), 2))
        self.held = np.zeros((runs, 1), dtype=np.int64)
        self.versions = np.zeros(runs, dtype=np.int64)
        self._until = np.full((runs, 1), np.nan)

    def expect(self, run: Ints, version: Ints) -> None:
        """Let auditors attest to the versions drafted, the latest of their runs so far."""
        self.versions[run] = version
        versions = int(version.max(initial=0))
        for name in ("admitted_at", "lapsed_at", "quiet_since"):
            setattr(self, name, grown(getattr(self, name), versions + 1, -np.inf))
        self.policy = grown(self.policy, versions + 1, 0.0)
        self.held = grown(self.held, versions + 1, 0)
        self._until = grown(self._until, versions + 1, np.nan)
        self.seats.expect(versions + 1)

    # Auditors

    def accredit(self, actions: Actions) -> None:
        """Let members ``actions.target`` attest from now on."""
        assert actions.target is not None
        fresh = ~self.accredited[actions.run, actions.target]
        actions.require(fresh, "accredits who is not accredited", "AlreadyAccredited")
        self.accredited[actions.run, actions.target] = True

    def end_accreditation(self, actions: Actions, now: float) -> None:
        """End the terms of members ``actions.target`` and all that they attested in them."""
        assert actions.target is not None
        self._end_term(actions, actions.target, now)

    def resign(self, actions: Actions, now: float) -> None:
        """End members' own terms."""
        self._end_term(actions, actions.member, now)

    def dismiss(self, actions: Actions, now: float) -> None:
        """End the terms of members ``actions.target`` whose shares no longer cover their locks."""
        assert actions.target is not None
        at = actions.run, actions.target
        bare = self._staking.locked[at] > self._staking.shares[at] * (1.0 + ROUNDING)
        actions.require(bare, "dismisses whose shares do not cover the locks", "StakeCovers")
        self._end_term(actions, actions.target, now)

    def _end_term(self, actions: Actions, auditor: Ints, now: float) -> None:
        actions.require(
            self.accredited[actions.run, auditor], "is of an accredited auditor", "NotAccredited"
        )
        self.accredited[actions.run, auditor] = False
        seats, members = self.seats, self.accredited.shape[1]
        mine = np.isin(seats.run * members + seats.auditor, actions.run * members + auditor)
        seats.end[mine] = np.minimum(seats.end[mine], now)
        self._forget(seats.run[mine], seats.version[mine])

    # Attestations

    def attest(self, actions: Actions, validity: Floats, now: float) -> None:
        """Vouch for version ``actions.target`` on criterion ``actions.choice``, or warn of it.

        Parameters
        ----------
        actions
            ``amount`` is the score, of 100.
        validity
            Seconds it counts, shape ``(n,)``.
        now
            Seconds since launch.
        """
        legal = self.accredited[actions.run, actions.member]
        actions.require(legal, "attests as an accredited auditor", "NotAccredited")
        assert actions.amount is not None and actions.target is not None
        fits = (actions.amount >= 0) & (actions.amount <= MOST_SCORE)
        actions.require(fits, "gives a score of 0 to 100", "InvalidScore")
        lasts = (validity > 0) & (validity <= MOST_VALIDITY)
        actions.require(lasts, "attests for a second to 365 days", "InvalidExpiry")
        known = (actions.target > 0) & (actions.target <= self.versions[actions.run])
        actions.require(known, "attests to a version there is")
        assert actions.choice is not None
        named = (actions.choice >= 0) & (actions.choice < len(CRITERIA))
        actions.require(named, "attests on a criterion there is")
        for turn in turns(actions.run):
            self._attest(actions.where(turn), now + validity[turn], now)

    def _attest(self, actions: Actions, end: Floats, now: float) -> None:
        assert actions.amount is not None and actions.target is not None
        assert actions.choice is not None
        run, member, version = actions.run, actions.member, actions.target
        seats = self.seats
        old = seats.find(run, version, actions.choice, member)
        taken = seats.taken(run, version, actions.choice)
        actions.require((old >= 0) | (taken < SEATS), "attests while a seat is left", "NoSeatLeft")
        carried, peak = seats.left_by(old)
        stake = np.maximum(carried, self._rules["gate.attestation_stake"][run])
        lock = Actions(LOCKER, "attest", run, member, stake - carried)
        self._staking.lock(lock, LOCKER)
        self._note_lapse(run, version, now, np.inf)
        self.count[run] += 1
        seats.drop(old[old >= 0])
        given: dict[str, Floats | Ints] = {"run": run, "number": self.count[run], "stake": stake}
        given |= {"version": version, "auditor": member, "criterion": actions.choice}
        given |= {"score": actions.amount, "end": end}
        seats.add(given | {"peak": np.maximum(peak, actions.amount)})
        self._forget(run, version)
        self._note_lapse(run, version, now, now)

    def revoke(self, actions: Actions, now: float) -> None:
        """Take back attestations ``actions.target`` of members' own; they still answer for them."""
        row = self._row_of(actions, "NotYourAttestation", "AttestationEnded")
        actions.require(
            self.seats.auditor[row] == actions.member,
            "revokes what is its own",
            "NotYourAttestation",
        )
        actions.require(self.seats.end[row] > now, "revokes what still counts", "AttestationEnded")
        self.seats.end[row] = now
        self._forget(actions.run, self.seats.version[row])

    def release(self, actions: Actions, now: float) -> None:
        """Give stakes of ended attestations back, a cool-off after their end and any dispute."""
        assert actions.target is not None
        for turn in turns(actions.run):
            part = actions.where(turn)
            row = self._row_of(part, "NothingLocked")
            version, stake = self.seats.version[row], self.seats.stake[row]
            part.require(stake > 0, "releases a stake that is left", "NothingLocked")
            part.require(
                self.held[part.run, version] == 0,
                "releases while no dispute is open",
                "SubjectHeld",
            )
            quiet = np.maximum(self.seats.end[row], self.quiet_since[part.run, version])
            ready = quiet + self._rules["gate.cool_off"][part.run]
            part.require(now >= ready, "releases after the cool-off", "TooEarlyToRelease")
            self._note_lapse(part.run, version, now, np.inf)
            freed = Actions(LOCKER, "release", part.run, self.seats.auditor[row], stake)
            self.seats.drop(row)
            self._forget(part.run, version)
            self._staking.unlock(freed, LOCKER)

    def _row_of(self, actions: Actions, *dropped: str) -> Ints:
        """Rows of attestations ``target``; ``dropped`` names the errors if one lost its seat."""
        assert actions.target is not None
        known = (actions.target > 0) & (actions.target <= self.count[actions.run])
        actions.require(known, "acts on an attestation there is", "UnknownAttestation")
        row = self.seats.numbered(actions.run, actions.target)
        actions.require(row >= 0, "acts on an attestation that has its seat", *dropped)
        return row

    # The registry's calls

    def admit(self, actions: Actions, now: float) -> None:
        """Admit versions ``actions.target`` that pass under the policy of now."""
        assert actions.target is not None
        run, version = actions.run, actions.target
        actions.require(
            self.passes(run, version, now), "has enough auditors on every criterion", "NotAttested"
        )
        self.admitted_at[run, version], self.lapsed_at[run, version] = now, -np.inf
        self.policy[run, version] = self.current_policy(run)
        self._forget(run, version)

    def hold(self, run: Ints, version: Ints) -> None:
        """Note that disputes were opened: the stakes of attesters stay."""
        self.held[run, version] += 1

    def let_go(self, run: Ints, version: Ints, now: float) -> None:
        """Note that disputes have ended."""
        self.held[run, version] -= 1
        self.quiet_since[run, version] = now

    def condemn(
        self, run: Ints, version: Ints, criterion: Ints, recipient: str, now: float
    ) -> Floats:
        """Slash whoever vouched for versions on a criterion; each run at most once.

        Returns
        -------
        ndarray
            Tokens that went to the recipient's account, shape ``(n,)``.
        """
        seats, admitted = self.seats, self.admitted_at[run, version] > -np.inf
        own = self.policy[run, version, criterion, SCORE]
        current = self.current_policy(run)[np.arange(run.size), criterion, SCORE]
        least = np.where(admitted, own, current)
        rows, case = seats.of(run, version)
        vouched = (seats.criterion[rows] == criterion[case]) & (seats.peak[rows] >= least[case])
        rows, case = rows[vouched], case[vouched]
        seats.end[rows] = np.minimum(seats.end[rows], now)
        self._forget(run, version)
        due = seats.stake[rows] * self._rules["gate.slash"][seats.run[rows]]
        seats.stake[rows] -= due
        at = seats.run[rows], seats.auditor[rows]
        self._staking.unlock(Actions(LOCKER, "condemn", *at, due), LOCKER)
        slash = Actions(LOCKER, "condemn", *at, np.minimum(due, self._staking.shares[at]))
        assets = np.zeros(run.size)
        np.add.at(assets, case, self._staking.slash(slash, recipient))
        return assets

    # Reading

    def passes(self, run: Ints, version: Ints, now: float) -> np.ndarray:
        """Whether versions would be admitted now, shape ``(n,)``."""
        return self._open_until(run, version, self.current_policy(run)) > now

    def admitted_until(self, run: Ints, version: Ints) -> Floats:
        """First second at which admitted versions no longer are, or are not known to be.

        Minus infinity if they never were, shape ``(n,)``.
        """
        until = self._until[run, version]
        unknown = np.isnan(until)
        at = run[unknown], version[unknown]
        self._until[at] = until[unknown] = self._open_until(*at, self.policy[at])
        return np.where(self._is_open(run, version), until, self.lapsed_at[run, version])

    def current_policy(self, run: Ints) -> Floats:
        """Auditors needed and least score by criterion, shape ``(n, criteria, 2)``."""
        parts = [
            np.stack([self._rules[f"gate.{name}_{part}"][run] for part in ("auditors", "score")], 1)
            for name in CRITERIA
        ]
        return np.stack(parts, axis=1)

    def _forget(self, run: Ints, version: Ints) -> None:
        """Let the ends of admissions be found anew, after what they follow from has changed."""
        self._until[run, version] = np.nan

    def _is_open(self, run: Ints, version: Ints) -> np.ndarray:
        lapsed = self.lapsed_at[run, version] > -np.inf
        return (self.admitted_at[run, version] > -np.inf) & ~lapsed

    def _open_until(self, run: Ints, version: Ints, policy: Floats) -> Floats:
        """The least, over the criteria, of the k-th largest end, shape ``(n,)``."""
        ends = self.seats.ends(run, version, policy[..., SCORE])
        needed = policy[..., AUDITORS].astype(np.int64)
        return np.take_along_axis(ends, needed[..., None] - 1, axis=-1)[..., 0].min(axis=-1)

    def _note_lapse(self, run: Ints, version: Ints, now: float, latest: float) -> None:
        """Write down that admissions have lapsed, at ``latest`` at the latest."""
        lapsed = self._is_open(run, version)
        until = self.admitted_until(run, version)
        lapsed &= until <= now
        since = np.where(latest < np.inf, latest, until)
        self.lapsed_at[run[lapsed], version[lapsed]] = since[lapsed]
