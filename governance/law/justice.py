"""The court, its source of random numbers, and the way to Kleros as contracts."""

from governance.constitution import Constitution
from governance.law.piece import Piece, Power
from governance.roles import ARBITRABLE, TERMS, TREASURER
from governance.rules.justice import Lane
from governance.units import format_duration, to_bps, to_share_units, to_wei

PEOPLE = b""
"""Extra data of a dispute for lane 0 with the seats its terms ask for."""
_ARBITRABLES = (("registry", "model registry"), ("grants", "grants"))


def arbitrator(rules: Constitution) -> str:
    """Return the key of the contract that disputes are brought to."""
    return "kleros" if rules.kleros.core else "court"


def randomness(rules: Constitution) -> Piece:
    """Return the source of random numbers."""
    delay = rules.court.random_delay
    return Piece(
        "randomness",
        "source of random numbers",
        f"Create the source of random numbers: {delay} blocks ahead",
        lambda _: (delay,),
        lambda _: [("delay", (), delay)],
        governed=False,
    )


def _terms(own: Lane) -> tuple[int, ...]:
    return (
        own.evidence,
        own.commit,
        own.reveal,
        own.appeal,
        own.patience,
        own.staking,
        to_bps(own.alpha),
        to_bps(own.winner_stake),
        to_bps(own.loser_stake),
        own.seats,
        own.most_seats,
        to_share_units(own.least_stake),
        to_wei(own.fee),
    )


def court(rules: Constitution) -> Piece:
    """Return the court: lane 0 for people, lane 1 for agents."""
    people, agents = rules.court.people, rules.court.agents
    lanes = [_terms(people), _terms(agents)]
    first = format_duration(people.evidence + people.commit + people.reveal)
    return Piece(
        "court",
        "court",
        f"Create the court: {people.seats} jurors, {first} to a first ruling",
        lambda at: (at["staked"], lanes, at["randomness"], at["treasury"], at["deployer"]),
        lambda at: [
            ("vault", (), at["staked"]),
            ("token", (), at["token"]),
            ("treasury", (), at["treasury"]),
            ("randomness", (), at["randomness"]),
            ("lanes", (), len(lanes)),
            *(("termsOf", (lane,), (terms, 0)) for lane, terms in enumerate(lanes)),
        ],
        (Power(TERMS, "treasury", "Let the treasury set the court's terms"),),
    )


def kleros(rules: Constitution) -> list[Piece]:
    """Return the adapter to Kleros, if the constitution names a core."""
    own = rules.kleros
    if not own.core:
        return []
    price = to_wei(own.coin_price)
    courts = [own.court_of_people, own.court_of_agents]

    return [
        Piece(
            "kleros",
            "way to Kleros",
            f"Create the way to Kleros at {own.core}, to which disputes go",
            lambda at: (
                own.core,
                at["token"],
                at["treasury"],
                courts,
                own.dispute_kit,
                price,
                at["deployer"],
            ),
            lambda at: [
                ("kleros", (), own.core),
                ("token", (), at["token"]),
                ("treasury", (), at["treasury"]),
                ("courts", (), tuple(courts)),
                ("disputeKit", (), own.dispute_kit),
                ("price", (), price),
            ],
            (
                Power(TREASURER, "treasury", "Let the treasury set the price of Kleros"),
                *(
                    Power(ARBITRABLE, key, f"Let the {name} go to Kleros")
                    for key, name in _ARBITRABLES
                ),
            ),
        )
    ]
