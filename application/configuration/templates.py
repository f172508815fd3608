"""Templates: written and approved at the provider, copied from there, named for agents here."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from application.configuration import template_merge
from application.configuration.audit import AuditTrail, now
from application.configuration.drafts import Draft, Language, Name, Text
from application.configuration.pages import matching
from application.configuration.register import Register, changed
from application.whole_lists import whole
from channels.extras import ProviderTemplate, TemplateDirectory
from domain.channels import ChannelName
from domain.configuration import Account, Caller, Template, TemplateTranslation
from domain.errors import InvalidInput, NotFound
from domain.ids import AccountId, TemplateId, new_id
from domain.values import Value
from storage.accounts import Accounts
from storage.database import Database
from storage.templates import Templates

SUBJECT: Final = "template"

ContentSid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=64)]
# WhatsApp allows 1,024 characters in the body of a template.
TemplateText = Annotated[Text, Field(max_length=1024)]


class Translation(Draft):
    """One language of a template, as it was approved. The provider says whether it was."""

    language: Language
    text: TemplateText = Field(examples=["Hello {{1}}, may we continue?"])
    content_sid: ContentSid = Field(examples=["HX0123456789abcdef0123456789abcdef"])


Translations = Annotated[tuple[Translation, ...], Field(min_length=1, max_length=100)]
VariableNames = Annotated[tuple[Name, ...], Field(max_length=100)]


class NewTemplate(Draft):
    """A template typed in by hand. Usually they are copied from the provider instead."""

    account_id: AccountId
    name: Name = Field(examples=["may_we_continue"])
    default_language: Language = "en"
    translations: Translations
    variables: VariableNames = ()


class TemplateChange(Draft):
    """What to change of a template. Translations are replaced as a whole."""

    name: Name | None = None
    default_language: Language | None = None
    translations: Translations | None = None
    variables: VariableNames | None = None


class SyncReport(Value):
    """What a copy from the provider changed."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


class TemplateConfiguration:
    """Keeps templates, and copies them from the provider."""

    def __init__(
        self,
        *,
        templates: Templates,
        accounts: Accounts,
        directories: Mapping[ChannelName, TemplateDirectory],
        trail: AuditTrail,
        database: Database,
    ) -> None:
        self._accounts = accounts
        self._directories = directories
        self._database = database
        self._register = Register(SUBJECT, templates, trail, database)

    async def get(self, template_id: TemplateId) -> Template:
        """Raise NotFound."""
        return await self._register.get(template_id)

    async def listing(
        self, account_id: AccountId | None, cursor: str | None, limit: int
    ) -> tuple[list[Template], str | None]:
        """One page, of one account or of all."""
        if account_id is None:
            return await self._register.listing(cursor, limit)
        return await matching(
            self._register.listing,
            lambda template: template.account_id == account_id,
            identity=lambda template: template.template_id,
            cursor=cursor,
            limit=limit,
        )

    async def create(self, caller: Caller, draft: NewTemplate) -> Template:
        """Add one. It may be used once a sync has seen that it is approved."""
        await self._account(draft.account_id)
        template = Template(
            template_id=new_id(),
            created_at=now(),
            updated_at=now(),
            translations=_translations(draft.translations, ()),
            **draft.model_dump(exclude={"translations"}),
        )
        _check(template)
        return await self._register.create(caller, template.template_id, template)

    async def update(
        self, caller: Caller, template_id: TemplateId, change: TemplateChange, expected_version: int
    ) -> Template:
        """Change some of it. A translation that keeps its SID keeps its approval."""
        before = await self._register.get(template_id)
        changes = change.given()
        if change.translations is not None:
            changes["translations"] = _translations(change.translations, before.translations)
        _check(changed(before, changes))
        return await self._register.update(caller, template_id, changes, expected_version)

    async def delete(self, caller: Caller, template_id: TemplateId, expected_version: int) -> None:
        """Forget it here; it stays at the provider."""
        await self._register.delete(caller, template_id, expected_version)

    async def sync(self, caller: Caller, account_id: AccountId) -> SyncReport:
        """Copy all templates of an account with their approval. Raise ChannelError."""
        account = await self._account(account_id)
        directory = self._directories.get(account.channel)
        if directory is None:
            raise InvalidInput(f"{account.channel} has no templates at its provider.")
        theirs = await directory.templates(await self._accounts.credentials(account_id))
        async with self._database.transaction():
            return await self._merge(caller, account_id, theirs)

    async def of_account(self, account_id: AccountId) -> list[Template]:
        """All templates of an account."""
        templates = await whole(self._register.listing)
        return [template for template in templates if template.account_id == account_id]

    async def _merge(
        self, caller: Caller, account_id: AccountId, theirs: list[ProviderTemplate]
    ) -> SyncReport:
        ours = await self.of_account(account_id)
        merged = template_merge.merge(account_id, ours, theirs)
        for template in merged.new:
            await self._register.create(caller, template.template_id, template)
        for template, changes in merged.changed:
            await self._register.update(caller, template.template_id, changes, template.version)
        return SyncReport(
            created=len(merged.new),
            updated=len(merged.changed),
            unchanged=len(ours) - len(merged.changed),
        )

    async def _account(self, account_id: AccountId) -> Account:
        try:
            return await self._accounts.get(account_id)
        except NotFound as error:
            raise NotFound("There is no such account.") from error


def _translations(
    drafts: tuple[Translation, ...], before: tuple[TemplateTranslation, ...]
) -> tuple[TemplateTranslation, ...]:
    known = {(each.content_sid, each.language): each for each in before}
    return tuple(
        known.get(
            (draft.content_sid, draft.language), TemplateTranslation(**draft.model_dump())
        ).model_copy(update={"text": draft.text})
        for draft in drafts
    )


def _check(template: Template) -> None:
    languages = [each.language for each in template.translations]
    if len(set(languages)) < len(languages):
        raise InvalidInput("Each language may occur once in `translations`.", field="translations")
    if template.default_language not in languages:
        raise InvalidInput(
            "`default_language` must be one of the translations.", field="default_language"
        )
