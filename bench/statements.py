"""The SQL behind a request: which statements it makes, and what they cost without anything around them."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench.people import SignedIn
from lyceum.domains.accounts.cookies import COOKIE
from lyceum.testing.clients import nobody

_AROUND = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO")


def statements_of(who: SignedIn, method: str, path: str, body: Any = None) -> list[str]:
    """The statements of a request that is answered in this process and then undone."""
    client = nobody()
    headers = {}
    if path.startswith("/api/"):
        headers["Authorization"] = f"Bearer {who.token}"
    else:
        client.cookies[COOKIE] = who.cookie
    with transaction.atomic():
        with CaptureQueriesContext(connection) as captured:
            answer = client.generic(
                method, path, json.dumps(body or {}), content_type="application/json", headers=headers
            )
        transaction.set_rollback(True)
    if answer.status_code >= 300:
        raise SystemExit(f"{method} {path} answered {answer.status_code} in this process: {answer.content[:300]!r}")
    return _stated(captured)


def counted(captured: CaptureQueriesContext) -> int:
    """How many statements something made, without savepoints."""
    return len(_stated(captured))


def _stated(captured: CaptureQueriesContext) -> list[str]:
    return [statement for query in captured.captured_queries for statement in _without_savepoints(query["sql"])]


def _without_savepoints(message: str) -> list[str]:
    """What is left to say of a message: the school that is set among savepoints, or all of it."""
    parts = message.split("; ")
    if not any(part.startswith(_AROUND) for part in parts):
        return [message]
    return [part for part in parts if not part.startswith(_AROUND)]


def replay(database: psycopg.Connection[Any], statements: Sequence[str]) -> float:
    """The seconds that the statements alone take, in one transaction."""
    began = time.perf_counter()
    with database.transaction():
        for statement in statements:
            cursor = database.execute(statement)  # written by ourselves
            if cursor.description:
                cursor.fetchall()
    return time.perf_counter() - began
