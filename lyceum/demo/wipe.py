"""Taking the demo away: every row of the demo schools, and no row of any other."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connections, models, transaction
from psycopg import sql

from lyceum.core.errors import NotFoundError
from lyceum.core.postgresql.schema import is_walled
from lyceum.demo.build import Say
from lyceum.demo.plan import GROUP_SLUG
from lyceum.domains.accounts.models import Membership
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.models import Group, School

OWNER = "owner"  # trails and histories are only ever added to by the application: their owner alone may delete
BIG = 10_000
LET_GO = (("website_page", "published_id"),)
"""References that point nowhere before anything is deleted: a page and its versions refer to each other."""
KEPT_BY_TRIGGERS = ("behaviour_daysum",)
"""Sums that the database writes as the rows they count come and go; nothing refers to them, and they go last."""


def wipe_demo(say: Say) -> int:
    """Delete both demo schools, the accounts that belong nowhere else, and their trust; returns the rows deleted.

    A wipe that was cut off is finished by the next.
    """
    schools = list(School.objects.using(OWNER).filter(is_demo=True, group__slug=GROUP_SLUG))
    if not schools and not Group.objects.using(OWNER).filter(slug=GROUP_SLUG).exists():
        raise NotFoundError("There is no demo school here.")
    users = _users_of(schools)
    count = 0
    for school in schools:
        deleted = _delete_school_rows(school)
        say(f"{school.name}: {deleted:,} rows")
        count += deleted
    return count + _delete_ways_in(schools, users)


def _users_of(schools: list[School]) -> list[UUID]:
    """Those who belong to the demo schools alone."""
    ids = [school.pk for school in schools]
    rows = Membership.objects.using(OWNER)
    elsewhere = rows.exclude(school__in=ids).values("user")  # other schools, groups and the platform
    elsewhere |= rows.filter(school__isnull=True).values("user")
    return list(rows.filter(school__in=ids).exclude(user__in=elsewhere).values_list("user", flat=True).distinct())


def _delete_school_rows(school: School) -> int:
    """Each table in a transaction of its own, before those it refers to.

    Checks of references take the right index as long as the tables still count as full, so what was freed is swept
    only before the students: marks have no index that leads to them.
    """
    counts: dict[str, int] = {}
    for table, column in LET_GO:
        _point_nowhere(school, table, column)
    for table in tables_from_the_top():
        if table == Student._meta.db_table:
            _sweep([name for name, count in counts.items() if count > BIG])
        with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SELECT set_config('app.school_id', %s, true)", [str(school.pk)])
            cursor.execute(sql.SQL("DELETE FROM {} WHERE school_id = %s").format(sql.Identifier(table)), [school.pk])
            counts[table] = cursor.rowcount
    return sum(counts.values())


def _point_nowhere(school: School, table: str, column: str) -> None:
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT set_config('app.school_id', %s, true)", [str(school.pk)])
        names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
        cursor.execute(sql.SQL("UPDATE {table} SET {column} = NULL WHERE school_id = %s").format(**names), [school.pk])


def _sweep(tables: list[str]) -> None:
    with connections[OWNER].cursor() as cursor:
        for table in tables:
            cursor.execute(sql.SQL("VACUUM {}").format(sql.Identifier(table)))


def tables_from_the_top() -> list[str]:
    """All tables of school-owned rows, those that refer to others before those they refer to."""
    waiting = {m for m in apps.get_models(include_auto_created=True) if is_walled(m)}
    waiting = {m for m in waiting if m._meta.db_table not in KEPT_BY_TRIGGERS}
    waiting |= {m for m in apps.get_models() if m._meta.db_table == "journal_idempotencyrecord"}
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


_WAYS_IN = (
    "DELETE FROM accounts_refreshtoken WHERE session_id IN (SELECT id FROM accounts_signinsession"
    " WHERE school_id = ANY(%(schools)s) OR user_id = ANY(%(users)s))",
    "DELETE FROM accounts_signinsession WHERE school_id = ANY(%(schools)s) OR user_id = ANY(%(users)s)",
    "DELETE FROM accounts_apikey WHERE school_id = ANY(%(schools)s)",
    "DELETE FROM accounts_invitation WHERE school_id = ANY(%(schools)s)",
    "DELETE FROM accounts_schoollogin WHERE school_id = ANY(%(schools)s)",
    "DELETE FROM accounts_membership WHERE school_id = ANY(%(schools)s)",
    "DELETE FROM accounts_emailaddress WHERE user_id = ANY(%(users)s)",
    "DELETE FROM accounts_user WHERE id = ANY(%(users)s)",
    "DELETE FROM notifications_carriedfor WHERE school_id = ANY(%(schools)s)",
    "DELETE FROM notifications_hook WHERE school_id = ANY(%(schools)s)",
    "DELETE FROM learning_publishedcertificate WHERE school_id = ANY(%(schools)s)",
    "DELETE FROM tenancy_schoolhost WHERE school_id = ANY(%(schools)s)",
    "DELETE FROM tenancy_school WHERE id = ANY(%(schools)s)",
    "DELETE FROM tenancy_group WHERE slug = %(group)s",
)


def _delete_ways_in(schools: list[School], users: list[UUID]) -> int:
    """Sessions, keys, roles and the accounts of those who belong nowhere else; then the schools and their trust."""
    values: dict[str, Any] = {"schools": [s.pk for s in schools], "users": users, "group": GROUP_SLUG}
    count = 0
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        for statement in _WAYS_IN:
            cursor.execute(statement, values)
            count += cursor.rowcount
    return count
