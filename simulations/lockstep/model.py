"""The model in lockstep: the contracts go first, and every mechanism copies what they say."""

from collections.abc import Callable
from typing import Any

import numpy as np

from governance.constitution import Constitution
from governance.errors import InputError
from simulations.actions import Actions
from simulations.agents.view import View
from simulations.launch import cohort_sizes
from simulations.ledger import Ledger
from simulations.lockstep.books import EnforcedLedger
from simulations.lockstep.enforced import Allowed, Enforced
from simulations.lockstep.justice import EnforcedCourt
from simulations.lockstep.leaving import EnforcedExit
from simulations.lockstep.models import EnforcedGate, EnforcedRegistry
from simulations.lockstep.money import EnforcedEmissions, EnforcedStream, EnforcedVesting
from simulations.lockstep.shop import EnforcedCuration, EnforcedMarket
from simulations.lockstep.staking import EnforcedStaking
from simulations.lockstep.voting import EnforcedGovernor
from simulations.mechanisms.court import Court
from simulations.mechanisms.curation import Curation
from simulations.mechanisms.emissions import Emissions
from simulations.mechanisms.exit import Exit
from simulations.mechanisms.gate import Gate
from simulations.mechanisms.governor import Governor
from simulations.mechanisms.market import Market
from simulations.mechanisms.registry import Registry
from simulations.mechanisms.staking import Staking
from simulations.mechanisms.stream import Stream
from simulations.mechanisms.vesting import Vesting
from simulations.model import DaoModel
from simulations.scenario import Scenario
from simulations.twin.court import Court as Contracts

MOST_MEMBERS = 10_000
"""Members at most: what each holds is read from the chain, one call a number."""

ENFORCED: dict[Any, Callable[..., Any]] = {
    Ledger: EnforcedLedger,
    Emissions: EnforcedEmissions,
    Vesting: EnforcedVesting,
    Staking: EnforcedStaking,
    Stream: EnforcedStream,
    Governor: EnforcedGovernor,
    Court: EnforcedCourt,
    Gate: EnforcedGate,
    Registry: EnforcedRegistry,
    Curation: EnforcedCuration,
    Market: EnforcedMarket,
    Exit: EnforcedExit,
}
"""What stands in lockstep for the ledger and for each mechanism."""

SIMULATED: dict[str, str] = {
    "pool": "the market in which the token trades; its transfers of the token are on chain",
    "lending": "lenders of attackers; their transfers of the token are on chain",
    "bribes": "they are paid in quote",
    "quote": "what running the DAO costs, and what the reserves are worth",
    "truth": "quality, flaws and harms of versions, the trust of users",
    "randomness": "the numbers that jurors are drawn by; the court draws by them itself",
    "attention": "who looks, decides and acts when",
    "slots": "at most 8 proposals and 8 disputes are open at once",
}
"""What of a run in lockstep is still the World's, or the simulation's, by its name."""


class LockstepModel(DaoModel):
    """One run of a scenario with its contracts as the only truth.

    Parameters
    ----------
    scenario, replicate
        The run.
    record
        0 to keep its actions, or None.
    enforced
        The constitution that is deployed, the scenario's by default. Cohorts go by the scenario's.

    Attributes
    ----------
    refused
        Actions that the contracts refused, with the day and the reason: they did not happen.

    Raises
    ------
    InputError
        If there are more than :data:`MOST_MEMBERS` members.
    """

    def __init__(
        self,
        scenario: Scenario,
        replicate: int,
        record: int | None = None,
        enforced: Constitution | None = None,
    ) -> None:
        check_population(scenario)
        self.refused: list[str] = []
        self._enforced = enforced or scenario.constitution
        self._deployed: Contracts | None = None
        self._followers: list[Enforced] = []
        super().__init__([scenario], [replicate], record)

    @property
    def contracts(self) -> Contracts:
        """The deployed DAO."""
        assert self._deployed is not None
        return self._deployed

    def step(self) -> None:
        """Begin a day on chain, then let cohorts and contracts live through it."""
        self.contracts.follow(self, int(self.state["day"]) + 1)
        super().step()

    def found[T, **P](self, kind: Callable[P, T], *parts: P.args, **more: P.kwargs) -> T:
        """Make what asks the contracts instead of what works things out itself."""
        made: T = ENFORCED.get(kind, kind)(*parts, **more)
        if isinstance(made, Enforced):
            self._followers.append(made)
            if self._deployed is not None:
                made.dao = self._deployed
        return made

    def view(self, block: str, day: int) -> View:
        """What the cohorts see in a block."""
        if block == "books":
            self.contracts.drivers["exit"].open_day(self)
        return super().view(block, day)

    def carry_out(self, day: int, actions: Actions, apply: Callable[[Actions], Any]) -> None:
        """Send actions one by one; let the mechanism look at what became of those accepted."""
        each = np.arange(len(actions))[:, None]
        done = [place for place in each if self._send(day, actions.where(place))]
        if done:
            super().carry_out(day, Allowed.of(actions.where(np.concatenate(done))), apply)
            assert isinstance(self.ledger, EnforcedLedger)
            self.ledger.read()

    def _send(self, day: int, action: Actions) -> bool:
        refused = self.contracts.act(action)
        self.refused += [f"day {day}, {reason}" for reason in refused]
        if refused:
            del self.contracts.proposals[int(self.governor.count[0]) :]
        return not refused

    def _found_models(self) -> None:
        insiders = self.places["insiders"].indices
        self._deployed = Contracts(self._enforced, self.ledger, 0, insiders)
        for follower in self._followers:
            follower.dao = self._deployed
        assert isinstance(self.ledger, EnforcedLedger)
        self.ledger.follow()
        super()._found_models()
        self.contracts.begin(self)
        for follower in self._followers:
            follower.begin()
        self.ledger.read()


def check_population(scenario: Scenario) -> None:
    """Refuse a pulled DAO, and more members than can be read from the chain in a bearable time."""
    scenario.require_launch("--court evm")
    members = sum(cohort_sizes(scenario).values())
    if members > MOST_MEMBERS:
        raise InputError(
            f"--court evm with {members:,} members: every number of every member is read from the "
            f"chain, so take at most {MOST_MEMBERS:,}; lower world.population, or rehearse without "
            "--court evm and replay one run with `moot twin`"
        )
