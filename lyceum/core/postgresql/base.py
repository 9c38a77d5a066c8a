"""Django's PostgreSQL backend with two changes: walls around a school's tables, and instants read by compiled code."""

from functools import lru_cache
from typing import Any

from django.db import models
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQLWrapper
from django.db.backends.postgresql.features import DatabaseFeatures as PostgreSQLFeatures
from psycopg.adapt import AdaptersMap
from psycopg.types.datetime import TimestamptzLoader

from lyceum.core.postgresql.schema import WalledSchemaEditor, is_walled


class DatabaseFeatures(PostgreSQLFeatures):
    def allows_group_by_selected_pks_on_model(self, model: type[models.Model]) -> bool:
        # The key of a walled table is (school_id, id): PostgreSQL cannot group by the id alone.
        return not is_walled(model) and super().allows_group_by_selected_pks_on_model(model)


@lru_cache
def _with_compiled_instants(template: AdaptersMap) -> AdaptersMap:
    """Django reads every timestamptz in Python, to move it into the connection's time zone. Ours is always UTC."""
    adapters = AdaptersMap(template)
    adapters.register_loader("timestamptz", TimestamptzLoader)
    return adapters


class DatabaseWrapper(PostgreSQLWrapper):
    SchemaEditorClass = WalledSchemaEditor
    features_class = DatabaseFeatures

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        return parameters | {"context": _with_compiled_instants(parameters["context"])}

    def create_cursor(self, name: str | None = None) -> Any:
        return super().create_cursor(name) if name else self.connection.cursor()
