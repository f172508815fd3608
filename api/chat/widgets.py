"""/chat/v1/widgets: what a page needs to show a widget."""

import hashlib
from typing import Annotated, Final

from fastapi import Header, Request, Response

from api.chat.origins import require_origin
from api.chat.routing import UseChat, chat_router
from application.public_widgets import WidgetPublic
from domain.ids import EndpointId

FRESH_FOR: Final = 30  # seconds
router = chat_router("/widgets")


@router.get("/{widget_id}", response_model=WidgetPublic)
async def widget(
    widget_id: EndpointId,
    request: Request,
    chat: UseChat,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    require_origin(request, widget_id)
    return _cached(await chat.widgets.public(widget_id), if_none_match)


def _cached(found: WidgetPublic, seen: str | None) -> Response:
    body = found.model_dump_json()
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={FRESH_FOR}"}
    if seen == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
