"""`python -m simulator`: serve the stand-ins."""

from types import FrameType

import uvicorn
from fastapi import FastAPI

from simulator.app import create_app
from simulator.settings import SimulatorSettings
from simulator.simulation import Simulation


class PhoneServer(uvicorn.Server):
    """Says goodbye to open phone pages first: their event streams would hold up the end."""

    def __init__(self, app: FastAPI, settings: SimulatorSettings) -> None:
        self._app = app
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                access_log=False,
                log_level="warning",
                timeout_graceful_shutdown=2,
                # Clients keep a connection for five seconds: one closed as it is used again is a reset.
                timeout_keep_alive=75,
            )
        )

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        simulation: Simulation | None = getattr(self._app.state, "simulation", None)
        if simulation is not None:
            simulation.feed.close()
        super().handle_exit(sig, frame)


def main() -> None:
    settings = SimulatorSettings()
    PhoneServer(create_app(settings), settings).run()


if __name__ == "__main__":
    main()
