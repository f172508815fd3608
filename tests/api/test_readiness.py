"""Who is asked whether requests can be served, and whose answer counts."""

import asyncio

import pytest

from application.health import CHECK_TIMEOUT, Readiness
from domain.errors import Unavailable


async def fine() -> None:
    return None


async def broken() -> None:
    raise Unavailable("away")


async def test_a_part_that_is_needed_decides_and_one_worth_knowing_does_not() -> None:
    assert (await Readiness({"database": fine}, {"temporal": broken}).report()) == (
        True,
        {"database": True, "temporal": False},
    )
    assert not (await Readiness({"database": broken}, {"temporal": fine}).report()).is_ready


@pytest.mark.timeout(CHECK_TIMEOUT * 5)
async def test_a_part_that_does_not_answer_in_time_is_not_there() -> None:
    report = await Readiness({"database": asyncio.Event().wait}).report()

    assert report == (False, {"database": False})
