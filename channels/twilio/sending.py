"""A message in the parameters of Twilio's Messages resource.

https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource
"""

import json
import re
from typing import Final, TypeAlias, assert_never

from domain.configuration import Credentials
from domain.errors import ContentRejected, TemplateRejected
from domain.messages import (
    Cards,
    Choice,
    Content,
    Erased,
    Location,
    Media,
    OutboundMessage,
    TemplateUse,
    Text,
    Unsupported,
)

CONTENT_SID: Final = re.compile(r"HX[0-9a-fA-F]{32}")
# WhatsApp refuses these in a template's variables, some of them only after Twilio said yes
# (https://www.twilio.com/docs/content/using-variables-with-content-api, errors 21656 and 63013).
_UNFIT: Final = {
    re.compile(r"\s*"): "is empty",
    re.compile(r".*[\r\n\t].*", re.DOTALL): "has a line break or a tab",
    re.compile(r".* {5}.*", re.DOTALL): "has more than four spaces in a row",
}
Parameters: TypeAlias = dict[str, object]


def parameters(message: OutboundMessage, credentials: Credentials) -> Parameters:
    """Everything `messages.create` needs. Raise ContentRejected or TemplateRejected before asking."""
    service = credentials.settings.get("messaging_service_sid")
    optional = {"messaging_service_sid": service, "status_callback": message.status_callback_url}
    return {
        "to": message.recipient,
        # With a messaging service too: the customer hears from the number they wrote to.
        "from_": message.endpoint_address,
        **{name: value for name, value in optional.items() if value},
        **_content(message.content, message.media_urls),
    }


def body_of(content: Content) -> str:
    """The text Twilio will list for this content."""
    match content:
        case Text(suggestions=(_, *_)):
            raise ContentRejected("WhatsApp takes buttons in templates only: write them as text.")
        case Text() | TemplateUse():
            return content.text
        case Media():
            return content.caption
        case Location():
            # Twilio wants a body with a location (error 21619).
            return content.label or content.address or _coordinates(content)
        case Choice() | Cards() | Unsupported() | Erased():
            raise ContentRejected(f"A {content.kind} cannot be sent over WhatsApp.")
        case _:
            assert_never(content)


def _content(content: Content, media_urls: tuple[str, ...]) -> Parameters:
    body = body_of(content)
    if isinstance(content, TemplateUse):
        return _template(content)
    parameters: Parameters = {"body": body} if body else {}
    if isinstance(content, Media):
        if len(media_urls) != 1:
            raise ContentRejected("WhatsApp takes one file in a message: send each on its own.")
        parameters["media_url"] = list(media_urls)
    if isinstance(content, Location):
        parameters["persistent_action"] = [f"geo:{_coordinates(content)}|{body}"]
    return parameters


def _coordinates(location: Location) -> str:
    return f"{location.latitude:.6f},{location.longitude:.6f}"


def _template(use: TemplateUse) -> Parameters:
    if not CONTENT_SID.fullmatch(use.content_sid):
        raise TemplateRejected(f"{use.name} has no valid content SID: synchronise the templates.")
    for name, value in use.variables.items():
        _require_fit(name, value)
    parameters: Parameters = {"content_sid": use.content_sid}
    if use.variables:
        parameters["content_variables"] = json.dumps(use.variables, ensure_ascii=False)
    return parameters


def _require_fit(name: str, value: str) -> None:
    for shape, complaint in _UNFIT.items():
        if shape.fullmatch(value):
            raise TemplateRejected(f"The template's variable {name} {complaint}: WhatsApp refuses it.")
