"""Stream: what is paid to all stakers reaches the vault's shares in a straight line.

Contract twin: ``contracts/token/RewardStream.sol``, a part of ``StakedMoot``. A reward joins what
has not streamed yet, and both end at the mean of what was left of the old time ``s`` and the whole
period ``p``, weighted by their tokens: ``floor((u s + r p) / (u + r))`` seconds for a reward ``r``
and ``u`` unstreamed tokens. So rewards of a wei cannot hold the stream back. What streams is
evaluated at day boundaries. While the vault has no shares the stream stands still.

Unstreamed tokens wait in the ledger's pool ``stream`` and move to the vault as they stream: what is
in the vault is always what its shares stand for.

Tokens and seconds are whole numbers here, wei as on chain. The time left is rounded to a second at
every reward; with floats, a mean on the edge of a second would now and then fall on its other
side, and a second is far more than the rounding of a wei.
"""

from dataclasses import dataclass

import numpy as np

from governance.units import DAY, TOKEN
from simulations.actions import Actions
from simulations.ledger import Ledger
from simulations.mechanisms.batches import affordable, by_run
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules

GRAIN = 10_000_000_000
"""Parts of a token that rewards are counted in: a price in millionths times basis points."""


@dataclass
class _Stream:
    """``assets`` wei were unstreamed when it was written, to stream in ``seconds``.

    ``left`` wei and ``until_end`` seconds are what is left of them today.
    """

    assets: int = 0
    seconds: int = 0
    left: int = 0
    until_end: int = 0

    def pass_day(self) -> int:
        """Stream for a day and return the wei that did; what is unstreamed is rounded up."""
        before = self.left
        self.until_end = max(self.until_end - DAY, 0)
        self.left = -(-self.assets * self.until_end // max(self.seconds, 1))
        return before - self.left

    def join(self, reward: int, period: int) -> None:
        """Take in a reward in wei."""
        total = self.left + reward
        self.until_end = (self.left * self.until_end + reward * period) // total
        self.left = total
        self.write()

    def write(self) -> None:
        """Count from now on, with what was rounded up so far."""
        self.assets, self.seconds = self.left, self.until_end


class Stream:
    """Rewards on their way to the vault, in every run.

    Attributes
    ----------
    given
        Tokens ever given as rewards, shape ``(runs,)``.
    """

    def __init__(self, rules: Rules, ledger: Ledger) -> None:
        self._rules, self._ledger = rules, ledger
        self._streams = [_Stream() for _ in range(ledger.minted.size)]
        self.given = np.zeros_like(ledger.minted)
        ledger.open("stream")

    def resume(self, wei: int, seconds: int) -> None:
        """Let tokens that are in the pool ``stream`` already stream for so many seconds more."""
        self._streams = [_Stream(wei, seconds, wei, seconds) for _ in self._streams]

    def unstreamed(self) -> tuple[Floats, Floats]:
        """Tokens that have not streamed yet and seconds until they have, each ``(runs,)``."""
        tokens = np.array([stream.left / TOKEN for stream in self._streams])
        return tokens, np.array([float(stream.until_end) for stream in self._streams])

    def open_day(self, has_shares: np.ndarray) -> Floats:
        """Stream what the past day brought; return it, shape ``(runs,)``.

        To be called once a day, before anybody acts.

        Parameters
        ----------
        has_shares
            Whether the vault had any shares over the past day, shape ``(runs,)``.
        """
        streamed = np.zeros(len(self._streams))
        if not self._ledger.pools["stream"].any():
            return streamed
        for run, (stream, flows) in enumerate(zip(self._streams, has_shares, strict=True)):
            if flows and stream.left:
                streamed[run] = stream.pass_day() / TOKEN
        self._ledger.pass_on("stream", "vault", streamed)
        return streamed

    def stand_still(self, run: Ints) -> None:
        """Write down what is unstreamed in runs whose vault was emptied, as the contract does."""
        for row in run.tolist():
            self._streams[row].write()

    def reward(self, actions: Actions, has_shares: np.ndarray) -> None:
        """Take ``amount`` tokens of members for all who hold shares, in the order given."""
        assert actions.amount is not None
        run, member = actions.run, actions.member
        actions.require(
            (actions.amount > 0) & has_shares[run], "rewards shares with something", "EmptyReward"
        )
        has = affordable(self._ledger.liquid, run, member, actions.amount)
        actions.require(has, "pays what it has", "ERC20InsufficientBalance")
        self._ledger.move("stream", run, member, -actions.amount)
        self.add(run, actions.amount)

    def add(self, run: Ints, amount: Floats) -> None:
        """Let tokens that are in the pool ``stream`` already begin to stream, in the order given.

        Parameters
        ----------
        run, amount
            Of each reward, shape ``(n,)``; only to runs whose vault has shares.
        """
        period = self._rules["staking.reward_period"].astype(np.int64).tolist()
        wei = np.rint(amount * GRAIN).astype(np.int64).tolist()
        for row, reward in zip(run.tolist(), wei, strict=True):
            if period[row] and reward:
                self._streams[row].join(reward * (TOKEN // GRAIN), period[row])
        given = by_run(run, amount, len(self.given))
        self.given += given
        at_once = np.where(self._rules["staking.reward_period"] == 0, given, 0.0)
        self._ledger.pass_on("stream", "vault", at_once)
