"""The page of measurements renders what benchmarks return."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.bench.findings import Findings, Table, quantile, share, spread
from tests.bench.page import About, page, with_section

FOUND = Findings(
    title="Something",
    how="Measured so.",
    tables=(Table("Figures", ("", "ms", "each"), (("ours", 1.234, 12_345), ("bare", 56.78, None))),),
    remarks=("Noted.",),
)


ABOUT = About(
    command="make bench",
    at=datetime(2026, 1, 15, 12, 0, tzinfo=UTC),
    seconds=61.2,
    machine={"cores": "2"},
)


def test_a_page_names_the_run_and_shows_every_figure() -> None:
    text = page([FOUND], ABOUT)
    assert "| command | `make bench` |\n| date | 2026-01-15 12:00 UTC |\n| took | 61 s |" in text
    assert "| cores | 2 |" in text
    assert "## Something\n\nMeasured so.\n\n**Figures**\n" in text
    assert "| ours | 1.23 | 12,345 |\n| bare | 56.8 | - |\n\n- Noted.\n" in text


def test_a_section_is_written_into_the_page_in_its_old_place_with_its_own_run() -> None:
    other = replace(FOUND, title="Other")
    before = page([FOUND, other], ABOUT)
    after = with_section(before, replace(FOUND, how="Measured anew."), ABOUT)
    assert [line for line in after.splitlines() if line.startswith("## ")] == [
        "## Something",
        "## Other",
    ]
    assert "Measured anew.\n\n**Figures**" in after
    assert after.count("Measured so.") == 1
    assert after.count("| cores | 2 |") == 2
    assert with_section(after, replace(FOUND, how="Measured anew."), ABOUT) == after


def test_a_section_that_is_new_comes_last() -> None:
    text = with_section(page([FOUND], ABOUT), replace(FOUND, title="New"), ABOUT)
    assert text.startswith(page([FOUND], ABOUT))
    assert text.index("## New") > text.index("## Something")


@pytest.mark.parametrize(("part", "value"), [(0.5, 5), (0.9, 9), (0.99, 10), (1.0, 10)])
def test_a_quantile_is_one_of_the_values(part: float, value: float) -> None:
    assert quantile(list(range(10, 0, -1)), part) == value


def test_spread_is_in_milliseconds() -> None:
    assert spread([0.001, 0.002, 0.003]) == (2, 3, 3)


def test_share_of_nothing_is_no_number() -> None:
    assert (share(1, 2), share(1, 0)) == ("50 %", "-")
