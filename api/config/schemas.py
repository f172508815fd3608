"""How the config API shows what is more than a plain value of the domain."""

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, Field, SecretStr

from application.configuration.accounts import AccountView
from application.configuration.agents import Password
from application.configuration.api_keys import MadeKey
from application.configuration.checks import Check
from application.configuration.drafts import Draft, PrivacyVersion, SecretValue
from application.configuration.notices import Notice
from channels.addresses import number_of
from domain.channels import ChannelName
from domain.configuration import Account, ApiKey, Endpoint
from domain.widgets import Widget
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
    notices: list[Notice]
    deprecated_on: date | None = Field(description="When the provider ended the service, or will.")
    replaced_by: list[ChannelName] = Field(description="Channels to connect instead.")

    @classmethod
    def of(cls, view: AccountView) -> Self:
        secrets = {name: SecretShown.of(status) for name, status in view.secrets.items()}
        rest = dict(view) | {"secrets": secrets}
        return cls(**dict(rest.pop("account")), **rest)


class EndpointShown(Endpoint):
    """An endpoint, with its number as an admin typed it."""

    number: str

    @classmethod
    def of(cls, endpoint: Endpoint) -> Self:
        return cls(**dict(endpoint), number=number_of(endpoint.address))


class WidgetShown(Widget):
    """A widget, with the line to copy into pages."""

    snippet: str = Field(examples=['<script type="module" src="…/widget.js" data-widget="…"></script>'])

    @classmethod
    def of(cls, widget: Widget, snippet: str) -> Self:
        return cls(**dict(widget), snippet=snippet)


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


class NewAcknowledgement(Draft):
    """The version of the privacy notice that you have read."""

    version: PrivacyVersion = Field(examples=["1"])
    enable: bool = True
    """Enable the account at once, unless this version was acknowledged before."""


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
