"""Taking the demo away: every row of the demo schools, and no row of any other."""

from collections.abc import Iterator
from uuid import UUID

from django.apps import apps
from django.db import connections, models, transaction
from psycopg import sql

from lyceum.core.errors import NotFoundError
from lyceum.core.postgresql.schema import is_walled
from lyceum.demo.build import Say
from lyceum.demo.plan import GROUP_SLUG
from lyceum.domains.accounts.models import (
    ApiKey,
    EmailAddress,
    Invitation,
    Membership,
    RefreshToken,
    SchoolLogin,
    SignInSession,
    User,
)
from lyceum.domains.tenancy.models import Group, School, SchoolHost

OWNER = "owner"  # trails and histories are only ever added to by the application: their owner alone may delete
BIG = 10_000


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
    with transaction.atomic(using=OWNER):
        count += _delete_accounts(schools, users)
        School.objects.using(OWNER).filter(pk__in=[s.pk for s in schools]).delete()
        Group.objects.using(OWNER).filter(slug=GROUP_SLUG).delete()
    return count


def _users_of(schools: list[School]) -> list[UUID]:
    """Those who belong to the demo schools alone."""
    ids = [school.pk for school in schools]
    rows = Membership.objects.using(OWNER)
    elsewhere = rows.exclude(school__in=ids).values("user")  # other schools, groups and the platform
    elsewhere |= rows.filter(school__isnull=True).values("user")
    return list(rows.filter(school__in=ids).exclude(user__in=elsewhere).values_list("user", flat=True).distinct())


def _delete_school_rows(school: School) -> int:
    """Each table in a transaction of its own: what it frees is swept before the tables it refers to follow."""
    count = 0
    for table in tables_from_the_top():
        with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
            # Checks of references must not read whole tables, as they would for statistics of before.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SELECT set_config('app.school_id', %s, true)", [str(school.pk)])
            cursor.execute(sql.SQL("DELETE FROM {} WHERE school_id = %s").format(sql.Identifier(table)), [school.pk])
            deleted = cursor.rowcount
        count += deleted
        if deleted > BIG:
            with connections[OWNER].cursor() as cursor:
                cursor.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))
    return count


def tables_from_the_top() -> list[str]:
    """All tables of school-owned rows, those that refer to others before those they refer to."""
    waiting = {m for m in apps.get_models(include_auto_created=True) if is_walled(m)}
    waiting |= {m for m in apps.get_models() if m._meta.db_table == "journal_idempotencyrecord"}
    ordered: list[str] = []
    while waiting:
        held = {target for model in waiting for target in _targets(model) if target is not model}
        free = sorted((m for m in waiting if m not in held), key=lambda m: m._meta.db_table)
        if not free:
            raise RuntimeError(f"Tables refer to each other in a ring: {sorted(m._meta.db_table for m in waiting)}")
        ordered += [model._meta.db_table for model in free]
        waiting -= set(free)
    return ordered


def _targets(model: type[models.Model]) -> Iterator[type[models.Model]]:
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey) and isinstance(field.related_model, type):
            yield field.related_model


def _delete_accounts(schools: list[School], users: list[UUID]) -> int:
    """Ways into the schools, and the accounts of those who belong nowhere else."""
    ids = [school.pk for school in schools]
    sessions = SignInSession.objects.using(OWNER).filter(models.Q(school__in=ids) | models.Q(user__in=users))
    rows: list[models.QuerySet[models.Model]] = [
        RefreshToken.objects.using(OWNER).filter(session__in=sessions.values("pk")),
        sessions,
        ApiKey.objects.using(OWNER).filter(school__in=ids),
        Invitation.objects.using(OWNER).filter(school__in=ids),
        SchoolLogin.objects.using(OWNER).filter(school__in=ids),
        SchoolHost.objects.using(OWNER).filter(school__in=ids),
        Membership.objects.using(OWNER).filter(school__in=ids),
        EmailAddress.objects.using(OWNER).filter(user__in=users),
        User.objects.using(OWNER).filter(pk__in=users),
    ]
    return sum(each.delete()[0] for each in rows)
