"""A market with everything it needs, as mechanisms and as contracts."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from governance.chain import ZERO_ADDRESS
from governance.units import BPS, DAY, TOKEN
from simulations.ledger import Ledger
from simulations.mechanisms.curation import Curation
from simulations.mechanisms.market import EVERYBODY, Market
from simulations.mechanisms.staking import Staking
from simulations.mechanisms.stream import Stream
from simulations.scenario import Rules
from tests.contracts.law import ADMIN, Contract, account, deploy, staking
from tests.simulations.markets import ledger, rules, wei

PARTS = "burned", "developer", "curators", "stakers", "treasury"
SPLIT = (0.1, 0.6, 0.1, 0.1, 0.1)
TREASURY = account("treasury")


@dataclass
class Listed:
    """What a registry says of versions, shape ``(runs, versions)``."""

    model: np.ndarray
    developer: np.ndarray
    deployable: np.ndarray


@dataclass
class Shop:
    """The mechanisms of a market: versions 0 and 1 of model 0, version 2 of model 1."""

    rules: Rules
    ledger: Ledger
    listing: Listed
    curation: Curation
    staking: Staking
    stream: Stream
    market: Market
    day: int = 0

    def next_day(self) -> np.ndarray:
        """Begin another day."""
        self.day += 1
        return self.stream.open_day(self.staking.total > 0)


def shop(
    *,
    split: Any = SPLIT,
    period: Any = 10 * DAY,
    bounds: tuple[Any, Any] = (0.01, 1e6),
    liquid: Any = ((1e5,) * 4,),
    developers: tuple[int, ...] = (2, 2, 1),
    cooldown: int = 0,
    payers: slice = EVERYBODY,
    curators: slice = EVERYBODY,
) -> Shop:
    """Open one shop for each run; ``split`` and ``period`` may differ by run."""
    books = ledger(liquid)
    runs = len(books.liquid)
    own = rules(
        runs, curation__curve=0, curation__tax=0, curation__minimum=1e-6,
        staking__cooldown=cooldown, staking__maturity=0, staking__reward_period=period,
        market__least_price=bounds[0], market__most_price=bounds[1],
    )  # fmt: skip
    shares = np.broadcast_to(np.asarray(split, float), (runs, len(PARTS)))
    own |= {f"market.{part}": shares[:, place].copy() for place, part in enumerate(PARTS)}
    listing = Listed(
        np.tile([0, 0, 1], (runs, 1)), np.tile(developers, (runs, 1)), np.ones((runs, 3), bool)
    )
    curation = Curation(own, books, 2, curators)
    vault = Staking(own, books, keep_days=3)
    stream = Stream(own, books)
    vault.when_emptied = stream.stand_still
    market = Market(own, books, listing, curation, vault, stream, payers)
    return Shop(own, books, listing, curation, vault, stream, market)


@dataclass
class ChainShop:
    """The same as contracts; the people have what the ledger says and have approved all."""

    token: Contract
    vault: Contract
    registry: Contract
    curation: Contract
    market: Contract
    people: tuple[str, ...]
    start: int
    issued: int

    def list_version(self, version: int, model: int, developer: int, deployable: bool) -> None:
        """Tell the registry what to say of a version."""
        who = ZERO_ADDRESS if developer < 0 else self.people[developer]
        self.registry.send(ADMIN, "set", version, model, who, deployable)

    def held(self, who: str) -> int:
        """Wei in an account."""
        return int(self.token.read("balanceOf", who))


def in_bps(split: Any) -> list[int]:
    """Return shares in basis points."""
    return [round(share * BPS) for share in split]


def chain_shop(it: Shop, people: tuple[str, ...]) -> ChainShop:
    """Deploy what a shop of one run is."""
    period, cooldown = (int(it.rules[f"staking.{n}"][0]) for n in ("reward_period", "cooldown"))
    pool = staking(cooldown=cooldown, maturity=0, reward_period=period)
    registry = deploy(pool.chain, "ListedVersions")
    curation = deploy(pool.chain, "Curation", pool.token.address, 0, 10**12, 0, ADMIN)
    bounds = (wei(it.rules[f"market.{n}_price"][0]) for n in ("least", "most"))
    split = in_bps(it.rules[f"market.{part}"][0] for part in PARTS)
    market = deploy(
        pool.chain, "Market", pool.token.address, pool.vault.address, curation.address,
        registry.address, TREASURY, split, *bounds, ADMIN,
    )  # fmt: skip
    issued = pool.token.read("totalSupply") - round(it.ledger.supply[0]) * TOKEN
    found = ChainShop(
        pool.token, pool.vault, registry, curation, market, people, pool.chain.timestamp(), issued
    )
    for person, tokens in zip(people, it.ledger.liquid[0], strict=True):
        pool.token.send(ADMIN, "transfer", person, round(tokens) * TOKEN)
        for spender in (market, curation, pool.vault):
            pool.token.send(person, "approve", spender.address, 2**256 - 1)
    for version, model in enumerate(it.listing.model[0].tolist()):
        found.list_version(version, model, int(it.listing.developer[0, version]), True)
    return found
