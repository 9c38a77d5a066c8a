"""The walls: which school this piece of work runs in, and the models that belong to a school.

The manager is the first wall: it raises when no school is in scope, and adds the school to every query.
PostgreSQL's row-level security is the second (see `lyceum.core.postgresql`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from django.db import connection, models, transaction
from django.db.models.fields.related_lookups import RelatedExact
from django.db.models.sql.where import AND

from lyceum.core.ids import new_id
from lyceum.core.postgresql.prelude import current_prelude

_school: ContextVar[int | None] = ContextVar("school", default=None)
_ENTER = "SELECT set_config('app.school_id', '%d', true)"
_LEAVE = "SELECT set_config('app.school_id', '', true)"


class NoSchoolInScopeError(RuntimeError):
    """School-owned rows were asked for outside any school."""


class OtherSchoolInScopeError(RuntimeError):
    """One piece of work tried to enter a second school without leaving the first."""


def current_school() -> int:
    """The id of the school in scope. Raises NoSchoolInScopeError when there is none."""
    school_id = _school.get()
    if school_id is None:
        raise NoSchoolInScopeError("No school in scope: wrap the work in school_scope(school_id).")
    return school_id


def find_current_school() -> int | None:
    """The id of the school in scope, or None."""
    return _school.get()


@contextmanager
def school_scope(school_id: int) -> Iterator[None]:
    """Everything inside runs in one school and in one transaction.

    The setting is local to the transaction, so that a pooled connection can never carry it into
    somebody else's request.
    """
    inside = _school.get()
    if inside == school_id:
        yield
        return
    if inside is not None:
        raise OtherSchoolInScopeError(f"In school {inside}: leave it before entering {school_id}.")
    with transaction.atomic():
        set_school(school_id)
        with entered(school_id):
            yield
        if len(connection.savepoint_ids) > 0:  # nested in somebody's transaction: the setting would outlive us
            leave_school()


@contextmanager
def crossing_to(school_id: int) -> Iterator[None]:
    """Leave the school in scope for another and come back: for the few acts that span two, such as making a school."""
    left = _school.get()
    token = _school.set(None)
    try:
        with school_scope(school_id):
            yield
    finally:
        _school.reset(token)
    if left is not None:
        set_school(left)


def set_school(school_id: int) -> None:
    """Tell PostgreSQL which school this transaction runs in."""
    current_prelude().set(_ENTER % school_id)


def leave_school() -> None:
    """Tell PostgreSQL that the rest of this transaction runs in no school."""
    current_prelude().set(_LEAVE)


@contextmanager
def entered(school_id: int) -> Iterator[None]:
    """Python's side of the scope alone, where the transaction's setting was made in another statement."""
    token = _school.set(school_id)
    try:
        yield
    finally:
        _school.reset(token)


def give_back_connection() -> None:
    """A worker's thread keeps no connection while it waits for something else."""
    if not connection.in_atomic_block:
        connection.close()


def serve_each(school_ids: Iterable[int], act: Callable[[int], object]) -> None:
    """Call `act` with each school's number, in it: a transaction a school.

    What fails in one school hinders no other; it is raised, all together, once every school has had its turn.
    """
    failed: list[Exception] = []
    for school_id in school_ids:
        try:
            with school_scope(school_id):
                act(school_id)
        except Exception as error:
            failed.append(error)
    give_back_connection()
    if failed:
        raise ExceptionGroup("Not every school could be served.", failed)


class SchoolKey(models.ForeignKey[Any, Any]):
    """The `school_id` of a school-owned table. Its presence makes the schema editor build the wall."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["to"] = "tenancy.School"
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs["db_index"] = False  # the primary key (school_id, id) begins with it
        kwargs["related_name"] = "+"
        kwargs["editable"] = False
        kwargs.setdefault("default", current_school)
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("to", "db_index", "related_name", "editable", "default"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs


class SchoolForeignKey(models.ForeignKey[Any, Any]):
    """A reference inside the school: in the database it is (school_id, x_id) → (school_id, id)."""

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs["db_index"] = False  # single-column indexes cost 10 to 100 times under the walls
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_index", None)
        return name, path, args, kwargs


M = TypeVar("M", bound=models.Model)


class SchoolManager(models.Manager[M]):
    """Rows of the school in scope, and of no other."""

    def get_queryset(self) -> models.QuerySet[M]:
        rows = super().get_queryset()
        # What `filter(school_id=…)` comes to, without looking the field up for every query.
        key = cast("SchoolKey", self.model._meta.get_field("school"))
        column = key.get_col(rows.query.get_initial_alias())
        rows.query.where.add(RelatedExact(column, current_school()), AND)
        return rows


class SchoolRow(models.Model):
    """A row that belongs to one school.

    `objects` raises outside a school. In the database the primary key is (school_id, id), the table is
    under row-level security, and every reference to it carries the school.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    school = SchoolKey()

    objects = SchoolManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"


class SchoolOwned(SchoolRow):
    """A school's row that says when it was made and last changed."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(SchoolRow.Meta):
        abstract = True
