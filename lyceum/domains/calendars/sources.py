"""What the agenda shows of events, closed days and lessons."""

from collections.abc import Iterator
from uuid import UUID

from lyceum.core.permissions import Permission
from lyceum.domains.academics.days import school_days
from lyceum.domains.calendars.agenda import Asked, Entry, source
from lyceum.domains.calendars.models import Event
from lyceum.domains.calendars.queries import list_events, own_answers, state_now, student_of
from lyceum.domains.calendars.words import where_in_words
from lyceum.domains.timetable.agenda import Whose, list_agenda


@source("closed")
def closed_days(asked: Asked) -> Iterator[Entry]:
    """Days on which no school is kept, those that follow each other as one."""
    first = last = name = None
    for day, why in sorted(school_days().closed.items()):
        if not asked.first <= day <= asked.last:
            continue
        if last is not None and why == name and (day - last).days == 1:
            last = day
            continue
        if first and last and name is not None:
            yield Entry("closed", name, first, last)
        first, last, name = day, day, why
    if first and last and name is not None:
        yield Entry("closed", name, first, last)


@source("event")
def events(asked: Asked) -> Iterator[Entry]:
    """Published events that the asker may know of; for each child that is registered, once."""
    rows = list_events(asked.actor, first=asked.first, last=asked.last).exclude(state=Event.State.DRAFT)
    found = list(rows.prefetch_related(None))
    answers = own_answers(found, actor=asked.actor)
    for event in found:
        mine = answers.get(event.pk, [])
        whose = {student.pk for row in mine if (student := student_of(row)) is not None}
        children = sorted((whose & asked.students.keys()) - {asked.own})
        said = next((row.state for row in mine if row.person is None or row.person.user_id == asked.actor.user_id), "")
        if not children or said:
            yield _entry(event, None, said)
        for child in children:
            state = next(row.state for row in mine if (of := student_of(row)) is not None and of.pk == child)
            yield _entry(event, child, state)


def _entry(event: Event, student: UUID | None, answer: str) -> Entry:
    is_off = event.state == Event.State.CANCELLED
    return Entry(
        kind="event",
        title=event.title,
        first=event.date,
        last=event.last_day,
        id=event.pk,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        place=where_in_words(event) if event.visibility != Event.Visibility.PRIVATE or answer == "accepted" else "",
        link=f"/calendar/events/{event.pk}/",
        student=student,
        is_off=is_off,
        state=answer or state_now(event),
    )


@source("lesson")
def lessons(asked: Asked) -> Iterator[Entry]:
    """The lessons of who teaches, and of each student."""
    if not asked.actor.may(Permission.LESSONS_VIEW):
        return
    wanted: list[tuple[UUID | None, Whose]] = [(None, Whose(teacher=asked.staff))] if asked.staff else []
    if not asked.actor.reaches_all(Permission.LESSONS_VIEW):
        wanted += [(pk, Whose(student=pk)) for pk in asked.students]
    for student, whose in wanted:
        for each in list_agenda(asked.actor, first=asked.first, last=asked.last, whose=whose):
            yield Entry(
                kind="lesson",
                title=each.name,
                first=each.on,
                last=each.on,
                id=each.lesson.pk,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                place=each.room.name if each.room else "",
                note=each.lesson.school_class.name,
                link=f"/timetable/?on={each.on}",
                student=student if student != asked.own else None,
                is_off=each.is_off,
                is_repeated=True,
            )
