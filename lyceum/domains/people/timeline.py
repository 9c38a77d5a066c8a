"""What happened to a student's record, newest first: from the trail, in the words of the office."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.journal.queries import list_about
from lyceum.domains.people.models import Merge
from lyceum.domains.people.queries import get_student

WORDS: dict[str, str | Promise] = {
    "people.student.create": _("The record was made"),
    "people.student.edit": _("Data changed"),
    "people.student.delete": _("The record was deleted"),
    "people.student.restore": _("The record was brought back"),
    "people.student.merge": _("Another record went into this one"),
    "people.student.unmerge": _("Two records again"),
    "people.enrolment.start": _("Came on roll"),
    "people.enrolment.change": _("Time on roll changed"),
    "people.guardian.add": _("A guardian was added"),
    "people.guardian.change": _("A guardian's details changed"),
    "people.flag.add": _("A flag was written"),
    "people.flag.change": _("A flag changed"),
    "people.flag.end": _("A flag ended"),
    "people.safeguarding.add": _("A safeguarding flag was written"),
    "people.safeguarding.change": _("A safeguarding flag changed"),
    "people.safeguarding.end": _("A safeguarding flag ended"),
    "people.consent.answer": _("A consent was answered"),
    "people.change.ask": _("A change was asked for"),
    "people.change.apply": _("A request was applied"),
    "people.change.refuse": _("A request was refused"),
    "people.restriction.add": _("A contact restriction was written"),
    "academics.student.place": _("Came into a grade"),
    "academics.member.add": _("Came into a class"),
    "academics.member.end": _("Left a class"),
    "academics.student.leave_undo": _("A leaving was taken back"),
}


def words_for(action: str) -> str:
    """An act of the trail as the office says it."""
    return str(WORDS.get(action, action))


def list_timeline(student_id: UUID, *, actor: Actor) -> QuerySet[AuditEntry]:
    """What was done to a student's record and to those that went into it, for those who may see every student.

    Not who read it; restrictions only for those who may know of them.
    """
    actor.require_all(Permission.STUDENTS_LIST)
    student = get_student(student_id, actor=actor)
    merged = Merge.objects.filter(kept_student=student.pk, undone_at__isnull=True).exclude(merged_student=None)
    ids = [student.pk, *merged.values_list("merged_student", flat=True)]
    rows = list_about([("people.student", each) for each in ids], actor=actor).exclude(action="people.student.view")
    if not actor.reaches_all(Permission.RESTRICTIONS_EDIT):
        rows = rows.exclude(action__startswith="people.restriction.")
    return rows.exclude(outcome="refused")
