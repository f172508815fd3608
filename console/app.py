"""Mounts the console on the app that serves the API."""

from typing import Final

from fastapi import FastAPI
from nicegui import __version__ as nicegui_version
from nicegui import app as console
from nicegui import core, ui
from starlette.routing import Match, Mount
from starlette.types import Scope

from console import assets, desk_page, errors, files, paths, sign_in
from console.headers import ConsoleHeaders
from console.texts import ENGLISH

# How long the server keeps a page whose browser lost its connection.
_RECONNECT_WITHIN: Final = 30.0


class _BesideTheApi(Mount):
    """Takes what is below its path, except what belongs to the agent API."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path: str = scope.get("path", "")
        if path == paths.API or path.startswith(f"{paths.API}/"):
            return Match.NONE, {}
        return super().matches(scope)


def mount(app: FastAPI, *, is_secure: bool) -> None:
    """Serve the console below /agent. `is_secure`: the world reaches us by HTTPS only.

    The app's lifespan must give `services` to every request. NiceGUI is one per process: so is this.
    """
    texts = ENGLISH
    console.include_router(sign_in.routes(is_secure=is_secure, texts=texts))
    console.include_router(files.router)
    console.add_static_files(paths.within(paths.ASSETS), assets.FOLDER)
    errors.install(console, texts)
    desk_page.routes()
    console.add_middleware(ConsoleHeaders, lasting=f"{paths.HOME}/_nicegui/{nicegui_version}/")
    # Pages know an unguessable id of theirs, yet nobody else's page has any business here.
    core.sio.eio.cors_allowed_origins = None
    ui.run_with(
        app,
        mount_path=paths.HOME,
        title=f"{texts.product} · {texts.console}",
        favicon=assets.FOLDER / "icon.svg",
        dark=None,
        tailwind=False,
        reconnect_timeout=_RECONNECT_WITHIN,
        show_welcome_message=False,
    )
    app.router.routes[-1] = _BesideTheApi(paths.HOME, app=console)
