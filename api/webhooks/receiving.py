"""What all providers have in common: a request as it came, verified, stored, and then answered."""

from fastapi import Request, Response

from api.dependencies import services_of
from channels.webhooks import WebhookRequest
from domain.channels import ChannelName
from domain.errors import InvalidSignature
from domain.ids import AccountId


async def receive(name: ChannelName, account_id: AccountId, request: Request) -> Response:
    """Store what it carries and give the answer that this provider takes for success."""
    engine = services_of(request).engine
    channel = engine.channels.get(name)
    if channel is None:
        raise InvalidSignature("Nobody signs for a channel that is not there.")
    sent = await _as_sent(request, engine.public_url)
    answer = await engine.intake.receive(account_id, channel, sent)
    return Response(answer.body, answer.status, media_type=answer.content_type)


async def _as_sent(request: Request, public_url: str) -> WebhookRequest:
    """The request as the provider made it: some sign our public address, not a proxy's."""
    raw_path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    target = raw_path.partition(b"?")[0] + (b"?" + query if query else b"")
    return WebhookRequest(
        method=request.method,
        url=public_url + target.decode("latin-1"),
        headers=dict(request.headers),
        body=await request.body(),
    )
