"""Pages beside a student's: consents, family, what happened to the record."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.dates import days_in_words
from lyceum.core.forms import submitted, typed_date, typed_id, typed_ids
from lyceum.core.lists import Column, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.journal.queries import NEWEST_FIRST
from lyceum.domains.people.consents import list_answers, read_consents
from lyceum.domains.people.models import GuardianLink, Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.queries import get_student, list_guardians, list_students
from lyceum.domains.people.rules.consents import answer_consent
from lyceum.domains.people.rules.families import change_family, create_family, delete_family
from lyceum.domains.people.timeline import list_timeline, words_for
from lyceum.domains.people.words import ANSWER_WORDS, TIMELINE_WORDS
from lyceum.domains.tenancy.queries import today

MOST_ANSWERS, MOST_FOUND = 50, 12
HIDDEN_CHANGES = frozenset({"guardian", "class", "merged", "restored", "left", "moved", "confirm_new"})


@require_http_methods(["GET", "POST"])
def consents_page(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """What was agreed to for a student; those who may answer do it here."""
    actor = actor_of(request)
    actor.require(Permission.CONSENTS_VIEW)
    student = get_student(student_id, actor=actor, permission=Permission.CONSENTS_VIEW)
    is_office = actor.reaches_all(Permission.CONSENTS_ANSWER)
    rows = Student.objects.filter(visible_students(actor, Permission.CONSENTS_ANSWER), pk=student.pk)
    may_answer = is_office or rows.exists()

    def act() -> Done:
        answer_consent(
            student_id,
            kind_id=typed_id(request, "kind") or UUID(int=0),
            answer=request.POST.get("answer", ""),
            answered_by=request.POST.get("answered_by", ""),
            evidence=request.POST.get("evidence", ""),
            until=typed_date(request, "until"),
            actor=actor,
        )
        return Done(f"/students/{student_id}/consents/", Toast(say("Written down.")))

    def context() -> dict[str, Any]:
        day = today()
        guardians: list[str] = []
        if is_office and actor.may(Permission.CONTACTS_VIEW):
            guardians = [link.guardian.full_name for link in list_guardians(student, actor=actor, day=day)]
        standings = read_consents(student, actor=actor)
        return {
            "student": student,
            "consents": [(each, each.holds(day), _answer(each.newest)) for each in standings],
            "kinds": [(str(each.kind.pk), each.kind.name) for each in standings if each.kind.active],
            "answers": list(ANSWER_WORDS.items()),
            "history": [(row, _answer(row)) for row in list_answers(student, actor=actor)[:MOST_ANSWERS]],
            "may_answer": may_answer,
            "is_office": is_office,
            "first_guardian": guardians[0] if guardians else "",
        }

    return submitted(request, "people/consents.html", context, act)


def _answer(row: Any) -> object:
    return ANSWER_WORDS[row.answer] if row else ""


@require_http_methods(["GET", "POST"])
def family_page(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Who belongs together with a student. It opens nothing to anybody."""
    actor = actor_of(request)
    actor.require_all(Permission.PEOPLE_EDIT)
    student = get_student(student_id, actor=actor)
    page, family = f"/students/{student_id}/family/", student.family

    def act() -> Done:
        if request.POST.get("act") == "part" and family:
            delete_family(family.pk, actor=actor)
            return Done(page, Toast(say("They no longer belong together.")))
        name = request.POST.get("name", "")
        students = list(dict.fromkeys([student_id, *typed_ids(request, "students")]))
        guardians = typed_ids(request, "guardians")
        if family:
            change_family(family.pk, name=name, students=students, guardians=guardians, actor=actor)
        else:
            create_family(name=name, students=students, guardians=guardians, actor=actor)
        return Done(page, Toast(say("Saved.")))

    def context() -> dict[str, Any]:
        chosen = set(request.POST.getlist("students")) | set(request.GET.getlist("students"))
        members = {} if family is None else {str(s.pk) for s in family.students.all()}
        people = _in_question(actor, student, {*chosen, *members}, request.GET.get("q", ""))
        ticked = chosen if request.method == "POST" else {*chosen, *members}
        links = GuardianLink.objects.filter(student__in=[p.pk for p in people], ends_on=None)
        adults = {str(link.guardian_id): link.guardian for link in links.select_related("guardian")}
        grown = {str(a.person_id) for a in family.adults.all()} if family else set(adults)
        typed_adults = set(request.POST.getlist("guardians")) if request.method == "POST" else grown
        return {
            "student": student,
            "family": family,
            "name": request.POST.get("name") or (family.name if family else student.person.last_name),
            "people": [(p, str(p.pk) in ticked or p.pk == student.pk) for p in people],
            "adults": [(pk, adult, pk in typed_adults) for pk, adult in adults.items()],
            "text": request.GET.get("q", ""),
        }

    return submitted(request, "people/family.html", context, act)


def _in_question(actor: Any, student: Student, ids: set[str], text: str) -> list[Student]:
    """The student, those who are chosen, and those whom a search found, or who share a guardian."""
    rows = list_students(actor, day=today())
    shared = GuardianLink.objects.filter(
        guardian__in=GuardianLink.objects.filter(student=student, ends_on=None).values("guardian"), ends_on=None
    )
    found = {*ids, str(student.pk)} | {str(pk) for pk in shared.values_list("student_id", flat=True)[:MOST_FOUND]}
    if text:
        hits = list_students(actor, text=text, day=today()).values_list("pk", flat=True)
        found |= {str(pk) for pk in hits[:MOST_FOUND]}
    return list(rows.filter(pk__in=found))


def _changed(row: AuditEntry) -> str:
    """What changed, in words; ids say nothing to a person."""

    def said(value: object) -> str:
        return days_in_words(value) if value not in (None, "") else "–"

    lines = [
        f"{TIMELINE_WORDS.get(name, name)}: "
        + (said(pair[1]) if pair[0] in (None, "") else f"{said(pair[0])} → {said(pair[1])}")
        for name, pair in row.changes.items()
        if name not in HIDDEN_CHANGES
    ]
    if "confirm_new" in row.changes:
        lines.append(say("said to be another person than those who look alike"))
    return "; ".join(lines)


def _happened(row: AuditEntry) -> str:
    words = words_for(row.action)
    return f"{words}: {row.target_name}" if row.action.startswith("academics.") else words


TIMELINE: Table[AuditEntry] = Table(
    name="timeline",
    label=_("What happened"),
    columns=(
        Column("what", _("What"), _happened),
        Column("when", _("When"), lambda row: row.at),
        Column("changes", _("Changes"), _changed),
        Column("by", _("By"), lambda row: row.actor_name),
        Column("reason", _("Reason"), lambda row: row.reason, is_extra=True),
    ),
    order=NEWEST_FIRST,
)


@require_GET
def timeline_page(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """What happened to a student's record, newest first."""
    actor = actor_of(request)
    rows = list_timeline(student_id, actor=actor)
    student = get_student(student_id, actor=actor)
    context = {"student": student}
    return answer_list(request, TIMELINE, rows, template="people/timeline.html", count=False, context=context)
