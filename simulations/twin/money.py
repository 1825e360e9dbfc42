"""Emissions, vesting and staking in the other court, and every balance of the token."""

import numpy as np

from governance.units import DAY, GENESIS, SHARE, TOKEN
from simulations.twin.deployed import LENDER, POOL, WORLD, wei
from simulations.twin.driver import RUN, Driver, Today

POOLS = ("court", "registry", "curation", "market", "exit")
"""Accounts of the ledger that are contracts of the same key."""
LOCKERS = ("court", "gate")
"""Contracts that lock stakes."""


class Emissions(Driver):
    """The schedule of new tokens."""

    def release(self, member: int) -> None:
        """Mint what is due."""
        self.dao.send(member, "emissions", "release")

    def compare(self, today: Today) -> None:
        """Compare what was released."""
        released = self.dao.word("emissions", "released") / TOKEN
        today.compare("emissions.released", today.model.emissions.released, released)


class Vesting(Driver):
    """Grants made at launch."""

    def release(self, member: int, grant: int) -> None:
        """Send what has vested to its owner."""
        self.dao.send(member, "vesting", "release", self.dao.grants[grant])


class Staking(Driver):
    """The vault of stakes."""

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

    def compare(self, today: Today) -> None:
        """Compare totals, what members hold, have locked and can vote with."""
        word, staking = self.dao.word, today.model.staking
        today.compare(
            "staked.totalAssets", today.model.ledger.vault, word("staked", "totalAssets") / TOKEN
        )
        shares = word("staked", "totalSupply") / SHARE
        today.compare("staked.totalSupply", staking.total, shares, "shares")
        members = today.members()
        held = {"balanceOf": staking.shares, "exitOf": staking.cooling, "lockedOf": staking.locked}
        for function, simulated in held.items():
            enforced = self.dao.read_all("staked", function, members) / SHARE
            today.compare(f"staked.{function}", simulated[0, members], enforced, "shares", members)
        if today.day:
            self._compare_past(today)
        for locker in LOCKERS if today.full else ():
            self._compare_locks(today, locker)

    def _compare_past(self, today: Today) -> None:
        staking, members = today.model.staking, today.members()
        before = np.array([(today.day - 1.0) * DAY])
        moment = GENESIS + (today.day - 1) * DAY
        votable = self.dao.word("staked", "getPastTotalSupply", moment) / SHARE
        past = staking.past_votable(RUN, before)
        today.compare("staked.getPastTotalSupply", past, votable, "shares")
        votes = self.dao.read_all("staked", "getPastVotes", members, moment) / SHARE
        mine = staking.past_votes(RUN, before, slice(None))[0, members]
        today.compare("staked.getPastVotes", mine, votes, "shares", members)

    def _compare_locks(self, today: Today, locker: str) -> None:
        members, address = today.members(), self.dao.at[locker]
        locks = today.model.staking.locked_by.get(locker)
        mine = np.zeros(members.size) if locks is None else locks[0, members]
        enforced = self.dao.read_all("staked", "lockedBy", members, address) / SHARE
        today.compare(f"staked.lockedBy({locker})", mine, enforced, "shares", members)


class Books(Driver):
    """Who holds the token."""

    def compare(self, today: Today) -> None:
        """Compare the supply, members' balances and what contracts hold."""
        ledger, word, at = today.model.ledger, self.dao.word, self.dao.at
        today.compare("token.totalSupply", ledger.supply, word("token", "totalSupply") / TOKEN)
        holders = {"treasury": ledger.treasury, "vesting": ledger.vesting}
        holders |= {name: ledger.pools[name] for name in POOLS if name in ledger.pools}
        addresses = {name: at[name] for name in holders}
        for name, address in WORLD.items():
            if name in ledger.pools:
                holders[name], addresses[name] = ledger.pools[name], address
        for name, simulated in holders.items():
            balance = word("token", "balanceOf", addresses[name]) / TOKEN
            today.compare(f"{name} balance", simulated, balance)
        members = today.members()
        held = self.dao.read_all("token", "balanceOf", members) / TOKEN
        today.compare("token.balanceOf", ledger.liquid[0, members], held, members=members)
        if "stream" in ledger.pools:
            self._compare_stream(today)

    def _compare_stream(self, today: Today) -> None:
        assets, seconds = self.dao.words("staked", "unstreamed")
        today.compare("stream balance", today.model.ledger.pools["stream"], assets / TOKEN)
        if (stream := today.mechanism("stream")) is not None:
            today.compare("staked.unstreamed", stream.unstreamed()[1], seconds, "seconds")


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
