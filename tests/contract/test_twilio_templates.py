"""Templates and their approval, as Twilio lists them."""

from collections.abc import AsyncIterator

import pytest

from channels.whatsapp import WhatsAppChannel
from domain.configuration import Approval
from domain.errors import InvalidInput
from tests.contract import twilio_samples as twilio
from tests.contract.scripted_server import ScriptedServer, a_json

CONTENTS = [
    {
        "sid": "HX" + "1" * 32,
        "friendly_name": "Welcome",
        "language": "de",
        "variables": {"1": "Ann"},
        "types": {"twilio/text": {"body": "Hallo {{1}}"}},
        "approval_requests": {"name": "welcome", "category": "UTILITY", "status": "approved"},
    },
    {
        "sid": "HX" + "2" * 32,
        "friendly_name": "picture",
        "language": "en",
        "variables": {},
        "types": {
            "twilio/card": {
                "title": "Look",
                "media": ["https://x/1.png"],
                "actions": [{"title": "Yes"}, {"title": "No"}],
            }
        },
        "approval_requests": {"status": "rejected", "rejection_reason": "blurred"},
    },
    {
        "sid": "HX" + "3" * 32,
        "friendly_name": "draft",
        "language": "en",
        "variables": None,
        "types": {"twilio/text": None},
        "approval_requests": {"status": "levitating"},
    },
    {"sid": "../../x", "friendly_name": "hostile"},
]


@pytest.fixture
async def channel(server: ScriptedServer) -> AsyncIterator[WhatsAppChannel]:
    channel = twilio.a_channel(server.url, read=0.3, total=1)
    yield channel
    await channel.close()


async def test_each_template_is_listed_with_its_approval(
    server: ScriptedServer, channel: WhatsAppChannel
) -> None:
    server.script = lambda _: a_json({"contents": CONTENTS, "meta": {"key": "contents"}})
    welcome, picture, strange = await channel.templates(twilio.credentials())
    assert (welcome.name, welcome.language) == ("welcome", "de")
    assert welcome.text == "Hallo {{1}}"
    assert welcome.variables == {"1": "Ann"}
    assert welcome.approval is Approval.APPROVED
    assert (picture.approval, picture.rejection_reason) == (Approval.REJECTED, "blurred")
    assert picture.media == ("https://x/1.png",)
    assert picture.buttons == ("Yes", "No")
    assert (strange.approval, strange.name) == (Approval.UNSUBMITTED, "draft")


async def test_one_template_is_asked_for_its_approval(
    server: ScriptedServer, channel: WhatsAppChannel
) -> None:
    server.script = lambda _: a_json({"whatsapp": {"status": "paused", "rejection_reason": ""}})
    approval = await channel.approval("HX" + "a" * 32, twilio.credentials())
    assert approval == (Approval.PAUSED, None)
    assert server.requests[0].path == f"/v1/Content/HX{'a' * 32}/ApprovalRequests"


async def test_a_content_sid_cannot_leave_its_path(
    server: ScriptedServer, channel: WhatsAppChannel
) -> None:
    with pytest.raises(InvalidInput):
        await channel.approval("../../Accounts", twilio.credentials())
    assert server.requests == []
