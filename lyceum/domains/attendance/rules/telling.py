"""Telling about planned absences: whoever asked, of the decision; the office, of a student who is here after all."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.attendance.models import PlannedAbsence
from lyceum.domains.attendance.office import office_recipients
from lyceum.domains.attendance.words import PLANNED_STATES, span_words
from lyceum.domains.notifications.rules.notify import News, notify
from lyceum.domains.notifications.texts import Text, declare
from lyceum.domains.notifications.words import Type
from lyceum.domains.people.contacts_for import Purpose, contacts_of
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.queries import today

ARRIVED, DECIDED = "attendance_arrived", "attendance_absence_decided"
declare(
    ARRIVED,
    Text(
        subject=_("A student is here after all"),
        message=_("{student} is here although an absence was planned ({days})."),
        short=_("{student} is here although an absence was planned ({days})."),
        placeholders=("student", "days"),
    ),
)
declare(
    DECIDED,
    Text(
        subject=_("The school answered your absence request"),
        message=_("{student}, {days}: the absence is {state}. {answer}"),
        short=_("{student}, {days}: the absence is {state}. {answer}"),
        placeholders=("student", "days", "state", "answer"),
    ),
)


def tell_office_of_arrival(student: Student, planned: PlannedAbsence, *, actor: Actor) -> None:
    """Tell those who decide absences, except whom a restriction keeps from the child."""
    news = News(
        type=Type.ATTENDANCE,
        template=ARRIVED,
        values={"student": student.person.full_name, "days": partial(span_words, planned)},
        dedupe_key=f"arrived:{planned.pk}:{student.pk}",
        link=f"/attendance/planned/{planned.pk}/",
        about_student=student.pk,
        source=str(planned.pk),
    )
    notify(news, office_recipients(Permission.ABSENCES_DECIDE, about=student.pk), actor=actor)


def tell_family_of_decision(planned: PlannedAbsence, students: Sequence[UUID], *, actor: Actor) -> None:
    """Tell the guardian who asked, if they may still be told about the child."""
    if planned.origin != PlannedAbsence.Origin.GUARDIAN or planned.asked_by is None:
        return
    people = Student.objects.filter(pk__in=students).select_related("person")
    choices = contacts_of(students, purpose=Purpose.ABSENCE, day=today(), actor=actor)
    for student in people:
        asked = [c for c in choices.get(student.pk, ()) if c.is_told and c.user == planned.asked_by]
        news = News(
            type=Type.ATTENDANCE,
            template=DECIDED,
            values={
                "student": student.person.called,
                "days": partial(span_words, planned),
                "state": partial(str, PLANNED_STATES[planned.state]),
                "answer": planned.answer,
            },
            dedupe_key=f"absence:{planned.pk}:{student.pk}:{planned.state}",
            link=f"/students/{student.pk}/",
            about_student=student.pk,
            source=str(planned.pk),
        )
        notify(news, [choice.as_recipient() for choice in asked], actor=actor)
