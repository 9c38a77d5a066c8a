"""A letter to a family about their child's attendance."""

from collections.abc import Sequence
from datetime import date
from importlib.resources import files

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core.documents import print_document
from lyceum.domains.attendance.families import SessionSeen, StudentAttendance
from lyceum.domains.attendance.models import SESSION_WORDS
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.queries import find_school_name, today

MOST_ROWS = 60


def print_letter(
    student: Student,
    attendance: StudentAttendance,
    *,
    first: date,
    last: date,
    recipients: Sequence[str],
    signed: str,
    paper: str,
) -> bytes:
    """The letter: how many sessions, how many missed, and each absence with what families read of it."""
    missed = [each for each in attendance.sessions if each.status in ("A", "E") or each.minutes_late]
    data = {
        "school": find_school_name(),
        "recipients": list(recipients),
        "day": date_format(today(), "DATE_FORMAT"),
        "text": _paragraphs(student, attendance, first, last),
        "rows": [_row(each) for each in missed[:MOST_ROWS]],
        "more": max(0, len(missed) - MOST_ROWS),
        "signed": signed,
        "words": {
            "title": _("Attendance of %(name)s") % {"name": student.person.full_name},
            "head": [_("Day"), _("Session"), _("What was recorded")],
            "more": _("And %(count)s more.") % {"count": max(0, len(missed) - MOST_ROWS)},
        },
    }
    template = (files(__package__) / "letter.typ").read_bytes()
    return print_document(template, data, paper=paper)


def _paragraphs(student: Student, attendance: StudentAttendance, first: date, last: date) -> list[str]:
    counted = attendance.numbers
    span = {"first": date_format(first, "DATE_FORMAT"), "last": date_format(last, "DATE_FORMAT")}
    percent = "—" if counted.percent is None else f"{counted.percent} %"
    values = {"name": student.person.called, "attended": counted.attended, "possible": counted.possible}
    numbers = {"authorised": counted.authorised, "unauthorised": counted.unauthorised, "late": counted.late}
    return [
        _("From %(first)s to %(last)s %(name)s was in school for %(attended)s of %(possible)s sessions (%(percent)s).")
        % (values | span | {"percent": percent}),
        _("Authorised absences: %(authorised)s. Unauthorised absences: %(unauthorised)s. Late: %(late)s.") % numbers,
        _("Please speak to us if anything makes it hard to come to school, or if something here is not right."),
    ]


def _row(each: SessionSeen) -> list[str]:
    said = each.label
    if each.minutes_late:
        said = _("%(label)s, %(minutes)s min") % {"label": each.label, "minutes": each.minutes_late}
    return [date_format(each.on, "D j M Y"), str(SESSION_WORDS.get(each.session, each.session)), said]
