"""Groups of classes: the list, new ones of one class or several, one of them."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.forms import asked_id, submitted, typed_id, typed_ids
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.models import Class
from lyceum.domains.academics.queries import list_classes
from lyceum.domains.journal.rules import note_export
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.groups import GROUP_ORDER, get_group, list_choices, list_groups
from lyceum.domains.timetable.models import Group
from lyceum.domains.timetable.rules.groups import NewGroup, create_groups, delete_group, edit_group
from lyceum.domains.timetable.views.planning import find_year

_HERE = "/timetable/groups/"


def _who(row: Group) -> str:
    if row.taught_as:
        return _("as in %(class)s") % {"class": row.taught_as}
    return ", ".join(str(each.student) for each in row.members.all())


TABLE: Table[Group] = Table(
    name="timetable-groups",
    label=gettext_lazy("Groups"),
    columns=(
        Column("group", gettext_lazy("Group"), str),
        Column("division", gettext_lazy("Divided by"), lambda row: row.division),
        Column("students", gettext_lazy("Students"), lambda row: len(row.members.all()), is_number=True),
        Column("who", gettext_lazy("Who"), _who, is_extra=True),
    ),
    href=lambda row: f"{_HERE}{row.pk}/",
    order=GROUP_ORDER,
)


@require_http_methods(["GET", "POST"])
def groups_page(request: HttpRequest) -> HttpResponse:
    """The groups of a year's classes, and the classes of which new ones are made."""
    actor = actor_of(request)
    actor.require_all(Permission.TIMETABLE_PLAN)
    year = find_year(request, actor)
    classes = [(str(row.pk), row.name) for row in _classes(year.pk, actor)]
    return answer_list(
        request,
        TABLE,
        list_groups(actor, year=year.pk, school_class=asked_id(request, "class")),
        template="timetable/groups.html",
        filters=(Filter("class", gettext_lazy("Class"), classes, every=gettext_lazy("All")),),
        note_export=partial(note_export, TABLE.name, request.GET.urlencode(), actor=actor),
        context={"year": year, "classes": classes},
    )


def _classes(year: UUID, actor: Actor) -> list[Class]:
    return list(list_classes(actor, day=today(), year=year))


@require_http_methods(["GET", "POST"])
def new_group_page(request: HttpRequest) -> HttpResponse:
    """A new group of the classes that the address names: of several, one of the same name in each."""
    actor = actor_of(request)
    actor.require_all(Permission.TIMETABLE_PLAN)
    wanted = set(request.GET.getlist("of"))
    year = find_year(request, actor)
    every = _classes(year.pk, actor)
    classes = [row for row in every if str(row.pk) in wanted]
    if not classes:  # there they are chosen
        return redirect(f"{_HERE}?year={year.pk}#new")

    def act() -> Done:
        made = create_groups([row.pk for row in classes], _typed(request), actor=actor)
        words = ngettext("%(n)d group is made.", "%(n)d groups are made.", len(made)) % {"n": len(made)}
        return Done(f"{_HERE}?year={year.pk}", Toast(words))

    def context() -> dict[str, Any]:
        return {"year": year} | _fields(request, classes, every, actor)

    return submitted(request, "timetable/group.html", context, act)


@require_http_methods(["GET", "POST"])
def group_page(request: HttpRequest, timetable_group_id: UUID) -> HttpResponse:
    """One group: changed, or taken away."""
    actor = actor_of(request)
    row = get_group(timetable_group_id, actor=actor)
    year = row.school_class.year
    back = f"{_HERE}?year={year.pk}"

    def act() -> Done:
        if request.POST.get("act") == "delete":
            delete_group(timetable_group_id, actor=actor)
            return Done(back, Toast(_("The group is taken away.")))
        edit_group(timetable_group_id, _typed(request), actor=actor)
        return Done(back, Toast(_("Saved.")))

    def context() -> dict[str, Any]:
        found = _fields(request, [row.school_class], _classes(year.pk, actor), actor, row=row) | {"year": year}
        if request.method == "POST":
            return found
        typed = {"name": row.name, "division": row.division, "taught_as": str(row.taught_as_id or "")}
        return found | {"typed": typed, "chosen": {str(each.student_id) for each in row.members.all()}}

    return submitted(request, "timetable/group.html", context, act)


def _fields(
    request: HttpRequest, classes: list[Class], every: list[Class], actor: Actor, *, row: Group | None = None
) -> dict[str, Any]:
    return {
        "row": row,
        "classes": classes,
        "choices": list_choices(classes, besides=row.pk if row else None, actor=actor),
        "chosen": set(request.POST.getlist("students")),
        "taught": [(str(each.pk), each.name) for each in every if each.kind != Class.Kind.FORM],
    }


def _typed(request: HttpRequest) -> NewGroup:
    return NewGroup(
        name=request.POST.get("name", ""),
        division=request.POST.get("division", ""),
        students=typed_ids(request, "students"),
        taught_as=typed_id(request, "taught_as"),
    )
