"""Erasing a school: one way for a demo that is wiped and for a school whose time is over.

Every row of every table that is a school's, each table in a transaction of its own, which also writes down how many
rows went. So a cut costs nothing: whoever erases again goes on where it was, and the counts come out right. Trails and
histories are only ever added to by the application: their owner alone may delete.
"""

from collections.abc import Callable, Iterator, Mapping
from uuid import UUID

from django.apps import apps
from django.db import connections, models, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from lyceum.core.files import erase_school_files, list_school_files
from lyceum.core.owner import OWNER
from lyceum.core.postgresql.schema import is_walled
from lyceum.core.walls import OWN_POLICY_TABLES
from lyceum.domains.tenancy.models import School

BIG = 10_000
LET_GO = (("website_page", "published_id"),)
"""References that point nowhere before anything is deleted: a page and its versions refer to each other."""
KEPT_BY_TRIGGERS = ("behaviour_daysum",)
"""Sums that the database writes as the rows they count come and go; nothing refers to them, and they go last."""
SWEPT_BEFORE = "people_student"
"""Before it what was freed is swept: marks have no index that leads to students."""
OUTLIVES_SCHOOLS = ("tenancy_school", "journal_operatorentry")
_OF_SCHOOL = sql.SQL("school_id = %(school)s")
_WORK_OF_SCHOOL = sql.SQL("args ->> 'school_id' = %(school)s")
JOBS, FILES = "procrastinate_jobs", "files"


_keepers: list[Callable[[], bool]] = []


def keep_while(lasts: Callable[[], bool]) -> None:
    """Name a question, asked in a school: as long as the answer is yes, the school is not erased."""
    _keepers.append(lasts)


def is_kept() -> bool:
    """Whether something keeps the school in scope from being erased."""
    return any(lasts() for lasts in _keepers)


def erase_school_rows(school_id: int) -> None:
    """Erase everything of a school that stands behind its wall, each table before those it refers to.

    Checks of references take the right index as long as the tables still count as full, so what was freed is swept
    only before the students.
    """
    for table, column in LET_GO:
        _point_nowhere(school_id, table, column)
    for table in tables_from_the_top():
        if table == SWEPT_BEFORE:
            _sweep([name for name, rows in erased_rows(school_id).items() if rows > BIG and name != FILES])
        with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SELECT set_config('app.school_id', %s, true)", [str(school_id)])
            cursor.execute(
                "SELECT set_config('app.erasing', 'on', true)"
            )  # opens the books, which are closed to owners too
            delete_counted(cursor, table, _OF_SCHOOL, {"school": school_id}, school_id=school_id)


def erase_files(school_id: int) -> None:
    """Erase the school's folder of the store. Files are counted before the first goes: a cut would lose the count."""
    found = list_school_files(school_id)
    if FILES not in erased_rows(school_id):
        with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
            count_erased(cursor, FILES, len(found), school_id=school_id)
    erase_school_files(school_id)


def erase_beside_the_wall(cursor: CursorWrapper, school_id: int) -> None:
    """Erase what names the school in tables that have no wall, and its work that waits."""
    for table in tables_beside_the_wall():
        delete_counted(cursor, table, _OF_SCHOOL, {"school": school_id}, school_id=school_id)
    delete_counted(cursor, JOBS, _WORK_OF_SCHOOL, {"school": str(school_id)}, school_id=school_id)


def erased_rows(school_id: int) -> dict[str, int]:
    """What has been erased of a school until now, by table."""
    rows: dict[str, int] = School.objects.using(OWNER).values_list("erased_rows", flat=True).get(pk=school_id)
    return rows


def delete_counted(
    cursor: CursorWrapper,
    table: str,
    which: sql.Composable,
    values: Mapping[str, str | int | list[UUID]],
    *,
    school_id: int,
) -> None:
    """Delete rows of a table, and write down how many in the same transaction."""
    cursor.execute(sql.SQL("DELETE FROM {} WHERE {}").format(sql.Identifier(table), which), values)
    count_erased(cursor, table, cursor.rowcount, school_id=school_id)


_COUNT = """
UPDATE tenancy_school SET erased_rows =
  erased_rows || jsonb_build_object(%(table)s::text, COALESCE((erased_rows ->> %(table)s)::bigint, 0) + %(rows)s)
WHERE id = %(school)s
"""


def count_erased(cursor: CursorWrapper, table: str, rows: int, *, school_id: int) -> None:
    """Add to what was erased of a school."""
    if rows or table == FILES:
        cursor.execute(_COUNT, {"table": table, "rows": rows, "school": school_id})


def _point_nowhere(school_id: int, table: str, column: str) -> None:
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT set_config('app.school_id', %s, true)", [str(school_id)])
        names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
        cursor.execute(sql.SQL("UPDATE {table} SET {column} = NULL WHERE school_id = %s").format(**names), [school_id])


def _sweep(tables: list[str]) -> None:
    with connections[OWNER].cursor() as cursor:
        for table in tables:
            cursor.execute(sql.SQL("VACUUM {}").format(sql.Identifier(table)))


def tables_from_the_top() -> list[str]:
    """All tables of school-owned rows, those that refer to others before those they refer to."""
    waiting = {m for m in apps.get_models(include_auto_created=True) if is_walled(m)}
    waiting = {m for m in waiting if m._meta.db_table not in KEPT_BY_TRIGGERS}
    waiting |= {m for m in apps.get_models() if m._meta.db_table in OWN_POLICY_TABLES}
    ordered: list[str] = []
    while waiting:
        held = {target for model in waiting for target in _targets(model) if target is not model}
        free = sorted((m for m in waiting if m not in held), key=lambda m: m._meta.db_table)
        if not free:
            raise RuntimeError(f"Tables refer to each other in a ring: {sorted(m._meta.db_table for m in waiting)}")
        ordered += [model._meta.db_table for model in free]
        waiting -= set(free)
    return [*ordered, *KEPT_BY_TRIGGERS]


def _targets(model: type[models.Model]) -> Iterator[type[models.Model]]:
    for field in model._meta.local_fields:
        is_let_go = (model._meta.db_table, field.column) in LET_GO
        if isinstance(field, models.ForeignKey) and isinstance(field.related_model, type) and not is_let_go:
            yield field.related_model


def tables_beside_the_wall() -> list[str]:
    """Tables without a wall whose rows name a school, but for those that outlive it."""
    behind = set(tables_from_the_top())
    return sorted(
        model._meta.db_table
        for model in apps.get_models()
        if any(field.column == "school_id" for field in model._meta.local_fields)
        and model._meta.db_table not in behind
        and model._meta.db_table not in OUTLIVES_SCHOOLS
    )
