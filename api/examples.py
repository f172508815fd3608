"""An example value for a schema: the author's own where there is one, else the simplest that fits."""

from collections.abc import Mapping
from typing import Any, Final

DEEPEST: Final = 8
SIMPLEST: Final[Mapping[str, Any]] = {
    "string": "…",
    "integer": 0,
    "number": 0.0,
    "boolean": True,
    "null": None,
}
FORMATS: Final[Mapping[str, str]] = {
    "uuid": "019b1e8e-5c1a-7c3e-9a55-9d1f4c1b7c11",
    "date-time": "2026-01-31T09:30:00Z",
    "duration": "PT15M",
    "binary": "(the file)",
}


def example_of(schema: Mapping[str, Any], document: Mapping[str, Any], depth: int = 0) -> Any:  # noqa: ANN401 - JSON
    """Follows references within the document, and stops where they go in circles."""
    if depth > DEEPEST:
        return None
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return example_of(document["components"]["schemas"][name], document, depth + 1)
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    if "const" in schema:
        return schema["const"]
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return example_of(schema[key][0], document, depth + 1)
    return _of_type(schema, document, depth + 1)


def _of_type(schema: Mapping[str, Any], document: Mapping[str, Any], depth: int) -> Any:  # noqa: ANN401 - JSON
    if schema.get("type") == "array":
        return [example_of(schema.get("items", {}), document, depth)]
    if schema.get("type") == "object":
        fields = schema.get("properties", {})
        return {name: example_of(field, document, depth) for name, field in fields.items()}
    return FORMATS.get(schema.get("format", ""), SIMPLEST.get(schema.get("type", ""), None))
