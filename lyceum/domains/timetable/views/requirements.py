"""What must be taught: the list, one of it, and many at once from a spreadsheet."""

import re
from collections.abc import Collection
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import InvalidError, RuleError, invalid_field
from lyceum.core.forms import asked_id, gone_on, shown_errors, submitted, typed_id, typed_ids, typed_number
from lyceum.core.lists import Column, Filter, Table, answer_list, answer_list_with_form
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.academics.queries import list_classes, list_room_names, list_subjects
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.queries import list_staff
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.groups import list_groups
from lyceum.domains.timetable.models import Requirement
from lyceum.domains.timetable.plans import get_requirement, list_requirements
from lyceum.domains.timetable.rules.requirements import (
    NewRequirement,
    create_requirements,
    delete_requirement,
    edit_requirement,
)
from lyceum.domains.timetable.rules.tables import Line, read_lengths, read_pasted
from lyceum.domains.timetable.views.planning import find_year

_HERE = "/timetable/requirements/"
_COMMA = re.compile("[,،、]")


def _classes(row: Requirement) -> str:
    return ", ".join(str(each.group or each.school_class) for each in row.classes.all())


def _teachers(row: Requirement) -> str:
    by = _(" or ") if row.any_teacher else ", "
    return by.join(str(each.staff) for each in row.teachers.all())


def lengths_words(lengths: list[int]) -> str:
    """Lengths as people write them: 4, or 2+1+1."""
    return str(len(lengths)) if set(lengths) == {1} else "+".join(map(str, lengths))


TABLE: Table[Requirement] = Table(
    name="requirements",
    label=gettext_lazy("What must be taught"),
    columns=(
        Column("subject", gettext_lazy("Subject"), str),
        Column("class", gettext_lazy("Class"), _classes),
        Column("teacher", gettext_lazy("Teacher"), _teachers),
        Column("lessons", gettext_lazy("Lessons"), lambda row: lengths_words(row.lengths), is_number=True),
        Column("periods", gettext_lazy("Periods"), lambda row: row.periods, is_number=True, is_extra=True),
        Column("rooms", gettext_lazy("Rooms"), lambda row: ", ".join(str(each.room) for each in row.rooms.all())),
        Column("block", gettext_lazy("Block"), lambda row: row.block.name if row.block else ""),
        Column("notes", gettext_lazy("Notes"), lambda row: row.notes, is_extra=True),
    ),
    href=lambda row: f"{_HERE}{row.pk}/",
    order=("created_at", "pk"),
)


@require_http_methods(["GET", "POST"])
def requirements_page(request: HttpRequest) -> HttpResponse:
    """The requirements of a year, and a form for one more."""
    actor = actor_of(request)
    actor.require_all(Permission.TIMETABLE_PLAN)
    year = find_year(request, actor)
    classes = [(str(row.pk), row.name) for row in list_classes(actor, day=max(today(), year.starts))]

    def show(context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        rows = list_requirements(
            actor, year=year.pk, school_class=asked_id(request, "class"), teacher=asked_id(request, "teacher")
        )
        staff = [(str(row.pk), str(row)) for row in list_staff(actor)]
        return answer_list(
            request,
            TABLE,
            rows,
            template="timetable/requirements.html",
            filters=(
                Filter("class", gettext_lazy("Class"), classes, every=gettext_lazy("All")),
                Filter("teacher", gettext_lazy("Teacher"), staff, every=gettext_lazy("All")),
            ),
            note_export=partial(note_export, TABLE.name, request.GET.urlencode(), actor=actor),
            context=context | _choices(request, year, actor),
            status=status,
        )

    def act() -> Done:
        create_requirements(year.pk, [_typed(request)], actor=actor)
        return Done(f"{_HERE}?year={year.pk}", Toast(_("The requirement is added.")))

    return answer_list_with_form(request, show, act)


def _choices(request: HttpRequest, year: AcademicYear, actor: Actor, *, rooms: Collection[str] = ()) -> dict[str, Any]:
    """What the form of a requirement offers."""
    return {
        "year": year,
        "subjects": [(str(row.pk), row.name) for row in list_subjects(actor)],
        "classes": _classes_and_groups(year, actor),
        "staff": [(str(row.pk), str(row)) for row in list_staff(actor)],
        "rooms": list_room_names(actor, chosen=rooms),
        "chosen_classes": request.POST.getlist("classes"),
        "chosen_staff": request.POST.getlist("teachers"),
        "chosen_rooms": request.POST.getlist("rooms"),
    }


def _classes_and_groups(year: AcademicYear, actor: Actor) -> list[tuple[str, str]]:
    """Each class, and after it its groups."""
    groups: dict[UUID, list[tuple[str, str]]] = {}
    for row in list_groups(actor, year=year.pk).prefetch_related(None):
        groups.setdefault(row.school_class_id, []).append((_sit(row.school_class_id, row.pk), str(row)))
    classes = list_classes(actor, day=max(today(), year.starts))
    return [each for row in classes for each in ((_sit(row.pk), row.name), *groups.get(row.pk, ()))]


def _sit(school_class: UUID, group: UUID | None = None) -> str:
    """A class, or a group of it, as the form names it."""
    return f"{school_class}/{group}" if group else str(school_class)


def _typed_sits(request: HttpRequest) -> list[tuple[UUID, UUID | None]]:
    try:
        parts = [text.partition("/") for text in request.POST.getlist("classes") if text]
        return [(UUID(school_class), UUID(group) if group else None) for school_class, _slash, group in parts]
    except ValueError:
        raise invalid_field("/classes", "choice", _("Choose from the list.")) from None


def _typed(request: HttpRequest) -> NewRequirement:
    """A requirement as the form has it."""
    lengths = read_lengths(request.POST.get("lengths", "").strip() or "1")
    if lengths is None:
        raise invalid_field(
            "/lengths", "lengths", _("Write how many lessons: 4, or 2+1+1 for a double and two singles.")
        )
    return NewRequirement(
        subject_id=typed_id(request, "subject"),
        name=request.POST.get("name", ""),
        classes=_typed_sits(request),
        teachers=typed_ids(request, "teachers"),
        lengths=lengths,
        any_teacher=request.POST.get("any_teacher") == "1",
        room_kind=request.POST.get("room_kind", ""),
        room_features=[each for each in _COMMA.split(request.POST.get("room_features", "")) if each.strip()],
        rooms=typed_ids(request, "rooms"),
        capacity=typed_number(request, "capacity", 0) or None,
        block=request.POST.get("block", ""),
        notes=request.POST.get("notes", ""),
    )


@require_http_methods(["GET", "POST"])
def requirement_page(request: HttpRequest, requirement_id: UUID) -> HttpResponse:
    """One requirement: changed, or taken away."""
    actor = actor_of(request)
    row = get_requirement(requirement_id, actor=actor)
    back = f"{_HERE}?year={row.year_id}"

    def act() -> Done:
        if request.POST.get("act") == "delete":
            delete_requirement(requirement_id, actor=actor)
            return Done(back, Toast(_("The requirement is taken away.")))
        edit_requirement(requirement_id, _typed(request), actor=actor)
        return Done(back, Toast(_("Saved.")))

    def context() -> dict[str, Any]:
        rooms = [str(each.room_id) for each in row.rooms.all()]
        choices = {"row": row} | _choices(request, row.year, actor, rooms=rooms)
        if request.method == "POST":
            return choices
        return choices | {
            "typed": _as_typed(row),
            "chosen_classes": [_sit(each.school_class_id, each.group_id) for each in row.classes.all()],
            "chosen_staff": [str(each.staff_id) for each in row.teachers.all()],
            "chosen_rooms": rooms,
        }

    return submitted(request, "timetable/requirement.html", context, act)


def _as_typed(row: Requirement) -> dict[str, Any]:
    return {
        "subject": str(row.subject_id or ""),
        "name": row.name,
        "lengths": lengths_words(row.lengths),
        "any_teacher": row.any_teacher,
        "room_kind": row.room_kind,
        "room_features": ", ".join(row.room_features),
        "capacity": row.capacity or "",
        "block": row.block.name if row.block else "",
        "notes": row.notes,
    }


@require_http_methods(["GET", "POST"])
def paste_page(request: HttpRequest) -> HttpResponse:
    """Lines from a spreadsheet: looked at, then brought in. A wrong line says why, and holds up no other."""
    actor = actor_of(request)
    actor.require_all(Permission.TIMETABLE_PLAN)
    year = find_year(request, actor)
    if request.method != "POST":
        return render(request, "timetable/paste.html", {"year": year, "typed": {}})
    text, lines = request.POST.get("text", ""), list[Line]()
    context: dict[str, Any] = {"year": year, "typed": request.POST}
    try:
        lines = read_pasted(text, year.pk, actor=actor)
        right = [line.requirement for line in lines if line.requirement]
        context |= {"lines": lines, "right": len(right), "wrong": len(lines) - len(right)}
        if request.POST.get("act") == "save":
            return _save(request, year, right, actor)
    except RuleError as error:
        shown = context | {"errors": shown_errors(error)}
        return render(request, "timetable/paste.html", shown, status=error.status)
    return render(request, "timetable/paste.html", context)


def _save(request: HttpRequest, year: AcademicYear, right: list[NewRequirement], actor: Actor) -> HttpResponse:
    if not right:
        raise InvalidError(_("No line can be brought in."))
    made = len(create_requirements(year.pk, right, actor=actor))
    words = ngettext("%(n)d requirement is made.", "%(n)d requirements are made.", made) % {"n": made}
    return gone_on(request, Done(f"{_HERE}?year={year.pk}", Toast(words)))
