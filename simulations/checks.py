"""Checks: what in a scenario cannot come to anything, though each of its numbers may stand.

A constitution refuses what it contradicts in itself: shares that do not sum to one, a cliff after
the end, a negative rate, a floor above the cap. Here it meets a world and a horizon. What could
never happen in any world is refused, :class:`~governance.errors.InputError`; what cannot happen in
this one is a warning, for it may be the very thing to rehearse.

To add a check, write a function from a scenario to warnings and name it in :data:`CHECKS`.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np

from governance.errors import InputError
from governance.units import DAY, SHARE, TOKEN, format_duration
from simulations.agents.auditors import RESERVE
from simulations.launch import MILLION, first_tokens
from simulations.mechanisms.attestations import CRITERIA
from simulations.mechanisms.vesting import vested_share
from simulations.scenario import Scenario
from simulations.start import Start

VOTED = "deployment", "funding", "dispute"
"""Kinds of proposals that cohorts make."""


@dataclass(frozen=True)
class ScenarioWarning:
    """Something that cannot happen in a scenario.

    Attributes
    ----------
    field
        Path of the parameter to look at first.
    numbers
        What is, and what would have to be.
    fix
        What to change.
    """

    field: str
    numbers: str
    fix: str

    def __str__(self) -> str:
        return f"{self.field}: {self.numbers}: {self.fix}"

    def record(self) -> dict[str, str]:
        """Return it as JSON data."""
        return asdict(self)


type Check = Callable[[Scenario], Iterator[ScenarioWarning]]


def check(scenario: Scenario) -> list[ScenarioWarning]:
    """Return everything to warn of before a scenario is rehearsed.

    Raises
    ------
    InputError
        If no proposal could pass in any world, however long.
    """
    return [warning for each in CHECKS for warning in each(scenario)]


def reachable_quorum(scenario: Scenario) -> Iterator[ScenarioWarning]:
    """Whether all who can ever stake are a quorum, and those who can within the horizon."""
    for kind in VOTED:
        ever, within = _float(scenario, None), _float(scenario, scenario.days)
        field, needed = _quorum(scenario, kind, ever)
        if ever < needed:
            raise InputError(
                f"{field}: a {kind} needs {needed:,.0f} shares, and all that community, team and "
                f"investors can ever stake are {ever:,.0f}: lower it, or allocate less to the "
                "treasury"
            )
        field, needed = _quorum(scenario, kind, within)
        if within < needed:
            yield ScenarioWarning(
                field,
                f"a {kind} needs {needed:,.0f} shares, and {within:,.0f} tokens are free to be "
                f"staked within {scenario.days} days",
                "lower it, or rehearse more days: until then nothing of the kind can pass",
            )


def votes_that_end(scenario: Scenario) -> Iterator[ScenarioWarning]:
    """Whether a vote can open, and end, within the horizon."""
    law, horizon = scenario.constitution, scenario.days * DAY
    age, matures = (0, law.staking.maturity) if scenario.start is None else _aged(scenario.start)
    first = max(law.governor.opening - age, matures)
    field = "governor.opening" if law.governor.opening >= first else "staking.maturity"
    period = max(law.governor.voting_period, min(_of_kinds(scenario, "voting_period")))
    ends = min([first + law.governor.voting_delay + period, *_deadlines(scenario.start)])
    if first >= horizon:
        yield ScenarioWarning(
            field,
            f"the first proposal can come after {format_duration(first)}, and the horizon is "
            f"{scenario.days}d",
            "rehearse more days: nothing can be proposed",
        )
    elif ends >= horizon:
        yield ScenarioWarning(
            "governor.voting_period",
            f"the first vote ends after {format_duration(ends)} at the earliest, and the horizon "
            f"is {scenario.days}d",
            "rehearse more days: no vote comes to an end",
        )


def audits_that_suffice(scenario: Scenario) -> Iterator[ScenarioWarning]:
    """Whether there are as many auditors as the gate asks for, and each can pay for its word."""
    world, gate = scenario.world, scenario.constitution.gate
    if not world.population.developers:
        return
    asked = max(gate.bias_auditors, gate.safety_auditors, gate.quality_auditors)
    given = {
        "world.population.auditors": world.population.auditors,
        "world.audits.panel": world.audits.panel,
    }
    for field, count in given.items():
        if count < asked:
            yield ScenarioWarning(
                field,
                f"{count} auditors look into a version, and the gate asks for {asked}",
                f"make it at least {asked}: no version can ever run",
            )
    kept, stake = RESERVE * _challenge(scenario), gate.attestation_stake
    free = _wage(scenario, "auditors") - kept
    needed = float(stake) * len(CRITERIA)
    if world.population.auditors and free < needed:
        yield ScenarioWarning(
            "gate.attestation_stake",
            f"{len(CRITERIA)} criteria lock {needed:,.0f} shares, and an auditor has {free:,.0f} "
            f"tokens beside the {kept:,.0f} it keeps for challenges",
            "lower it, or have fewer auditors or a larger world.population.workers_share: no "
            "version can ever be attested",
        )


def challenges_that_can_be_paid(scenario: Scenario) -> Iterator[ScenarioWarning]:
    """Whether those who may find a flaw can pay the bond and the court."""
    wage, cost = _wage(scenario, "auditors"), _challenge(scenario)
    if scenario.world.population.developers and 0 < wage < cost:
        yield ScenarioWarning(
            "registry.challenge_bond",
            f"a challenge costs {cost:,.0f} tokens with the court's fees, and an auditor has "
            f"{wage:,.0f}",
            "lower the bond or court.people.fee: nobody can challenge",
        )


def panels_that_fill(scenario: Scenario) -> Iterator[ScenarioWarning]:
    """Whether there are jurors for a first panel, with the stakes that seats need."""
    population, lane = scenario.world.population, scenario.constitution.court.people
    if not (population.developers and population.auditors):
        return
    if population.jurors < lane.seats:
        yield ScenarioWarning(
            "world.population.jurors",
            f"{population.jurors} jurors for the {lane.seats} seats of a first panel",
            f"have at least {lane.seats}: a challenge waits for its panel, or one juror decides "
            "with several seats",
        )
    wage = _wage(scenario, "jurors")
    if 0 < wage < lane.least_stake:
        yield ScenarioWarning(
            "court.people.least_stake",
            f"a juror stakes at least {lane.least_stake:,} shares, and has {wage:,.0f} tokens",
            "lower it, or have fewer jurors or a larger world.population.workers_share: nobody "
            "can be drawn",
        )


def attacks_that_can_be(scenario: Scenario) -> Iterator[ScenarioWarning]:
    """Whether attackers have the time and the means to do anything."""
    world, attack = scenario.world, scenario.world.attack
    cooldown = scenario.constitution.staking.cooldown
    if not world.population.attackers:
        return
    if attack.start >= scenario.days * DAY:
        yield ScenarioWarning(
            "world.attack.start",
            f"attackers begin after {format_duration(attack.start)}, and the horizon is "
            f"{scenario.days}d",
            "let them begin earlier, or rehearse more days: they do nothing",
        )
    if attack.kind == "borrower" and attack.term <= cooldown:
        yield ScenarioWarning(
            "world.attack.term",
            f"a loan ends after {format_duration(attack.term)}, and a stake leaves the vault "
            f"after {format_duration(cooldown)}",
            "nobody lends for so short a time: that the rules prevent it may be the answer",
        )
    if attack.kind == "washer" and not world.population.developers:
        yield ScenarioWarning(
            "world.population.developers",
            "0 developers, and washers who pay for the models of one",
            "have at least one: there is nothing to pay for",
        )
    if attack.kind == "runner" and not world.population.curators:
        yield ScenarioWarning(
            "world.population.curators",
            "0 curators, and runners who buy signal ahead of them",
            "have some: there is nobody to run ahead of",
        )


CHECKS: tuple[Check, ...] = (
    reachable_quorum,
    votes_that_end,
    audits_that_suffice,
    challenges_that_can_be_paid,
    panels_that_fill,
    attacks_that_can_be,
)
"""Every check, in the order of the day."""


def _float(scenario: Scenario, days: int | None) -> float:
    """Tokens outside the treasury and vested after so many days, ever for None.

    As many shares at most: a share costs a token at launch and never less.
    """
    law, seconds = scenario.constitution, np.inf if days is None else days * DAY
    if scenario.start is not None:
        return _float_of(scenario.start, seconds)
    free = law.allocated("community") / TOKEN
    for name in ("team", "investors"):
        terms = getattr(law.vesting, name)
        vested = vested_share(np.array(terms.cliff), np.array(terms.duration), seconds)
        free += law.allocated(name) / TOKEN * float(vested)
    return free


def _float_of(start: Start, seconds: float) -> float:
    """What members of a pulled DAO hold, have staked, and will have vested after some seconds."""
    stakes = start.column("shares") + start.column("exiting")
    free = float(start.column("tokens").sum() + stakes.sum())
    for grant in start.books["grants"]:
        cliff, duration = (np.array(max(grant[name], 1)) for name in ("cliff", "duration"))
        share = float(vested_share(cliff, duration, grant["age"] + seconds))
        free += max(grant["total"] * share - grant["released"], 0.0) / TOKEN
    return free


def _aged(start: Start) -> tuple[int, int]:
    """Age of a pulled DAO, and when its first stakes vote: they do already."""
    return int(start.books["age"]), 0


def _deadlines(start: Start | None) -> list[int]:
    """When the votes end that a pulled DAO has open, in seconds."""
    rows = [] if start is None else start.proposals.to_pylist()
    return [row["deadline"] for row in rows if row["state"] in ("Pending", "Active")]


def _quorum(scenario: Scenario, kind: str, staked: float) -> tuple[str, float]:
    """Rule that decides the quorum of a kind, and its shares, if so many are staked."""
    law, rule = scenario.constitution, scenario.constitution.governor
    votable = staked + scenario.contract_shares / SHARE
    start = scenario.start
    supply = float(law.token.initial_supply) if start is None else start.tokens("supply")
    base = supply if rule.quorum_base == "supply" else votable
    general = {
        "governor.quorum": float(rule.quorum) * base,
        "governor.quorum_floor": float(rule.quorum_floor),
    }
    field, needed = max(general.items(), key=lambda each: each[1])
    needed = min(needed, float(rule.quorum_cap)) if rule.quorum_cap else needed
    own = float(getattr(law.kinds, kind).quorum) * votable
    return (f"kinds.{kind}.quorum", own) if own > needed else (field, needed)


def _of_kinds(scenario: Scenario, rule: str) -> list[int]:
    return [getattr(getattr(scenario.constitution.kinds, kind), rule) for kind in VOTED]


def _wage(scenario: Scenario, cohort: str) -> float:
    """Tokens that each of a cohort of workers has at launch, 0 if there is none."""
    some = getattr(scenario.world.population, cohort)
    return first_tokens(scenario)[cohort] / MILLION if some else 0.0


def _challenge(scenario: Scenario) -> float:
    """Tokens that a challenger puts up: the bond and the fees of a first panel."""
    law = scenario.constitution
    return float(law.registry.challenge_bond + law.court.people.seats * law.court.people.fee)
