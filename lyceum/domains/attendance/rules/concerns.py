"""Concerns: raised by the system with the figures of that day, taken in hand and closed by people."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.days import school_days
from lyceum.domains.attendance.concerns import Found, find_patterns, get_concern, read_evidence
from lyceum.domains.attendance.facts import ConcernRaised
from lyceum.domains.attendance.models import AttendanceRule, Concern
from lyceum.domains.attendance.numbers import RULE_VERSION
from lyceum.domains.attendance.rules.methods import rule_on
from lyceum.domains.attendance.rules.refusals import ConcernClosedError
from lyceum.domains.journal.rules import Entry, Target, record, record_all


@transaction.atomic
def raise_concerns(day: date, *, actor: Actor) -> list[Concern]:
    """Raise a concern for every pattern of absence that nobody knows of yet. Running it again raises none.

    A kind that is open is not raised again; one that was closed only for days after those it was about.
    """
    if not school_days().is_school_day(day):
        return []
    rule = rule_on(day)
    known = _known()
    new = [each for each in find_patterns(day, rule) if _is_new(each, known)]
    new = list({(each.student, each.kind): each for each in new}.values())
    evidence = read_evidence(new)
    made = Concern.objects.bulk_create(
        (
            Concern(
                student_id=each.student,
                kind=each.kind,
                raised_at=clock.now(),
                first_on=each.first,
                last_on=each.last,
                evidence=_frozen(each, rule, evidence[each.student, each.kind]),
            )
            for each in new
        ),
        ignore_conflicts=True,
    )
    entries = [
        Entry(
            "attendance.concern.raise",
            Target("attendance.concern", each.pk, each.kind),
            {"kind": [None, each.kind]},
            facts=[ConcernRaised(concern=each.pk, student=each.student_id, kind=each.kind)],
        )
        for each in made
    ]
    if entries:
        record_all(entries, actor=actor)
    return made


def _known() -> dict[tuple[UUID, str], tuple[bool, date]]:
    """Whether each kind is open for a student, and to which day the newest concern of it reaches."""
    rows = Concern.objects.values("student", "kind", "state").annotate(last=Max("last_on"))
    known: dict[tuple[UUID, str], tuple[bool, date]] = {}
    for row in rows:
        key = (row["student"], row["kind"])
        is_open, last = known.get(key, (False, row["last"]))
        known[key] = (is_open or row["state"] != Concern.State.CLOSED, max(last, row["last"]))
    return known


def _is_new(found: Found, known: dict[tuple[UUID, str], tuple[bool, date]]) -> bool:
    is_open, last = known.get((found.student, found.kind), (False, None))
    return not is_open and (last is None or found.first > last)


def _frozen(found: Found, rule: AttendanceRule, sessions: list[list[str]]) -> dict[str, object]:
    return {
        **found.figures,
        "sessions": sessions,
        "rule": {"version": RULE_VERSION, "from": f"{rule.starts_on}", "method": rule.method},
    }


@transaction.atomic
def take_concern(concern_id: UUID, *, note: str = "", actor: Actor) -> Concern:
    """Take a concern in hand."""
    return _move(concern_id, Concern.State.IN_HAND, note, actor)


@transaction.atomic
def close_concern(concern_id: UUID, *, note: str = "", actor: Actor) -> Concern:
    """Close a concern."""
    return _move(concern_id, Concern.State.CLOSED, note, actor)


def _move(concern_id: UUID, state: Concern.State, note: str, actor: Actor) -> Concern:
    actor.require_all(Permission.CONCERNS_EDIT)
    concern = get_concern(concern_id, actor=actor, lock=True)
    if concern.state == Concern.State.CLOSED:
        raise ConcernClosedError(_("%(name)s closed this already.") % {"name": concern.closed_by_name})
    before, concern.state = concern.state, state
    concern.note = tidy(note)[:500] or concern.note
    if state == Concern.State.CLOSED:
        concern.closed_by_name, concern.closed_at = actor.name[:200], clock.now()
    else:
        concern.taken_by_name = actor.name[:200]
    concern.save()
    changes = {"state": [before, state.value]}
    record("attendance.concern.change", target=Target.of(concern), changes=changes, reason=note, actor=actor)
    return concern
