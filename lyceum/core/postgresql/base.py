"""Django's PostgreSQL backend with three changes: walls around a school's tables, instants read by compiled
code, and long lists of rows written in portions."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQLWrapper
from django.db.backends.postgresql.features import DatabaseFeatures as PostgreSQLFeatures
from django.db.backends.postgresql.operations import DatabaseOperations as PostgreSQLOperations
from psycopg._preparing import PrepareManager
from psycopg.adapt import AdaptersMap
from psycopg.types.datetime import TimestamptzLoader

from lyceum.core.postgresql.schema import WalledSchemaEditor, is_walled

MOST_PARAMETERS = 2**16 - 1
"""Of one statement, where PostgreSQL binds them."""
CHANGES_TABLES = re.compile(rb"(DROP|ALTER|DISCARD ALL|DEALLOCATE ALL)\b").match
"""What PostgreSQL answers where plans are gone, or hold no longer."""
MOST_PREPARED = 500
"""Statements whose plans a connection keeps. Pages say more than psycopg's hundred, which would take turns."""


class DatabaseOperations(PostgreSQLOperations):
    def bulk_batch_size(self, fields: Sequence[Any], objs: Sequence[Any]) -> int:
        """How many rows go into one statement: as many as there are, unless their values are too many for one."""
        return max(1, min(len(objs), MOST_PARAMETERS // max(1, len(fields))))


class DatabaseFeatures(PostgreSQLFeatures):
    max_query_params = MOST_PARAMETERS

    def allows_group_by_selected_pks_on_model(self, model: type[models.Model]) -> bool:
        # The key of a walled table is (school_id, id): PostgreSQL cannot group by the id alone.
        return not is_walled(model) and super().allows_group_by_selected_pks_on_model(model)


@lru_cache
def _with_compiled_instants(template: AdaptersMap) -> AdaptersMap:
    """Django reads every timestamptz in Python, to move it into the connection's time zone. Ours is always UTC."""
    adapters = AdaptersMap(template)
    adapters.register_loader("timestamptz", TimestamptzLoader)
    return adapters


class KeptPlans(PrepareManager):
    """Plans that outlive a rollback. psycopg gives all of a connection's up at each one, a refused request's too,
    lest tables made in between are gone with it; here a rollback undoes rows."""

    def clear(self) -> bool:
        """What a rollback asks for."""
        return False

    def _should_discard(self, _prep: Any, results: Any, *_: Any) -> bool:
        return any(CHANGES_TABLES(each.command_status or b"") for each in results) and super().clear()


class DatabaseWrapper(PostgreSQLWrapper):
    SchemaEditorClass = WalledSchemaEditor
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        return parameters | {"context": _with_compiled_instants(parameters["context"])}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if not isinstance(connection._prepared, KeptPlans):  # one from the pool has been here before
            threshold = connection.prepare_threshold
            connection._prepared = KeptPlans()
            connection.prepare_threshold, connection.prepared_max = threshold, MOST_PREPARED
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        return super().create_cursor(name) if name else self.connection.cursor()
