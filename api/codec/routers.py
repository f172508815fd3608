"""The routers below /codec."""

from typing import Final

from fastapi import APIRouter

from api.codec import payloads, sign_in

ROUTERS: Final[tuple[APIRouter, ...]] = (payloads.router, sign_in.router)
