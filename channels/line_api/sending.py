"""Handing a message to LINE: by reply or by push, and what LINE says of it.

https://developers.line.biz/en/reference/messaging-api/#send-push-message
"""

from datetime import timedelta
from typing import Final

from channels.exchange import Answer
from channels.line_api.client import LineClient
from channels.line_api.errors import INVALID_REPLY_TOKEN, code_of, rejection
from channels.line_api.objects import MessageObject, objects
from domain.configuration import Credentials
from domain.errors import OutcomeUnknown
from domain.messages import OutboundMessage, Receipt

PUSH: Final = "/v2/bot/message/push"
REPLY: Final = "/v2/bot/message/reply"
RETRY_KEY: Final = "X-Line-Retry-Key"
ACCEPTED_REQUEST_ID: Final = "x-line-accepted-request-id"
ALREADY_ACCEPTED: Final = 409
# With its key a push without an answer is simply repeated.
AT_ONCE: Final = timedelta(0)


async def send(client: LineClient, message: OutboundMessage, credentials: Credentials) -> Receipt:
    """Reply where we have the right to, else push. Raise ChannelError."""
    messages = objects(message)
    if message.reply_token:
        receipt = await _reply(client, message, messages, credentials)
        if receipt is not None:
            return receipt
    return await _push(client, message, messages, credentials)


async def _push(
    client: LineClient,
    message: OutboundMessage,
    messages: list[MessageObject],
    credentials: Credentials,
) -> Receipt:
    """The key is on the first request already: without it a repeated one would be another message."""
    payload = {"to": message.recipient, "messages": messages}
    headers = {RETRY_KEY: str(message.message_id)}
    try:
        answer = await client.call(credentials, "POST", PUSH, payload, headers=headers)
        return _receipt(answer, message)
    except OutcomeUnknown as error:
        error.retry_after = error.retry_after or AT_ONCE
        raise


async def _reply(
    client: LineClient,
    message: OutboundMessage,
    messages: list[MessageObject],
    credentials: Credentials,
) -> Receipt | None:
    """Free of charge, once, within a minute, and without a key. None: the token is good no more.

    Whoever repeats a reply whose outcome is unknown must leave the token out, and know that the
    push may be a second copy: LINE tells nobody whether the reply was taken.
    """
    payload = {"replyToken": message.reply_token, "messages": messages}
    try:
        answer = await client.call(credentials, "POST", REPLY, payload)
        if code_of(answer) == INVALID_REPLY_TOKEN:
            return None  # nothing was taken
        return _receipt(answer, message)
    except OutcomeUnknown as error:
        error.retry_after = None
        raise


def _receipt(answer: Answer, message: OutboundMessage) -> Receipt:
    """LINE names every object of a call; the first stands for the message. Raise ChannelError."""
    is_taken = answer.is_success or answer.status == ALREADY_ACCEPTED
    if not is_taken:
        raise rejection(answer)
    if not answer.fields:
        raise OutcomeUnknown("LINE's answer cannot be read.")
    sent = answer.fields.get("sentMessages")
    first = sent[0] if isinstance(sent, list) and sent else None
    name = first.get("id") if isinstance(first, dict) else None
    # Taken for certain, though it may have no name: only a push is told it with a 409.
    name = name or answer.headers.get(ACCEPTED_REQUEST_ID) or message.message_id
    return Receipt(provider_message_id=str(name))
