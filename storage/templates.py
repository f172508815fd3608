"""Templates: what WhatsApp approved for use outside the service window."""

from typing import Final
from uuid import UUID

from domain.configuration import Template
from storage.documents import document
from storage.resources import Resource, Statements

TEMPLATES: Final = Statements(
    insert="""
        INSERT INTO templates (template_id, account_id, name, default_language, translations, variables,
                               version, created_at, updated_at)
        VALUES (%(id)s, %(account_id)s, %(name)s, %(default_language)s, %(translations)s, %(variables)s,
                1, %(created_at)s, %(created_at)s)
    """,
    get="""
        SELECT template_id, account_id, name, default_language, translations, variables,
               version, created_at, updated_at
        FROM templates WHERE template_id = %(id)s AND deleted_at IS NULL
    """,
    listing="""
        SELECT template_id, account_id, name, default_language, translations, variables,
               version, created_at, updated_at
        FROM templates
        WHERE deleted_at IS NULL AND (%(after)s::uuid IS NULL OR template_id > %(after)s)
        ORDER BY template_id LIMIT %(limit)s
    """,
    update="""
        UPDATE templates
        SET account_id = %(account_id)s, name = %(name)s, default_language = %(default_language)s,
            translations = %(translations)s, variables = %(variables)s,
            version = version + 1, updated_at = now()
        WHERE template_id = %(id)s AND version = %(expected_version)s AND deleted_at IS NULL
    """,
    lock="SELECT 1 FROM templates WHERE template_id = %(id)s AND deleted_at IS NULL FOR UPDATE",
    # A message that uses a template carries all of it, so nothing depends on one.
    delete="UPDATE templates SET deleted_at = now() WHERE template_id = %(id)s",
    requires={
        "account_id": """
            SELECT 1 FROM accounts WHERE account_id = %(account_id)s AND deleted_at IS NULL
            FOR KEY SHARE
        """
    },
)


class Templates(Resource[Template]):
    """Approved messages."""

    noun = "template"
    sql = TEMPLATES
    model = Template

    def identity(self, value: Template) -> UUID:
        return value.template_id

    def parameters(self, value: Template) -> dict[str, object]:
        return {
            **value.model_dump(),
            "translations": document(value.translations),
            "variables": list(value.variables),
        }
