"""Work beside everything else is begun anew, whatever ends it."""

import asyncio
from datetime import timedelta

import pytest

from application import background
from application.background import again_and_again, in_background
from domain.errors import Unavailable


async def test_work_begins_anew_whatever_ended_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "AGAIN_AFTER", timedelta())
    ends = iter([None, Unavailable("down"), RuntimeError("broken")])
    is_through = asyncio.Event()

    async def work() -> None:
        end = next(ends, is_through)
        if end is is_through:
            is_through.set()
            await asyncio.Event().wait()
        if isinstance(end, Exception):
            raise end

    async with asyncio.timeout(10), in_background(again_and_again(work, "a test")):
        await is_through.wait()
