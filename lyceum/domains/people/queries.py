"""Reading people: always within the actor's school and rights."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.lookups import Exact, In
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.memory import once
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import searchable, tidy
from lyceum.domains.people.models import (
    ChangeRequest,
    ContactPoint,
    ContactRestriction,
    Enrolment,
    Family,
    Flag,
    GuardianLink,
    Merge,
    NumberScheme,
    OfficialId,
    Person,
    Staff,
    Student,
)
from lyceum.domains.people.policies import NOBODY, deleted_students, holds_on, visible_flags, visible_students

STATUSES = ("none", "expected", "on_roll", "left", "graduated", "no_show")
DELETED = "deleted"
"""Instead of a status: who was deleted and can be brought back."""
SHORTEST_PHONE_TEXT = 5


def on_roll(day: date) -> Q:
    """Enrolments that hold on a day, as a filter on Enrolment."""
    return Q(first_day__lte=day) & (Q(last_day__isnull=True) | Q(last_day__gte=day)) & ~Q(exit="no_show")


def is_on_roll(day: date) -> Exists:
    """Whether a student is on roll on a day, as a condition on Student."""
    return Exists(Enrolment.objects.filter(on_roll(day), student=OuterRef("pk")))


def get_student(student_id: UUID, *, actor: Actor, permission: Permission = Permission.STUDENTS_VIEW) -> Student:
    """The student, where the actor may see them."""
    rows = Student.objects.filter(visible_students(actor, permission), pk=student_id)
    student = rows.select_related("person").first()
    if student is None:
        raise NotFoundError
    return student


def may_about(student_id: UUID, permission: Permission, *, actor: Actor) -> bool:
    """Whether somebody may do something about a student. One statement, for those who may to some alone."""
    if not actor.may(permission) or actor.reaches_all(permission):
        return actor.may(permission)
    return Student.objects.filter(visible_students(actor, permission), pk=student_id).exists()


def find_deleted_student(student_id: UUID, *, actor: Actor) -> Student | None:
    """A deleted student, for those who may take it back."""
    return Student.objects.filter(deleted_students(actor), pk=student_id).select_related("person").first()


def get_own_record(actor: Actor) -> Student:
    """The actor's own student record."""
    rows = Student.objects.select_related("person").filter(person__user=actor.user_id, deleted_at=None)
    student = rows.first() if actor.user_id else None
    if student is None:
        raise NotFoundError(_("You have no student record here."))
    return student


def get_own_person(actor: Actor) -> Person:
    """The actor's own record as a person of the school."""
    person = find_person_of_user(actor.user_id)
    if person is None:
        raise NotFoundError(_("You have no record here."))
    return person


MAIN_KINDS = {"email": ("email",), "phone": ("mobile", "phone")}


def values_now(person: Person) -> dict[str, Any]:
    """What a record says of somebody now, by the names under which changes are asked for."""
    points = sorted(person.contact_points.all(), key=lambda point: (not point.preferred, point.pk))
    names = ("full_name", "first_name", "last_name", "preferred_name", "pronouns", "gender", "birth_date")
    now: dict[str, Any] = {name: getattr(person, name) for name in names}
    for name, kinds in MAIN_KINDS.items():
        now[name] = next((point.value for point in points if point.kind in kinds), "")
    return now


def list_students(actor: Actor, *, text: str = "", status: str = "", day: date) -> QuerySet[Student]:
    """Students in name order. `text` finds names, numbers and official ids; `status` as on `day`, or `deleted`."""
    actor.require(Permission.STUDENTS_LIST)
    if status == DELETED:
        return _narrowed(deleted_students(actor), text, "", day)
    return _narrowed(visible_students(actor, Permission.STUDENTS_LIST), text, status, day)


def list_own_students(actor: Actor, *, text: str = "", status: str = "", day: date) -> QuerySet[Student]:
    """The students whose profiles the actor may see: all, those of one's classes, one's children, oneself."""
    actor.require(Permission.STUDENTS_VIEW)
    return _narrowed(visible_students(actor), text, status, day)


def _narrowed(visible: Q, text: str, status: str, day: date) -> QuerySet[Student]:
    rows = Student.objects.filter(visible)
    if tidy(text):
        rows = rows.filter(matching(text))
    if status:
        rows = rows.filter(with_status(status, day))
    return rows.select_related("person").order_by("person__sort_name", "pk")


def matching(text: str, *, most: int = 200) -> Q:
    """Students whom a search text means: by name with one typing error, number, official id, guardian or phone."""
    wanted = tidy(text)[:100]
    found = Q(registration_number__startswith=wanted) | Q(former_numbers__contains=[wanted])
    found |= Q(pk__in=OfficialId.objects.filter(value=wanted).values("student"))
    people = search_people(wanted, most=most)
    if people:
        found |= Q(person__in=people)
        found |= Q(pk__in=GuardianLink.objects.filter(guardian__in=people).values("student"))
    digits = "".join(c for c in wanted if c.isdecimal())
    if len(digits) >= SHORTEST_PHONE_TEXT and not any(c.isalpha() for c in wanted):
        reached = ContactPoint.objects.filter(kind__in=("mobile", "phone"), value__contains=digits.lstrip("0"))
        people_there = reached.values("person")
        found |= Q(person__in=people_there)
        found |= Q(pk__in=GuardianLink.objects.filter(guardian__in=people_there).values("student"))
    return found


def search_people(text: str, *, most: int = 50) -> list[UUID]:
    """Ids of people by name, best first: without case, accents or order, forgiving one typing error in a word."""
    words = searchable(tidy(text))[:100].split()
    if not words:
        return []
    patterns = [_one_error(word) for word in words]
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id FROM people_search(%s::text[], %s::text[], %s)", [words, patterns, most])
        return [row[0] for row in cursor.fetchall()]


_FORGIVEN_FROM = 4  # letters: in a shorter word an error makes another name


def _one_error(word: str) -> str:
    """A pattern of the words one error away: a letter too many, too few, another, or two swapped. Empty: none."""
    if not _FORGIVEN_FROM <= len(word) <= 40:
        return ""
    variants = dict.fromkeys(word[:i] + "." + word[i:] for i in range(len(word) + 1))
    variants |= dict.fromkeys(word[:i] + ".?" + word[i + 1 :] for i in range(len(word)))
    variants |= dict.fromkeys(word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1))
    return f"(^| )({'|'.join(variants)})( |$)"


def with_status(status: str, day: date) -> Q:
    """Students of an enrolment status on a day. The same answer as `status_on`."""
    rows = Enrolment.objects.filter(student=OuterRef("pk"))
    here = Q(is_on_roll(day))
    coming = Q(Exists(rows.filter(first_day__gt=day).exclude(exit="no_show")))
    if status == "on_roll":
        return here
    if status == "expected":
        return coming & ~here
    over = rows.filter(Q(first_day__lte=day) | Q(exit="no_show"))
    if status == "none":
        return ~Q(Exists(over)) & ~coming
    last = Subquery(over.order_by("-first_day", "-pk").values("exit")[:1])
    ended = Q(Exists(over)) & ~here & ~coming
    if status in ("graduated", "no_show"):
        return ended & Q(Exact(last, status))
    return ended & ~Q(In(last, ["graduated", "no_show"])) if status == "left" else NOBODY


def status_on(enrolments: Iterable[Enrolment], day: date) -> str:
    """A student's enrolment status on a day, from their enrolments."""
    rows = list(enrolments)
    if any(e.is_on_roll(day) for e in rows):
        return "on_roll"
    if any(e.first_day > day and e.exit != "no_show" for e in rows):
        return "expected"
    over = sorted((e for e in rows if e.first_day <= day or e.exit == "no_show"), key=lambda e: (e.first_day, e.pk))
    if not over:
        return "none"
    return {"graduated": "graduated", "no_show": "no_show"}.get(over[-1].exit, "left")


def list_enrolments(student: Student, *, actor: Actor) -> QuerySet[Enrolment]:
    """When a student was on roll, newest first, for those who may see the student."""
    get_student(student.pk, actor=actor)
    return Enrolment.objects.filter(student=student).order_by("-first_day", "pk")


def list_flags(student: Student, *, actor: Actor, day: date) -> QuerySet[Flag]:
    """What those who teach a student must know on a day."""
    actor.require(Permission.FLAGS_VIEW)
    if not actor.reaches_all(Permission.FLAGS_VIEW):  # who reaches everybody was shown this student already
        get_student(student.pk, actor=actor, permission=Permission.FLAGS_VIEW)
    rows = Flag.objects.filter(holds_on(day), visible_flags(actor), student=student)
    return rows.select_related("permission_set").order_by("kind", "pk")


def read_flags(students: Iterable[UUID], *, actor: Actor, day: date) -> dict[UUID, list[Flag]]:
    """The same of many students: none of those whom the actor may not see, or whose flags are not theirs to read."""
    if not actor.may(Permission.FLAGS_VIEW):
        return {}
    seen = Student.objects.filter(visible_students(actor, Permission.FLAGS_VIEW), pk__in=set(students))
    rows = Flag.objects.filter(holds_on(day), visible_flags(actor), student__in=seen)
    found: dict[UUID, list[Flag]] = {}
    for row in rows.order_by("kind", "pk"):
        found.setdefault(row.student_id, []).append(row)
    return found


def list_restrictions(student: Student | None = None, *, actor: Actor) -> QuerySet[ContactRestriction]:
    """Who is or was kept from a student, or from any, for those who may say so; the newest first."""
    permission = Permission.RESTRICTIONS_EDIT
    actor.require_all(permission)
    rows = ContactRestriction.objects.filter(student__in=Student.objects.filter(visible_students(actor, permission)))
    if student:
        rows = rows.filter(student=student)
    return rows.select_related("student__person", "person").order_by("-created_at", "pk")


def list_adults_around(student: Student, *, actor: Actor) -> QuerySet[Person]:
    """Who is or was a guardian of a student, and the guardians of their family."""
    actor.require_all(Permission.RESTRICTIONS_EDIT)
    links = GuardianLink.objects.filter(
        Q(student=student) | Q(student__family__isnull=False, student__family=student.family_id)
    )
    return Person.objects.filter(pk__in=links.values("guardian")).order_by("sort_name", "pk")


def list_guardians(student: Student, *, actor: Actor, day: date) -> QuerySet[GuardianLink]:
    """A student's guardians in contact order, for those who may see contacts."""
    actor.require(Permission.CONTACTS_VIEW)
    rows = GuardianLink.objects.filter(holds_on(day), student=student)
    if not actor.reaches_all(Permission.CONTACTS_VIEW):
        visible = Student.objects.filter(visible_students(actor, Permission.CONTACTS_VIEW), pk=student.pk)
        rows = rows.filter(Q(student__in=visible) | Q(guardian__user=actor.user_id))
    return rows.select_related("guardian").prefetch_related("guardian__contact_points").order_by("contact_order")


def get_guardian_link(link_id: UUID, *, actor: Actor) -> GuardianLink:
    """One tie of an adult to a student, for those who may change it."""
    actor.require_all(Permission.PEOPLE_EDIT)
    seen = Student.objects.filter(visible_students(actor))
    rows = GuardianLink.objects.filter(pk=link_id, student__in=seen)
    link = rows.select_related("guardian", "student__person").first()
    if link is None:
        raise NotFoundError
    return link


def list_families(actor: Actor, *, text: str = "") -> QuerySet[Family]:
    """Families by name, each with its students and adults, for those who may see every student."""
    actor.require_all(Permission.STUDENTS_LIST)
    rows = Family.objects.filter(name__icontains=tidy(text)) if tidy(text) else Family.objects.all()
    children = Student.objects.filter(visible_students(actor, Permission.STUDENTS_LIST)).select_related("person")
    return rows.prefetch_related(Prefetch("students", children), "adults__person").order_by("name", "pk")


def read_relatives(student: Student, *, actor: Actor) -> list[Student]:
    """The other students of the family, as far as the actor may see them."""
    if student.family_id is None:
        return []
    rows = Student.objects.filter(visible_students(actor), family=student.family_id).exclude(pk=student.pk)
    return list(rows.select_related("person").order_by("person__sort_name", "pk"))


def get_family(family_id: UUID, *, actor: Actor) -> Family:
    """One family, for those who may see every student."""
    family = list_families(actor).filter(pk=family_id).first()
    if family is None:
        raise NotFoundError
    return family


def list_merges(actor: Actor) -> QuerySet[Merge]:
    """Records that became one, the newest first, for those who merge."""
    actor.require_all(Permission.PEOPLE_MERGE)
    return Merge.objects.defer("moved").order_by("-merged_at", "-pk")


def list_change_requests(actor: Actor, *, state: str = "") -> QuerySet[ChangeRequest]:
    """What people ask the office to change in their records, oldest first."""
    actor.require_all(Permission.STUDENTS_EDIT)
    rows = ChangeRequest.objects.filter(state=state) if state else ChangeRequest.objects.all()
    return rows.select_related("person").order_by("created_at", "pk")


def get_change_request(request_id: UUID, *, actor: Actor) -> ChangeRequest:
    """One request, for those who decide it."""
    found = list_change_requests(actor).filter(pk=request_id).first()
    if found is None:
        raise NotFoundError
    return found


def count_pending(actor: Actor) -> int:
    """How many requests wait for the office."""
    return list_change_requests(actor, state=ChangeRequest.State.PENDING).count()


def list_own_requests(person: Person, *, actor: Actor) -> QuerySet[ChangeRequest]:
    """What the actor asked for in somebody's record and what still waits, oldest first."""
    rows = ChangeRequest.objects.filter(person=person, asked_by=actor.user_id, state=ChangeRequest.State.PENDING)
    return rows.order_by("created_at", "pk")


def get_number_scheme(kind: str, *, actor: Actor) -> NumberScheme:
    """How numbers of one kind are written."""
    actor.require_all(Permission.STUDENTS_ENROL)
    scheme = NumberScheme.objects.filter(kind=kind).first()
    if scheme is None:
        raise NotFoundError
    return scheme


def list_staff(actor: Actor) -> QuerySet[Staff]:
    """Everybody who works here, by name, for those who work here too."""
    actor.require_all(Permission.CLASSES_VIEW)
    return Staff.objects.select_related("person").order_by("person__sort_name", "pk")


def find_staff_of_user(user_id: UUID | None) -> Staff | None:
    """The staff row of a user in the school in scope."""
    if user_id is None:
        return None
    rows = Staff.objects.filter(person__user=user_id)
    return once((find_staff_of_user, current_school(), user_id), rows.first)


def find_person_of_user(user_id: UUID | None) -> Person | None:
    """The person row of a user in the school in scope."""
    return Person.objects.filter(user=user_id).first() if user_id else None
