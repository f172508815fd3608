"""What an application may ask Twilio to send, and what Twilio refuses at once. No clock, no I/O."""

import json
import re
from typing import Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from simulator.twilio.auth import Form
from simulator.twilio.errors import TwilioError

BODY_LIMIT: Final = 1600
PREFIX: Final = "whatsapp:"
WHATSAPP_MEDIA_LIMIT: Final = 1
_PHONE: Final = re.compile(r"\+[1-9]\d{6,14}")
# A user without a visible phone number: country code, dot, business-scoped id.
_USER_ID: Final = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_CONTENT_SID: Final = re.compile(r"HX[0-9a-f]{32}")
# WhatsApp takes no line break, no tab and no run of more than four spaces inside a variable.
_BAD_VARIABLE: Final = re.compile(r"[\n\t]| {5,}")


class SendRequest(BaseModel):
    """The form of `POST …/Messages.json`; parameters that make no difference here are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    to: str = Field(default="", alias="To")
    sender: str = Field(default="", alias="From")
    messaging_service_id: str = Field(default="", alias="MessagingServiceSid")
    body: str = Field(default="", alias="Body")
    media_urls: tuple[str, ...] = Field(default=(), alias="MediaUrl")
    content_id: str = Field(default="", alias="ContentSid")
    content_variables: str = Field(default="", alias="ContentVariables")
    callback_url: str = Field(default="", alias="StatusCallback")
    persistent_action: str = Field(default="", alias="PersistentAction")

    @property
    def variables(self) -> dict[str, str]:
        variables: dict[str, str] = json.loads(self.content_variables or "{}")
        return variables


def read_send_request(form: Form) -> SendRequest:
    """Parse and validate; everything that needs no look at accounts, customers or templates."""
    fields: dict[str, object] = dict(form)
    fields["MediaUrl"] = tuple(value for name, value in form if name == "MediaUrl" and value)
    try:
        request = SendRequest.model_validate(fields)
    except ValidationError as error:
        raise TwilioError(20001) from error
    _check_people(request)
    _check_content(request)
    _check_variables(request.content_variables)
    if request.callback_url and not _is_url(request.callback_url):
        raise TwilioError(21609, f"The StatusCallback URL {request.callback_url} is not a valid URL.")
    return request


def is_whatsapp_address(text: str) -> bool:
    name = text.removeprefix(PREFIX)
    return text.startswith(PREFIX) and bool(_PHONE.fullmatch(name) or _USER_ID.fullmatch(name))


def _check_people(request: SendRequest) -> None:
    if not request.to:
        raise TwilioError(21604)
    if not request.sender and not request.messaging_service_id:
        raise TwilioError(21603)
    if request.sender and request.sender.startswith(PREFIX) != request.to.startswith(PREFIX):
        raise TwilioError(21910)
    if not is_whatsapp_address(request.to):
        raise TwilioError(21211, f"The 'To' number {request.to} is not a valid phone number.")
    if request.sender == request.to:
        raise TwilioError(63031)


def _check_content(request: SendRequest) -> None:
    if not (request.body or request.media_urls or request.content_id or request.persistent_action):
        raise TwilioError(21619)
    if len(request.body) > BODY_LIMIT:
        raise TwilioError(21617)
    if len(request.media_urls) > WHATSAPP_MEDIA_LIMIT:
        raise TwilioError(21623)
    for url in request.media_urls:
        if not _is_url(url):
            raise TwilioError(21620, f"Invalid media URL(s): {url}")
    if request.content_id and not _CONTENT_SID.fullmatch(request.content_id):
        raise TwilioError(21655)


def _check_variables(text: str) -> None:
    if not text:
        return
    try:
        variables = json.loads(text)
    except ValueError as error:
        raise TwilioError(21656) from error
    if not isinstance(variables, dict):
        raise TwilioError(21656)
    for value in variables.values():
        if not isinstance(value, str) or not value or _BAD_VARIABLE.search(value):
            raise TwilioError(21656)


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
