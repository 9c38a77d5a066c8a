"""The page for what broke on our side."""

from typing import Any

import pytest
from django.db import connection

from lyceum.testing.clients import browser
from lyceum.testing.factories import make_admin, make_school

pytestmark = pytest.mark.django_db


def break_statements(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """As a fault of ours in a statement does: from here on the transaction is aborted."""
    return (
        execute("SELECT 1 / 0", None, many, context) if "people_student" in sql else execute(sql, params, many, context)
    )


def test_a_statement_that_fails_ends_in_a_page_that_says_so():
    school = make_school()
    head = browser(make_admin(school), school, raise_request_exception=False)

    with connection.execute_wrapper(break_statements):
        answer = head.get("/students/")

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
    assert answer["X-Request-ID"] in answer.content.decode()
    assert head.get("/students/").status_code == 200
