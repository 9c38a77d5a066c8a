"""Rules of the timetable as sentences, and a form for each kind."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.forms import submitted, typed_ids, typed_number
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.cycles import cycle_days
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.academics.queries import list_classes, list_room_names, list_subjects
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.queries import list_staff
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.kinds import CLASS, KINDS, REQUIREMENT, ROOM, SUBJECT, TEACHER, Kind
from lyceum.domains.timetable.models import Rule
from lyceum.domains.timetable.models.rules import MUST
from lyceum.domains.timetable.planning import grid_of
from lyceum.domains.timetable.plans import get_rule, list_requirements, list_rules
from lyceum.domains.timetable.rules.constraints import NewRule, create_rule, delete_rule, edit_rule
from lyceum.domains.timetable.sentences import sentence, subjects_of
from lyceum.domains.timetable.views.planning import find_year

_HERE = "/timetable/rules/"
RELAXED = 50
"""The weight of a rule that need not hold any more."""
NUMBERS: dict[str, str | Promise] = {
    "hours": gettext_lazy("Periods"),
    "days": gettext_lazy("Days"),
    "gaps": gettext_lazy("Free periods"),
    "late": gettext_lazy("Days that may begin later"),
    "first": gettext_lazy("From period number"),
    "last": gettext_lazy("To period number"),
    "changes": gettext_lazy("Changes"),
}
FLAGS: dict[str, str | Promise] = {
    "half_day": gettext_lazy("Counted for each half of the day by itself"),
    "no_empty_days": gettext_lazy("Days without any lesson are not allowed"),
    "buildings": gettext_lazy("Only changes between buildings count"),
    "consecutive_if_same_day": gettext_lazy("Two on one day follow each other"),
}
SORTS: dict[str, str | Promise] = {
    TEACHER: gettext_lazy("Teachers"),
    CLASS: gettext_lazy("Classes"),
    ROOM: gettext_lazy("Rooms"),
    SUBJECT: gettext_lazy("Subjects"),
    REQUIREMENT: gettext_lazy("What must be taught"),
}


def _weight_html(row: Rule) -> SafeString:
    if not row.active:
        return format_html('<span class="tag tag-none">{}</span>', _("off"))
    if row.must_hold:
        return format_html('<span class="tag tag-absent">{}</span>', _("must hold"))
    return format_html('<span class="tag tag-late num">{}</span>', _("preference, %(n)d") % {"n": row.weight})


def _weight(row: Rule) -> object:
    return row.weight if row.active else ""


TABLE: Table[Rule] = Table(
    name="timetable-rules",
    label=gettext_lazy("Rules"),
    columns=(
        Column("rule", gettext_lazy("Rule"), sentence),
        Column("weight", gettext_lazy("Weight"), _weight, html=_weight_html),
        Column("note", gettext_lazy("Note"), lambda row: row.note),
        Column("source", gettext_lazy("From"), lambda row: row.source, is_extra=True),
    ),
    href=lambda row: f"{_HERE}{row.pk}/",
    order=("created_at", "pk"),
)


@require_http_methods(["GET", "POST"])
def rules_page(request: HttpRequest) -> HttpResponse:
    """The rules of a year, each as a sentence."""
    actor = actor_of(request)
    actor.require_all(Permission.TIMETABLE_PLAN)
    year = find_year(request, actor)
    kinds = [(kind.code, kind.title) for kind in KINDS.values()]
    asked = request.GET.get("kind", "")
    return answer_list(
        request,
        TABLE,
        list_rules(actor, year=year.pk, kind=asked if asked in KINDS else ""),
        template="timetable/rules.html",
        filters=(Filter("kind", gettext_lazy("Kind"), kinds, every=gettext_lazy("All")),),
        note_export=partial(note_export, TABLE.name, request.GET.urlencode(), actor=actor),
        context={"year": year, "kinds": kinds},
    )


@require_http_methods(["GET", "POST"])
def new_rule_page(request: HttpRequest) -> HttpResponse:
    """A new rule of the kind that was chosen."""
    actor = actor_of(request)
    actor.require_all(Permission.TIMETABLE_PLAN)
    year, kind = find_year(request, actor), _kind(request.GET.get("kind", ""))

    def act() -> Done:
        row = get_rule(create_rule(year.pk, _typed(request, kind), actor=actor).pk, actor=actor)
        return Done(f"{_HERE}?year={year.pk}", Toast(sentence(row)))

    def context() -> dict[str, Any]:
        chosen = request.POST if request.method == "POST" else QueryDict(f"weight={MUST}&active=1")
        return {"year": year} | _fields(kind, year, chosen, actor)

    return submitted(request, "timetable/rule.html", context, act)


@require_http_methods(["GET", "POST"])
def rule_page(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """One rule: changed, relaxed into a preference, or taken away."""
    actor = actor_of(request)
    row = get_rule(rule_id, actor=actor)
    kind, back = _kind(row.kind), f"{_HERE}?year={row.year_id}"

    def act() -> Done:
        wanted = request.POST.get("act")
        if wanted == "delete":
            delete_rule(rule_id, actor=actor)
            return Done(back, Toast(_("The rule is taken away.")))
        if wanted == "relax":
            edit_rule(rule_id, _as_it_is(row, weight=min(row.weight, RELAXED)), actor=actor)
            run = request.POST.get("next", "")
            there = run if run.startswith("/timetable/runs/") else back
            return Done(there, Toast(_("It is a preference now: %(rule)s") % {"rule": sentence(row)}))
        edit_rule(rule_id, _typed(request, kind), actor=actor)
        return Done(back, Toast(_("Saved.")))

    def context() -> dict[str, Any]:
        chosen = request.POST if request.method == "POST" else _as_chosen(row)
        return {"row": row, "year": row.year, "sentence": sentence(row)} | _fields(kind, row.year, chosen, actor)

    return submitted(request, "timetable/rule.html", context, act)


def _kind(code: str) -> Kind:
    kind = KINDS.get(code)
    if kind is None:
        raise NotFoundError
    return kind


def _sorts(kind: Kind) -> list[str]:
    return [sort for sort in SORTS if sort in kind.about or (kind.rooms and sort == ROOM)]


def _fields(kind: Kind, year: AcademicYear, chosen: QueryDict, actor: Actor) -> dict[str, Any]:
    """What the form of a kind asks for, and what was answered."""
    numbers = [
        (name, NUMBERS[name], chosen.get(name, ""), low, high)
        for name, (low, high) in {**kind.numbers, **kind.optional}.items()
    ]
    lists = [
        (sort, SORTS[sort], _rows(sort, year, chosen, actor), chosen.getlist(f"about-{sort}")) for sort in _sorts(kind)
    ]
    return {
        "kind": kind,
        "numbers": numbers,
        "flags": [(name, FLAGS[name], name in chosen) for name in sorted(kind.flags)],
        "lists": lists,
        "slots": _slots(year, set(chosen.getlist("slot"))) if kind.slots else None,
        "of": chosen.get("of", TEACHER) if kind.names_who else "",
        "typed": chosen,
    }


def _rows(sort: str, year: AcademicYear, chosen: QueryDict, actor: Actor) -> list[tuple[str, str]]:
    if sort == TEACHER:
        return [(str(row.pk), str(row)) for row in list_staff(actor)]
    if sort == CLASS:
        return [(str(row.pk), row.name) for row in list_classes(actor, day=max(today(), year.starts))]
    if sort == ROOM:
        return list_room_names(actor, chosen=chosen.getlist(f"about-{ROOM}"))
    if sort == SUBJECT:
        return [(str(row.pk), row.name) for row in list_subjects(actor)]
    named = []
    for row in list_requirements(actor, year=year.pk):
        classes = ", ".join(str(each.group or each.school_class) for each in row.classes.all())
        named.append((str(row.pk), f"{row}, {classes}" if classes else str(row)))
    return named


def _slots(year: AcademicYear, chosen: set[str]) -> dict[str, Any]:
    """Days × periods to tick."""
    cycle = cycle_days().cycles.get(year.pk)
    if cycle is None:
        return {"days": (), "rows": ()}
    grid = grid_of(cycle)
    rows = []
    for hour in grid.hours:
        bells = [grid.bell(day, hour) for day in range(1, grid.days + 1)]
        name = next((bell.name for bell in bells if bell), str(hour))
        cells = [
            (f"{day}-{hour}", grid.words(day, hour), bell is not None, f"{day}-{hour}" in chosen)
            for day, bell in enumerate(bells, start=1)
        ]
        rows.append((name, cells))
    return {"days": cycle.names, "rows": rows}


def _typed(request: HttpRequest, kind: Kind) -> NewRule:
    """A rule as the form has it."""
    parameters: dict[str, Any] = {}
    for name in {**kind.numbers, **kind.optional}:
        if request.POST.get(name, "").strip():
            parameters[name] = typed_number(request, name, 0)
        elif name in kind.numbers:
            raise invalid_field(f"/{name}", "required", _("Give a number: %(name)s.") % {"name": NUMBERS[name]})
    parameters |= {name: True for name in kind.flags if request.POST.get(name) == "1"}
    if kind.slots:
        parameters["slots"] = [_slot(each) for each in request.POST.getlist("slot")]
        if not parameters["slots"]:
            raise invalid_field("/slots", "required", _("Tick at least one place."))
    subjects = [(sort, row) for sort in _sorts(kind) for row in typed_ids(request, f"about-{sort}")]
    if kind.names_who and not subjects:
        parameters["of"] = request.POST.get("of", TEACHER)
    return NewRule(
        kind.code,
        subjects,
        parameters,
        weight=typed_number(request, "weight", MUST),
        note=request.POST.get("note", ""),
        active=request.POST.get("active") == "1",
    )


def _slot(text: str) -> list[int]:
    day, _dash, period = text.partition("-")
    try:
        return [int(day), int(period)]
    except ValueError:
        raise invalid_field("/slots", "choice", _("Choose places of the list.")) from None


def _as_it_is(row: Rule, *, weight: int) -> NewRule:
    subjects = [(sort, each.pk) for sort, each in subjects_of(row)]
    return NewRule(row.kind, subjects, row.parameters, weight, row.note, row.active, row.source)


def _as_chosen(row: Rule) -> QueryDict:
    """A rule as its form would have been filled in."""
    chosen = QueryDict(mutable=True)
    for name, value in row.parameters.items():
        if name == "slots":
            chosen.setlist("slot", [f"{day}-{period}" for day, period in value])
        elif value is not False:
            chosen[name] = str(value)
    for sort, each in subjects_of(row):
        chosen.appendlist(f"about-{sort}", str(each.pk))
    chosen["weight"], chosen["note"] = str(row.weight), row.note
    if row.active:
        chosen["active"] = "1"
    return chosen
