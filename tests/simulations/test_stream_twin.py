"""Rewards on their way to the vault, in both courts: joined, streamed, stopped and resumed."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from governance.units import DAY, SHARE, TOKEN
from simulations.mechanisms.stream import GRAIN, Stream
from tests.contracts.law import ADMIN, ALICE, BOB, CAROL, staking
from tests.simulations.beside import both, one, rules_of, world
from tests.simulations.markets import conserved, same

PEOPLE = (ALICE, BOB, CAROL)
WEALTH = 100_000
PERIODS = (0, 1, DAY - 1, DAY, 7 * DAY, 7 * DAY + 1, 365 * DAY)
members = st.integers(0, len(PEOPLE) - 1)
grains = st.one_of(
    st.sampled_from([0, 1, 2, (WEALTH - 1) * GRAIN - 777, WEALTH * GRAIN + 777]),
    st.integers(1, 500 * GRAIN),
)
"""Rewards in the finest parts they are counted in, some more than anybody has.

Never all of it: the vault keeps a wei of who leaves, which float64 does not see.
"""


class StreamTwin(RuleBasedStateMachine):
    """Three people who stake, leave at once and give, and votes that change the period."""

    @initialize(period=st.sampled_from(PERIODS), stakes=st.booleans())
    def begin(self, period: int, stakes: bool) -> None:
        """Deploy a vault that anybody leaves without a cooldown."""
        self.chain = staking(cooldown=0, maturity=0, reward_period=period)
        self.vault, self.token, self.day = self.chain.vault, self.chain.token, 0
        self.rules = rules_of(
            staking__cooldown=0, staking__maturity=0, staking__reward_period=period
        )
        self.ledger, self.staking = world(self.rules, 1, len(PEOPLE))
        self.ledger.liquid[:], self.ledger.minted[:] = WEALTH, WEALTH * len(PEOPLE)
        self.stream = Stream(self.rules, self.ledger)
        self.staking.when_emptied = self.stream.stand_still
        for who in PEOPLE:
            self.token.send(ADMIN, "transfer", who, WEALTH * TOKEN)
            self.token.send(who, "approve", self.vault.address, 2**256 - 1)
        if stakes:
            self.stake(0, 100)

    @rule(days=st.sampled_from([1, 1, 1, 2, 6, 100]))
    def wait(self, days: int) -> None:
        """Let days pass, on each of which some streams."""
        for _ in range(days):
            self.day += 1
            self.stream.open_day(self.staking.total > 0)
        self.chain.chain.advance(days * DAY)

    @rule(who=members, parts=grains)
    def reward(self, who: int, parts: int) -> None:
        """Give, perhaps nothing, to nobody, or what one does not have."""
        action = one("staking", "reward", who, amount=parts / GRAIN)
        both(
            lambda: self.stream.reward(action, self.staking.total > 0),
            lambda: self.vault.send(PEOPLE[who], "reward", parts * (TOKEN // GRAIN)),
        )

    @rule(who=members, days=st.integers(0, 3))
    def reward_little_by_little(self, who: int, days: int) -> None:
        """Try to hold the stream back with rewards of next to nothing."""
        for _ in range(days):
            self.reward(who, 1)
            self.wait(1)

    @rule(who=members, tokens=st.sampled_from([1, 100, 2_500]))
    def stake(self, who: int, tokens: int) -> None:
        """Stake."""
        both(
            lambda: self.staking.deposit(one("staking", "deposit", who, amount=tokens)),
            lambda: self.vault.send(PEOPLE[who], "deposit", tokens * TOKEN, PEOPLE[who]),
        )

    @rule(who=members)
    def leave(self, who: int) -> None:
        """Take all out."""
        person = PEOPLE[who]
        units = self.vault.read("balanceOf", person)
        both(
            lambda: self.staking.request_exit(one("staking", "exit", who), self.day),
            lambda: self.vault.send(person, "requestExit", units),
        )
        both(
            lambda: self.staking.redeem(one("staking", "redeem", who), self.day),
            lambda: self.vault.send(person, "redeem", max(units, 1), person, person),
        )

    @rule(days=st.integers(0, 3), parts=grains, back=members)
    def everybody_leaves(self, days: int, parts: int, back: int) -> None:
        """Empty the vault while something streams, and let somebody come back later."""
        self.reward(back, parts)
        for who in range(len(PEOPLE)):
            self.leave(who)
        if days:
            self.wait(days)
            self.stake(back, 100)

    @rule(period=st.sampled_from(PERIODS))
    def vote_for_another_period(self, period: int) -> None:
        """Change how long later rewards take."""
        self.vault.send(ADMIN, "setRewardPeriod", period)
        self.rules["staking.reward_period"][:] = period

    @invariant()
    def the_streams_agree(self) -> None:
        """What is unstreamed, to the wei and the second, and who has what."""
        assets, seconds = self.vault.read("unstreamed")
        left, until_end = self.stream.unstreamed()
        assert (left[0], until_end[0]) == (assets / TOKEN, seconds)
        same(self.ledger.pools["stream"][0], assets, what="what waits")
        both_parts = self.ledger.vault[0] + self.ledger.pools["stream"][0]
        same(both_parts, self.token.read("balanceOf", self.vault.address), what="the vault's")
        if self.vault.read("totalSupply"):
            same(self.ledger.vault[0], self.vault.read("totalAssets"), what="totalAssets")
        same(self.staking.total[0], self.vault.read("totalSupply"), SHARE, "shares")
        held = [self.token.read("balanceOf", who) for who in PEOPLE]
        same(self.ledger.liquid[0], held, what="balances")
        assert conserved(self.ledger).max() < 1e-14


TestStreamTwin = StreamTwin.TestCase
TestStreamTwin.settings = settings(stateful_step_count=30)
