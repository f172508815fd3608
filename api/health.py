"""What operators and load balancers ask."""

from typing import Literal, Self

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from api.dependencies import OperatorCaller, UseServices
from api.errors import PROBLEMS
from application.health import Report

router = APIRouter(tags=["operators"], responses=PROBLEMS)


class Live(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """Which parts we depend on answer. Without PostgreSQL nothing can be accepted."""

    status: Literal["ok", "not_ready"]
    parts: dict[str, Literal["ok", "unavailable"]]

    @classmethod
    def of(cls, report: Report) -> Self:
        return cls(
            status="ok" if report.is_ready else "not_ready",
            parts={name: "ok" if holds else "unavailable" for name, holds in report.parts.items()},
        )


@router.get("/livez")
async def livez() -> Live:
    """The process is alive."""
    return Live()


@router.get("/readyz", responses={503: {"model": Ready}})
async def readyz(services: UseServices, response: Response) -> Ready:
    """Say whether requests can be served, and which part is missing."""
    report = await services.readiness.report()
    response.status_code = 200 if report.is_ready else 503
    return Ready.of(report)


@router.get("/metrics", response_class=Response)
async def metrics(_caller: OperatorCaller) -> Response:
    """Everything measured, for Prometheus. Scrape with a key of the scope `operator`."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
