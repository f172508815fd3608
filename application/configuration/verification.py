"""Is an account ready? Each check says what it found and what to do about it."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from application.adapters import adapter_of
from application.callback_urls import CallbackUrls
from application.configuration.checks import Check, check
from application.configuration.privacy import EnablingRules, PrivacyNotice
from application.configuration.provider_questions import ProviderQuestions
from application.configuration.templates import TemplateConfiguration
from application.whole_lists import whole
from channels.base import Channel
from domain.channels import ChannelName
from domain.configuration import Account, Approval, Endpoint, Template
from domain.ids import AccountId
from storage.accounts import Accounts
from storage.endpoints import Endpoints
from storage.queues import Queues
from storage.workstreams import Workstreams

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - refused, not bound


class AccountVerification:
    """Looks at everything an account needs before messages can flow."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        endpoints: Endpoints,
        workstreams: Workstreams,
        queues: Queues,
        templates: TemplateConfiguration,
        channels: Mapping[ChannelName, Channel],
        callback_urls: CallbackUrls,
        provider: ProviderQuestions,
        rules: EnablingRules,
    ) -> None:
        self._accounts = accounts
        self._endpoints = endpoints
        self._workstreams = workstreams
        self._queues = queues
        self._templates = templates
        self._channels = channels
        self._callback_urls = callback_urls
        self._provider = provider
        self._rules = rules

    async def known(self, account_id: AccountId) -> list[Check]:
        """What can be told without asking the provider."""
        account = await self._accounts.get(account_id)
        listed = await whole(self._endpoints.listing)
        endpoints = [endpoint for endpoint in listed if endpoint.account_id == account_id]
        return [
            enabled(account),
            privacy(await self._rules.notice(account)),
            await self._settings(account),
            public_url(self._callback_urls, account),
            numbers(endpoints),
            await self._somebody_answers(endpoints),
            *await self._approved(account),
            webhook_seen(account),
            last_error(account),
        ]

    async def live(self, account_id: AccountId) -> list[Check]:
        """The same, after asking the provider whether it knows us."""
        account = await self._accounts.get(account_id)
        asked = await self._provider.checks(account)
        return [*await self.known(account_id), *asked]

    async def _approved(self, account: Account) -> list[Check]:
        if not adapter_of(self._channels, account.channel).capabilities.templates:
            return []
        return [templates(await self._templates.of_account(account.account_id))]

    async def _settings(self, account: Account) -> Check:
        secrets = await self._accounts.secret_status(account.account_id)
        adapter = adapter_of(self._channels, account.channel)
        problems = adapter.check_settings(account.settings, secrets.keys())
        return check(
            "settings",
            ok=not problems,
            good="All settings and secrets are there and well-formed.",
            bad=f"{len(problems)} settings or secrets are missing or not well-formed.",
            what_to_do=" ".join(problems),
        )

    async def _somebody_answers(self, endpoints: list[Endpoint]) -> Check:
        empty = [endpoint.name for endpoint in endpoints if not await self._has_members(endpoint)]
        return check(
            "workstream",
            ok=bool(endpoints) and not empty,
            good="Every number has a workstream whose queue has members.",
            bad=f"Nobody would see conversations of: {', '.join(empty) or 'any number'}.",
            what_to_do="Give each number a workstream, and add agents to its fallback queue.",
        )

    async def _has_members(self, endpoint: Endpoint) -> bool:
        workstream = await self._workstreams.get(endpoint.workstream_id)
        queue = await self._queues.get(workstream.fallback_queue_id)
        return bool(queue.member_ids)


def enabled(account: Account) -> Check:
    """Nothing flows through a disabled account."""
    return check(
        "enabled",
        ok=account.enabled,
        good="The account is enabled.",
        bad="The account is disabled: webhooks are refused and nothing is sent.",
        what_to_do="Enable the account.",
    )


def privacy(notice: PrivacyNotice) -> Check:
    """Somebody knows that data leaves."""
    return check(
        "privacy",
        ok=notice.is_acknowledged,
        good="The privacy notice is acknowledged.",
        bad="Nobody has acknowledged that customers' data leaves for the provider.",
        what_to_do="Read the notice at GET …/privacy-acknowledgement, and acknowledge it there.",
    )


def public_url(callback_urls: CallbackUrls, account: Account) -> Check:
    """Providers call over the internet, and over TLS only."""
    address = urlsplit(callback_urls.public_url)
    reachable = address.scheme == "https" and (address.hostname or "") not in LOCAL_HOSTS
    told = ", ".join(callback_urls.of(account).values())
    return check(
        "callback_urls",
        ok=reachable,
        good=f"The provider can be given these addresses: {told}",
        bad=f"{callback_urls.public_url} is not an address a provider on the internet can call.",
        what_to_do="Set HOLDFAST_PUBLIC_URL to the https address this deployment has on the internet.",
    )


def numbers(endpoints: list[Endpoint]) -> Check:
    """There must be one to write to."""
    return check(
        "numbers",
        ok=any(endpoint.enabled for endpoint in endpoints),
        good=f"{sum(endpoint.enabled for endpoint in endpoints)} numbers are enabled.",
        bad="No number is enabled.",
        what_to_do="Add the number that customers write to.",
    )


def templates(found: list[Template]) -> Check:
    """Without an approved one nobody can write after the service window."""
    texts = [translation for template in found for translation in template.translations]
    approved = sum(text.approval is Approval.APPROVED for text in texts)
    return check(
        "templates",
        ok=approved > 0,
        good=f"{approved} of {len(texts)} template texts are approved.",
        bad=f"None of {len(texts)} template texts is approved: nobody can write after the window.",
        what_to_do="Have a template approved at the provider, then sync the templates.",
    )


def webhook_seen(account: Account) -> Check:
    """The proof that the provider knows our address."""
    return check(
        "webhook",
        ok=account.last_webhook_at is not None,
        good=f"The last webhook came at {account.last_webhook_at}.",
        bad="No correctly signed webhook has come yet.",
        what_to_do="Copy `callback_urls` into the provider's console, then write to the number.",
    )


def last_error(account: Account) -> Check:
    """What the provider last complained about."""
    return check(
        "last_error",
        ok=account.last_error is None,
        good="The provider has not complained.",
        bad=f"At {account.last_error_at} the provider said: {account.last_error}",
        what_to_do="Repair what it names; waiting messages are then sent by themselves.",
    )
