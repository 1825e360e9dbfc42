"""Registry and gate in lockstep: versions, challenges, auditors and attestations are read."""

import numpy as np

from governance.units import GENESIS, SHARE, TOKEN
from simulations.actions import Actions
from simulations.lockstep.enforced import Allowed, Enforced
from simulations.mechanisms.attestations import CRITERIA
from simulations.mechanisms.gate import LOCKER, Gate
from simulations.mechanisms.records import At, State
from simulations.mechanisms.registry import POOL, TREASURY, Registry
from simulations.randomness import Floats, Ints


def moment(seconds: int) -> float:
    """Seconds since launch of a time on chain, minus infinity for never."""
    return float(seconds - GENESIS) if seconds else -np.inf


class EnforcedGate(Enforced, Gate):
    """Auditors and attestations of the one run; a seat's row is decided here, nothing else."""

    def accredit(self, actions: Actions) -> None:
        """Read who may attest now."""
        assert actions.target is not None
        self._read_terms(actions.target)

    def attest(self, actions: Actions, validity: Floats, now: float) -> None:
        """Give attestations rows, and read what they are."""
        assert actions.target is not None
        super().attest(actions, validity, now)
        self.count[0] = self.dao.word("gate", "attestationCount")
        self.look_up(actions.target)

    def revoke(self, actions: Actions, now: float) -> None:
        """Read what was taken back."""
        assert actions.target is not None
        rows = self.seats.numbered(actions.run, actions.target)
        self.look_up(self.seats.version[rows])

    def release(self, actions: Actions, now: float) -> None:
        """Forget the seats given up, and read what is left."""
        assert actions.target is not None
        versions = self.seats.version[self.seats.numbered(actions.run, actions.target)]
        super().release(actions, now)
        self.look_up(versions)

    def _end_term(self, actions: Actions, auditor: Ints, now: float) -> None:
        self._read_terms(auditor)
        mine = np.isin(self.seats.auditor, auditor)
        self.look_up(self.seats.version[mine])

    def admit(self, actions: Actions, now: float) -> None:
        """Read admissions."""
        assert actions.target is not None
        self.look_up(actions.target)

    def hold(self, run: Ints, version: Ints) -> None:
        """Read open disputes."""
        self.look_up(version)

    def let_go(self, run: Ints, version: Ints, now: float) -> None:
        """Read open disputes."""
        self.look_up(version)

    def condemn(
        self, run: Ints, version: Ints, criterion: Ints, recipient: str, now: float
    ) -> Floats:
        """Read who was slashed; what it brought is in the recipient's account.

        Returns
        -------
        ndarray
            Zeros, shape ``(n,)``.
        """
        rows, _ = self.seats.of(run, version)
        auditors = np.unique(self.seats.auditor[rows])
        slashed = Actions(LOCKER, "condemn", np.zeros_like(auditors), auditors)
        self._staking.slash(slashed, recipient)
        self.look_up(version)
        return np.zeros(run.size)

    def passes(self, run: Ints, version: Ints, now: float) -> np.ndarray:
        """Whether the gate would admit versions now, shape ``(n,)``."""
        return self.numbers("gate", "passes", self._subjects(version)) > 0

    def admitted_until(self, run: Ints, version: Ints) -> Floats:
        """First second at which versions are not admitted, minus infinity if never, ``(n,)``."""
        until = self.numbers("gate", "admittedUntil", self._subjects(version))
        return np.where(until > 0, until - GENESIS, -np.inf)

    def current_policy(self, run: Ints) -> Floats:
        """Auditors needed and least score by criterion, shape ``(n, criteria, 2)``."""
        policy = self._policy(self.dao.word("gate", "currentPolicy"))
        return np.tile(policy, (run.size, 1, 1))

    def look_up(self, versions: Ints) -> None:
        """Read admissions, disputes and attestations of versions."""
        for version in np.unique(versions).tolist():
            [(subject,)] = self._subjects(np.array([version]))
            admitted, lapsed, policy = self.dao.words("gate", "admission", subject)
            self.admitted_at[0, version] = moment(admitted)
            self.lapsed_at[0, version] = moment(lapsed)
            if admitted:
                self.policy[0, version] = self._policy(policy)
            self.held[0, version], ended = self.dao.words("gate", "holdOf", subject)
            self.quiet_since[0, version] = moment(ended)
            self._read_seats(version)

    def _policy(self, number: int) -> Floats:
        asked = self.dao.words("gate", "policy", number)
        return np.reshape(np.array(asked, dtype=np.float64), (len(CRITERIA), 2))

    def _read_seats(self, version: int) -> None:
        seats = self.seats
        for row in np.flatnonzero(seats.version == version).tolist():
            number = int(seats.number[row])
            found = self.dao.words("gate", "attestation", number)
            seats.auditor[row], seats.criterion[row] = self.dao.member_of(found[0]), found[7]
            seats.stake[row] = found[5] / SHARE
            seats.score[row], seats.peak[row] = found[8], found[9]
            seats.end[row] = moment(self.dao.word("gate", "endOf", number))

    def _read_terms(self, members: Ints) -> None:
        members = np.unique(members)
        terms = self.of_members("gate", "isAccredited", members)
        self.accredited[0, members] = terms > 0

    def _subjects(self, versions: Ints) -> list[tuple[bytes]]:
        subjects = (self.dao.word("registry", "subjectOf", each) for each in versions.tolist())
        return [(subject.to_bytes(32),) for subject in subjects]


class EnforcedRegistry(Enforced, Registry):
    """Models, versions and challenges of the one run."""

    def register_model(self, actions: Actions) -> Ints:
        """Number the models that were registered, and read whose they are."""
        number = super().register_model(actions)
        self.models[0] = self.dao.word("registry", "modelCount")
        for model in number.tolist():
            owner = self.dao.word("registry", "ownerOf", model)
            self.owner[0, model] = self.dao.member_of(owner)
        return number

    def draft(self, actions: Actions) -> Ints:
        """Number the versions that were drafted, and read them."""
        number = super().draft(actions)
        self.versions[0] = self.dao.word("registry", "versionCount")
        self.look_up(number)
        return number

    def propose(self, actions: Actions, now: float) -> None:
        """Read when windows end."""
        assert actions.target is not None
        self.look_up(actions.target)

    def deploy(self, actions: Actions, now: float) -> None:
        """Read what may run, and keep from when on."""
        assert actions.target is not None
        super().deploy(Allowed.of(actions), now)
        self.look_up(actions.target)

    def poke(self, actions: Actions, now: float) -> None:
        """Read lapses that were written down."""
        assert actions.target is not None
        super().poke(actions, now)
        self.look_up(actions.target)

    def _close(self, actions: Actions, at: At, to: State, now: float) -> None:
        super()._close(Allowed.of(actions), at, to, now)
        self.look_up(at[1])

    def revoke(self, actions: Actions, now: float) -> None:
        """Read what was ended."""
        super().revoke(Allowed.of(actions), now)

    def challenge(self, actions: Actions, now: float) -> None:
        """Read challenges, and let the court give their disputes slots."""
        assert actions.target is not None
        self._ledger.move(POOL, actions.run, actions.member, np.zeros(len(actions)))
        self.challenges[0] = self.dao.word("registry", "challengeCount")
        np.add.at(self.challenged, (actions.run, actions.target), 1)
        self.gate.hold(actions.run, actions.target)
        self.arbitrator.open(actions, POOL, now)
        self.look_up(actions.target)

    def rule(self, run: Ints, dispute: Ints, ruling: Ints, now: float) -> None:
        """Read what rulings did to versions, their attesters and who challenged them."""
        open_now = (self.open_challenge[run] > 0) & (self.dispute[run] == dispute[:, None])
        at = run, open_now.argmax(axis=1)
        challenge, challenger = self.open_challenge[at], self.challenger[at]
        before = self.credit[0].sum() + self.credit_treasury[0]
        self.gate.condemn(*at, self.criterion[at], POOL, now)
        self._read_credit(challenger)
        gained = self.credit[0].sum() + self.credit_treasury[0] - before
        self._end_spells(*self._stopped(at, now))
        self._log.append(
            {"run": run, "challenge": challenge, "version": at[1], "dispute": dispute}
            | {"challenger": challenger, "criterion": self.criterion[at], "ruling": ruling}
            | {"slashed": np.full(run.shape, (gained - self.bond[at].sum()) / run.size)}
            | {"ruled_at": np.full(run.shape, now)}
        )
        self.look_up(at[1])

    def withdraw(self, actions: Actions) -> None:
        """Read what is still owed."""
        assert actions.target is not None
        members = actions.target[actions.target != TREASURY]
        self._ledger.move(POOL, np.zeros_like(members), members, np.zeros(members.size))
        self._read_credit(members)

    def state(self, run: Ints, version: Ints, now: float) -> Ints:
        """Where versions are at this moment, shape ``(n,)``."""
        asked = [(each,) for each in version.tolist()]
        return self.numbers("registry", "state", asked).astype(np.int64)

    def deployable(self, now: float) -> np.ndarray:
        """Which versions may run now, shape ``(1, versions)``."""
        running = self.stored == State.DEPLOYABLE
        for version in np.flatnonzero(running[0]).tolist():
            running[0, version] = self.dao.word("registry", "isDeployable", version) > 0
        return running

    def look_up(self, versions: Ints) -> None:
        """Read what the registry has on versions and the last challenge to each."""
        word = self.dao.word
        for version in np.unique(versions).tolist():
            at = 0, version
            found = self.dao.read("registry", "version", version)
            self.model[at], _, _, _, proposed, window, closed, self.stored[at] = found
            self.maker[at] = self.dao.member_of(word("registry", "developerOf", version))
            self.proposed_at[at], self.window_ends_at[at] = moment(proposed), moment(window)
            self.closed_at[at] = moment(closed)
            self.open_challenge[at] = word("registry", "openChallengeOf", version)
            self.condemned_by[at] = word("registry", "condemnedBy", version)
            if number := max(self.open_challenge[at], self.condemned_by[at]):
                self._read_challenge(at, int(number))

    def _read_challenge(self, at: tuple[int, int], number: int) -> None:
        challenge = self.dao.words("registry", "challengeAt", number)
        _, challenger, self.criterion[at], _, _, bond, _, self.dispute[at] = challenge
        self.challenger[at] = self.dao.member_of(challenger)
        self.bond[at] = bond / TOKEN

    def _read_credit(self, members: Ints) -> None:
        members = np.unique(members)
        owed = self.of_members("registry", "creditOf", members, TOKEN)
        self.credit[0, members] = owed
        owed_treasury = self.dao.word("registry", "creditOf", self.dao.at["treasury"])
        self.credit_treasury[0] = owed_treasury / TOKEN

    def _stopped(self, at: At, now: float) -> tuple[At, Floats]:
        """Versions that may not run any more, and since when."""
        stopped = [not self.dao.word("registry", "isDeployable", each) for each in at[1].tolist()]
        gone = at[0][stopped], at[1][stopped]
        return gone, np.full(gone[0].shape, now)
