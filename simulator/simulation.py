"""Everything a stand-in needs to run, in one value, and how routes get at it.

The world has one thread, so that no step of a message can be half done: routes and their
dependencies are all `async def`, which keeps FastAPI from running them beside each other.
"""

from dataclasses import dataclass
from typing import Annotated, TypeAlias, cast

from fastapi import Depends, Request

from simulator.clock import SimulatedClock
from simulator.courier import Courier, CourierLimits
from simulator.faults import Faults
from simulator.feed import Feed
from simulator.settings import SimulatorSettings
from simulator.shelf import MediaShelf
from simulator.world import World


@dataclass(frozen=True)
class Simulation:
    """The shared parts. Each provider's stand-in is built on them."""

    settings: SimulatorSettings
    clock: SimulatedClock
    faults: Faults
    feed: Feed
    world: World
    courier: Courier


def build_simulation(settings: SimulatorSettings) -> Simulation:
    data_file = settings.data_file
    folder = data_file.with_suffix(".media") if data_file is not None else None
    shelf = MediaShelf(max_bytes=settings.max_media_bytes, folder=folder)
    clock, faults, feed, world = SimulatedClock(), Faults(), Feed(), World(settings, shelf)
    limits = CourierLimits(in_flight=settings.max_in_flight, connections=settings.webhook_connections)
    courier = Courier(world=world, clock=clock, faults=faults, feed=feed, limits=limits)
    return Simulation(settings, clock, faults, feed, world, courier)


async def simulation_of(request: Request) -> Simulation:
    return cast("Simulation", request.app.state.simulation)


async def base_url_of(request: Request, sim: "SimulationOf") -> str:
    """Under which address the simulator is reached; goes into the URLs it hands out."""
    configured = sim.settings.public_url
    return (configured or str(request.base_url)).rstrip("/")


SimulationOf: TypeAlias = Annotated[Simulation, Depends(simulation_of)]
BaseUrl: TypeAlias = Annotated[str, Depends(base_url_of)]
