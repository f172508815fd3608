"""The OpenAPI document: problem details as the shape of every error."""

import warnings
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.errors import Problem


def operation_id(route: APIRoute) -> str:
    """A name that client generators can use: accounts_create."""
    group = str(route.tags[0]) if route.tags else "holdfast"
    return f"{group}_{route.name}".replace("-", "_")


def install(app: FastAPI) -> None:
    """Complete the document that FastAPI makes."""
    made_by_fastapi = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            with warnings.catch_warnings():
                # A route for GET and HEAD is one operation; the second one is taken out below.
                warnings.filterwarnings("ignore", "Duplicate Operation ID", UserWarning)
                _complete(made_by_fastapi())
        return made_by_fastapi()

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(document: dict[str, Any]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for operations in document["paths"].values():
        operations.pop("head", None)
