"""Rules of the timetable over REST."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema, Status

from lyceum.core.etags import Shown, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.timetable.kinds import KINDS
from lyceum.domains.timetable.models import Rule
from lyceum.domains.timetable.models.rules import MUST
from lyceum.domains.timetable.plans import RULE_ORDER, get_rule, list_rules
from lyceum.domains.timetable.rest.router import router
from lyceum.domains.timetable.rules.constraints import NewRule, create_rule, delete_rule, edit_rule
from lyceum.domains.timetable.sentences import sentence, subjects_of

Sort = Literal["teacher", "class", "room", "subject", "requirement"]


class RuleSubjectOut(Schema):
    """Whom or what a rule is about."""

    sort: str
    id: UUID
    name: str


class TimetableRuleOut(Schema):
    """What a timetable must hold to (weight 100), or should."""

    id: UUID
    year: UUID
    kind: str
    sentence: str
    subjects: list[RuleSubjectOut]
    parameters: dict[str, Any]
    weight: int
    source: str
    note: str
    active: bool


class RuleSubjectIn(Strict):
    """Whom or what a rule is about."""

    sort: Sort
    id: UUID


class RuleParametersIn(Strict):
    """What a rule asks for; which of these, its kind says."""

    days: int | None = None
    hours: int | None = None
    gaps: int | None = None
    late: int | None = None
    first: int | None = None
    last: int | None = None
    changes: int | None = None
    half_day: bool = False
    no_empty_days: bool = False
    buildings: bool = False
    consecutive_if_same_day: bool = False
    of: Literal["teacher", "class"] = "teacher"
    slots: list[list[int]] = Field(
        default_factory=list, max_length=336, description="Places: the day of the cycle, the number of the period."
    )


class TimetableRuleIn(Strict):
    """A rule, whole. Its kinds, and what each asks for, are listed at `timetable/rules/kinds/`."""

    kind: str = Field(max_length=40)
    subjects: list[RuleSubjectIn] = Field(default_factory=list, max_length=500)
    parameters: RuleParametersIn = Field(default_factory=RuleParametersIn)
    weight: int = Field(MUST, ge=0, le=MUST)
    note: str = Field("", max_length=300)
    active: bool = True


class NewRuleIn(TimetableRuleIn):
    """A rule of a year."""

    year: UUID


def _new(body: TimetableRuleIn) -> NewRule:
    subjects = [(each.sort, each.id) for each in body.subjects]
    parameters = body.parameters.dict(exclude_unset=True)
    return NewRule(body.kind, subjects, parameters, body.weight, body.note, body.active)


def _shape(row: Rule) -> dict[str, Any]:
    same = ("kind", "parameters", "weight", "source", "note", "active")
    return {
        "id": row.pk,
        "year": row.year_id,
        "sentence": sentence(row),
        "subjects": [{"sort": sort, "id": each.pk, "name": str(each)} for sort, each in subjects_of(row)],
    } | {name: getattr(row, name) for name in same}


class TimetableRuleFilter(Walk):
    """Which rules."""

    year: UUID | None = None
    kind: str = Field("", max_length=40)


@router.get("timetable/rules/", response=ListOf[TimetableRuleOut], operation_id="listTimetableRules")
def rules(request: HttpRequest, chosen: Query[TimetableRuleFilter]) -> dict[str, Any]:
    """What the timetable must or should hold to."""
    rows = list_rules(actor_of(request), year=chosen.year, kind=chosen.kind)
    page = page_of(rows, order=RULE_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_shape(row) for row in page.rows])


class RuleKindOut(Schema):
    """A kind of rule: whom it may be about, and what it asks for."""

    kind: str
    title: str
    about: list[str]
    least: int
    numbers: dict[str, list[int]]
    optional: dict[str, list[int]]
    flags: list[str]
    slots: bool
    rooms: bool


@router.get("timetable/rules/kinds/", response=list[RuleKindOut], operation_id="listTimetableRuleKinds")
def kinds(request: HttpRequest) -> list[dict[str, Any]]:
    """Every kind of rule there is."""
    list_rules(actor_of(request))
    return [
        {
            "kind": each.code,
            "title": str(each.title),
            "about": sorted(each.about),
            "least": each.least,
            "numbers": {name: list(span) for name, span in each.numbers.items()},
            "optional": {name: list(span) for name, span in each.optional.items()},
            "flags": sorted(each.flags),
            "slots": each.slots,
            "rooms": each.rooms,
        }
        for each in KINDS.values()
    ]


@router.post("timetable/rules/", response={201: TimetableRuleOut}, operation_id="createTimetableRule")
def create(request: HttpRequest, response: HttpResponse, body: NewRuleIn) -> Status[dict[str, Any]]:
    """Set a rule."""
    actor = actor_of(request)
    row = create_rule(body.year, _new(body), actor=actor)
    response["Location"] = f"/api/v1/timetable/rules/{row.pk}/"
    return Status(201, _shape(get_rule(row.pk, actor=actor)))


@router.get("timetable/rules/{uuid:rule_id}/", response=TimetableRuleOut, operation_id="getTimetableRule")
def rule(request: HttpRequest, response: HttpResponse, rule_id: UUID) -> Shown | HttpResponse:
    """One rule."""
    return with_etag(request, response, _shape(get_rule(rule_id, actor=actor_of(request))))


@router.put("timetable/rules/{uuid:rule_id}/", response=TimetableRuleOut, operation_id="replaceTimetableRule")
def replace(request: HttpRequest, response: HttpResponse, rule_id: UUID, body: TimetableRuleIn) -> Shown | HttpResponse:
    """Change a rule; its kind stays."""
    actor = actor_of(request)
    refuse_stale(request, _shape(get_rule(rule_id, actor=actor)))
    edit_rule(rule_id, _new(body), actor=actor)
    return with_etag(request, response, _shape(get_rule(rule_id, actor=actor)))


@router.delete("timetable/rules/{uuid:rule_id}/", response={204: None}, operation_id="deleteTimetableRule")
def delete(request: HttpRequest, rule_id: UUID) -> Status[None]:
    """Take a rule away."""
    delete_rule(rule_id, actor=actor_of(request))
    return Status(204, None)
