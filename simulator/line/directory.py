"""What LINE knows beside messages: people, the bot, the webhook, the monthly quota, a chat's signs.

https://developers.line.biz/en/reference/messaging-api/
"""

import hashlib
from typing import Any, Final

from fastapi import APIRouter, Depends, Request

from simulator.line.auth import Bot, Json, misbehave
from simulator.line.errors import LineError, Mistake
from simulator.line.ids import USER
from simulator.line.stand_in import line_of
from simulator.line.taking import limit_of, used
from simulator.line.webhooks import result_of
from simulator.records import Customer, Provider
from simulator.simulation import Simulation, SimulationOf

LOADING_SECONDS: Final = range(5, 61, 5)
router = APIRouter(prefix="/v2/bot", dependencies=[Depends(misbehave)])


@router.get("/info")
async def bot_info(endpoint: Bot) -> dict[str, Any]:
    return {
        "userId": endpoint.address,
        "basicId": "@" + hashlib.sha256(endpoint.address.encode()).hexdigest()[:8],
        "displayName": endpoint.name or "Simulated bot",
        "chatMode": "bot",
        "markAsReadMode": "manual",
    }


@router.get("/profile/{user_id}")
async def profile(user_id: str, _endpoint: Bot, sim: SimulationOf) -> dict[str, Any]:
    """Only of friends; blocking the bot ends the friendship."""
    person = _friend(sim, user_id)
    return {
        "displayName": person.profile_name,
        "userId": person.address,
        "language": person.details.get("language", "en"),
    }


@router.get("/group/{group_id}/summary")
async def group_summary(group_id: str, _endpoint: Bot, sim: SimulationOf) -> dict[str, Any]:
    group = _friend(sim, group_id)
    return {"groupId": group.address, "groupName": group.profile_name}


@router.get("/message/quota")
async def quota(endpoint: Bot) -> dict[str, Any]:
    limit = limit_of(endpoint)
    return {"type": "none"} if limit is None else {"type": "limited", "value": limit}


@router.get("/message/quota/consumption")
async def consumption(endpoint: Bot, sim: SimulationOf) -> dict[str, int]:
    return {"totalUsage": used(sim, endpoint)}


@router.put("/channel/webhook/endpoint")
async def set_webhook(endpoint: Bot, body: Json, sim: SimulationOf) -> dict[str, Any]:
    """Plain http is taken too: an application on this machine has nothing else."""
    sim.world.save_endpoint(endpoint.model_copy(update={"inbound_url": _url_in(body)}))
    return {}


@router.get("/channel/webhook/endpoint")
async def get_webhook(endpoint: Bot) -> dict[str, Any]:
    if endpoint.inbound_url is None:
        raise LineError(404, "Webhook endpoint not found")
    return {"endpoint": endpoint.inbound_url, "active": endpoint.details.get("webhook") != "off"}


@router.post("/channel/webhook/test")
async def test_webhook(
    request: Request, endpoint: Bot, body: Json, sim: SimulationOf
) -> dict[str, Any]:
    url = _url_in(body) if "endpoint" in body else endpoint.inbound_url
    if url is None:
        raise LineError(404, "Webhook endpoint not found")
    return result_of(await line_of(request).webhooks.test(endpoint, url), sim.clock.now())


@router.post("/chat/loading/start", status_code=202)
async def show_loading(endpoint: Bot, body: Json, sim: SimulationOf) -> dict[str, Any]:
    chat, seconds = body.get("chatId"), body.get("loadingSeconds", 20)
    if not isinstance(chat, str) or not USER.fullmatch(chat):
        raise Mistake("The value must be a user ID", "chatId")
    if seconds not in LOADING_SECONDS:
        raise Mistake("The value must be a multiple of 5 from 5 to 60", "loadingSeconds")
    sim.feed.tell("typing", business=endpoint.address, customer=chat)
    return {}


@router.post("/chat/markAsRead")
async def mark_as_read(endpoint: Bot, body: Json, sim: SimulationOf) -> dict[str, Any]:
    token = body.get("markAsReadToken")
    found = (
        message
        for message in sim.world.newest_messages()
        if message.business == endpoint.address and message.details.get("read_token") == token
    )
    message = next(found, None)
    if message is None or not isinstance(token, str):
        raise LineError(400, "Invalid markAsReadToken")
    sim.feed.tell("message", sim.world.amend_message(message.message_id, seen=True))
    return {}


def _friend(sim: Simulation, address: str) -> Customer:
    person = sim.world.find_customer(address)
    if person is None or person.provider is not Provider.LINE or person.blocked:
        raise LineError(404, "Not found")
    return person


def _url_in(body: dict[str, Any]) -> str:
    url = body.get("endpoint")
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise Mistake("Invalid webhook endpoint URL", "endpoint")
    return url
