"""The stand-in for Google's token server, asked by google-auth, by the adapter and by forgers."""

import json
import time

import httpx2
import pytest
from google.auth import jwt
from google.auth.crypt import RSASigner

from channels.google.tokens import GRANT
from channels.google_business_messages import SCOPE, BusinessMessagesChannel
from domain.errors import AccountRejected
from tests.contract import google_samples as google
from tests.contract.simulated_twilio import Simulator


def an_assertion(audience: str, **changes: object) -> str:
    """As google-auth makes it."""
    now = int(time.time())
    signer = RSASigner.from_service_account_info(google.key_file())  # type: ignore[no-untyped-call]
    claims = {"iss": google.EMAIL, "scope": SCOPE, "aud": audience, "iat": now, "exp": now + 3600}
    signed: bytes = jwt.encode(signer, claims | changes)  # type: ignore[no-untyped-call]
    return signed.decode()


def ask_for_token(business_agent: Simulator, assertion: str, grant: str = GRANT) -> httpx2.Response:
    return business_agent.http.post("/token", data={"grant_type": grant, "assertion": assertion})


def test_google_auths_own_assertion_is_worth_a_token(business_agent: Simulator) -> None:
    answer = ask_for_token(business_agent, an_assertion(f"{business_agent.url}/token"))
    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 3599


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://oauth2.googleapis.com/token"},
        {"iss": "x@other.iam.gserviceaccount.com"},
        {"scope": "https://www.googleapis.com/auth/drive"},
        {"iat": 1, "exp": 3600},
        {"exp": int(time.time()) + 7200},
        {"iat": "now"},
    ],
)
def test_an_assertion_that_google_would_refuse_is_worth_nothing(
    business_agent: Simulator, changes: dict[str, object]
) -> None:
    answer = ask_for_token(business_agent, an_assertion(f"{business_agent.url}/token", **changes))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(("kept", "added"), [(0, ""), (0, "a.b.c"), (-8, "AAAAAAAA")])
def test_a_forged_assertion_is_worth_nothing(business_agent: Simulator, kept: int, added: str) -> None:
    good = an_assertion(f"{business_agent.url}/token")
    assert ask_for_token(business_agent, good[:kept] + added).status_code == 400
    assert ask_for_token(business_agent, good, grant="password").status_code == 400


@pytest.mark.parametrize("authorization", ["", "Bearer x", "Bearer ya29.e30=.0", "Basic x"])
async def test_the_api_is_closed_to_whoever_has_no_token(
    business_agent: Simulator, authorization: str
) -> None:
    answer = httpx2.post(
        f"{business_agent.url}/v1/conversations/c/messages",
        json={},
        headers={"Authorization": authorization} if authorization else {},
        trust_env=False,
    )
    assert answer.status_code == 401
    assert answer.json()["error"]["status"] == "UNAUTHENTICATED"


async def test_a_stranger_gets_no_token(
    business_agent: Simulator, business_channel: BusinessMessagesChannel
) -> None:
    stranger = json.dumps(google.key_file(client_email="x@other.iam.gserviceaccount.com"))
    with pytest.raises(AccountRejected):
        await business_channel.send(google.a_message(), google.credentials(service_account=(stranger,)))
