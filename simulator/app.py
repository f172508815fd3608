"""Puts the simulator together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from simulator import control, phone
from simulator.courier import Overloaded
from simulator.google import registration as google
from simulator.hangup import DroppingApp, HangUp, answer_hang_up
from simulator.keeper import Keeper
from simulator.line import registration as line
from simulator.provider import Registration
from simulator.settings import SimulatorSettings
from simulator.shop import app as shop
from simulator.shop.signing import Signer
from simulator.simulation import Simulation, build_simulation
from simulator.twilio import registration as twilio
from simulator.utterance import NotPossible

# Everybody the simulator stands in for; each one adds a line.
REGISTRATIONS: Final[tuple[Registration, ...]] = (
    twilio.REGISTRATION,
    line.REGISTRATION,
    google.BUSINESS_MESSAGES,
    google.RCS,
)
# A file of 16 MiB in base64, and the JSON around it.
MAX_BODY_BYTES: Final = 24 * 1024 * 1024


def create_app(settings: SimulatorSettings) -> FastAPI:
    app = DroppingApp(
        title="Holdfast provider simulator", lifespan=_lifespan, max_body_size=MAX_BODY_BYTES
    )
    app.state.settings = settings
    app.state.shop_signer = Signer()
    app.add_exception_handler(HangUp, answer_hang_up)
    app.add_exception_handler(NotPossible, _answer_not_possible)
    app.add_exception_handler(Overloaded, _answer_overloaded)
    app.include_router(control.router)
    for registration in REGISTRATIONS:
        _add_provider(app, registration)
    app.include_router(phone.router)
    app.include_router(shop.router)
    app.mount("/static", StaticFiles(directory=phone.STATIC), name="static")
    return app


def _add_provider(app: FastAPI, registration: Registration) -> None:
    for router in registration.routers:
        app.include_router(router)
    for error, answer in registration.errors.items():
        app.add_exception_handler(error, answer)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    sim = build_simulation(app.state.settings)
    stand_ins = [registration.make(sim) for registration in REGISTRATIONS]
    app.state.simulation = sim
    app.state.stand_ins = {stand_in.provider: stand_in for stand_in in stand_ins}
    keeper = _restore(sim)
    is_fresh = not sim.world.templates
    for stand_in in stand_ins:
        if is_fresh:
            stand_in.seed()
        stand_in.resume()
    try:
        yield
    finally:
        await sim.courier.close()
        if keeper is not None:
            await keeper.stop()


def _restore(sim: Simulation) -> Keeper | None:
    if sim.settings.data_file is None:
        return None
    keeper = Keeper(sim.settings.data_file, sim.world, sim.clock)
    keeper.load()
    keeper.start()
    return keeper


async def _answer_not_possible(_request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, status_code=422)


async def _answer_overloaded(_request: Request, _error: Exception) -> Response:
    detail = "Too much is under way; wait for the webhooks that are out."
    return JSONResponse({"detail": detail}, status_code=503)
