"""The OpenAPI document is valid, and says of every operation what may go wrong."""

import pytest
from ninja import Schema
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.doors.routes import document

OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, operations in document()["paths"].items()
    for method, operation in operations.items()
]
WRITES = ("POST", "PUT", "PATCH", "DELETE")


def test_document_is_valid():
    assert document()["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(document()).iter_errors()] == []


def test_document_is_served_as_it_is_composed(world):
    served = world.software("nobody").get("/api/v1/openapi.json")

    assert served.status_code == 200
    assert served.json() == document()


def test_operations_have_names_of_their_own():
    names = [operation["operationId"] for _, operation in OPERATIONS]

    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_operations_say_what_they_do():
    assert [name for name, operation in OPERATIONS if not operation.get("description", "").strip()] == []


@pytest.mark.parametrize("status", ["400", "401", "403", "404", "409", "410", "412", "413", "415", "422", "429", "503"])
def test_operations_document_their_problems(status):
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}

    undocumented = [
        name for name, operation in OPERATIONS if operation["responses"].get(status, {}).get("content") != problem
    ]

    assert undocumented == []


def test_schemas_have_names_of_their_own():
    """Of two classes with one name, one would describe the answers of both."""
    named = document()["components"]["schemas"].keys()
    classes = {f"{each.__module__}.{each.__name__}" for each in all_schemas() if each.__name__ in named}
    names = [name.rsplit(".", 1)[-1] for name in classes]

    assert sorted({name for name in names if names.count(name) > 1}) == []


def all_schemas(parent: type = Schema) -> set[type]:
    found = {each for each in parent.__subclasses__() if each.__module__.startswith("lyceum.")}
    return found.union(*(all_schemas(each) for each in found))


def test_operations_document_one_success():
    without = [
        name for name, operation in OPERATIONS if not any(status[0] in "23" for status in operation["responses"])
    ]

    assert without == []


def test_bodies_refuse_fields_that_are_not_declared():
    """So that a field misspelt, or one that only a rule may set, is never silently ignored."""
    schemas = document()["components"]["schemas"]
    lax = []
    for name, operation in OPERATIONS:
        bodies = operation.get("requestBody", {}).get("content", {})
        for content in (each for kind, each in bodies.items() if kind != "multipart/form-data"):
            lax += [f"{name}: {each}" for each in lax_objects(content["schema"], schemas)]

    assert lax == []


def lax_objects(schema: dict, schemas: dict, seen: frozenset[str] = frozenset()) -> list[str]:
    """The names of the objects inside a schema that take any field."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return [] if name in seen else lax_objects(schemas[name], schemas, seen | {name})
    found = []
    if schema.get("type") == "object" and schema.get("additionalProperties", True) is True:
        found.append(schema.get("title", "an object without a title"))
    inner = [*schema.get("properties", {}).values(), schema.get("items"), *schema.get("anyOf", ())]
    for each in inner:
        found += lax_objects(each, schemas, seen) if isinstance(each, dict) else []
    return found
