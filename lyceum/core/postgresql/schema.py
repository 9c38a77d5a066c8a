"""Builds walls. A model with a SchoolKey gets, with its table and in the same migration:

- the primary key (school_id, id);
- row-level security, enabled and forced, with one permissive policy for reading and writing;
- references to other school-owned tables that carry the school: (school_id, x_id) → (school_id, id).

Nobody has to remember it, and a test over the catalogue fails for a table without it.
"""

from typing import Any

from django.db import models
from django.db.backends.ddl_references import Statement
from django.db.backends.postgresql.schema import DatabaseSchemaEditor

from lyceum.core.schools import SchoolForeignKey, SchoolKey

POLICY = "school_wall"
IN_THIS_SCHOOL = "school_id = (SELECT NULLIF(current_setting('app.school_id', true), '')::int)"


def wall_statements(table: str) -> list[str]:
    """The SQL that puts a table with a school_id behind the wall."""
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY {POLICY} ON "{table}" USING ({IN_THIS_SCHOOL}) WITH CHECK ({IN_THIS_SCHOOL})',
    ]


def is_walled(model: type[models.Model]) -> bool:
    """Whether a model's rows belong to a school."""
    return any(isinstance(field, SchoolKey) for field in model._meta.local_fields)


class WalledSchemaEditor(DatabaseSchemaEditor):
    """Django's schema editor; see the module. The stubs do not know the hooks it overrides."""

    def create_model(self, model: type[models.Model]) -> None:
        super().create_model(model)
        if is_walled(model):
            for statement in wall_statements(model._meta.db_table):
                self.execute(statement)

    def table_sql(self, model: type[models.Model]) -> tuple[str, Any]:
        sql, params = super().table_sql(model)
        if is_walled(model) and not isinstance(model._meta.pk, models.CompositePrimaryKey):
            sql = sql.replace('"id" uuid NOT NULL PRIMARY KEY', '"id" uuid NOT NULL')
            sql = sql[: sql.rindex(")")] + ', PRIMARY KEY ("school_id", "id"))'
        return sql, params

    def _create_fk_sql(self, model: type[models.Model], field: Any, suffix: str) -> Statement | str:
        if not isinstance(field, SchoolForeignKey):
            made: Statement | str = super()._create_fk_sql(model, field, suffix)  # type: ignore[misc]  # see above
            return made
        return self._school_fk_sql(model, field)

    def _school_fk_sql(self, model: type[models.Model], field: SchoolForeignKey) -> str:
        table, target = model._meta.db_table, field.remote_field.model._meta.db_table
        name = self._create_index_name(  # type: ignore[attr-defined]  # see above
            table, ["school_id", str(field.column)], suffix="_fk"
        )
        return (
            f'ALTER TABLE "{table}" ADD CONSTRAINT {self.quote_name(name)} '
            f'FOREIGN KEY ("school_id", "{field.column}") REFERENCES "{target}" ("school_id", "id") '
            "DEFERRABLE INITIALLY IMMEDIATE"
        )

    def add_field(self, model: type[models.Model], field: Any) -> None:
        if not isinstance(field, SchoolForeignKey):
            super().add_field(model, field)
            return
        # Django would add a reference to the id alone.
        setattr(field, "db_constraint", False)  # noqa: B010
        super().add_field(model, field)
        setattr(field, "db_constraint", True)  # noqa: B010
        self.deferred_sql.append(self._school_fk_sql(model, field))
