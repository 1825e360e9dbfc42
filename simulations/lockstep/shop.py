"""Market and curation in lockstep: offers, payments, signal and fees are read from them."""

import numpy as np

from governance.units import GENESIS, SHARE, TOKEN
from simulations.actions import Actions
from simulations.lockstep.books import EnforcedLedger
from simulations.lockstep.enforced import Enforced
from simulations.mechanisms.curation import Curation, Pool
from simulations.mechanisms.market import Market
from simulations.randomness import Floats, Ints
from simulations.twin.driver import union


class EnforcedMarket(Enforced, Market):
    """Offers, payments and earnings of the one run.

    What was paid is told by where it went: the market keeps what developers earned, curation what
    curators did, vault and stream what stakers did, the treasury the rest, and what is left of the
    usage was burned.
    """

    def price_use(self, actions: Actions) -> None:
        """Read offers."""
        self._read_offers(actions)

    def price_period(self, actions: Actions) -> None:
        """Read offers."""
        self._read_offers(actions)

    def ask_stake(self, actions: Actions) -> None:
        """Read offers."""
        self._read_offers(actions)

    def pay_uses(self, actions: Actions, most: Floats | None = None) -> None:
        """Read what was paid for, and where the payments went."""
        assert actions.target is not None
        self._split(actions)
        payers, versions = self._paid_for(actions)
        uses = self._of_payers("paidUses", payers, versions)
        more = uses - self.paid_uses[0, payers - self.payers.start, versions]
        self.paid_uses[0, payers - self.payers.start, versions] = uses
        np.add.at(self.uses[0], versions, more)
        np.add.at(self.turnover[0], versions, more * self.per_use[0, versions])

    def subscribe(self, actions: Actions, day: int, most: Floats | None = None) -> None:
        """Read until when was paid, and where the payments went."""
        assert actions.amount is not None and actions.target is not None
        self._split(actions)
        payers, versions = self._paid_for(actions)
        until = self._of_payers("subscribedUntil", payers, versions) - GENESIS
        self.subscribed_until[0, payers - self.payers.start, versions] = until
        paid = actions.amount * self.per_period[0, actions.target]
        np.add.at(self.turnover[0], actions.target, paid)

    def withdraw(self, actions: Actions) -> None:
        """Read what developers can still withdraw."""
        self._read_earned(actions.member)
        self._ledger.pay("market", actions.run, actions.member, np.zeros(len(actions)))

    def has_access(self, run: Ints, member: Ints, version: Ints, day: int) -> np.ndarray:
        """Whether members may use versions now without paying for the use, shape ``(n,)``."""
        asked = list(zip(version.tolist(), self.who(member), strict=True))
        return self.numbers("market", "hasAccess", asked) > 0

    def _split(self, actions: Actions) -> None:
        assert actions.target is not None
        self.fit()
        ledger, before = self._ledger, self._parts()
        ledger.move("market", actions.run, actions.member, np.zeros(len(actions)))
        assert isinstance(ledger, EnforcedLedger)
        ledger.read()
        for receiver, now in self._parts().items():
            self.fees[receiver] += now - before[receiver]
        self.fees["burned"][0] = self.dao.word("market", "usage") / TOKEN
        earners = self._listing.developer[0, actions.target]
        self._read_earned(earners[earners >= 0])
        models = np.unique(self._listing.model[0, actions.target])
        self._curation.share_out((np.zeros_like(models), models), np.zeros(models.size))

    def _parts(self) -> dict[str, Floats]:
        """Where payments go, in tokens held there now, but for those that are burned."""
        ledger, pools = self._ledger, self._ledger.pools
        return {
            "developers": pools["market"].copy(),
            "curators": pools["curation"].copy(),
            "stakers": pools["stream"] + ledger.vault,
            "treasury": ledger.treasury.copy(),
        }

    def _paid_for(self, actions: Actions) -> tuple[Ints, Ints]:
        assert actions.target is not None
        pairs = np.unique(np.stack([actions.member, actions.target]), axis=1)
        return pairs[0], pairs[1]

    def _of_payers(self, getter: str, payers: Ints, versions: Ints) -> Floats:
        asked = list(zip(versions.tolist(), self.who(payers), strict=True))
        return self.numbers("market", getter, asked)

    def _read_earned(self, members: Ints) -> None:
        members = np.unique(members)
        self.earned[0, members] = self.of_members("market", "earned", members, TOKEN)

    def _read_offers(self, actions: Actions) -> None:
        assert actions.target is not None
        self.fit()
        for version in np.unique(actions.target).tolist():
            at, offer = (0, version), self.dao.words("market", "offer", version)
            self.per_use[at], self.per_period[at] = offer[0] / TOKEN, offer[1] / TOKEN
            self.period[at], self.stake[at] = offer[2], offer[3] / SHARE


class EnforcedCuration(Enforced, Curation):
    """Signal and fees of the one run."""

    def buy(self, actions: Actions, least: Floats | None = None) -> None:
        """Read what was bought."""
        self._changed(actions)

    def sell(self, actions: Actions, least: Floats | None = None) -> None:
        """Read what is left."""
        self._changed(actions)

    def sell_all(self, actions: Actions, least: Floats | None = None) -> None:
        """Read what is left."""
        self._changed(actions)

    def distribute(self, actions: Actions) -> None:
        """Read what curators can claim."""
        assert actions.amount is not None and actions.target is not None
        self._ledger.move("curation", actions.run, actions.member, -actions.amount)
        self.share_out((actions.run, actions.target), actions.amount)

    def share_out(self, at: Pool, amount: Floats) -> None:
        """Read what the curators of models can claim."""
        for model in np.unique(at[1]).tolist():
            self._look_up(model, np.flatnonzero(self.held[0, :, model] > 0))

    def claim(self, actions: Actions) -> None:
        """Read what was left to claim."""
        self._changed(actions)
        self._ledger.pay("curation", actions.run, actions.member, np.zeros(len(actions)))

    def _changed(self, actions: Actions) -> None:
        assert actions.target is not None
        self._ledger.move("curation", actions.run, actions.member, np.zeros(len(actions)))
        for model in np.unique(actions.target).tolist():
            column = union([actions.member[actions.target == model] - self.curators.start])
            self._look_up(model, column)

    def _look_up(self, model: int, columns: Ints) -> None:
        """Read a model's pool, and what some of its curators hold and can claim."""
        self.signal[0, model] = self.dao.word("curation", "totalSignal", model) / TOKEN
        self.reserve[0, model] = self.dao.word("curation", "reserveOf", model) / TOKEN
        asked = [(model, who) for who in self.who(columns + self.curators.start)]
        self.held[0, columns, model] = self.numbers("curation", "signalOf", asked, TOKEN)
        self.claimable[0, columns, model] = self.numbers("curation", "claimable", asked, TOKEN)
