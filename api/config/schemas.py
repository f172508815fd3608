"""How the config API shows what is more than a plain value of the domain."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field, SecretStr

from application.configuration.accounts import AccountView
from application.configuration.agents import Password
from application.configuration.api_keys import MadeKey
from application.configuration.drafts import Draft, SecretValue
from application.configuration.verification import Check
from channels.addresses import number_of
from domain.configuration import Account, ApiKey, Endpoint
from storage.accounts import SecretStatus


class SecretShown(BaseModel):
    """All that is ever shown of a secret. `count` is 2 while the previous one is still valid."""

    set: bool
    last_four: str
    set_at: datetime
    count: int

    @classmethod
    def of(cls, status: SecretStatus) -> Self:
        return cls(
            set=status.is_set, last_four=status.last_four, set_at=status.set_at, count=status.count
        )


class AccountShown(Account):
    """An account, the state of its secrets, and the addresses to copy to the provider."""

    secrets: dict[str, SecretShown]
    callback_urls: dict[str, str]

    @classmethod
    def of(cls, view: AccountView) -> Self:
        secrets = {name: SecretShown.of(status) for name, status in view.secrets.items()}
        return cls(**dict(view.account), secrets=secrets, callback_urls=view.callback_urls)


class EndpointShown(Endpoint):
    """An endpoint, with its number as an admin typed it."""

    number: str

    @classmethod
    def of(cls, endpoint: Endpoint) -> Self:
        return cls(**dict(endpoint), number=number_of(endpoint.address))


class ApiKeyMade(ApiKey):
    """A new key. `token` is shown this once and never again."""

    token: str = Field(repr=False, examples=["hf_3f9a1c2e_…"])

    @classmethod
    def of(cls, made: MadeKey) -> Self:
        return cls(**dict(made.key), token=made.token)


class NewSecret(Draft):
    """A secret to set. `keep_previous` rotates it: what is signed with the old one stays valid."""

    value: SecretValue = Field(repr=False)
    keep_previous: bool = False


class NewPassword(Draft):
    """A password to set."""

    password: Password = Field(examples=[SecretStr("a long sentence is best")])


class Checks(BaseModel):
    """What was looked at. `ok` when nothing is left to do."""

    ok: bool
    checks: list[Check]

    @classmethod
    def of(cls, checks: list[Check]) -> Self:
        return cls(ok=all(check.ok for check in checks), checks=checks)
