"""Twilio's typing indicator, and the list of WhatsApp senders of an account."""

import hashlib
from typing import Any

from fastapi import APIRouter, Depends

from simulator.simulation import SimulationOf
from simulator.twilio.auth import Caller, FormOf, misbehave
from simulator.twilio.errors import TwilioError

router = APIRouter(prefix="/v2", dependencies=[Depends(misbehave)])


@router.post("/Indicators/Typing.json")
async def show_typing(who: Caller, form: FormOf, sim: SimulationOf) -> dict[str, bool]:
    """Also marks the message as read (https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource)."""
    fields = dict(form)
    message = sim.world.find_message(fields.get("messageId", ""))
    if fields.get("channel") != "whatsapp" or message is None or message.direction != "inbound":
        raise TwilioError(20001, "channel must be whatsapp, messageId the sid of an inbound message.")
    if message.account_id != who.account_id:
        raise TwilioError(20404)
    seen = sim.world.amend_message(message.message_id, seen=True)
    sim.feed.tell("message", seen)
    sim.feed.tell("typing", business=message.business, customer=message.customer)
    return {"success": True}


@router.get("/Channels/Senders")
async def list_senders(who: Caller, sim: SimulationOf) -> dict[str, Any]:
    owned = [item for item in sim.world.endpoints.values() if item.account_id == who.account_id]
    return {
        "senders": [
            {
                "sid": "XE" + hashlib.sha256(endpoint.address.encode()).hexdigest()[:32],
                "sender_id": endpoint.address,
                "status": "ONLINE",
                "profile": {"name": endpoint.name},
            }
            for endpoint in owned
        ],
        "meta": {"key": "senders", "page": 0, "page_size": len(owned), "next_page_url": None},
    }
