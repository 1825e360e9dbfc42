"""The other court: the scenario's DAO as contracts, and members' actions as transactions."""

from collections.abc import Callable
from typing import Any

from governance.chain.protocol import ActingChain, Reverted
from governance.errors import InputError
from simulations.actions import Actions
from simulations.ledger import Ledger
from simulations.randomness import Ints
from simulations.twin.deployed import Deployed
from simulations.twin.dispute import Dispute
from simulations.twin.driver import RUN, Driver, Today
from simulations.twin.leaving import Exit
from simulations.twin.models import Gate, Registry
from simulations.twin.money import (
    Amm,
    Books,
    Bribes,
    Emissions,
    Lending,
    Staking,
    Stream,
    Vesting,
)
from simulations.twin.sheet import Sheet
from simulations.twin.shop import Curation, Market
from simulations.twin.voting import Governor

DRIVERS: dict[str, type[Driver]] = {
    "books": Books,
    "emissions": Emissions,
    "vesting": Vesting,
    "staking": Staking,
    "stream": Stream,
    "market": Market,
    "curation": Curation,
    "registry": Registry,
    "gate": Gate,
    "court": Dispute,
    "amm": Amm,
    "lending": Lending,
    "bribes": Bribes,
    "exit": Exit,
}
"""What stands for each mechanism; the governor's is :attr:`Court.governor`."""

UNSAID = (LookupError, OverflowError, InputError)
"""What stops an action that names what was never made, or a number that fits no argument."""


class Court(Deployed):
    """The deployed contracts, driven by the simulation's actions.

    Attributes
    ----------
    governor
        Stands for the governor.
    drivers
        What stands for each mechanism, by its name in actions.
    """

    def __init__(
        self,
        constitution: Any,
        ledger: Ledger,
        run: int,
        insiders: Ints,
        chain: ActingChain | None = None,
    ) -> None:
        super().__init__(constitution, ledger, run, insiders, chain)
        self.governor = Governor(self)
        self.drivers = {name: driver(self) for name, driver in DRIVERS.items()}
        self.drivers["governor"] = self.governor

    @property
    def proposals(self) -> list[tuple[int, tuple[Any, ...]]]:
        """See :class:`~simulations.twin.voting.Governor`."""
        return self.governor.proposals

    def proposal_state(self, number: int) -> int:
        """``IGovernor.ProposalState`` of a proposal, -1 if the governor does not know it."""
        return self.governor.state(number)

    def begin(self, model: Any) -> None:
        """Decide at launch what the World needs decided."""
        drivers = self.drivers.values()
        for driver in drivers:
            driver.begin(model)
        totals = [line for driver in drivers for line in driver.totals(model)]
        holdings = [line for driver in drivers for line in driver.holdings(model)]
        self._totals = Sheet(self, totals, of_members=False)
        self._holdings = Sheet(self, holdings, of_members=True)

    def follow(self, model: Any, day: int) -> None:
        """Open a day and let the World do what it did in the simulation."""
        self.open_day(day)
        for driver in self.drivers.values():
            driver.open_day(model)

    def act(self, actions: Actions) -> list[str]:
        """Send the transactions of actions; return what the contracts refused, and why."""
        verb: Callable[..., None] = getattr(self.drivers[actions.mechanism], actions.verb)
        columns = [column.tolist() for column in (actions.member, *actions.arguments())]
        refused = []
        for place, arguments in enumerate(zip(*columns, strict=True)):
            try:
                verb(*arguments)
            except Reverted as error:
                refused.append(f"{actions.say(place)}: {error}")
            except UNSAID as error:
                refused.append(f"{actions.say(place)}: it cannot be put to the contracts: {error}")
        return refused

    def compare(self, today: Today) -> None:
        """Compare what every mechanism knows with what its contract says.

        A view that reverts is asked about something that is not there: drift too.
        """
        self.by_getters = today.last
        self._totals.compare(today, RUN)
        self._holdings.compare(today, today.members())
        for name, driver in self.drivers.items():
            try:
                driver.compare(today)
            except Reverted:
                today.compare(f"{name} can be read", True, False, "truth")
        self.lens.look()
        today.drift.take_answers()
