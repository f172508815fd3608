"""/config/v1/routing-rules: what decides where conversations go."""

from typing import Final

from fastapi import Response

from api.config.routing import config_router
from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from api.etags import ExpectedVersion, tag
from api.pagination import PageOf, Paging
from application.configuration.routing_rules import DryRun, DryRunResult, NewRuleset, RulesetChange
from domain.ids import RulesetId, WorkstreamId
from domain.routing_rules import Ruleset

PATH: Final = "/config/v1/routing-rules"
router = config_router(PATH, "routing rules")


@router.get("")
async def listing(
    _caller: ConfigReader,
    configuration: UseConfiguration,
    page: Paging,
    workstream_id: WorkstreamId | None = None,
) -> PageOf[Ruleset]:
    items, next_cursor = await configuration.routing_rules.listing(
        workstream_id, page.cursor, page.limit
    )
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("", status_code=201)
async def create(
    draft: NewRuleset, caller: ConfigWriter, configuration: UseConfiguration, response: Response
) -> Ruleset:
    ruleset = await configuration.routing_rules.create(caller, draft)
    tag(response, ruleset, location=f"{PATH}/{ruleset.ruleset_id}")
    return ruleset


@router.post("/dry-run")
async def dry_run(
    question: DryRun, _caller: ConfigWriter, configuration: UseConfiguration
) -> DryRunResult:
    """What would happen to this message at that moment (without one: now), and why. Changes nothing."""
    return await configuration.routing_rules.dry_run(question)


@router.get("/{ruleset_id}")
async def get(
    ruleset_id: RulesetId, _caller: ConfigReader, configuration: UseConfiguration, response: Response
) -> Ruleset:
    ruleset = await configuration.routing_rules.get(ruleset_id)
    tag(response, ruleset)
    return ruleset


@router.patch("/{ruleset_id}")
async def update(
    *,
    ruleset_id: RulesetId,
    change: RulesetChange,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> Ruleset:
    """Rules are replaced as a whole. Conversations that begin within five seconds may go by the old."""
    ruleset = await configuration.routing_rules.update(caller, ruleset_id, change, version)
    tag(response, ruleset)
    return ruleset


@router.delete("/{ruleset_id}", status_code=204)
async def delete(
    ruleset_id: RulesetId,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
) -> None:
    await configuration.routing_rules.delete(caller, ruleset_id, version)
