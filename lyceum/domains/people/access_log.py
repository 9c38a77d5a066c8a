"""Who read what of whom: the whole log for those who keep it, their own part of it for families and staff."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.journal.models import AccessSubject
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import own_record, visible_students
from lyceum.domains.tenancy.queries import today

NEWEST_FIRST = ("-at", "-pk")
ASK_FROM = 13
"""The age in years from which students read who looked at their own record."""
FIELDS = {
    "behaviour.narrative": _("Incidents, as staff write them"),
    "behaviour.summary": _("Behaviour, as families read it"),
    "behaviour.file": _("A file beside an incident"),
    "behaviour.letter": _("A letter about behaviour"),
}
SURFACES = {
    "profile": _("page"), "list": _("list"), "register": _("register"), "export": _("file"), "message": _("message"),
    "api": _("software"),
}  # fmt: skip
RELATIONS = {
    "school": _("works for the whole school"), "class": _("teaches the student"), "reported": _("reported it"),
    "child": _("is family"), "own": _("is the student"),
}  # fmt: skip


@dataclass(frozen=True)
class AccessFilter:
    """Which entries; what is empty does not filter."""

    subject: UUID | None = None
    viewer: UUID | None = None
    fields: str = ""
    since: datetime | None = None
    until: datetime | None = None


def list_access(actor: Actor, chosen: AccessFilter | None = None) -> QuerySet[AccessSubject]:
    """A row for each person of whom was read, newest first.

    A guardian sees who read of the child, a student of 13 who read of them, and a teacher what they read themselves.
    What is done to keep children safe is left out of that, not out of the log.
    """
    actor.require(Permission.ACCESS_VIEW)
    rows = AccessSubject.objects.select_related("entry").order_by(*NEWEST_FIRST)
    if not actor.reaches_all(Permission.ACCESS_VIEW):
        rows = rows.filter(_own(actor))
    elif not actor.reaches_all(Permission.SAFEGUARDING):
        rows = rows.filter(entry__is_safeguarding=False)
    return _chosen(rows, chosen or AccessFilter())


def list_own_access(actor: Actor, chosen: AccessFilter | None = None) -> QuerySet[AccessSubject]:
    """The same for the account alone, whoever holds it: of oneself, of one's children, and what one read oneself."""
    actor.require(Permission.ACCESS_VIEW)
    rows = AccessSubject.objects.filter(_own(actor)).select_related("entry").order_by(*NEWEST_FIRST)
    return _chosen(rows, chosen or AccessFilter())


def _chosen(rows: QuerySet[AccessSubject], chosen: AccessFilter) -> QuerySet[AccessSubject]:
    for name, value in (
        ("subject", chosen.subject),
        ("entry__viewer_id", chosen.viewer),
        ("entry__fields", chosen.fields),
        ("at__gte", chosen.since),
        ("at__lt", chosen.until),
    ):
        if value:
            rows = rows.filter(**{name: value})
    return rows


def _own(actor: Actor) -> Q:
    reaches = actor.reaches(Permission.ACCESS_VIEW)
    children = Q(pk__in=())
    if Reach.CHILD in reaches:
        children |= visible_students(actor, Permission.ACCESS_VIEW) & ~own_record(actor)
    if Reach.OWN in reaches:
        day = today()
        born = day - timedelta(days=round(ASK_FROM * 365.25))
        children |= own_record(actor) & Q(person__birth_date__lte=born)
    mine = Q(subject__in=Student.objects.filter(children).values("pk"))
    seen = mine & Q(entry__is_safeguarding=False)
    return seen | Q(entry__viewer_id=actor.user_id) if actor.user_id else seen


def read_names(rows: list[AccessSubject]) -> dict[UUID, str]:
    """The names of those of whom was read. Ask only about rows that may be seen."""
    found = Student.objects.filter(pk__in={row.subject for row in rows}).select_related("person")
    return {student.pk: student.person.full_name for student in found}
