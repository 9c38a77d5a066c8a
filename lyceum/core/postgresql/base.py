"""Django's PostgreSQL backend with four changes: walls around a school's tables, instants read by compiled
code, long lists of rows written in portions, and savepoints that are made when something follows them."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import Any

from django.db import models
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQLWrapper
from django.db.backends.postgresql.features import DatabaseFeatures as PostgreSQLFeatures
from django.db.backends.postgresql.operations import DatabaseOperations as PostgreSQLOperations
from psycopg import generators
from psycopg._preparing import PrepareManager
from psycopg.adapt import AdaptersMap
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.types.datetime import TimestamptzLoader

from lyceum.core.postgresql.prelude import Prelude
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

    @property
    def prelude(self) -> Prelude:
        """What the connection says before its next statement."""
        self.ensure_connection()
        return self.connection.prelude  # type: ignore[no-any-return]

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        return parameters | {"context": _with_compiled_instants(parameters["context"])}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if not isinstance(connection._prepared, KeptPlans):  # one from the pool has been here before
            threshold = connection.prepare_threshold
            connection._prepared = KeptPlans()
            connection.prepare_threshold, connection.prepared_max = threshold, MOST_PREPARED
        connection.prelude = Prelude()  # its own: another thread may have it next
        connection._start_query = partial(self._start_statement, connection)
        return connection

    def _start_statement(self, connection: Any) -> Iterator[Any]:
        """What psycopg does before each statement, whoever makes it: begin the transaction. Then what waits is said.

        In a transaction that has failed it goes on waiting: there, all but a rollback is refused anyway.
        """
        begin = type(connection)._start_query
        if not connection.prelude.is_due or connection.pgconn.transaction_status == TransactionStatus.INERROR:
            yield from begin(connection)
        elif connection._pipeline:  # one statement at a time, whose answers come later
            yield from begin(connection)
            for statement in self._take_prelude(connection):
                yield from connection._exec_command(statement)
        else:
            yield from self._say_prelude(connection)

    def _say_prelude(self, connection: Any) -> Iterator[Any]:
        """All in one message."""
        connection._check_connection_ok()
        begins = connection.pgconn.transaction_status == TransactionStatus.IDLE and not connection.autocommit
        first = [connection._get_tx_start_command().decode()] if begins else []
        connection.pgconn.send_query("; ".join([*first, *self._take_prelude(connection)]).encode())
        for result in (yield from generators.execute(connection.pgconn)):
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result)

    def _take_prelude(self, connection: Any) -> list[str]:
        statements: list[str] = connection.prelude.take()
        if self.queries_logged:
            self.queries_log.append({"sql": "; ".join(statements), "time": "0"})
        return statements

    def _savepoint(self, sid: str) -> None:
        self.prelude.make(sid)

    def _savepoint_commit(self, sid: str) -> None:
        self.prelude.release(sid)

    def _savepoint_rollback(self, sid: str) -> None:
        if not self.prelude.take_back(sid):
            super()._savepoint_rollback(sid)  # type: ignore[misc]

    def _commit(self) -> Any:
        # What deferred constraints find at a commit depends on the school that is set by then.
        connection = self.connection
        if connection is not None:
            if connection.prelude.has_settings and connection.pgconn.transaction_status == TransactionStatus.INTRANS:
                with self.wrap_database_errors, connection.lock:
                    connection.wait(self._say_prelude(connection))
            connection.prelude.clear()
        return super()._commit()  # type: ignore[misc]

    def _rollback(self) -> Any:
        if self.connection is not None:
            self.connection.prelude.clear()
        return super()._rollback()  # type: ignore[misc]

    def _close(self) -> Any:
        if self.connection is not None:
            self.connection.prelude.clear()
        return super()._close()  # type: ignore[misc]

    def create_cursor(self, name: str | None = None) -> Any:
        return super().create_cursor(name) if name else self.connection.cursor()
