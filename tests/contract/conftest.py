"""A simulator on a real socket, with an application for it to call."""

from collections.abc import Iterator

import pytest
from twilio.rest import Client

from tests.contract import simulated_line
from tests.contract.simulated_twilio import (
    ACCOUNT,
    IN_A_HURRY,
    TOKEN,
    Application,
    Simulator,
    listen,
    serve,
)


@pytest.fixture(scope="module")
def running_simulator() -> Iterator[Simulator]:
    with serve(IN_A_HURRY) as simulator:
        yield simulator


@pytest.fixture
def application() -> Iterator[Application]:
    with listen() as application:
        yield application


@pytest.fixture
def simulator(running_simulator: Simulator, application: Application) -> Simulator:
    """A fresh world with one account, one number, and one customer who has WhatsApp but never wrote."""
    running_simulator.control("reset", {})
    running_simulator.furnish(application)
    return running_simulator


@pytest.fixture
def twilio(simulator: Simulator) -> Iterator[Client]:
    """The official SDK, pointed at the simulator."""
    client = Client(ACCOUNT, TOKEN)
    for domain in (client.api, client.content, client.messaging):
        domain.base_url = simulator.url
    yield client
    client.http_client.session.close()


@pytest.fixture
def bot(simulator: Simulator, application: Application) -> Simulator:
    """The simulator with a LINE bot that calls the application, and a friend of it."""
    simulated_line.furnish(simulator, application)
    simulated_line.befriend(simulator)
    return simulator
