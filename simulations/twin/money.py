"""Emissions, vesting and staking in the other court, and every balance of the token."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from governance.units import DAY, GENESIS
from simulations.randomness import Floats, Ints
from simulations.twin.deployed import LENDER, POOL, WORLD, Deployed, wei
from simulations.twin.driver import RUN, Driver, Today, union
from simulations.twin.lines import ROW, Line

POOLS = ("court", "registry", "curation", "market", "exit")
"""Accounts of the ledger that are contracts of the same key."""
CHECKPOINT = "{}._checkpoints[-1]._value"
"""The latest of a series of checkpoints."""
LOCKERS = ("court", "gate")
"""Contracts that lock stakes."""


class Emissions(Driver):
    """The schedule of new tokens."""

    def release(self, member: int) -> None:
        """Mint what is due."""
        self.dao.send(member, "emissions", "release")

    def totals(self, model: Any) -> Iterator[Line]:
        """Name what was released."""
        yield Line.of("emissions.released", lambda: model.emissions.released)


class Vesting(Driver):
    """Grants made at launch."""

    def release(self, member: int, grant: int) -> None:
        """Send what has vested to its owner."""
        self.dao.send(member, "vesting", "release", self.dao.grants[grant])


class Staking(Driver):
    """The vault of stakes."""

    def __init__(self, dao: Deployed) -> None:
        super().__init__(dao)
        self._maturity: int | None = None
        self._moved: dict[int, Ints] = {}
        self._votes = np.empty(0)
        self._locks: dict[str, Floats] = {}

    def deposit(self, member: int, amount: float) -> None:
        """Stake tokens."""
        me = self.dao.members[member]
        self.dao.pay(member, "staked", "deposit", wei(amount), me)

    def request_exit(self, member: int) -> None:
        """Take out all that nobody locked."""
        free = self.dao.word("staked", "freeOf", self.dao.members[member])
        self.dao.send(member, "staked", "requestExit", free)

    def redeem(self, member: int) -> None:
        """Take the tokens of a ready exit."""
        me = self.dao.members[member]
        ready = self.dao.word("staked", "maxRedeem", me)
        self.dao.send(member, "staked", "redeem", ready, me, me)

    def delegate(self, member: int, target: int) -> None:
        """Hand one's votes to a member."""
        self.dao.send(member, "staked", "delegate", self.dao.members[target])

    def totals(self, model: Any) -> Iterator[Line]:
        """Name the shares there are, and those that can vote."""
        yield Line.of("staked.totalSupply", lambda: model.staking.total, "shares")
        path = CHECKPOINT.format("_totalCheckpoints")
        yield Line("staked.checkpoints votable", "shares", lambda: model.staking.votable,
                   "staked", path)  # fmt: skip

    def holdings(self, model: Any) -> Iterator[Line]:
        """Name what members hold, have on the way out and locked, and their latest votes."""
        yield Line.of("staked.balanceOf", lambda: model.staking.shares[0], "shares", ROW)
        yield Line.of("staked.exitOf", lambda: model.staking.cooling[0], "shares", ROW)
        yield Line.of("staked.lockedOf", lambda: model.staking.locked[0], "shares", ROW)
        path = CHECKPOINT.format("_delegateCheckpoints[{0}]")
        yield Line("staked.checkpoints", "shares", lambda: model.staking.votes[0], "staked", path,
                   (ROW,))  # fmt: skip

    def compare(self, today: Today) -> None:
        """Compare the vault's tokens, past votes and by whom shares are locked."""
        assets = self.dao.ask("staked", "totalAssets")
        today.expect("staked.totalAssets", today.model.ledger.vault, assets)
        for locker in LOCKERS:
            self._compare_locks(today, locker)
        if today.day:
            self._compare_past(today)
        else:
            self._changed(today)

    def _compare_past(self, today: Today) -> None:
        """Compare what could vote yesterday: in all, and of members with whom that changed."""
        staking = today.model.staking
        changed = union(self._changed(today))
        members = today.members() if today.last else changed
        before = np.array([(today.day - 1.0) * DAY])
        moment = GENESIS + (today.day - 1) * DAY
        votable = self.dao.ask("staked", "getPastTotalSupply", moment)
        past = staking.past_votable(RUN, before)
        today.expect("staked.getPastTotalSupply", past, votable, "shares")
        if not members.size:
            return
        votes = self.dao.ask("staked", "getPastVotes", self.dao.who(members), moment)
        runs = np.zeros_like(members)
        mine = staking.past_votes(runs, np.full(members.size, before[0]), members)
        today.expect("staked.getPastVotes", mine, votes, "shares", members)

    def _changed(self, today: Today) -> list[Ints]:
        """Members whose votes changed yesterday, or have ripened since they did."""
        if self._maturity is None:
            self._maturity = self.dao.word("staked", "maturity") // DAY
        votes = today.model.staking.votes[0]
        moved = votes != self._votes if self._votes.size else votes > 0
        self._moved[today.day], self._votes = np.flatnonzero(moved), votes.copy()
        days = {1, self._maturity + 1}
        return [self._moved[today.day - ago] for ago in days if today.day - ago in self._moved]

    def _compare_locks(self, today: Today, locker: str) -> None:
        """Compare what one contract has locked where it changed; now and then all there is."""
        staking, address = today.model.staking, self.dao.at[locker]
        locks = staking.locked_by.get(locker)
        mine = np.zeros_like(staking.locked[0]) if locks is None else locks[0]
        before, self._locks[locker] = self._locks.get(locker, 0.0), mine.copy()
        members = np.flatnonzero(staking.locked[0] + mine if today.full else mine != before)
        enforced = self.dao.ask("staked", "lockedBy", self.dao.who(members), address)
        today.expect(f"staked.lockedBy({locker})", mine[members], enforced, "shares", members)


class Books(Driver):
    """Who holds the token."""

    def totals(self, model: Any) -> Iterator[Line]:
        """Name the supply and what contracts and the World's accounts hold."""
        ledger, at = model.ledger, self.dao.at
        yield Line.of("token.totalSupply", lambda: ledger.supply)
        yield self._balance("treasury", at["treasury"], lambda: ledger.treasury)
        yield self._balance("vesting", at["vesting"], lambda: ledger.vesting)
        for name in ledger.pools:
            address = at[name] if name in POOLS else WORLD.get(name)
            if address is not None:
                yield self._balance(name, address, partial(ledger.pools.get, name))

    def holdings(self, model: Any) -> Iterator[Line]:
        """Name members' tokens."""
        yield Line.of("token.balanceOf", lambda: model.ledger.liquid[0], "tokens", ROW)

    @staticmethod
    def _balance(name: str, address: str, simulated: Callable[[], Any]) -> Line:
        label = f"{name} balance"
        return Line.of("token.balanceOf", simulated, "tokens", address, name=label)

    def compare(self, today: Today) -> None:
        """Compare what is on its way to stakers."""
        if "stream" in today.model.ledger.pools:
            self._compare_stream(today)

    def _compare_stream(self, today: Today) -> None:
        rest = self.dao.ask("staked", "unstreamed", words=2)
        today.expect("stream balance", today.model.ledger.pools["stream"], rest)
        if (stream := today.mechanism("stream")) is not None:
            left = stream.unstreamed()[1]
            today.expect("staked.unstreamed", left, rest, "seconds", word=1)


class Stream(Driver):
    """Rewards on their way to all who stake."""

    def reward(self, member: int, amount: float) -> None:
        """Give tokens to all who stake."""
        self.dao.pay(member, "staked", "reward", wei(amount))


class Lending(Driver):
    """The World's lenders: an address whose transfers are the loans."""

    def borrow(self, member: int, amount: float) -> None:
        """Take tokens from the lenders."""
        self.dao.send_from(LENDER, "token", "transfer", self.dao.members[member], wei(amount))

    def repay(self, member: int, amount: float) -> None:
        """Bring tokens back."""
        self.dao.send(member, "token", "transfer", LENDER, wei(amount))


class Bribes(Driver):
    """The World's bribes, paid in quote: nothing of them is on chain."""

    def pay(self, member: int, amount: float, target: int) -> None:
        """Pay a member for its vote."""


class Amm(Driver):
    """The World's pool: an address whose transfers are the trades' tokens."""

    def buy(self, member: int, amount: float) -> None:
        """Take tokens from the pool; the quote is not on chain."""
        self.dao.send_from(POOL, "token", "transfer", self.dao.members[member], wei(amount))

    def sell(self, member: int, amount: float) -> None:
        """Put tokens into the pool."""
        self.dao.send(member, "token", "transfer", POOL, wei(amount))
