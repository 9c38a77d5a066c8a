"""The page of a day's absences: a call list for the office, and what a head's numbers open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from html import escape

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.forms import asked_date
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.rest import actor_of
from lyceum.domains.academics.queries import Standing, standings
from lyceum.domains.attendance.codes import mark_words
from lyceum.domains.attendance.glyphs import MEANING_WORDS, SIGNS, say_mark, tone
from lyceum.domains.attendance.meanings import ABSENT, Meaning
from lyceum.domains.attendance.models import SESSION_WORDS, SessionMark
from lyceum.domains.attendance.overview import list_absences
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.contacts import FirstContact, first_contacts
from lyceum.domains.people.policies import family_of
from lyceum.domains.tenancy.queries import today


@dataclass(frozen=True)
class Absence:
    """A student who is absent, where they belong, and whom to call."""

    mark: SessionMark
    standing: Standing
    contact: FirstContact | None
    code: str
    """Empty for the student's family, who read words."""
    why: str


def read_absences(marks: Sequence[SessionMark], *, actor: Actor, day: date) -> list[Absence]:
    """The marks with what somebody needs to call home, in three statements."""
    students = list({mark.student_id for mark in marks})
    placed = standings(students, day)
    contacts = first_contacts(students, actor=actor, day=day)
    family, words = family_of(actor), mark_words(for_families=True)

    def absence(mark: SessionMark) -> Absence:
        at_home = mark.student_id in family
        why = say_mark(mark.symbol, mark.meaning, words if at_home else {})
        code = "" if at_home else mark.symbol
        return Absence(mark, placed[mark.student_id], contacts.get(mark.student_id), code, why)

    return [absence(mark) for mark in marks]


def _code_html(row: Absence) -> SafeString:
    meant = tone(row.mark.meaning)
    return SafeString(
        f'<span class="coded"><i class="g g-{meant}" aria-hidden="true">{escape(row.code or SIGNS[meant])}</i> '
        f"{escape(row.why)}</span>"
    )


def _contact(row: Absence) -> str:
    return f"{row.contact.name} ({row.contact.relationship})" if row.contact else ""


def _number_html(row: Absence) -> SafeString:
    if row.contact is None:
        return SafeString("")
    number = escape(row.contact.number)
    return SafeString(f'<a class="call" href="tel:{number}"><bdi>{number}</bdi></a>')


TABLE: Table[Absence] = Table(
    name="absences",
    label=_("Absences"),
    columns=(
        Column("name", _("Name"), lambda row: row.mark.student.person.full_name, sort=("student__person__sort_name",)),
        Column("form", _("Form"), lambda row: row.standing.form),
        Column("session", _("Session"), lambda row: row.mark.session_words, sort=("session",)),
        Column("why", _("Why"), lambda row: row.why, html=_code_html),
        Column("contact", _("Call first"), _contact),
        Column("phone", _("Phone"), lambda row: row.contact.number if row.contact else "", html=_number_html),
        Column("code", _("Code"), lambda row: row.code, is_extra=True),
    ),
    href=lambda row: f"/students/{row.mark.student_id}/",
    order=("student__person__sort_name", "student_id", "session"),
)


@require_http_methods(["GET", "POST"])
def absences_page(request: HttpRequest) -> HttpResponse:
    """Who is absent on a day; those without a reason are the call list."""
    actor, asked = actor_of(request), request.GET
    day = asked_date(request, "date", today())
    session = asked.get("session", "") if asked.get("session") in SESSION_WORDS else ""
    filters = (
        Filter("date", _("Day"), kind="date", usual=day.isoformat()),
        Filter("session", _("Session"), list(SESSION_WORDS.items()), every=_("All")),
        Filter("meaning", _("Why"), [(m.value, MEANING_WORDS[m]) for m in Meaning if m in ABSENT], every=_("All")),
    )
    return answer_list(
        request,
        TABLE,
        list_absences(actor, day=day, session=session, meaning=asked.get("meaning", "")),
        template="attendance/absences.html",
        filters=filters,
        made=partial(read_absences, actor=actor, day=day),
        note_export=partial(note_export, TABLE.name, asked.urlencode(), actor=actor),
        context={"day": day},
    )
