"""Django's PostgreSQL backend with one change: tables that belong to a school are created behind a wall."""

from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQLWrapper

from lyceum.core.postgresql.schema import WalledSchemaEditor


class DatabaseWrapper(PostgreSQLWrapper):
    SchemaEditorClass = WalledSchemaEditor
