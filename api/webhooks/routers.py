"""The routers of the webhooks, one per provider."""

from typing import Final

from fastapi import APIRouter

from api.webhooks import google, line, twilio

ROUTERS: Final[tuple[APIRouter, ...]] = (twilio.router, line.router, google.router)
