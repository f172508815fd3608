"""What can wait gives way to what cannot, and is never kept waiting for long."""

import asyncio

import pytest

from application import precedence
from application.precedence import Precedence


async def test_when_nothing_goes_first_nobody_waits() -> None:
    async with asyncio.timeout(3):
        for _ in range(100):
            await Precedence().give_way()


async def test_others_wait_until_the_last_that_goes_first_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(precedence, "PATIENCE", precedence.PATIENCE * 100)
    order = Precedence()
    with order.first():
        with order.first():
            waiting = asyncio.create_task(order.give_way())
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
    async with asyncio.timeout(3):
        await waiting


async def test_what_fails_is_done_too() -> None:
    order = Precedence()
    with pytest.raises(ZeroDivisionError), order.first():
        raise ZeroDivisionError
    async with asyncio.timeout(3):
        for _ in range(100):
            await order.give_way()


async def test_however_much_goes_first_nobody_waits_for_long() -> None:
    order = Precedence()
    loop = asyncio.get_running_loop()
    began = loop.time()
    with order.first():
        await asyncio.gather(*(order.give_way() for _ in range(100)))
    waited = loop.time() - began
    patience = precedence.PATIENCE.total_seconds()
    assert patience * 0.9 <= waited < patience * 50
