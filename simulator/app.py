"""Puts the simulator together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from simulator import control, phone
from simulator.courier import Overloaded
from simulator.hangup import DroppingApp, HangUp, answer_hang_up
from simulator.keeper import Keeper
from simulator.settings import SimulatorSettings
from simulator.simulation import Simulation, build_simulation
from simulator.twilio import content, indicators, media, messages
from simulator.twilio.errors import TwilioError, answer_error
from simulator.twilio.stand_in import TwilioStandIn
from simulator.utterance import NotPossible

# A file of 16 MiB in base64, and the JSON around it.
MAX_BODY_BYTES: Final = 24 * 1024 * 1024


def create_app(settings: SimulatorSettings) -> FastAPI:
    app = DroppingApp(
        title="Holdfast provider simulator", lifespan=_lifespan, max_body_size=MAX_BODY_BYTES
    )
    app.state.settings = settings
    app.add_exception_handler(TwilioError, answer_error)
    app.add_exception_handler(HangUp, answer_hang_up)
    app.add_exception_handler(NotPossible, _answer_not_possible)
    app.add_exception_handler(Overloaded, _answer_overloaded)
    for router in (control.router, messages.router, media.router, media.cdn, content.router):
        app.include_router(router)
    app.include_router(indicators.router)
    app.include_router(phone.router)
    app.mount("/static", StaticFiles(directory=phone.STATIC), name="static")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    sim = build_simulation(app.state.settings)
    twilio = TwilioStandIn(sim)
    app.state.simulation, app.state.twilio = sim, twilio
    app.state.stand_ins = {twilio.provider: twilio}
    keeper = _restore(sim)
    if not sim.world.templates:
        twilio.seed()
    twilio.resume()
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
