"""Django's PostgreSQL backend with one change: tables that belong to a school are created behind a wall."""

from django.db import models
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQLWrapper
from django.db.backends.postgresql.features import DatabaseFeatures as PostgreSQLFeatures

from lyceum.core.postgresql.schema import WalledSchemaEditor, is_walled


class DatabaseFeatures(PostgreSQLFeatures):
    def allows_group_by_selected_pks_on_model(self, model: type[models.Model]) -> bool:
        # The key of a walled table is (school_id, id): PostgreSQL cannot group by the id alone.
        return not is_walled(model) and super().allows_group_by_selected_pks_on_model(model)


class DatabaseWrapper(PostgreSQLWrapper):
    SchemaEditorClass = WalledSchemaEditor
    features_class = DatabaseFeatures
