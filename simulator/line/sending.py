"""How an application sends (https://developers.line.biz/en/reference/messaging-api/#sending-messages)."""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from simulator.hangup import HangUp
from simulator.line.auth import Bot, Json, misbehave
from simulator.line.errors import INVALID_RECIPIENT, INVALID_REPLY_TOKEN, LineError
from simulator.line.ids import CHAT
from simulator.line.objects import read_objects
from simulator.line.stand_in import LineStandIn, line_of
from simulator.line.taking import names_of, take
from simulator.records import Message
from simulator.simulation import Simulation, SimulationOf

RETRY_KEY: Final = "x-line-retry-key"
router = APIRouter(prefix="/v2/bot/message", dependencies=[Depends(misbehave)])


@router.post("/push")
async def push(request: Request, endpoint: Bot, body: Json, sim: SimulationOf) -> dict[str, Any]:
    stand_in, key = line_of(request), _retry_key(request)
    if key:
        _refuse_repeated(stand_in, sim, endpoint.account_id, key)
    shown, chat = read_objects(body.get("messages")), body.get("to")
    if not isinstance(chat, str) or not CHAT.fullmatch(chat):
        raise LineError(400, INVALID_RECIPIENT)
    messages = take(sim, endpoint, chat, shown, reply=False, key=key)
    stand_in.accept(messages)
    if key and sim.faults.strikes("keyed_answer_lost"):
        raise HangUp
    return _answer(sim, messages)


@router.post("/reply")
async def reply(request: Request, endpoint: Bot, body: Json, sim: SimulationOf) -> dict[str, Any]:
    """Takes no key: a repeated reply is refused by its token."""
    if RETRY_KEY in request.headers:
        raise LineError(400, "The retry key is not supported by this endpoint")
    shown, stand_in = read_objects(body.get("messages")), line_of(request)
    token = str(body.get("replyToken"))
    right = stand_in.rights.use(token, endpoint.address, sim.clock.now())
    if right is None:
        raise LineError(400, INVALID_REPLY_TOKEN)
    messages = take(sim, endpoint, right.chat, shown, reply=True)
    stand_in.accept(messages)
    return _answer(sim, messages)


@router.post("/validate/{kind}")
async def validate(kind: str, _endpoint: Bot, body: Json) -> dict[str, Any]:
    """Looks at the message objects only."""
    if kind not in {"reply", "push", "multicast", "narrowcast", "broadcast"}:
        raise LineError(404, "Not found")
    read_objects(body.get("messages"))
    return {}


def _answer(sim: Simulation, messages: list[Message]) -> dict[str, Any]:
    if sim.faults.strikes("answer_lost"):
        raise HangUp
    if sim.faults.strikes("taken_with_error"):
        raise LineError(500, "Internal server error")
    return {"sentMessages": names_of(messages)}


def _refuse_repeated(stand_in: LineStandIn, sim: Simulation, account_id: str, key: str) -> None:
    """The same key again is the same request, whatever it says now."""
    call = stand_in.rights.accepted(account_id, key, sim.clock.now())
    if call is not None:
        raise LineError(
            409,
            "The retry key is already accepted",
            headers={"X-Line-Accepted-Request-Id": call.request_id},
            extra={"sentMessages": call.sent},
        )


def _retry_key(request: Request) -> str:
    key = request.headers.get(RETRY_KEY, "")
    try:
        return str(UUID(key)) if key else ""
    except ValueError as error:
        raise LineError(400, "The retry key must be a UUID") from error
