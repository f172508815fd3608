"""Providers on real sockets: one that answers from a script, and the simulator with an application."""

from collections.abc import AsyncIterator, Iterator

import pytest
from twilio.rest import Client

from channels.google_business_messages import BusinessMessagesChannel
from channels.rcs import RcsChannel
from tests.contract import google_samples, simulated_google, simulated_line
from tests.contract.scripted_server import ScriptedServer, scripted_server
from tests.contract.simulated_twilio import (
    ACCOUNT,
    IN_A_HURRY,
    TOKEN,
    Application,
    Simulator,
    listen,
    serve,
)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """A provider that answers as a test tells it to."""
    async with scripted_server() as running:
        yield running


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


@pytest.fixture
def business_agent(simulator: Simulator, application: Application) -> Simulator:
    """The simulator with an agent of Business Messages that calls the application."""
    return simulated_google.furnish_business(simulator, application)


@pytest.fixture
async def business_channel(business_agent: Simulator) -> AsyncIterator[BusinessMessagesChannel]:
    """The adapter, pointed at it."""
    channel = google_samples.a_business_channel(business_agent.url, read=5, total=10)
    yield channel
    await channel.close()


@pytest.fixture
def rcs_agent(simulator: Simulator, application: Application) -> Simulator:
    """The simulator with an RCS agent that calls the application, and a customer with RCS."""
    return simulated_google.furnish_rcs(simulator, application)


@pytest.fixture
async def rcs_channel(rcs_agent: Simulator) -> AsyncIterator[RcsChannel]:
    """The adapter, pointed at it."""
    channel = google_samples.an_rcs_channel(rcs_agent.url, read=5, total=10)
    yield channel
    await channel.close()
