"""Which students and adults somebody may see. Domains above add the relations that only they know."""

from collections.abc import Callable
from datetime import date
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from lyceum.core.actor import Actor, ActorKind
from lyceum.core.memory import once, reads_only
from lyceum.core.permissions import STAFF_ROLES, Permission, Reach
from lyceum.core.schools import current_school
from lyceum.domains.accounts.queries import held_sets
from lyceum.domains.people.models import ContactRestriction, GuardianLink, Student
from lyceum.domains.people.settings import people_settings
from lyceum.domains.tenancy.queries import today

Relation = Callable[[Actor], Q]
_relations: dict[tuple[Reach, Permission | None], list[Relation]] = {}
NOBODY = Q(pk__in=())
KEPT_FROM_WORK_SQL = """
SELECT r.student_id FROM people_contactrestriction r
JOIN people_person kept ON kept.school_id = r.school_id AND kept.id = r.person_id
WHERE r.school_id = %(school)s AND kept.user_id = %(user)s AND r.ended_reason = ''
  AND r.starts_on <= %(today)s AND (r.ends_on IS NULL OR r.ends_on >= %(today)s)
  AND r.kinds && '{no_contact,no_information,address_withheld}'::varchar[]
"""
"""What `kept_from_work` finds, for a statement that is written out."""
_TIED_SQL = """
SELECT EXISTS (
  SELECT 1 FROM people_person p
  WHERE p.school_id = %(school)s AND p.user_id = %(user)s AND (
    EXISTS (SELECT 1 FROM people_student s WHERE s.school_id = p.school_id AND s.person_id = p.id)
    OR EXISTS (SELECT 1 FROM people_guardianlink l WHERE l.school_id = p.school_id AND l.guardian_id = p.id)))
"""
"""Whether a user is a student here or was ever tied to one: without that, nobody is family."""


def relate(reach: Reach, relation: Relation, *, permission: Permission | None = None) -> None:
    """Add what a reach means for students: a filter on Student for an actor. For one permission it may mean less."""
    _relations.setdefault((reach, permission), []).append(relation)


def visible_students(actor: Actor, permission: Permission = Permission.STUDENTS_VIEW) -> Q:
    """The students for whom the actor may do the act. A restricted person works with no restricted child."""
    return Q(deleted_at__isnull=True) & _reached(actor, permission)


def deleted_students(actor: Actor) -> Q:
    """The students who were deleted and can be brought back, for those who may do so."""
    permission = Permission.STUDENTS_EDIT
    return Q(deleted_at__isnull=False) & _reached(actor, permission) if actor.reaches_all(permission) else NOBODY


def visible_as_family(actor: Actor, permission: Permission) -> Q:
    """Those of them for whom the actor may do it as their family, whatever else they may do at the school."""
    return _any(actor, actor.reaches(permission) & {Reach.OWN, Reach.CHILD}, permission)


def _reached(actor: Actor, permission: Permission) -> Q:
    reaches = actor.reaches(permission)
    own = visible_as_family(actor, permission)
    at_work = reaches - {Reach.OWN, Reach.CHILD}
    if not at_work:
        return own
    as_staff = Q() if Reach.ALL in at_work else _any(actor, at_work, permission)
    kept = kept_from_work(actor)
    if kept != frozenset():
        as_staff &= ~Q(pk__in=kept)
    # Everybody needs no addition, and nobody is none: the shorter the filter, the sooner it is a statement.
    return as_staff if own is NOBODY or not as_staff else as_staff | own


def _any(actor: Actor, reaches: frozenset[Reach], permission: Permission) -> Q:
    allowed = [
        relation(actor)
        for reach in reaches
        for relation in _relations.get((reach, permission), _relations.get((reach, None), []))
    ]
    return reduce(or_, allowed) if allowed else NOBODY


def holds_on(day: date) -> Q:
    """Rows with a first and perhaps a last day that hold on a day."""
    return Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))


def own_record(actor: Actor) -> Q:
    """A student sees their own record."""
    return Q(person__user=actor.user_id) if actor.user_id else NOBODY


def own_children(actor: Actor) -> Q:
    """A guardian with access sees the child; not if a restriction says no, or who is of age has not agreed."""
    return _children(actor, "view", "full")


def children_in_full(actor: Actor) -> Q:
    """The children for whom a guardian also answers and asks: those of whom they see the whole portal."""
    return _children(actor, "full")


def _children(actor: Actor, *portals: str) -> Q:
    if actor.user_id is None:
        return NOBODY
    links = GuardianLink.objects.filter(
        holds_on(today()), ~out_of_age(today()), guardian__user=actor.user_id, portal__in=portals
    )
    return Q(pk__in=links.values("student")) & ~Q(pk__in=_kept_from(actor, "no_contact", "no_information"))


def own_family(actor: Actor) -> Q:
    """The actor's own record and children, as a filter on Student."""
    return own_record(actor) | own_children(actor)


def family_of(actor: Actor) -> frozenset[UUID]:
    """The students of whom the actor reads what a family reads, whatever else the actor does at the school.

    The relation to the student decides, not the role: who teaches or runs the office is a guardian to their own child
    and at work with everybody else. Asked for by itself: it is almost always nobody, and so the filters short.
    """
    if actor.user_id is None:
        return frozenset()
    return once((family_of, current_school(), actor.user_id), lambda: _family_of(actor))


def _family_of(actor: Actor) -> frozenset[UUID]:
    if actor.roles & STAFF_ROLES:
        with connection.cursor() as cursor:
            cursor.execute(_TIED_SQL, _here(actor))
            if cursor.fetchone() == (False,):
                return frozenset()
    return frozenset(Student.objects.filter(own_family(actor)).values_list("pk", flat=True))


def of_age_since(day: date) -> date:
    """Who was born on that day or before is of age on `day`, by the school's own rule."""
    year = max(day.year - people_settings().age_of_access, 1)
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return day.replace(year=year, day=28)


def out_of_age(day: date) -> Q:
    """Ties to a student who is of age and has not agreed, as a filter on GuardianLink."""
    return Q(student__person__birth_date__lte=of_age_since(day), student_agreed_on__isnull=True)


def own_record_of_age(actor: Actor) -> Q:
    """Who is of age answers for themselves."""
    return own_record(actor) & Q(person__birth_date__lte=of_age_since(today()))


def visible_flags(actor: Actor) -> Q:
    """The flags somebody may see of students whose flags they see, as a filter on Flag.

    A flag for one permission set is seen by those who hold it now, and by nobody else; nobody sees their own child's.
    """
    if actor.kind is ActorKind.JOB:
        return Q()
    shown = Q(visible_to__in=("register", "teachers"))
    if actor.user_id is None or not actor.roles & STAFF_ROLES:
        return shown
    held = Q(visible_to="set", permission_set__in=held_sets(actor)) & ~Q(student__in=family_of(actor))
    if not actor.reaches_all(Permission.SAFEGUARDING):
        held &= ~Q(kind="safeguarding")
    return shown | held


def kept_from_work(actor: Actor) -> frozenset[UUID] | QuerySet[ContactRestriction, Any]:
    """The students with whom the actor may not work now, whatever their role: a restriction says so. For filters.

    Whoever only reads asks once which they are: they are almost always none, and so the filters short.
    """
    if actor.user_id is None or reads_only():
        return ids_kept_from_work(actor)
    return _kept_from(actor, "no_contact", "no_information", "address_withheld")


def ids_kept_from_work(actor: Actor) -> frozenset[UUID]:
    """The same as ids."""
    if actor.user_id is None:  # nobody's account is not the account of somebody who has none
        return frozenset()
    return once((ids_kept_from_work, current_school(), actor.user_id), lambda: _ids_kept_from_work(actor))


def _ids_kept_from_work(actor: Actor) -> frozenset[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(KEPT_FROM_WORK_SQL, {**_here(actor), "today": today()})
        return frozenset(student for (student,) in cursor.fetchall())


def _here(actor: Actor) -> dict[str, int | UUID | date | None]:
    return {"school": current_school(), "user": actor.user_id}


# Any: rows of ids, which only filters read.
def _kept_from(actor: Actor, *kinds: str) -> QuerySet[ContactRestriction, Any]:
    rows = ContactRestriction.objects.filter(holds_on(today()), ended_reason="", kinds__overlap=list(kinds))
    if actor.user_id is None:  # nobody's account is not the account of somebody who has none
        rows = rows.none()
    return rows.filter(person__user=actor.user_id).values("student")


relate(Reach.OWN, own_record)
relate(Reach.OWN, own_record_of_age, permission=Permission.CONSENTS_ANSWER)
relate(Reach.CHILD, own_children)
relate(Reach.CHILD, children_in_full, permission=Permission.CONSENTS_ANSWER)
relate(Reach.CHILD, children_in_full, permission=Permission.CHANGES_ASK)
