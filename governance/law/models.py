"""Gate, registry and decision log as contracts."""

from governance.constitution import Constitution
from governance.law.justice import PEOPLE, arbitrator
from governance.law.piece import Piece, Power
from governance.roles import ACCREDITOR, DEPLOYER, REGISTRY
from governance.units import format_duration, to_bps, to_share_units, to_wei


def gate(rules: Constitution) -> Piece:
    """Return the gate: how many auditors have to vouch for a version."""
    own = rules.gate
    policy = (
        (own.bias_auditors, own.bias_score),
        (own.safety_auditors, own.safety_score),
        (own.quality_auditors, own.quality_score),
    )
    settings = to_share_units(own.attestation_stake), own.cool_off, to_bps(own.slash)
    getters = "attestationStake", "coolOff", "slashBps"
    counts = ", ".join(
        f"{count} for {word}"
        for (count, _), word in zip(policy, ("bias", "safety", "quality"), strict=True)
    )
    return Piece(
        "gate",
        "gate of audits",
        f"Create the gate: auditors needed are {counts}",
        lambda at: (at["staked"], policy, *settings, at["deployer"]),
        lambda at: [
            ("vault", (), at["staked"]),
            ("currentPolicy", (), 0),
            ("policy", (0,), policy),
            *((getter, (), value) for getter, value in zip(getters, settings, strict=True)),
        ],
        (
            Power(REGISTRY, "registry", "Let the registry ask the gate"),
            Power(ACCREDITOR, "treasury", "Let the treasury accredit auditors"),
        ),
    )


def registry(rules: Constitution) -> Piece:
    """Return the registry of models and their versions."""
    own = rules.registry
    bond, part = to_wei(own.challenge_bond), to_bps(own.challenger_share)
    parts = {
        "gate": "gate",
        "token": "token",
        "arbitrator": arbitrator(rules),
        "treasury": "treasury",
        "governor": "governor",
    }
    return Piece(
        "registry",
        "model registry",
        f"Create the model registry: {format_duration(own.challenge_window)} to challenge",
        lambda at: (
            at["gate"],
            at["token"],
            at[arbitrator(rules)],
            PEOPLE,
            at["treasury"],
            at["governor"],
            own.challenge_window,
            bond,
            part,
            at["deployer"],
        ),
        lambda at: [
            *((getter, (), at[key]) for getter, key in parts.items()),
            ("arbitratorExtraData", (), PEOPLE),
            ("challengeWindow", (), own.challenge_window),
            ("challengeBond", (), bond),
            ("challengerBps", (), part),
        ],
        (Power(DEPLOYER, "treasury", "Let the treasury approve versions"),),
    )


def log(rules: Constitution) -> Piece:
    """Return the log of what models decided."""
    time = rules.registry.time_to_answer
    return Piece(
        "log",
        "decision log",
        f"Create the decision log: {format_duration(time)} to explain a decision",
        lambda at: (at["registry"], time, at["deployer"]),
        lambda at: [("registry", (), at["registry"]), ("timeToAnswer", (), time)],
    )
