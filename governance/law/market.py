"""Curation, market, grants and the way out as contracts."""

from governance.constitution import Constitution
from governance.format import tokens
from governance.law.justice import PEOPLE, arbitrator
from governance.law.piece import Piece, Power, Step
from governance.roles import APPROVER, GRANTOR, PINGER
from governance.rules.market import CURATION_CURVES
from governance.units import format_duration, to_bps, to_wei


def curation(rules: Constitution) -> Piece:
    """Return the signal on models."""
    own = rules.curation
    settings = CURATION_CURVES.index(own.curve), to_wei(own.minimum), to_bps(own.tax)
    getters = "curve", "minimum", "taxBps"
    return Piece(
        "curation",
        "curation",
        f"Create the curation: a {own.curve} curve, {own.tax:%} of a purchase burned",
        lambda at: (at["token"], *settings, at["deployer"]),
        lambda at: [
            ("token", (), at["token"]),
            *((getter, (), value) for getter, value in zip(getters, settings, strict=True)),
        ],
    )


def market(rules: Constitution) -> Piece:
    """Return the market, where a model's use is paid."""
    own = rules.market
    split = tuple(map(to_bps, (own.burned, own.developer, own.curators, own.stakers, own.treasury)))
    prices = to_wei(own.least_price), to_wei(own.most_price)
    parts = {key: key for key in ("token", "curation", "registry", "treasury")}
    return Piece(
        "market",
        "market",
        f"Create the market: {own.developer:%} of a payment to the developer, "
        f"{own.burned:%} burned",
        lambda at: (
            at["token"],
            at["staked"],
            at["curation"],
            at["registry"],
            at["treasury"],
            split,
            *prices,
            at["deployer"],
        ),
        lambda at: [
            *((getter, (), at[key]) for getter, key in parts.items()),
            ("vault", (), at["staked"]),
            ("split", (), split),
            ("minPrice", (), prices[0]),
            ("maxPrice", (), prices[1]),
        ],
    )


def grants(rules: Constitution) -> Piece:
    """Return the grants, of which the treasury makes and takes back any."""
    own = rules.grants
    limit, window = to_wei(own.limit), own.limit_window
    return Piece(
        "grants",
        "grants",
        f"Create the grants: {format_duration(own.review)} to challenge a milestone",
        lambda at: (
            at["treasury"],
            at["token"],
            at[arbitrator(rules)],
            PEOPLE,
            own.review,
            at["deployer"],
        ),
        lambda at: [
            ("treasury", (), at["treasury"]),
            ("feeToken", (), at["token"]),
            ("arbitrator", (), at[arbitrator(rules)]),
            ("extraData", (), PEOPLE),
            ("review", (), own.review),
            ("limitOf", (at["token"],), (limit, window)),
        ],
        (
            Power(GRANTOR, "treasury", "Let the treasury make grants and take them back"),
            Power(APPROVER, "treasury", "Let the treasury approve milestones"),
        ),
        (
            Step(
                f"Limit grants to {tokens(limit)} {rules.token.symbol} in "
                f"{format_duration(window)}",
                "grants",
                "setLimit",
                lambda at: (at["token"], limit, window),
            ),
        ),
    )


def way_out(rules: Constitution) -> Piece:
    """Return the exit; the treasury's other assets are listed once it has some."""
    own = rules.exit
    threshold = to_bps(own.threshold)
    periods = own.window, own.opening, own.vesting, own.silence
    getters = "window", "opening", "vesting", "silence"
    return Piece(
        "exit",
        "exit",
        f"Create the exit: {own.threshold:%} of the supply opens it, or "
        f"{format_duration(own.silence)} of silence",
        lambda at: (at["token"], at["treasury"], threshold, *periods, at["deployer"]),
        lambda at: [
            ("token", (), at["token"]),
            ("treasury", (), at["treasury"]),
            ("thresholdBps", (), threshold),
            ("assets", (), ()),
            *((getter, (), value) for getter, value in zip(getters, periods, strict=True)),
        ],
        (Power(PINGER, "treasury", "Let the treasury say that the DAO is alive"),),
    )
