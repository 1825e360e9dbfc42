"""The gas that the page and the snapshot tell is what a node charges."""

import pytest

from tests.contracts.metering import measure
from tools.gas import CLOSE, OPEN, PAGE, ROWS, SNAPSHOT, filled, stored, table

REFRESH = "if that is meant, run `make snapshots`"


@pytest.mark.anvil
def test_measuring_again_gives_the_snapshot() -> None:
    assert measure() == stored(), f"{SNAPSHOT.name} changed: {REFRESH}"


def test_the_page_tells_the_snapshot() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page, stored()) == page, f"{PAGE.name} tells other figures: {REFRESH}"


def test_the_table_tells_every_figure() -> None:
    told = {row.key for row in ROWS} | {row.plain for row in ROWS if row.plain}
    assert told == set(stored())
    lines = table({key: 1_000 + number for number, key in enumerate(sorted(told))}).splitlines()
    assert len(lines) == len(ROWS) + 2
    assert sum(line.count("| 1,0") for line in lines) == len(told)


def test_the_table_takes_the_place_of_the_last_one() -> None:
    page = f"before\n{OPEN}\nold\n{CLOSE}\nafter\n"
    new = filled(page, stored())
    assert new == f"before\n{OPEN}\n{table(stored())}\n{CLOSE}\nafter\n"
    assert filled(new, stored()) == new
    with pytest.raises(SystemExit):
        filled("no place", stored())
