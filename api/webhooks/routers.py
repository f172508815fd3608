"""The routers of the webhooks, one per provider."""

from typing import Final

from fastapi import APIRouter

from api.webhooks import twilio

ROUTERS: Final[tuple[APIRouter, ...]] = (twilio.router,)
