"""What LINE can be asked beside messages: profiles, the webhook's address, the monthly limit."""

from typing import Final

from channels.extras import Profile, Quota, WebhookTest
from channels.fields import Fields
from channels.line_api.account import USER
from channels.line_api.client import LineClient
from channels.line_api.sources import GROUP
from domain.configuration import Credentials
from domain.errors import ChannelError

ENDPOINT: Final = "/v2/bot/channel/webhook/endpoint"
TEST: Final = "/v2/bot/channel/webhook/test"
LOADING: Final = "/v2/bot/chat/loading/start"
QUOTA: Final = "/v2/bot/message/quota"
# 5 to 60, in steps of 5 (https://developers.line.biz/en/reference/messaging-api/#display-a-loading-indicator).
LOADING_SECONDS: Final = 10
_NOT_FOUND: Final = "http_404"
_NAME_LIMIT: Final = 256


async def profile(client: LineClient, address: str, credentials: Credentials) -> Profile | None:
    """A person's own name, or a group's. Only friends, and people who agreed, can be looked up."""
    if USER.fullmatch(address):
        path, name = f"/v2/bot/profile/{address}", "displayName"
    elif GROUP.fullmatch(address) and address.startswith("C"):
        path, name = f"/v2/bot/group/{address}/summary", "groupName"
    else:
        return None
    found = await _found(client, path, credentials)
    shown = found.text(name, limit=_NAME_LIMIT) if found else ""
    return (
        Profile(display_name=shown, language=found.text("language", limit=20) or None)
        if shown
        else None
    )


async def show_loading(client: LineClient, recipient: str, credentials: Credentials) -> None:
    """Groups are shown none."""
    if USER.fullmatch(recipient):
        payload = {"chatId": recipient, "loadingSeconds": LOADING_SECONDS}
        await client.question(credentials, "POST", LOADING, payload)


async def webhook(client: LineClient, credentials: Credentials) -> str | None:
    """The address LINE calls, whether or not calling is switched on."""
    return (await _found(client, ENDPOINT, credentials)).text("endpoint") or None


async def set_webhook(client: LineClient, url: str, credentials: Credentials) -> None:
    """It may take a minute until LINE calls there."""
    await client.question(credentials, "PUT", ENDPOINT, {"endpoint": url})


async def test_webhook(client: LineClient, url: str, credentials: Credentials) -> WebhookTest:
    """LINE calls with no events in it, and tells what happened."""
    answer = await client.question(credentials, "POST", TEST, {"endpoint": url})
    found = Fields(answer.fields)
    told = (found.text("reason", limit=100), found.text("detail", limit=300))
    return WebhookTest(ok=bool(found.flag("success")), message=": ".join(filter(None, told)))


async def quota(client: LineClient, credentials: Credentials) -> Quota:
    """What was sent this month, approximately, and the limit where there is one."""
    limit = Fields((await client.question(credentials, "GET", QUOTA)).fields)
    used = Fields((await client.question(credentials, "GET", f"{QUOTA}/consumption")).fields)
    is_limited = limit.text("type", limit=20) == "limited"
    return Quota(used=used.whole("totalUsage") or 0, limit=limit.whole("value") if is_limited else None)


async def _found(client: LineClient, path: str, credentials: Credentials) -> Fields:
    """Empty where LINE knows nothing."""
    try:
        return Fields((await client.question(credentials, "GET", path)).fields)
    except ChannelError as error:
        if error.provider_code == _NOT_FOUND:
            return Fields(None)
        raise
