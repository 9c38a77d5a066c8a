"""Pages of closed years, and documents to print."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.actor import system_actor
from lyceum.core.documents import PAPERS, letterhead
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.forms import asked_date, typed_id
from lyceum.core.lists import Column, Table, answer_list, answer_list_with_form
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.schools import current_school
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.queries import get_class, list_roll, list_years
from lyceum.domains.attendance.codes import read_codes
from lyceum.domains.attendance.documents.letter import print_letter
from lyceum.domains.attendance.documents.printing import print_copy, print_paper_register
from lyceum.domains.attendance.families import read_for_family
from lyceum.domains.attendance.models import SESSION_WORDS, OfficialCopy
from lyceum.domains.attendance.rules.session_times import times_on
from lyceum.domains.attendance.rules.years import close_year, get_copy, list_closings, list_copies, reopen_year
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.contacts_for import Purpose, contacts_for
from lyceum.domains.people.queries import get_student
from lyceum.domains.tenancy.queries import find_school_name, today

_PAGE = "/attendance/official/"


def _pdf_html(row: OfficialCopy) -> SafeString:
    return format_html(
        '<span class="ways"><a class="button quiet" href="{0}{1}/?paper=a4">A4</a> '
        '<a class="button quiet" href="{0}{1}/?paper=letter">Letter</a></span>',
        _PAGE,
        row.pk,
    )


TABLE: Table[OfficialCopy] = Table(
    name="official-registers",
    label=lazy("Official registers"),
    columns=(
        Column("class", lazy("Class"), lambda row: row.class_name, sort=("class_name",)),
        Column("month", lazy("Month"), lambda row: date_format(row.month, "F Y"), sort=("month",)),
        Column("year", lazy("Year"), lambda row: row.closing.year.name),
        Column("kept", lazy("Kept until"), lambda row: row.closing.keep_until),
        Column("pdf", lazy("PDF"), lambda row: row.digest, html=_pdf_html),
    ),
    order=("-month", "class_name", "pk"),
)


@require_http_methods(["GET", "POST"])
def official_page(request: HttpRequest) -> HttpResponse:
    """Years that are closed with their official copies; closing one, opening one again."""
    actor = actor_of(request)
    actor.require_all(Permission.YEAR_CLOSE)

    def show(context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        closings = list(list_closings(actor)[:20])
        closed = {each.year_id for each in closings if each.reopened_at is None}
        over = [(str(y.pk), y.name) for y in list_years(actor) if y.ends < today() and y.pk not in closed]
        return answer_list(
            request,
            TABLE,
            list_copies(actor),
            template="attendance/official.html",
            note_export=partial(note_export, TABLE.name, request.GET.urlencode(), actor=actor),
            context={"closings": closings, "over": over, **context},
            status=status,
        )

    def act() -> Done:
        year = typed_id(request, "year")
        if year is None:
            raise invalid_field("/year", "required", _("Choose a year."))
        if request.POST.get("act") == "reopen":
            reopen_year(year, reason=request.POST.get("reason", ""), actor=actor)
            return Done(_PAGE, Toast(_("The year is open again.")))
        close_year(year, actor=actor)
        return Done(_PAGE, Toast(_("The year is closed. Its official copy is being made.")))

    return answer_list_with_form(request, show, act)


@require_GET
def official_pdf(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """An official copy as PDF."""
    actor = actor_of(request)
    copy = get_copy(copy_id, actor=actor)
    note_export("official-register", str(copy), 1, actor=actor)
    return pdf_answer(print_copy(copy, paper=asked_paper(request)), f"register-{copy.class_name}-{copy.month:%Y-%m}")


@require_GET
def paper_register(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """A blank register of a class for a week, to be used without power."""
    actor = actor_of(request)
    actor.require(Permission.REGISTERS_TAKE)
    day = asked_date(request, "date", today())
    row = get_class(class_id, actor=actor, day=day)
    students = list(list_roll(class_id, actor=actor, day=day))
    if not students:
        raise NotFoundError(_("Nobody is in this class on this day."))
    monday = day - timedelta(days=day.weekday())
    days = school_days().between(monday, monday + timedelta(days=6)) or [day]
    times = sorted(times_on(day, row.grades), key=lambda each: each.starts_at)
    offered = [c for c in read_codes(actor).codes if c.active and "teacher" in c.roles]
    made = print_paper_register(
        school=find_school_name(),
        class_name=row.name,
        days=days,
        sessions=[str(SESSION_WORDS[each.session])[:2] if len(times) > 2 else each.session for each in times] or ["1"],
        students=[student.person.called for student in students],
        codes=[(code.symbol, _(code.label)) for code in offered],
        paper=asked_paper(request),
    )
    return pdf_answer(made, f"paper-register-{row.name}")


@require_GET
def attendance_letter(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """A letter to those who are told about the student's absences, over this school year or other days."""
    actor = actor_of(request)
    actor.require_all(Permission.CONCERNS_EDIT)
    student = get_student(student_id, actor=actor, permission=Permission.NUMBERS_VIEW)
    day = today()
    year = school_days().year_of(day)
    first, last = asked_date(request, "from", year.starts if year else day), asked_date(request, "to", day)
    told = contacts_for(student.pk, purpose=Purpose.ABSENCE, day=day, actor=system_actor(current_school()))
    note_export("attendance-letter", str(student), 1, actor=actor)
    made = print_letter(
        student,
        read_for_family(student.pk, first=first, last=last),
        first=first,
        last=last,
        recipients=[each.name for each in told if each.is_told],
        signed=actor.name,
        paper=asked_paper(request),
    )
    return pdf_answer(made, f"attendance-{student.registration_number}")


def asked_paper(request: HttpRequest) -> str:
    asked = request.GET.get("paper", "")
    return asked if asked in PAPERS else letterhead().paper


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    safe = "".join(c if c.isalnum() or c in "-_" else "-" for c in name)
    response["Content-Disposition"] = f'attachment; filename="{safe}.pdf"'
    return response
