"""/config/v1/audit-log: who changed what, when."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.config.routing import config_router
from api.dependencies import ConfigReader, UseConfiguration
from api.pagination import PageOf, Paging
from domain.configuration import AuditEntry

router = config_router("/config/v1/audit-log", "audit-log")
Subject = Annotated[str | None, Query(max_length=40, examples=["account"])]


@router.get("")
async def listing(
    _caller: ConfigReader,
    configuration: UseConfiguration,
    page: Paging,
    subject: Subject = None,
    subject_id: UUID | None = None,
) -> PageOf[AuditEntry]:
    """The newest entries first."""
    items, next_cursor = await configuration.audit.listing(
        subject=subject, subject_id=subject_id, cursor=page.cursor, limit=page.limit
    )
    return PageOf(items=items, next_cursor=next_cursor)
