"""Bodies and parameters that nobody would think of: no operation breaks, and each answers as it says it does."""

import os
from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lyceum.core.schools import leave_school
from lyceum.testing.beginnings import undone
from tests.doors.routes import document, list_operations
from tests.doors.world import Who

# Schemathesis itself does so; nothing here depends on it.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "4"))
"""For each operation; more find more, and then they differ from run to run."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
APPLICATION = get_wsgi_application()
ROUTES = {route.name: route for route in list_operations()}
OPERATIONS = {
    found.ok().definition.raw["operationId"]: found.ok()
    for found in schemathesis.openapi.from_dict(document()).get_all_operations()
}


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """The test's transaction outlives each request, as with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_operation_answers_as_documented(world, kept_connection, name):
    operation, route = OPERATIONS[name], ROUTES[name]
    authorization = world.software(Who.ADMIN).defaults["HTTP_AUTHORIZATION"]
    known = {each: str({**world.ids, **world.words}[each]) for each in route.names}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize="SCHEMATHESIS_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.one_of(
            operation.as_strategy(GenerationMode.POSITIVE, path_parameters=known or None),
            operation.as_strategy(GenerationMode.POSITIVE),
            operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=known or None),
        )
    )
    def answers(case):
        with undone():
            leave_school()
            case.call_and_validate(
                base_url="https://testserver",
                headers={"Authorization": authorization, "Accept-Encoding": "identity"},  # it reads no gzip
                checks=CHECKS,
                app=APPLICATION,
            )

    answers()
