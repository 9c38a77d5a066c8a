"""What families agreed to: the newest answer of each kind is the one in force."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.people.models import Consent, ConsentKind, Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.queries import get_student


@dataclass(frozen=True)
class Standing:
    """One kind of consent for one student: the newest answer, if there is any."""

    kind: ConsentKind
    newest: Consent | None

    def holds(self, day: date) -> bool:
        """Whether it is given on a day."""
        answer = self.newest
        return bool(answer and answer.answer == "given" and (answer.until is None or day <= answer.until))


def list_consent_kinds(actor: Actor) -> QuerySet[ConsentKind]:
    """The kinds that the school asks for, by name."""
    actor.require(Permission.CONSENTS_VIEW)
    return ConsentKind.objects.order_by("name", "pk")


def read_consents(student: Student, *, actor: Actor) -> list[Standing]:
    """Every kind that is asked for or was answered, with its newest answer, for those who may see the student's."""
    actor.require(Permission.CONSENTS_VIEW)
    get_student(student.pk, actor=actor, permission=Permission.CONSENTS_VIEW)
    newest = _newest([student.pk])
    kinds = ConsentKind.objects.order_by("name", "pk")
    found = [Standing(kind, newest.get((student.pk, kind.pk))) for kind in kinds]
    return [each for each in found if each.kind.active or each.newest]


def list_answers(student: Student, *, actor: Actor) -> QuerySet[Consent]:
    """Every answer there ever was, newest first."""
    actor.require(Permission.CONSENTS_VIEW)
    get_student(student.pk, actor=actor, permission=Permission.CONSENTS_VIEW)
    rows = Consent.objects.filter(student=student).select_related("kind")
    return rows.order_by("-answered_at", "-pk")


def students_who_agreed(students: Iterable[UUID], kind: ConsentKind, *, actor: Actor, day: date) -> set[UUID]:
    """Those of some students for whom a consent is in force on a day: for whoever is about to rely on it."""
    actor.require(Permission.CONSENTS_VIEW)
    seen = Student.objects.filter(visible_students(actor, Permission.CONSENTS_VIEW), pk__in=set(students))
    newest = _newest(list(seen.values_list("pk", flat=True)))
    return {student for (student, of), answer in newest.items() if of == kind.pk and Standing(kind, answer).holds(day)}


def _newest(students: list[UUID]) -> dict[tuple[UUID, UUID], Consent]:
    rows = Consent.objects.filter(student__in=students).order_by("student", "kind", "-answered_at", "-pk")
    return {(row.student_id, row.kind_id): row for row in rows.distinct("student", "kind")}
