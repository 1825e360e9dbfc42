"""A DAO that follows a script, in both courts: every mechanism at once, no cohorts."""

from collections.abc import Callable
from typing import Any

import numpy as np

from governance.chain.protocol import ActingChain
from governance.units import DAY
from simulations.actions import Actions
from simulations.model import DaoModel
from simulations.twin.court import Court
from simulations.twin.drift import Drift
from simulations.twin.driver import Today
from simulations.twin.replay import FULL_EVERY, replay_day
from tests.simulations.conftest import small

COUNTS = {
    "holders": 6,
    "delegates": 1,
    "developers": 1,
    "auditors": 3,
    "jurors": 5,
    "users": 3,
    "traders": 1,
    "curators": 2,
}
WEALTH = 650_000.0
"""Tokens of every member at launch."""
SECONDS = {"gate.attest": 365 * DAY}
"""How long what members do lasts."""
SALTS = {"court.commit": 7, "court.reveal": 7}
"""What hides votes; nobody guesses in a script."""
RULES = {
    "staking.maturity": "1d",
    "staking.cooldown": "10d",
    "governor.voting_delay": "1d",
    "governor.voting_period": "3d",
    "governor.late_quorum_extension": "1d",
    "governor.proposal_threshold": 0,
    "governor.quorum_floor": 500_000,
    "registry.challenge_window": "3d",
    "gate.cool_off": "20d",
    "world.audits.validity": "365d",
    "world.pool.depth": 0.05,
    "world.reserves.quote": 80_000,
    "court.people.evidence": "1d",
    "court.people.commit": "2d",
    "court.people.reveal": "2d",
    "court.people.appeal": "4d",
    "exit.threshold": 0.05,
    "exit.window": "5d",
    "exit.opening": "3d",
    "exit.vesting": "20d",
    "exit.silence": "30d",
}
"""Short periods; amounts as they are."""


class Script:
    """Both courts, a day at a time.

    Attributes
    ----------
    model, court, drift
        The simulation, the contracts and how far they are apart.
    day
        The day that is open.
    thorough
        Whether every day is compared as the last one is.
    """

    def __init__(self, chain: ActingChain | None = None, **rules: Any) -> None:
        scenario = small(days=200)
        for name, count in COUNTS.items():
            scenario = scenario.with_value(f"world.population.{name}", count)
        for path, value in (RULES | rules).items():
            scenario = scenario.with_value(path.replace("__", "."), value)
        self.model = model = DaoModel([scenario], [0], record=0)
        model.ledger.liquid[:] = WEALTH
        insiders = model.places["insiders"].indices
        self.court = Court(scenario.constitution, model.ledger, 0, insiders, chain)
        self.drift, self.day, self.thorough = Drift(scenario, 0), 0, False
        self.court.begin(model)
        self._do = self._verbs()
        self._replay()
        self._open()

    def who(self, cohort: str) -> list[int]:
        """Members of a cohort."""
        return self.model.places[cohort].indices.tolist()

    def do(self, name: str, *members: int, amount: Any = None, target: Any = None,
           choice: Any = None) -> None:  # fmt: skip
        """Let members do something, all with the same arguments or with one each."""
        mechanism, verb = name.split(".")
        size = len(members)

        def column(value: Any, kind: type) -> Any:
            return None if value is None else np.broadcast_to(np.array(value, kind), size).copy()

        columns = column(amount, float), column(target, int), column(choice, int)
        columns += column(SECONDS.get(name), int), column(SALTS.get(name), int)
        run = np.zeros(size, dtype=np.int64)
        actions = Actions(mechanism, verb, run, np.array(members), *columns)
        self._do[name](actions)
        self.model.recorder.add(self.day, actions)

    def pass_days(self, days: int = 1) -> None:
        """End days: let the contracts do what was done, and compare."""
        for _ in range(days):
            self.model.staking.close_day(self.day)
            self.model.governor.close_day()
            self._replay()
            self._open()

    def end(self) -> Drift:
        """End the last day with a comparison of everything."""
        self._replay(full=True)
        return self.drift

    def _replay(self, full: bool = False) -> None:
        if self.day:
            self.court.follow(self.model, self.day)
        done = self.model.recorder.days.get(self.day, [])
        last = full or self.thorough
        full = full or self.day % FULL_EVERY == 0
        replay_day(self.court, Today(self.drift, self.model, self.day, done, full, last))

    def _open(self) -> None:
        self.day += 1
        self.model.stream.open_day(self.model.staking.total > 0)
        self.model.stock(self.day)
        self.model.governor.open_day(self.day)

    @property
    def now(self) -> float:
        """Seconds since launch."""
        return float(self.day * DAY)

    def _execute(self, actions: Actions) -> None:
        self.model.governor.execute(actions, self.day)
        self.model.exit.sign_of_life(actions.run, self.day)

    def _verbs(self) -> dict[str, Callable[[Actions], Any]]:
        it = self.model
        no_quality = np.zeros(1)
        by_day = {
            "staking": ("request_exit", "redeem"),
            "governor": ("vote", "queue"),
            "exit": ("escrow", "withdraw", "trigger", "settle", "claim"),
            "market": ("subscribe",),
        }
        by_second = {
            "registry": ("propose", "challenge", "deprecate", "poke"),
            "gate": ("revoke", "release", "resign", "end_accreditation"),
            "court": ("request_draw", "draw", "commit", "reveal", "advance", "fund_appeal",
                      "execute_ruling"),
        }  # fmt: skip
        plain = {
            "staking": ("deposit",),
            "registry": ("register_model", "draft", "withdraw"),
            "court": ("execute", "withdraw", "withdraw_contribution"),
            "market": ("price_use", "price_period", "ask_stake", "pay_uses", "withdraw"),
            "gate": ("accredit",),
            "curation": ("buy", "sell", "sell_all", "distribute", "claim"),
            "exit": ("collect",),
            "amm": ("buy", "sell"),
        }
        verbs: dict[str, Callable[[Actions], Any]] = {}
        for name, owned, argument in (
            *((name, verb, "day") for name, verbs_ in by_day.items() for verb in verbs_),
            *((name, verb, "now") for name, verbs_ in by_second.items() for verb in verbs_),
            *((name, verb, "") for name, verbs_ in plain.items() for verb in verbs_),
        ):
            verbs[f"{name}.{owned}"] = self._applied(name, owned, argument)
        return verbs | {
            "emissions.release": lambda a: it.emissions.release(
                a, self.day, it.staking.total > 0, it.market.usage
            ),
            "vesting.release": lambda a: it.vesting.release(a, self.day),
            "staking.delegate": it.staking.delegate_to,
            "stream.reward": lambda a: it.stream.reward(a, it.staking.total > 0),
            "gate.attest": lambda a: it.gate.attest(a, a.seconds.astype(float), self.now),
            "court.set_stake": it.court.jurors.set_stake,
            "court.refresh": it.court.jurors.refresh,
            "governor.propose": lambda a: it.governor.propose(a, no_quality, self.day),
            "governor.propose_deployment": lambda a: it.governor.propose(
                a, no_quality, self.day, 0
            ),
            "governor.propose_revocation": lambda a: it.governor.propose(
                a, no_quality, self.day, 3
            ),
            "governor.execute": self._execute,
        }

    def _applied(self, name: str, verb: str, argument: str) -> Callable[[Actions], Any]:
        def apply(actions: Actions) -> None:
            call = getattr(getattr(self.model, name), verb)
            call(actions, *([getattr(self, argument)] if argument else []))

        return apply
