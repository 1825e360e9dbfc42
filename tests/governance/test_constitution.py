"""Constitutions: presets, exact numbers, and errors that name the fix."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.constitution import PRESETS, Constitution, load_constitution
from governance.errors import InputError
from governance.settings import validate
from governance.units import DAY, format_duration, parse_duration, to_bps, to_wei

NAMES = sorted(path.stem for path in PRESETS.glob("*.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_presets_survive_their_own_toml(name: str, tmp_path: Path) -> None:
    rules = load_constitution(name)
    path = tmp_path / "copy.toml"
    path.write_text(rules.to_toml(), encoding="utf-8")
    assert load_constitution(path) == rules
    assert load_constitution(path).hash() == rules.hash()


@pytest.mark.parametrize("name", NAMES)
def test_allocations_are_the_whole_supply_to_the_wei(name: str) -> None:
    rules = load_constitution(name)
    buckets = ("community", "treasury", "team", "investors")
    assert sum(map(rules.allocated, buckets)) == to_wei(rules.token.initial_supply)


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_says_what_it_is(name: str) -> None:
    for leaf in load_constitution(name).leaves():
        assert leaf.info.description, leaf.path
        assert leaf.unit, leaf.path
        assert leaf.source, leaf.path


def test_the_hash_knows_values_not_spellings() -> None:
    rules = load_constitution("startup")
    same = rules.with_value("governor.quorum", Decimal("0.0400"))
    assert same.hash() == rules.hash()
    assert rules.with_value("governor.quorum", 0.05).hash() != rules.hash()
    assert rules.governor.quorum == Decimal("0.04"), "the original is untouched"


def broken(tmp_path: Path, old: str, new: str) -> str:
    text = (PRESETS / "startup.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "ours.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_constitution(path)
    assert str(path) in str(caught.value)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("quorum = 0.04", "qorum = 0.04", ["'governor.qorum'", "did you mean 'quorum'"]),
        ("quorum = 0.04", "", ["'governor.quorum' is missing"]),
        ("quorum = 0.04", "quorum = 1.4", ["governor.quorum = 1.4", "less than or equal to 1"]),
        ("quorum = 0.04", "quorum = 0.04001", ["governor.quorum", "basis point"]),
        ("quorum = 0.04", "quorum = true", ["governor.quorum"]),
        ("quorum = 0.04", 'quorum = "much"', ["governor.quorum = much", "decimal"]),
        ('"2d 1h"', '"2 fortnights"', ["governor.voting_delay", 'write it like "7d"']),
        ('voting_period = "7d"', 'voting_period = "61d"', ["governor.voting_period = 5270400"]),
        ('late_quorum_extension = "2d"', 'late_quorum_extension = "9d"', ["shorten it"]),
        ("community = 0.45", "community = 0.46", ["allocation", "sum to 1.01"]),
        ("cap = 100_000_000", "cap = 1_000", ["exceeds", "lower it"]),
        ('cliff = "365d"', 'cliff = "9999d"', ["vesting.team"]),
        ('cliff = "180d"', 'cliff = "731d"', ["vesting.investors", "after the end"]),
        ("[governor]", "[goverment]", ["'goverment'", "did you mean 'governor'"]),
        ("per_day = 10_000", "per_day = inf", ["emissions.per_day", "finite"]),
        ("per_day = 10_000", "per_day = -1", ["emissions.per_day = -1", "greater than or equal"]),
        (
            "quorum_floor = 1_200_000",
            "quorum_floor = 1e9",
            ["quorum_floor", "nothing could ever pass"],
        ),
        ("[token]", "[token", ["not a TOML file"]),
        (
            "[kinds.deployment]\napproval = 0.60",
            "[kinds.deployment]\napproval = 0.70",
            ["kinds.constitutional.approval is easier", "at least 0.70"],
        ),
        (
            "quorum_floor = 1_200_000",
            "quorum_cap = 1\nquorum_floor = 2",
            ["quorum_cap = 1 lies below"],
        ),
        ("[court.people]", "[court.people]\nseats = 65", ["seats = 65 exceeds most_seats = 63"]),
        ("[court.people]", "[court.people]\nwinner_stake = 3", ["winner_stake = 3 exceeds"]),
        ("[grants]", "[market]\nburned = 0.2\n[grants]", ["market", "sum to 1.1"]),
        (
            "[grants]",
            "[market]\nburned = 0\ntreasury = 0\ndeveloper = 0.8\n[grants]",
            ["burned + treasury = 0", "at least 0.01"],
        ),
        ("[grants]", "[market]\nleast_price = 9e6\n[grants]", ["least_price = 9", "exceeds"]),
        ("[grants]", '[kleros]\ncore = "0x12"\n[grants]', ["kleros.core = 0x12", "pattern"]),
        (
            'per_day = 10_000\nhalving = "1461d"',
            'curve = "exponential"\nper_day = 1\nhalving = 0',
            ["halving = 0 has no exponential curve"],
        ),
        ("per_day = 10_000", 'curve = "cubic"\nper_day = 1', ["emissions.curve = cubic"]),
    ],
)
def test_a_wrong_file(tmp_path: Path, old: str, new: str, parts: list[str]) -> None:
    message = broken(tmp_path, old, new)
    for part in parts:
        assert part in message


def test_a_section_given_in_part_takes_the_rest_from_its_default() -> None:
    data = load_constitution("lab").model_dump(mode="python")
    data["court"] = {"agents": {"fee": 3}}
    data["kinds"] = {"constitutional": {"quorum": "0.3"}}
    rules = validate(Constitution, data, "test")
    assert (rules.court.agents.fee, rules.court.agents.alpha) == (3, Decimal("0.017"))
    assert rules.court.people == type(rules.court)().people
    assert rules.kinds.constitutional.approval == Decimal("0.6667")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    message = broken(tmp_path, "quorum = 0.04", "quorum = 2\nqourum = 1")
    assert "governor.quorum = 2" in message
    assert "'governor.qourum'" in message


def test_names_that_do_not_exist() -> None:
    with pytest.raises(InputError, match="did you mean 'startup'"):
        load_constitution("startpu")
    with pytest.raises(InputError, match="no such file"):
        load_constitution("nowhere.toml")
    with pytest.raises(InputError, match=r"did you mean 'governor\.quorum'"):
        load_constitution("startup").with_value("governor.quorom", 1)
    with pytest.raises(InputError, match="origin: field 'token' is missing"):
        validate(Constitution, {}, "origin")


@pytest.mark.parametrize("text", ["²", "٣", "٣d", "9" * 5_000, "9" * 5_000 + "d", "1 d 2", ""])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(InputError, match="is not a duration"):
        parse_duration(text)


@given(st.integers(0, 400 * DAY))
def test_durations_are_read_as_they_are_written(seconds: int) -> None:
    assert parse_duration(format_duration(seconds)) == seconds


@given(st.integers(0, 10_000))
def test_basis_points_are_exact(points: int) -> None:
    assert to_bps(Decimal(points) / 10_000) == points


def test_wei_are_exact_however_many_tokens() -> None:
    assert to_wei(Decimal("10000000000.000000000000000001")) == 10**28 + 1
    assert to_wei(Decimal("0.0000000000000000019")) == 1
