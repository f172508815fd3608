"""Tokens by which a shop vouches for its customers (JWT, RS256 or ES256), verified and read."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, TypeAlias

import jwt
from jwt.exceptions import (
    ExpiredSignatureError,
    ImmatureSignatureError,
    InvalidAudienceError,
    InvalidIssuerError,
    InvalidSignatureError,
    MissingRequiredClaimError,
    PyJWTError,
)
from pydantic import Field, StringConstraints, ValidationError

from channels.shop_keys import KeySets, ShopKey, pem_key
from domain.errors import NotSignedIn
from domain.values import Value
from domain.widgets import ShopSignIn

MAX_TOKEN: Final = 16_000
LONGEST_LIFE: Final = timedelta(hours=24)
LEEWAY: Final = timedelta(seconds=30)
"""By how much the shop's clock may differ from ours."""
_ALGORITHMS: Final = ("RS256", "ES256")
_WHY: Final[Mapping[type[PyJWTError], str]] = {
    ExpiredSignatureError: "The token has expired. Have the page fetch a new one.",
    ImmatureSignatureError: "The token is not valid yet. Compare the clock of the shop's server.",
    InvalidIssuerError: "The token's `iss` is not the issuer set for this widget.",
    InvalidAudienceError: "The token's `aud` is not the audience set for this widget.",
    InvalidSignatureError: "The token is not signed with the shop's key.",
}
_OTHERWISE: Final = "This is no token that the shop signed."
_Line: TypeAlias = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Name: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class ShopCustomer(Value):
    """What a shop says of a customer: the claims that we read, nothing else."""

    sub: Annotated[
        str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\s\x00-\x1f\x7f]+$")
    ]
    exp: float
    name: _Line | None = None
    email: _Line | None = None
    phone: _Line | None = None
    context: dict[_Name, Annotated[str, StringConstraints(max_length=1000)]] = Field(
        default_factory=dict, max_length=100
    )


class ShopTokens:
    """Verifies tokens against the keys of a widget's shop."""

    def __init__(self, key_sets: KeySets) -> None:
        self._key_sets = key_sets

    async def read(self, token: str, shop: ShopSignIn) -> ShopCustomer:
        """Raise NotSignedIn, with what the shop has to set right; Unavailable without its keys."""
        if len(token) > MAX_TOKEN:
            raise NotSignedIn(f"The token is longer than {MAX_TOKEN:,} characters.")
        key = await self._key(_header(token), shop)
        customer = _customer(_claims(token, key, shop))
        _require_short_life(customer)
        return customer

    async def _key(self, header: Mapping[str, Any], shop: ShopSignIn) -> ShopKey:
        if header.get("alg") not in _ALGORITHMS:
            raise NotSignedIn(f"Sign tokens with {' or '.join(_ALGORITHMS)}.")
        if shop.jwks_url is None:
            return pem_key(shop.public_key or "")
        kid = header.get("kid")
        return await self._key_sets.key(shop.jwks_url, kid if isinstance(kid, str) else None)


def _header(token: str) -> Mapping[str, Any]:
    try:
        return jwt.get_unverified_header(token)
    except (PyJWTError, ValueError, RecursionError):
        raise NotSignedIn(_OTHERWISE) from None


def _claims(token: str, key: ShopKey, shop: ShopSignIn) -> dict[str, Any]:
    try:
        return jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm],
            issuer=shop.issuer,
            audience=shop.audience,
            leeway=LEEWAY,
            options={"require": ["exp", "iss", "sub"], "verify_aud": shop.audience is not None},
        )
    except MissingRequiredClaimError as error:
        raise NotSignedIn(f"The token has no `{error.claim}`.") from None
    except (PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise NotSignedIn(_reason(error)) from None


def _reason(error: Exception) -> str:
    return next((why for kind, why in _WHY.items() if isinstance(error, kind)), _OTHERWISE)


def _customer(claims: Mapping[str, Any]) -> ShopCustomer:
    try:
        return ShopCustomer.model_validate(claims)
    except ValidationError as error:
        wrong = ", ".join(sorted({str(each["loc"][0]) for each in error.errors()}))
        raise NotSignedIn(f"These claims of the token are not as they must be: {wrong}.") from None


def _require_short_life(customer: ShopCustomer) -> None:
    if customer.exp > (datetime.now(UTC) + LONGEST_LIFE + LEEWAY).timestamp():
        raise NotSignedIn("The token is valid for more than 24 hours. Give it a nearer `exp`.")
