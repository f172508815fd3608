"""The simulator's shop: pages that carry the chat, and its word for who is signed in."""

from collections.abc import Iterator

import httpx2
import jwt
import pytest

from tests.contract.simulated_twilio import IN_A_HURRY, Simulator, serve

SNIPPET = (
    '<script type="module" src="https://chat.example/widget.js"'
    ' data-widget="01a1fae8-4a4b-7668-9e8c-7b60b233307{}"></script>'
)
VISITORS, CUSTOMERS = SNIPPET.format("0"), SNIPPET.format("1")


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with serve(IN_A_HURRY) as running:
        shop = {"visitors": VISITORS, "customers": CUSTOMERS}
        running.http.post("/control/shop", json=shop).raise_for_status()
        yield running


@pytest.fixture
def browser(simulator: Simulator) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=simulator.url, follow_redirects=True) as found:
        yield found


def test_visitors_and_customers_get_their_own_chat(browser: httpx2.Client) -> None:
    assert VISITORS in browser.get("/shop").text
    assert CUSTOMERS not in browser.get("/shop/help").text
    back = {"customer_id": "c-1001", "back": "/shop/help?a=1"}
    signed_in = browser.post("/shop/sign-in", data=back)
    assert signed_in.url.path == "/shop/help"
    assert CUSTOMERS in signed_in.text
    assert "Kim Minji" in signed_in.text


def test_pages_allow_nothing_inline_and_the_chat_only(browser: httpx2.Client) -> None:
    policy = browser.get("/shop").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "connect-src 'self' https://chat.example wss://chat.example" in policy


def test_the_shop_vouches_for_who_is_signed_in_there(browser: httpx2.Client) -> None:
    assert browser.get("/shop/token").status_code == 401
    browser.post("/shop/sign-in", data={"customer_id": "c-1002", "back": "/shop"})
    token = browser.get("/shop/token").json()["token"]
    (key,) = jwt.PyJWKSet.from_dict(browser.get("/shop/jwks.json").json()).keys
    told = jwt.decode(token, key, algorithms=["RS256"], audience="holdfast")
    assert (told["sub"], told["name"]) == ("c-1002", "Elena Radu")
    assert told["iss"] == str(browser.base_url).rstrip("/")
    assert jwt.get_unverified_header(token)["kid"] == key.key_id


def test_nobody_is_sent_elsewhere_and_nothing_else_is_pasted(browser: httpx2.Client) -> None:
    away = browser.post("/shop/sign-out", data={"back": "https://evil.example"})
    assert away.url.path == "/shop"
    pasted = {"visitors": "<script>alert(1)</script>", "customers": CUSTOMERS}
    assert browser.post("/control/shop", json=pasted).status_code == 422


def test_an_address_is_never_markup(browser: httpx2.Client) -> None:
    shown = browser.get('/shop/account?"><script>alert(1)</script>').text
    assert "<script>alert(1)" not in shown
