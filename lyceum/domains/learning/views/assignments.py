"""Lists of work: for those who set it, and for those who do it; and writing an assignment."""

from datetime import date, datetime
from functools import partial
from html import escape
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.forms import asked_id, submitted, typed_id, typed_ids, typed_number
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission, Reach
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.models import Class
from lyceum.domains.academics.policies import own_classes
from lyceum.domains.academics.queries import list_class_names
from lyceum.domains.journal.rules import note_export
from lyceum.domains.learning.assignment_lists import Mine, read_mine
from lyceum.domains.learning.assignment_policies import is_staff_here, taught_runs
from lyceum.domains.learning.assignment_queries import (
    Wanted,
    get_assignment,
    list_owed,
    list_staff_assignments,
    whole_assignments,
)
from lyceum.domains.learning.assignment_words import GRADINGS, RELEASES, STATE_TONES, STATES
from lyceum.domains.learning.family_work import read_family_work
from lyceum.domains.learning.models import Assignment, LearningSchedule
from lyceum.domains.learning.rules.assignments.access import assignment_for_edit
from lyceum.domains.learning.rules.assignments.lateness import due_instant
from lyceum.domains.learning.rules.assignments.publishing import publish_assignment
from lyceum.domains.learning.rules.assignments.writing import NewAssignment, create_assignment, edit_assignment
from lyceum.domains.tenancy.queries import today

PLAIN = ("title", "description", "grading", "release")


def _state_html(mine: Mine) -> SafeString:
    state = mine.assignment.status
    return SafeString(f'<span class="tag tag-{STATE_TONES[state]}">{escape(str(STATES[state]))}</span>')


def _count(mine: Mine, name: str) -> object:
    return getattr(mine.counts, name) if mine.counts and mine.assignment.status != "draft" else ""


def audience_of(row: Assignment) -> str:
    """For whom it is, in a few words."""
    if row.schedule:
        return str(row.schedule)
    return ", ".join(each.school_class.name for each in row.classes.all())


WORK: Table[Mine] = Table(
    name="assignments",
    label=lazy("Work"),
    columns=(
        Column("title", lazy("Title"), lambda mine: mine.assignment.title, sort=("title",)),
        Column("for", lazy("For"), lambda mine: audience_of(mine.assignment)),
        Column("due", lazy("Due"), lambda mine: mine.assignment.due_at, sort=("due_at",)),
        Column("to_mark", lazy("To mark"), lambda mine: _count(mine, "to_mark"), is_number=True),
        Column("handed_in", lazy("Handed in"), lambda mine: _count(mine, "handed_in"), is_number=True),
        Column("learners", lazy("Of"), lambda mine: _count(mine, "learners"), is_number=True),
        Column("state", lazy("State"), lambda mine: STATES[mine.assignment.status], html=_state_html),
        Column(
            "teacher",
            lazy("Set by"),
            lambda mine: mine.assignment.teacher.person.full_name if mine.assignment.teacher else "",
            is_extra=True,
        ),
        Column("subject", lazy("Subject"), lambda mine: mine.assignment.subject or "", is_extra=True),
    ),
    href=lambda mine: f"/assignments/{mine.assignment.pk}/",
    order=("-due_at", "pk"),
)


@require_http_methods(["GET", "POST"])
def work_page(request: HttpRequest) -> HttpResponse:
    """For those who set work: what is set; for those who do it: what is owed, by due date."""
    actor = actor_of(request)
    actor.require(Permission.ASSIGNMENTS_VIEW)
    if not is_staff_here(actor):
        return render(request, "learning/assignments/family.html", read_family_work(actor))
    status = request.GET.get("status", "")
    wanted = Wanted(
        school_class=asked_id(request, "class"),
        status=status if status in STATES else "",
        text=request.GET.get("q", "")[:100].replace("\x00", ""),
    )
    filters = [
        Filter("q", lazy("Part of the title")),
        Filter("class", lazy("Class"), list_class_names(actor, today()), every=lazy("All")),
        Filter("status", lazy("State"), list(STATES.items()), every=lazy("All")),
    ]
    return answer_list(
        request,
        WORK,
        list_staff_assignments(actor, wanted),
        whole=whole_assignments,
        made=partial(read_mine, actor=actor),
        template="learning/assignments/list.html",
        filters=filters,
        note_export=partial(note_export, WORK.name, request.GET.urlencode(), actor=actor),
        context={
            "may_write": actor.may(Permission.ASSIGNMENTS_EDIT),
            "chosen_class": wanted.school_class,
            "owed": list_owed(actor) if Reach.CHILD in actor.reaches(Permission.ASSIGNMENTS_VIEW) else [],
        },
    )


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest) -> HttpResponse:
    """Set work: write it, and give it out or keep it as a draft."""
    actor = actor_of(request)
    actor.require(Permission.ASSIGNMENTS_EDIT)

    def act() -> Done:
        values = _typed(request)
        schedule = values.pop("schedule")
        new = NewAssignment(
            title=values.pop("title"),
            description=values.pop("description"),
            due=values.pop("due"),
            classes=values.pop("classes"),
            schedule=schedule,
            more=values,
        )
        row = create_assignment(new, actor=actor)
        if request.POST.get("act") != "publish":
            return Done(f"/assignments/{row.pk}/", Toast(_("Kept as a draft: no student sees it yet.")))
        publish_assignment(row.pk, actor=actor)
        return Done(f"/assignments/{row.pk}/", Toast(_("Given out.")))

    def context() -> dict[str, Any]:
        first = asked_id(request, "class")
        chosen = request.POST.getlist("classes") if request.method == "POST" else [str(first)] if first else []
        return _choices(actor) | {"is_new": True, "chosen_classes": chosen, "is_draft": True}

    return submitted(request, "learning/assignments/edit.html", context, act)


@require_http_methods(["GET", "POST"])
def edit_page(request: HttpRequest, work_id: UUID) -> HttpResponse:
    """Change an assignment; a new due date says which marked work it would touch."""
    actor = actor_of(request)
    row = get_assignment(work_id, actor=actor)
    assignment_for_edit(work_id, actor=actor)

    def act() -> Done:
        values = _typed(request)
        if row.status != Assignment.Status.DRAFT:
            values.pop("classes")
            values.pop("schedule")
        edited = edit_assignment(
            work_id,
            values=values,
            version=typed_number(request, "version", row.version),
            recalculate_marked=request.POST.get("recalculate_marked") == "1",
            actor=actor,
        )
        said = _("Saved.")
        if edited.marked:
            names = ", ".join(each.student.person.called for each in edited.marked[:5])
            said = _("Saved. Marked work keeps its lateness: %(names)s.") % {"names": names}
        return Done(f"/assignments/{work_id}/", Toast(said))

    def context() -> dict[str, Any]:
        shown = _choices(actor) | {"row": row, "is_new": False, "is_draft": row.status == Assignment.Status.DRAFT}
        if request.method == "POST":
            return shown | {"chosen_classes": request.POST.getlist("classes")}
        return shown | {
            "chosen_classes": [str(each.school_class_id) for each in row.classes.all()],
            "typed": {name: getattr(row, name) for name in (*PLAIN, "max_attempts", "version")}
            | {
                "due": _local(row.due_at),
                "closes": _local(row.closes_at),
                "schedule": str(row.schedule_id or ""),
                "rubric": "\n".join(f"{each['title']}: {each['points']}" for each in row.rubric),
            },
        }

    return submitted(request, "learning/assignments/edit.html", context, act)


def _choices(actor: Actor) -> dict[str, Any]:
    """The classes and runs for which the actor may set work."""
    day, everything = today(), actor.reaches_all(Permission.ASSIGNMENTS_EDIT)
    classes = Class.objects.filter(starts__lte=day, ends__gte=day)
    runs = LearningSchedule.objects.filter(end_on__gte=day).select_related("course")
    if not everything:
        classes, runs = classes.filter(own_classes(actor)), runs.filter(taught_runs(actor))
    return {
        "classes": [(str(each.pk), each.name) for each in classes.order_by("kind", "name", "pk")],
        "runs": [(str(each.pk), str(each)) for each in runs.order_by("start_on", "pk")[:200]],
        "gradings": list(GRADINGS.items()),
        "releases": list(RELEASES.items()),
    }


def _typed(request: HttpRequest) -> dict[str, Any]:
    form = request.POST
    due = _typed_instant(request, "due")
    if due is None:
        raise invalid_field("/due", "required", _("Say when it is due."))
    return {
        **{name: form[name] for name in PLAIN if name in form},
        "due": due,
        "closes_at": _typed_instant(request, "closes"),
        "classes": typed_ids(request, "classes"),
        "schedule": typed_id(request, "schedule"),
        "max_attempts": typed_number(request, "max_attempts", 0) or None,
        "rubric": _typed_rubric(form.get("rubric", "")),
    }


def _typed_instant(request: HttpRequest, name: str) -> datetime | None:
    """A day, which means its end, or a day with a time by the school's clocks."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        given = date.fromisoformat(text) if len(text) == len("2026-11-20") else datetime.fromisoformat(text)
    except ValueError:
        raise invalid_field(f"/{name}", "date", _("Give a day and a time, as in 2026-11-20 16:00.")) from None
    return due_instant(given, f"/{name}")


def _typed_rubric(text: str) -> list[dict[str, str]]:
    lines = [line.rpartition(":") for line in text.splitlines() if line.strip()]
    if any(not title.strip() for title, _colon, _points in lines):
        raise invalid_field("/rubric", "points", _("One criterion per line: its name, a colon, its points."))
    return [{"title": title, "points": points.strip().replace(",", ".")} for title, _colon, points in lines]


def _local(instant: datetime | None) -> str:
    return f"{localtime(instant):%Y-%m-%dT%H:%M}" if instant else ""
