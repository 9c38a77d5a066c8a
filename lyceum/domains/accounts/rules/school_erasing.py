"""The end of a school: everything of it is erased, and the accounts of those who belong nowhere else."""

from uuid import UUID

from django.db import connections, transaction
from django.db.models import Q
from psycopg import sql

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.owner import OWNER
from lyceum.core.schools import school_scope
from lyceum.domains.journal.rules import Target, record, record_for_operator
from lyceum.domains.tenancy.erasing import (
    delete_counted,
    erase_beside_the_wall,
    erase_files,
    erase_school_rows,
    erased_rows,
    is_kept,
)
from lyceum.domains.tenancy.facts import SchoolDeleted
from lyceum.domains.tenancy.models import School


def erase_due_schools() -> int:
    """Erase closed schools whose time is over, and go on with those that were cut off. Returns how many are gone.

    What fails in one school hinders no other; it is raised, all together, at the end.
    """
    is_over = Q(status=School.Status.CLOSING, purge_at__lte=clock.now())
    is_cut_off = Q(status=School.Status.DELETED, erased_at__isnull=True)
    gone, failed = 0, []
    for school_id in School.objects.filter(is_over | is_cut_off).order_by("pk").values_list("pk", flat=True):
        try:
            gone += end_school(school_id)
        except Exception as error:
            failed.append(error)
    if failed:
        raise ExceptionGroup("Not every school could be erased.", failed)
    return gone


def end_school(school_id: int) -> bool:
    """Erase one closed school whose time is over. Nothing is left but its number, its dates and the counts."""
    if not _condemn(school_id):
        return False
    erase_school(school_id)
    _bury(school_id, actor=system_actor(school_id))
    return True


def erase_school(school_id: int) -> int:
    """Erase a school's rows, files, waiting work and ways in; the school's own row stays. Returns the rows."""
    erase_school_rows(school_id)
    erase_files(school_id)
    _erase_ways_in(school_id)
    erase_school_rows(school_id)  # what came in meanwhile by a door that was still open, as a carrier's report
    return sum(erased_rows(school_id).values())


@transaction.atomic
def _condemn(school_id: int) -> bool:
    """From here on nobody restores it; its names go first.

    Somebody may have restored it at the last moment, and what the law keeps waits.
    """
    school = School.objects.select_for_update().get(pk=school_id)
    if school.status == School.Status.DELETED:
        return school.erased_at is None
    if school.status != School.Status.CLOSING or school.purge_at is None or school.purge_at > clock.now():
        return False
    with school_scope(school_id):
        if is_kept():
            return False
    school.status, school.status_before, school.status_reason = School.Status.DELETED, "", ""
    school.slug = f"~{school.pk}"  # no school can be called so
    school.name = school.legal_name = school.address = school.phone = school.email = school.website = ""
    school.head_name, school.official_ids, school.group = "", {}, None
    school.save()
    return True


_SESSIONS = sql.SQL("SELECT id FROM accounts_signinsession WHERE school_id = %(school)s OR user_id = ANY(%(users)s)")


def _erase_ways_in(school_id: int) -> None:
    """Sessions, keys, roles, names of hosts, and the accounts of those who belong nowhere else: all or nothing."""
    values: dict[str, int | list[UUID]] = {"school": school_id, "users": _belonging_nowhere_else(school_id)}
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        for table, which in (
            ("accounts_refreshtoken", "session_id"),
            ("accounts_signinsession", "id"),
        ):
            chosen = sql.SQL("{} IN ({})").format(sql.Identifier(which), _SESSIONS)
            delete_counted(cursor, table, chosen, values, school_id=school_id)
        erase_beside_the_wall(cursor, school_id)
        for table, which in (("accounts_emailaddress", "user_id"), ("accounts_user", "id")):
            chosen = sql.SQL("{} = ANY(%(users)s)").format(sql.Identifier(which))
            delete_counted(cursor, table, chosen, values, school_id=school_id)


_NOWHERE_ELSE = """
SELECT user_id FROM (
  SELECT user_id, school_id FROM accounts_membership
  UNION ALL SELECT user_id, school_id FROM accounts_schoollogin
  UNION ALL SELECT user_id, school_id FROM accounts_invitation WHERE user_id IS NOT NULL
  UNION ALL SELECT invited_by_id, school_id FROM accounts_invitation WHERE invited_by_id IS NOT NULL
  UNION ALL SELECT created_by_id, school_id FROM accounts_apikey
) known GROUP BY user_id HAVING bool_and(school_id IS NOT DISTINCT FROM %s)
"""
"""A role on the platform or in a group has no school: that is elsewhere too."""


def _belonging_nowhere_else(school_id: int) -> list[UUID]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(_NOWHERE_ELSE, [school_id])
        return [user for (user,) in cursor.fetchall()]


@transaction.atomic
def _bury(school_id: int, *, actor: Actor) -> None:
    """Write the certificate: what was erased, table by table. It names nobody."""
    with school_scope(school_id):
        school = School.objects.select_for_update().get(pk=school_id)
        school.erased_at = clock.now()
        school.save(update_fields=["erased_at", "updated_at"])
        target = Target("tenancy.school", school.pk)
        counts = {table: [rows, 0] for table, rows in sorted(school.erased_rows.items())}
        record("tenancy.school.delete", target=target, facts=[SchoolDeleted()], actor=actor)
        record_for_operator("tenancy.school.delete", target=target, school_id=school.pk, changes=counts, actor=actor)
