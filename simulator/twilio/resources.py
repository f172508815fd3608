"""How Twilio writes its resources as JSON: RFC 2822 dates, numbers as strings."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import urlencode

from simulator.records import Account, Media, Message, Template
from simulator.twilio.errors import TITLES

API_VERSION: Final = "2010-04-01"
SEGMENT_CHARACTERS: Final = 153


def message_resource(message: Message) -> dict[str, Any]:
    sender, recipient = parties_of(message)
    uri = message_path(message)
    return {
        "sid": message.message_id,
        "account_sid": message.account_id,
        "api_version": API_VERSION,
        "body": message.text,
        "from": sender,
        "to": recipient,
        "direction": "inbound" if message.direction == "inbound" else f"outbound-{message.via}",
        "status": message.status,
        "error_code": message.error_code,
        "error_message": TITLES.get(message.error_code) if message.error_code else None,
        "num_media": str(max(len(message.media), len(message.media_urls))),
        "num_segments": str(-(-len(message.text) // SEGMENT_CHARACTERS) or 1),
        "messaging_service_sid": message.messaging_service_id,
        "price": None,
        "price_unit": None,
        "date_created": rfc_2822(message.created_at),
        "date_updated": rfc_2822(message.updated_at),
        "date_sent": rfc_2822(message.sent_at),
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


def parties_of(message: Message) -> tuple[str, str]:
    """Who wrote to whom, as the application addressed them."""
    customer = message.addressed_as or message.customer
    pair = (customer, message.business)
    return pair if message.direction == "inbound" else pair[::-1]


def media_resource(media: Media) -> dict[str, Any]:
    return {
        "sid": media.media_id,
        "account_sid": media.account_id,
        "parent_sid": media.message_id,
        "content_type": media.content_type,
        "date_created": rfc_2822(media.created_at),
        "date_updated": rfc_2822(media.created_at),
        "uri": f"{media_path(media)}.json",
    }


def account_resource(account: Account) -> dict[str, Any]:
    return {
        "sid": account.account_id,
        "friendly_name": account.name,
        "owner_account_sid": account.parent_id or account.account_id,
        "status": "active",
        "type": "Full",
        "uri": f"/{API_VERSION}/Accounts/{account.account_id}.json",
    }


def template_resource(template: Template, base_url: str) -> dict[str, Any]:
    url = f"{base_url}/v1/Content/{template.template_id}"
    return {
        "sid": template.template_id,
        "account_sid": template.account_id,
        "friendly_name": template.name,
        "language": template.language,
        "variables": template.variables,
        "types": template.types,
        "date_created": iso_8601(template.created_at),
        "date_updated": iso_8601(template.updated_at),
        "url": url,
        "links": {
            "approval_create": f"{url}/ApprovalRequests/whatsapp",
            "approval_fetch": f"{url}/ApprovalRequests",
        },
    }


def approval_resource(template: Template, status: str) -> dict[str, Any]:
    return {
        "type": "whatsapp",
        "name": template.approval_name,
        "category": template.category,
        "content_type": next(iter(template.types), ""),
        "status": status,
        "rejection_reason": template.rejection_reason,
        "allow_category_change": True,
    }


def page_of_messages(
    path: str, query: dict[str, str], messages: list[Message], *, size: int, page: int, has_more: bool
) -> dict[str, Any]:
    """No total, neighbours as relative URIs, and a token that stays right when messages arrive."""
    following = query | {"Page": str(page + 1), "PageSize": str(size)}
    if messages:
        following["PageToken"] = f"PA{messages[-1].message_id}"
    first = {name: value for name, value in query.items() if name != "PageToken"}
    return {
        "messages": [message_resource(message) for message in messages],
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": page * size + max(len(messages) - 1, 0),
        "uri": _with_query(path, query | {"PageSize": str(size), "Page": str(page)}),
        "first_page_uri": _with_query(path, first | {"PageSize": str(size), "Page": "0"}),
        "previous_page_uri": None,
        "next_page_uri": _with_query(path, following) if has_more else None,
    }


def message_path(message: Message) -> str:
    return f"/{API_VERSION}/Accounts/{message.account_id}/Messages/{message.message_id}"


def media_path(media: Media) -> str:
    return (
        f"/{API_VERSION}/Accounts/{media.account_id}/Messages/{media.message_id}/Media/{media.media_id}"
    )


def rfc_2822(at: datetime | None) -> str | None:
    return format_datetime(at) if at is not None else None


def iso_8601(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _with_query(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query)}"
