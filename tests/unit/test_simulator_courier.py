"""What the simulator's courier makes of an application that is not there."""

import httpx2
import pytest

from simulator.clock import SimulatedClock
from simulator.courier import Courier, CourierLimits, Errand
from simulator.faults import Faults
from simulator.feed import Feed
from simulator.settings import SimulatorSettings
from simulator.shelf import MediaShelf
from simulator.world import World


@pytest.mark.parametrize(
    "lost",
    [
        httpx2.ConnectError("refused"),
        AttributeError("'NoneType' object has no attribute 'getpeername'"),
    ],
)
async def test_an_application_that_dies_while_it_is_called_is_unreachable(lost: Exception) -> None:
    def die(_request: httpx2.Request) -> httpx2.Response:
        raise lost

    courier = Courier(
        world=World(SimulatorSettings(), MediaShelf(max_bytes=1, folder=None)),
        clock=SimulatedClock(),
        faults=Faults(),
        feed=Feed(),
        limits=CourierLimits(in_flight=1, connections=1),
        transport=httpx2.MockTransport(die),
    )
    errand = Errand(
        purpose="inbound", message_id="SM1", url="http://127.0.0.1/hook", headers={}, body=b""
    )
    attempts = await courier.run(errand)
    await courier.close()

    assert [each.error for each in attempts] == [f"could not connect: {type(lost).__name__}"] * 2
