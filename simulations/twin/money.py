"""Emissions, vesting and staking in the other court, and every balance of the token."""

import numpy as np

from governance.units import DAY, GENESIS
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
        released = self.dao.ask("emissions", "released")
        today.expect("emissions.released", today.model.emissions.released, released)


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
        ask, staking = self.dao.ask, today.model.staking
        assets = ask("staked", "totalAssets")
        today.expect("staked.totalAssets", today.model.ledger.vault, assets)
        today.expect("staked.totalSupply", staking.total, ask("staked", "totalSupply"), "shares")
        members = today.members()
        who = self.dao.who(members)
        held = {"balanceOf": staking.shares, "exitOf": staking.cooling, "lockedOf": staking.locked}
        for function, simulated in held.items():
            enforced = ask("staked", function, who)
            today.expect(f"staked.{function}", simulated[0, members], enforced, "shares", members)
        if today.day:
            self._compare_past(today)
        for locker in LOCKERS if today.full else ():
            self._compare_locks(today, locker)

    def _compare_past(self, today: Today) -> None:
        staking, members = today.model.staking, today.members()
        before = np.array([(today.day - 1.0) * DAY])
        moment = GENESIS + (today.day - 1) * DAY
        votable = self.dao.ask("staked", "getPastTotalSupply", moment)
        past = staking.past_votable(RUN, before)
        today.expect("staked.getPastTotalSupply", past, votable, "shares")
        votes = self.dao.ask("staked", "getPastVotes", self.dao.who(members), moment)
        mine = staking.past_votes(RUN, before, slice(None))[0, members]
        today.expect("staked.getPastVotes", mine, votes, "shares", members)

    def _compare_locks(self, today: Today, locker: str) -> None:
        members, address = today.members(), self.dao.at[locker]
        locks = today.model.staking.locked_by.get(locker)
        mine = np.zeros(members.size) if locks is None else locks[0, members]
        enforced = self.dao.ask("staked", "lockedBy", self.dao.who(members), address)
        today.expect(f"staked.lockedBy({locker})", mine, enforced, "shares", members)


class Books(Driver):
    """Who holds the token."""

    def compare(self, today: Today) -> None:
        """Compare the supply, members' balances and what contracts hold."""
        ledger, ask, at = today.model.ledger, self.dao.ask, self.dao.at
        today.expect("token.totalSupply", ledger.supply, ask("token", "totalSupply"))
        holders = {"treasury": ledger.treasury, "vesting": ledger.vesting}
        holders |= {name: ledger.pools[name] for name in POOLS if name in ledger.pools}
        addresses = {name: at[name] for name in holders}
        for name, address in WORLD.items():
            if name in ledger.pools:
                holders[name], addresses[name] = ledger.pools[name], address
        for name, simulated in holders.items():
            today.expect(f"{name} balance", simulated, ask("token", "balanceOf", addresses[name]))
        members = today.members()
        held = ask("token", "balanceOf", self.dao.who(members))
        today.expect("token.balanceOf", ledger.liquid[0, members], held, members=members)
        if "stream" in ledger.pools:
            self._compare_stream(today)

    def _compare_stream(self, today: Today) -> None:
        rest = self.dao.ask("staked", "unstreamed", words=2)
        today.expect("stream balance", today.model.ledger.pools["stream"], rest)
        if (stream := today.mechanism("stream")) is not None:
            left = stream.unstreamed()[1]
            today.expect("staked.unstreamed", left, rest, "seconds", place=1)


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
