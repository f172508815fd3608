"""/docs: the API, described on one page. No script, nothing from elsewhere: it works offline."""

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.examples import example_of

router = APIRouter(include_in_schema=False)

STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
summary { cursor: pointer; padding: .35rem 0; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { background: #f3f4f6; color: #111827; padding: .75rem; overflow: auto; border-radius: .4rem; }
details div { padding: 0 0 .75rem 1.2rem; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700; }
h2 { margin-top: 2rem; }
"""
_DIGEST: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; frame-ancestors 'none'"


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    return HTMLResponse(page(request.app.openapi()), headers={"Content-Security-Policy": POLICY})


def page(document: Mapping[str, Any]) -> str:
    """The whole page."""
    title = escape(document["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>{title} API</h1>"
        "<p>Send an API key, or the token of a sign-in, as <code>Authorization: Bearer …</code>. "
        'For programs: <a href="/openapi.json">openapi.json</a>.</p>'
        f"{''.join(_groups(document))}</body></html>"
    )


def _groups(document: Mapping[str, Any]) -> Iterator[str]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = operation.get("tags", ["other"])[0]
            groups[tag].append(_operation(method.upper(), path, operation, document))
    for tag, shown in groups.items():
        yield f"<h2>{escape(tag)}</h2>{''.join(shown)}"


def _operation(
    method: str, path: str, operation: Mapping[str, Any], document: Mapping[str, Any]
) -> str:
    parts = [
        f"<p>{escape(operation.get('description', ''))}</p>",
        *(_parameter(each) for each in operation.get("parameters", [])),
        *_bodies("Body", operation.get("requestBody", {}), document),
    ]
    for status, response in operation["responses"].items():
        parts += _bodies(f"Answer {status}", response, document)
    return (
        f'<details><summary><span class="method">{method}</span> <code>{escape(path)}</code> '
        f"{escape(operation.get('summary', ''))}</summary><div>{''.join(parts)}</div></details>"
    )


def _parameter(parameter: Mapping[str, Any]) -> str:
    needed = "required" if parameter.get("required") else "optional"
    told = f"{parameter['in']}, {needed}. {parameter.get('description', '')}"
    return f"<p><code>{escape(parameter['name'])}</code> ({escape(told.strip())})</p>"


def _bodies(title: str, holder: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    for media_type, content in holder.get("content", {}).items():
        example = json.dumps(
            example_of(content.get("schema", {}), document), indent=2, ensure_ascii=False
        )
        yield f"<p>{escape(title)}, {escape(media_type)}</p><pre>{escape(example)}</pre>"
