"""Tokens by which shops vouch for customers: what is believed, what is refused, how often we ask."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from channels.guarded_fetch import GuardedFetch
from channels.shop_keys import KeySets
from channels.shop_tokens import MAX_TOKEN, ShopTokens
from domain.errors import NotSignedIn, Unavailable
from domain.widgets import ShopSignIn
from tests.contract.scripted_server import Answer, ScriptedServer, a_json, scripted_server
from tests.contract.shop_signing import (
    ISSUER,
    Shop,
    claims,
    part,
    signed_with_the_public_key,
    unsigned,
)

SHOP = Shop()
OTHER = Shop(kid="2026-12")
CURVE = Shop(private=ec.generate_private_key(ec.SECP256R1()))


@dataclass
class Clock:
    """Time that passes when it is told to."""

    now: datetime = field(default_factory=lambda: datetime(2026, 1, 1, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def passes(self, time: timedelta) -> None:
        self.now += time


@dataclass
class Published:
    """A key set on the web, as long as it is up."""

    shops: list[Shop]
    extra: list[Any] = field(default_factory=list)
    is_down: bool = False
    asked: int = 0

    async def get(self, url: str) -> bytes:
        self.asked += 1
        await asyncio.sleep(0)
        if self.is_down:
            raise Unavailable("down")
        return json.dumps({"keys": [*self.extra, *(shop.jwk for shop in self.shops)]}).encode()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def published() -> Published:
    return Published([SHOP])


@pytest.fixture
def tokens(published: Published, clock: Clock) -> ShopTokens:
    return ShopTokens(KeySets(published, clock))


def by_key(shop: Shop = SHOP, **more: Any) -> ShopSignIn:
    return ShopSignIn(issuer=ISSUER, public_key=shop.pem, **more)


def by_set(**more: Any) -> ShopSignIn:
    return ShopSignIn(issuer=ISSUER, jwks_url="https://shop.example/jwks.json", **more)


@pytest.mark.parametrize("shop", [SHOP, CURVE], ids=["RS256", "ES256"])
async def test_a_customer_is_who_the_shop_says(tokens: ShopTokens, shop: Shop) -> None:
    token = shop.token(name="Ji-woo 지우", email="j@x.example", phone="+82", context={"plan": "gold"})

    customer = await tokens.read(token, by_key(shop))

    assert (customer.sub, customer.name) == ("customer-42", "Ji-woo 지우")
    assert (customer.email, customer.phone) == ("j@x.example", "+82")
    assert customer.context == {"plan": "gold"}


async def test_a_key_of_the_set_is_found_by_its_name(tokens: ShopTokens, published: Published) -> None:
    published.shops = [OTHER, CURVE, SHOP]

    assert (await tokens.read(OTHER.token(), by_set())).sub == "customer-42"


REFUSED: dict[str, tuple[str, str]] = {
    "nothing": ("", "no token"),
    "no token at all": ("hello", "no token"),
    "three dots": ("...", "no token"),
    "unsigned": (unsigned(), "RS256 or ES256"),
    "unsigned in other letters": (unsigned("nOnE"), "RS256 or ES256"),
    "no algorithm": (unsigned(""), "RS256 or ES256"),
    "an algorithm that is a list": (f"{part({'alg': ['RS256']})}.{part(claims())}.", "RS256 or ES256"),
    "signed with the public key": (signed_with_the_public_key(SHOP), "RS256 or ES256"),
    "the same, called RS256": (signed_with_the_public_key(SHOP, alg="RS256"), "not signed"),
    "the same, called ES256": (signed_with_the_public_key(SHOP, alg="ES256"), "no token"),
    "signed by another shop": (OTHER.token(), "not signed"),
    "signed with a shared secret": (jwt.encode(claims(), "s" * 32, "HS256"), "RS256 or ES256"),
    "another algorithm of the same key": (
        jwt.encode(claims(), SHOP.private, "PS256"),
        "RS256 or ES256",
    ),
    "another curve": (
        jwt.encode(claims(), ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
        "RS256 or ES256",
    ),
    "a key of its own in its header": (
        jwt.encode(claims(), OTHER.private, "RS256", {"jwk": OTHER.jwk, "jku": "https://evil.example"}),
        "not signed",
    ),
    "expired": (SHOP.token(exp=int(time.time()) - 60), "expired"),
    "for ever": (SHOP.token(exp=int(time.time()) + 25 * 3600), "24 hours"),
    "for all eternity": (SHOP.token(exp=10**30), "24 hours"),
    "without an end": (SHOP.token(exp=None), "no `exp`"),
    "an end that is no time": (SHOP.token(exp="tomorrow"), "no token"),
    "an infinite end": (SHOP.token(exp=float("inf")), "no token"),
    "not yet": (SHOP.token(nbf=int(time.time()) + 600), "not valid yet"),
    "another issuer": (SHOP.token(iss="https://evil.example"), "`iss`"),
    "no issuer": (SHOP.token(iss=None), "no `iss`"),
    "no subject": (SHOP.token(sub=None), "no `sub`"),
    "an empty subject": (SHOP.token(sub=""), "sub"),
    "a subject with a space": (SHOP.token(sub="a b"), "sub"),
    "a subject with a line end": (SHOP.token(sub="a\n"), "sub"),
    "a subject with NUL": (SHOP.token(sub="a\x00b"), "sub"),
    "a long subject": (SHOP.token(sub="x" * 201), "sub"),
    "a name that is none": (SHOP.token(name={"first": "Ann"}), "name"),
    "101 facts": (SHOP.token(context={str(n): "x" for n in range(101)}), "context"),
    "a fact that is no text": (SHOP.token(context={"cart": {"items": 3}}), "context"),
    "a huge token": (SHOP.token(context={"x": "y" * MAX_TOKEN}), "longer than"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_inv10_what_the_shop_did_not_sign_as_agreed_is_refused(
    tokens: ShopTokens, case: str
) -> None:
    token, reason = REFUSED[case]

    with pytest.raises(NotSignedIn, match=reason):
        await tokens.read(token, by_key())


async def test_a_changed_claim_breaks_the_signature(tokens: ShopTokens) -> None:
    head, _, signature = SHOP.token().split(".")

    with pytest.raises(NotSignedIn, match="not signed"):
        await tokens.read(f"{head}.{part(claims(sub='somebody-else'))}.{signature}", by_key())


async def test_a_refusal_repeats_nothing_of_the_token(tokens: ShopTokens) -> None:
    with pytest.raises(NotSignedIn) as refused:
        await tokens.read(SHOP.token(sub="Ann Secret"), by_key())

    assert "Secret" not in str(refused.value)
    assert refused.value.__cause__ is None


async def test_a_shops_clock_may_be_a_little_off(tokens: ShopTokens) -> None:
    ahead = int(time.time()) + 20

    assert await tokens.read(SHOP.token(iat=ahead, nbf=ahead), by_key())


@pytest.mark.parametrize("audience", [None, "another", ["a", "b"]])
async def test_an_audience_that_is_set_must_be_meant(tokens: ShopTokens, audience: Any) -> None:
    with pytest.raises(NotSignedIn, match="aud"):
        await tokens.read(SHOP.token(aud=audience), by_key(audience="holdfast"))

    assert await tokens.read(SHOP.token(aud=["holdfast", "x"]), by_key(audience="holdfast"))


async def test_an_audience_that_is_not_set_does_not_matter(tokens: ShopTokens) -> None:
    assert await tokens.read(SHOP.token(aud="anything"), by_key())


# -- key sets ------------------------------------------------------------------------------------


async def test_a_set_is_fetched_once_in_ten_minutes_however_many_sign_in(
    tokens: ShopTokens, published: Published, clock: Clock
) -> None:
    await asyncio.gather(*(tokens.read(SHOP.token(), by_set()) for _ in range(20)))
    clock.passes(timedelta(minutes=9))
    await tokens.read(SHOP.token(), by_set())
    assert published.asked == 1

    clock.passes(timedelta(minutes=1))
    await tokens.read(SHOP.token(), by_set())
    assert published.asked == 2


async def test_a_new_key_is_known_within_a_minute(
    tokens: ShopTokens, published: Published, clock: Clock
) -> None:
    await tokens.read(SHOP.token(), by_set())
    published.shops = [SHOP, OTHER]
    clock.passes(timedelta(minutes=1))

    assert await tokens.read(OTHER.token(), by_set())
    assert published.asked == 2


async def test_tokens_with_keys_that_do_not_exist_cause_one_request_a_minute(
    tokens: ShopTokens, published: Published, clock: Clock
) -> None:
    for _ in range(10):
        with pytest.raises(NotSignedIn, match="kid"):
            await tokens.read(OTHER.token(), by_set())
        clock.passes(timedelta(seconds=10))

    assert published.asked == 2


async def test_a_key_that_was_taken_back_is_no_good_after_ten_minutes(
    tokens: ShopTokens, published: Published, clock: Clock
) -> None:
    await tokens.read(SHOP.token(), by_set())
    published.shops = [OTHER]
    clock.passes(timedelta(minutes=10))

    with pytest.raises(NotSignedIn, match="kid"):
        await tokens.read(SHOP.token(), by_set())


async def test_a_shop_that_is_down_is_not_asked_again_at_once(
    tokens: ShopTokens, published: Published, clock: Clock
) -> None:
    published.is_down = True
    for _ in range(5):
        with pytest.raises(Unavailable):
            await tokens.read(SHOP.token(), by_set())
    assert published.asked == 1

    published.is_down = False
    clock.passes(timedelta(minutes=1))
    assert await tokens.read(SHOP.token(), by_set())


async def test_known_keys_survive_a_short_outage(
    tokens: ShopTokens, published: Published, clock: Clock
) -> None:
    await tokens.read(SHOP.token(), by_set())
    published.is_down = True
    clock.passes(timedelta(minutes=5))

    with pytest.raises(NotSignedIn):
        await tokens.read(OTHER.token(), by_set())
    assert await tokens.read(SHOP.token(), by_set())


async def test_a_token_without_kid_will_do_where_there_is_one_key(
    tokens: ShopTokens, published: Published, clock: Clock
) -> None:
    token = jwt.encode(claims(), SHOP.private, "RS256")
    assert await tokens.read(token, by_set())

    published.shops = [SHOP, OTHER]
    clock.passes(timedelta(minutes=10))
    with pytest.raises(NotSignedIn, match="kid"):
        await tokens.read(token, by_set())


@pytest.mark.parametrize(
    "entry",
    [
        {"kty": "oct", "kid": SHOP.kid, "k": "c2VjcmV0"},
        {**SHOP.jwk, "use": "enc"},
        {**SHOP.jwk, "alg": "RS512"},
        {**SHOP.jwk, "n": "AQAB"},
        Shop(kid=SHOP.kid, private=rsa.generate_private_key(65537, 1024)).jwk,  # noqa: S505
        {"kty": "RSA", "kid": SHOP.kid},
        {"kid": SHOP.kid},
    ],
    ids=["secret", "encryption", "algorithm", "tiny", "short", "empty", "bare"],
)
async def test_what_is_no_key_to_sign_with_is_not_used(
    tokens: ShopTokens, published: Published, entry: dict[str, Any]
) -> None:
    published.shops, published.extra = [], [entry, "odd", None]

    with pytest.raises(NotSignedIn, match="kid"):
        await tokens.read(SHOP.token(), by_set())


# -- fetching ------------------------------------------------------------------------------------


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with scripted_server() as server:
        yield server


@pytest.fixture
async def fetch() -> AsyncIterator[GuardedFetch]:
    fetch = GuardedFetch(allow_private_hosts=True, timeout=0.5)
    yield fetch
    await fetch.close()


async def test_a_set_is_fetched_from_where_the_admin_said(
    server: ScriptedServer, fetch: GuardedFetch
) -> None:
    server.script = lambda _: a_json({"keys": [SHOP.jwk]})
    shop = ShopSignIn(issuer=ISSUER, jwks_url=f"{server.url}/jwks.json")

    assert await ShopTokens(KeySets(fetch)).read(SHOP.token(), shop)
    assert (server.requests[0].method, server.requests[0].path) == ("GET", "/jwks.json")


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(302, headers={"Location": "http://169.254.169.254/latest"}),
        Answer(200, b"x" * 70_000),
        Answer(200, b"{", promised=-1),
        Answer(200, b"[" * 50_000),
        Answer(200, b'{"keys": 7}'),
        Answer(delay=2),
        Answer(hang_up=True),
    ],
    ids=["500", "redirect", "large", "broken", "deep", "odd", "slow", "gone"],
)
async def test_a_set_that_cannot_be_read_is_an_outage(
    server: ScriptedServer, fetch: GuardedFetch, answer: Answer
) -> None:
    server.script = lambda _: answer
    shop = ShopSignIn(issuer=ISSUER, jwks_url=f"{server.url}/jwks.json")

    with pytest.raises(Unavailable):
        await ShopTokens(KeySets(fetch)).read(SHOP.token(), shop)
    assert len(server.requests) == 1


async def test_our_own_network_is_not_asked(server: ScriptedServer) -> None:
    guarded = GuardedFetch()

    with pytest.raises(Unavailable, match="public internet"):
        await guarded.get(f"{server.url}/jwks.json")

    await guarded.close()
    assert server.requests == []
