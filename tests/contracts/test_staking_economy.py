"""StakedMoot under any sequence of actions: only rewards pay, and no wei is lost from sight."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from governance.chain import ZERO_ADDRESS
from governance.units import DAY, TOKEN
from tests.contracts.law import ADMIN, ALICE, BOB, CAROL, EVE, refused, staking

PEOPLE = (ALICE, BOB, CAROL)
people = st.sampled_from(PEOPLE)
fractions = st.integers(1, 100)


def attack(first: int, donation: int, victim: int) -> tuple[int, int]:
    """Inflate an empty vault before a victim's deposit; return both profits in wei."""
    pool = staking(cooldown=0, maturity=0)
    shares = {EVE: pool.stake(EVE, first)}
    pool.token.send(ADMIN, "transfer", pool.vault.address, donation)
    shares[ALICE] = pool.stake(ALICE, victim)
    value = {who: pool.vault.read("previewRedeem", held) for who, held in shares.items()}
    return value[EVE] - first - donation, value[ALICE] - victim


def test_inflating_an_empty_vault_loses_half_the_donation() -> None:
    attacker, victim = attack(first=1, donation=10_000 * TOKEN, victim=10_000 * TOKEN)
    assert -4_999 * TOKEN < attacker < -4_998 * TOKEN
    assert -4 * TOKEN < victim < 0


@given(
    first=st.integers(1, TOKEN),
    donation=st.integers(0, 10**6 * TOKEN),
    victim=st.integers(1, 10**6 * TOKEN),
)
@settings(max_examples=60, deadline=None)
def test_inflating_an_empty_vault_never_pays(first: int, donation: int, victim: int) -> None:
    attacker, _ = attack(first, donation, victim)
    assert attacker <= 0


class Stakers(RuleBasedStateMachine):
    """Three people stake, leave, delegate and are slashed while rewards come in."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = staking(cooldown=2 * DAY, maturity=DAY)
        self.paid_in = 0
        self.paid_out = 0
        self.delegated: dict[int, int] = {}
        for person in PEOPLE:
            self.pool.token.send(ADMIN, "transfer", person, 1_000 * TOKEN)
            self.pool.token.send(person, "approve", self.pool.vault.address, 2**256 - 1)

    def read(self, function: str, *args: Any) -> Any:
        """Read the vault."""
        return self.pool.vault.read(function, *args)

    def tokens(self, person: str) -> int:
        """Tokens outside the vault."""
        return int(self.pool.token.read("balanceOf", person))

    @rule(person=people, percent=fractions)
    def deposit(self, person: str, percent: int) -> None:
        """Stake part of what is held."""
        wei = self.tokens(person) * percent // 100
        self.pool.vault.send(person, "deposit", wei, person)
        self.paid_in += wei

    @rule(wei=st.integers(1, 50 * TOKEN))
    def reward(self, wei: int) -> None:
        """Send tokens to the vault."""
        self.pool.token.send(ADMIN, "transfer", self.pool.vault.address, wei)
        self.paid_in += wei

    @rule(person=people, percent=fractions)
    def request_exit(self, person: str, percent: int) -> None:
        """Start leaving with part of the stake."""
        shares = self.read("balanceOf", person) * percent // 100
        if shares:
            self.pool.vault.send(person, "requestExit", shares)

    @rule(person=people)
    def cancel_exit(self, person: str) -> None:
        """Stay after all."""
        if self.read("exitOf", person)[0]:
            self.pool.vault.send(person, "cancelExit")

    @rule(person=people, percent=fractions)
    def withdraw(self, person: str, percent: int) -> None:
        """Take part of what is ready, in wei."""
        wei = self.read("maxWithdraw", person) * percent // 100
        before = self.tokens(person)
        self.pool.vault.send(person, "withdraw", wei, person, person)
        assert self.tokens(person) - before == wei
        self.paid_out += wei

    @rule(person=people)
    def redeem(self, person: str) -> None:
        """Take all that is ready, and get what was promised."""
        promised = self.read("maxWithdraw", person)
        before = self.tokens(person)
        self.pool.vault.send(person, "redeem", self.read("maxRedeem", person), person, person)
        assert self.tokens(person) - before == promised
        self.paid_out += promised

    @rule(person=people, percent=fractions)
    def slash(self, person: str, percent: int) -> None:
        """Burn part of a stake."""
        stake = self.read("balanceOf", person) + self.read("exitOf", person)[0]
        before = self.tokens(EVE)
        self.pool.vault.send(ADMIN, "slash", person, stake * percent // 100, EVE)
        self.paid_out += self.tokens(EVE) - before

    @rule(person=people, delegate=st.sampled_from((*PEOPLE, ZERO_ADDRESS)))
    def delegate(self, person: str, delegate: str) -> None:
        """Give the votes to someone, or to nobody."""
        self.pool.vault.send(person, "delegate", delegate)

    @rule(hours=st.integers(1, 72))
    def wait(self, hours: int) -> None:
        """Let time pass."""
        self.pool.chain.advance(hours * 3_600)

    @rule(person=people)
    def nobody_redeems_more_than_is_ready(self, person: str) -> None:
        """Ask for one share more than allowed."""
        one_more = self.read("maxRedeem", person) + 1
        with refused("ERC4626ExceededMaxRedeem", person, one_more, one_more - 1):
            self.pool.vault.send(person, "redeem", one_more, person, person)

    @invariant()
    def the_vault_holds_what_went_in_and_not_out(self) -> None:
        """No wei appears or vanishes."""
        held = self.pool.token.read("balanceOf", self.pool.vault.address)
        assert held == self.paid_in - self.paid_out
        assert self.read("totalAssets") == (held if self.read("totalSupply") else 0)

    @invariant()
    def the_escrow_is_the_sum_of_the_exits(self) -> None:
        """The vault's own shares are exactly those of the tickets."""
        exits = sum(self.read("exitOf", person)[0] for person in PEOPLE)
        assert self.read("balanceOf", self.pool.vault.address) == exits

    @invariant()
    def shares_are_worth_at_most_the_assets(self) -> None:
        """Rounding favours the vault."""
        assert self.read("previewRedeem", self.read("totalSupply")) <= self.read("totalAssets")

    @invariant()
    def votes_never_exceed_the_votable_supply(self) -> None:
        """Quorums are counted on a base that all votes fit in."""
        self.pool.chain.advance(1)
        moment = self.pool.chain.timestamp() - 1
        votes = sum(self.read("getPastVotes", person, moment) for person in PEOPLE)
        active = sum(self.read("balanceOf", person) for person in PEOPLE)
        delegated = self.read("getPastDelegatedSupply", moment)
        assert votes <= delegated <= self.read("getPastTotalSupply", moment) <= active
        self.delegated[moment] = sum(
            self.read("balanceOf", person)
            for person in PEOPLE
            if self.read("delegates", person) != ZERO_ADDRESS
        )
        before = [wei for at, wei in self.delegated.items() if at <= moment - DAY]
        assert delegated == min(self.delegated[moment], before[-1] if before else 0)


TestStakers = Stakers.TestCase
TestStakers.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
