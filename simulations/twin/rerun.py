"""A run done again from its log: members do what the log says, and nobody decides."""

from collections.abc import Container, Iterator

import numpy as np

from governance.errors import InputError
from simulations.actions import Actions, IllegalAction
from simulations.economy import ORDER
from simulations.model import DaoModel
from simulations.truth import NO_FLAW
from simulations.twin.log import ActionLog

LAUNCH = "gate.accredit"
"""What is done on day 0."""


class RowRefused(Exception):
    """A mechanism refused what a row of the log says.

    Attributes
    ----------
    actions
        The batch.
    suspects
        The row of the log, or those of the batch that it may be, in order.
    reason
        The rule that it breaks, or what was not found.
    by_rule
        Whether it breaks a rule; else it names what the simulation does not have.
    on_chain
        Whether a contract has the rule too.
    """

    def __init__(
        self,
        actions: Actions,
        suspects: list[int],
        reason: str,
        *,
        by_rule: bool,
        on_chain: bool = False,
    ) -> None:
        super().__init__(reason)
        self.actions, self.suspects = actions, suspects
        self.reason, self.by_rule, self.on_chain = reason, by_rule, on_chain


class Rerun(DaoModel):
    """One run whose cohorts do not decide.

    The launch, what the court draws and all else that the World does by itself come from the
    scenario's seed, as in the run that was recorded. The truth about models and what voters make
    of grants is not in a log; as only cohorts heed it, versions here have no flaw and all is worth
    the same.

    Parameters
    ----------
    log
        What the members do.
    """

    def __init__(self, log: ActionLog) -> None:
        self.log = log
        self._next: list[Actions] = []
        self._doing: Actions | None = None
        super().__init__([log.scenario], [log.run], record=0)

    def decide(self, block: str, day: int, verbs: Container[str]) -> Iterator[Actions]:
        """Do what comes next in the day's rows, as long as the block takes such verbs."""
        while self._next and _name(self._next[0]) in verbs:
            self._doing = self._next.pop(0)
            self._make_up(self._doing)
            yield self._doing
        self._doing = None

    def step(self) -> None:
        """Advance by one day.

        Raises
        ------
        RowRefused
            If a mechanism refuses what a row says.
        InputError
            If a row has no place in the order of a day.
        """
        day = int(self.state["day"]) + 1
        self._next = self.log.batches(day)
        try:
            super().step()
        except IllegalAction as error:
            assert self._doing is not None
            suspects = _suspects(self._doing, error)
            raise RowRefused(
                self._doing, suspects, error.rule, by_rule=True, on_chain=bool(error.errors)
            ) from error
        except (IndexError, ValueError, OverflowError) as error:
            if self._doing is None or self._doing.row is None:
                raise
            suspects = self._doing.row.tolist()
            raise RowRefused(self._doing, suspects, str(error), by_rule=False) from error
        if self._next:
            raise InputError(
                f"{self.log.rows.say(_first(self._next[0]))}: has no place after the rows before "
                f"it, as blocks of a day go {', '.join(ORDER)}"
            )

    def _accredit(self) -> None:
        """Let those attest whom the log says, on day 0."""
        for actions in self.log.batches(0):
            if _name(actions) != LAUNCH:
                raise InputError(
                    f"{self.log.rows.say(_first(actions))}: on day 0 there is only {LAUNCH}"
                )
            try:
                self.gate.accredit(actions)
            except IllegalAction as error:
                row = _suspects(actions, error)[0]
                raise InputError(f"{self.log.rows.say(row)}: {error.rule}") from error
            assert self.recorder is not None
            self.recorder.add(0, actions)

    def _make_up(self, actions: Actions) -> None:
        """Say of what is made what its makers would know, and no log does."""
        delegates, developers = self.cohorts["delegates"], self.cohorts["developers"]
        delegates.proposed_quality = np.zeros(len(actions))
        developers.quality = np.zeros(len(actions))
        developers.flaw = np.full(len(actions), NO_FLAW)


def _name(actions: Actions) -> str:
    return f"{actions.mechanism}.{actions.verb}"


def _first(actions: Actions) -> int:
    assert actions.row is not None
    return int(actions.row[0])


def _suspects(actions: Actions, error: IllegalAction) -> list[int]:
    """Rows that a refusal may be about: the one it names, or all of its member."""
    assert actions.row is not None
    if error.row is not None:
        return [error.row]
    theirs: list[int] = actions.row[actions.member == error.member].tolist()
    return theirs or actions.row.tolist()
