"""The smallest body that a JSON schema takes, with the world's ids where a name asks for one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

Schema = Mapping[str, Any]
_FORMATS = {
    "date": "2026-11-20",
    "date-time": "2026-11-21T16:00:00Z",
    "time": "09:00",
    "email": "new.person@school.example",
    "uri": "https://school.example/",
}
_PATTERNS = {
    # What a pattern of ours asks for.
    "^(AM|PM|DAY)$": "AM",
    "^present$": "present",
}


class Sampler:
    """Makes bodies for one OpenAPI document and one world."""

    def __init__(self, document: Schema, ids: Mapping[str, UUID | str]) -> None:
        self.schemas: Schema = document["components"]["schemas"]
        self.ids = ids

    def body(self, schema: Schema) -> Any:
        """A value of a schema: what is required, and nothing else."""
        return self.value(schema, name="")

    def value(self, schema: Schema, *, name: str) -> Any:
        schema = self._resolved(schema)
        if "default" in schema and schema["default"] is not None:
            return schema["default"]
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        kind = schema.get("type", "object")
        if kind == "object":
            properties = schema.get("properties", {})
            return {each: self.value(properties[each], name=each) for each in schema.get("required", ())}
        if kind == "array":
            return [self.value(schema["items"], name=name.removesuffix("s"))] * max(1, schema.get("minItems", 0))
        if kind in ("integer", "number"):
            return schema.get("minimum", 1)
        if kind == "boolean":
            return False
        return self._text(schema, name)

    def _resolved(self, schema: Schema) -> Schema:
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                return self._resolved(schema[several][0])
        if "$ref" in schema:
            return self._resolved(self.schemas[schema["$ref"].rsplit("/", 1)[-1]])
        return schema

    def _text(self, schema: Schema, name: str) -> str:
        if schema.get("format") == "uuid" or name in self.ids:
            return str(self.ids[name])
        if schema.get("format") in _FORMATS:
            return _FORMATS[schema["format"]]
        if "pattern" in schema:
            return _PATTERNS[schema["pattern"]]
        return "N"[: schema.get("maxLength")].ljust(schema.get("minLength", 0), "n")
