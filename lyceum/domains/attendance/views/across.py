"""Pages of a group's schools: the attendance of each in numbers, and of one school by grade."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.forms import asked_date
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.accounts.across import get_group, list_group_schools, list_groups
from lyceum.domains.attendance.across import GroupTotals, SchoolTotal, Total, read_group_totals, usual_first
from lyceum.domains.attendance.numbers import Numbers
from lyceum.domains.journal.rules import Changes, Target, record_wherever
from lyceum.domains.tenancy.models import Group, School


@dataclass(frozen=True)
class Line:
    """A school as the list shows it."""

    school: School
    found: SchoolTotal | None

    @property
    def numbers(self) -> Numbers | None:
        """Its numbers, where they may be told."""
        return self.found.shown if self.found else None


TABLE: Table[Line] = Table(
    name="group-attendance",
    label=_("Schools of the group"),
    columns=(
        Column("school", _("School"), lambda line: line.school.name, sort=("name",)),
        Column("group", _("Group"), lambda line: line.school.group and line.school.group.name, is_extra=True),
        Column("students", _("Students"), lambda line: line.found.shown_students if line.found else "", is_number=True),
        Column("percent", _("Attended, %"), lambda line: _of(line, "percent"), is_number=True),
        Column("possible", _("Possible sessions"), lambda line: _of(line, "possible"), is_number=True),
        Column("authorised", _("Authorised"), lambda line: _of(line, "authorised"), is_number=True),
        Column("unauthorised", _("Unauthorised"), lambda line: _of(line, "unauthorised"), is_number=True),
        Column("late", _("Late"), lambda line: _of(line, "late"), is_number=True),
        Column("missing", _("Not taken"), lambda line: _of(line, "missing"), is_number=True),
    ),
    href=lambda line: f"/groups/{line.school.group.slug}/{line.school.slug}/" if line.school.group else "",
    order=("name", "pk"),
)


def _of(line: Line, name: str) -> object:
    return getattr(line.numbers, name) if line.numbers else ""


@require_http_methods(["GET", "POST"])
def groups_page(request: HttpRequest) -> HttpResponse:
    """The schools of a group that the actor administers, each with its attendance, and their sum."""
    actor, asked = actor_of(request), request.GET
    groups = list(list_groups(actor, Permission.NUMBERS_VIEW))
    inside = {each.pk for each in groups}
    widest = next(each for each in groups if each.parent_id not in inside)
    group = next((each for each in groups if each.slug == asked.get("group")), widest)
    day = clock.today("UTC")
    last = asked_date(request, "to", day)
    first = min(asked_date(request, "from", usual_first(last)), last)
    schools = list_group_schools(group, permission=Permission.NUMBERS_VIEW, actor=actor)
    totals = read_group_totals(list(schools), first=first, last=last, actor=actor)
    found = {school.pk: each for school, each in totals.schools}

    def made(rows: Sequence[School]) -> list[Line]:
        return [Line(school, found[school.pk]) for school in rows]

    names = [(each.slug, each.name) for each in groups]
    filters = (
        *([Filter("group", _("Group"), names, usual=widest.slug)] if len(names) > 1 else []),
        Filter("from", _("From"), kind="date", usual=usual_first(day).isoformat()),
        Filter("to", _("To"), kind="date", usual=day.isoformat()),
    )
    return answer_list(
        request,
        TABLE,
        schools,
        template="attendance/groups.html",
        filters=filters,
        made=made,
        note_export=partial(_note_export, asked.urlencode(), group, actor),
        context={"group": group, "total": totals.total, "hidden": _hidden(totals), "first": first, "last": last},
    )


def _hidden(totals: GroupTotals) -> int:
    return sum(bool(found and found.hidden) for _school, found in totals.schools)


def _note_export(narrowed_by: str, group: Group, actor: Actor, count: int) -> None:
    changes: Changes = {"rows": [None, count], "filter": [None, narrowed_by]}
    record_wherever("list.export", target=Target.of(group), changes=changes, actor=actor)


@require_GET
def group_school_page(request: HttpRequest, group: str, school: str) -> HttpResponse:
    """One school of the group by grade."""
    actor = actor_of(request)
    found = get_group(group, permission=Permission.NUMBERS_VIEW, actor=actor)
    rows = list_group_schools(found, permission=Permission.NUMBERS_VIEW, actor=actor)
    chosen = rows.filter(slug=school).first()
    if chosen is None:
        raise NotFoundError
    last = asked_date(request, "to", clock.today("UTC"))
    first = min(asked_date(request, "from", usual_first(last)), last)
    totals = read_group_totals([chosen], first=first, last=last, by_grade=True, actor=actor)
    ((_school, total),) = totals.schools
    shown: list[tuple[str, Total]] = []
    if total:
        shown = [(each.name, each) for each in total.grades] + [(say("All"), total)]
    return render(
        request,
        "attendance/group_school.html",
        {"group": found, "school": chosen, "rows": shown, "first": first, "last": last},
    )
