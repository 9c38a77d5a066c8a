"""Lists: incidents by student, and the entries behind points; filtered, exported, printed."""

from functools import partial
from html import escape

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.forms import asked_date, asked_id
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.academics.queries import list_class_names, list_grade_names
from lyceum.domains.behaviour.balances import list_entries
from lyceum.domains.behaviour.models import IncidentType, Participant, PointEntry
from lyceum.domains.behaviour.queries import IncidentFilter, list_scales
from lyceum.domains.behaviour.reading import note_reading
from lyceum.domains.behaviour.rows import (
    ROW_ORDER,
    description_of,
    narrow_rows,
    place_of,
    reporter_of,
    type_name_of,
    whole_rows,
)
from lyceum.domains.behaviour.words import POLARITIES, REASONS, ROLES, STATES, severity_names
from lyceum.domains.journal.rules import note_export
from lyceum.domains.tenancy.queries import today

TONES = {
    "approved": "present", "closed": "present", "submitted": "due", "draft": "none", "rejected": "absent",
    "withdrawn": "absent",
}  # fmt: skip


def _what_html(row: Participant) -> SafeString:
    tone = {"positive": "present", "negative": "late"}.get(row.incident.type.polarity, "none")
    return SafeString(f'<span class="tag tag-{tone}">{escape(type_name_of(row))}</span>')


def _state_html(row: Participant) -> SafeString:
    state = row.incident.state
    return SafeString(f'<span class="tag tag-{TONES[state]}">{escape(str(STATES[state]))}</span>')


INCIDENTS: Table[Participant] = Table(
    name="incidents",
    label=_("Incidents and praise"),
    columns=(
        Column("student", _("Student"), lambda row: row.student.person.full_name, sort=("student__person__sort_name",)),
        Column("what", _("What"), type_name_of, html=_what_html),
        Column("date", _("Date"), lambda row: row.incident.on, sort=("incident__occurred_at",)),
        Column("severity", _("Severity"), lambda row: row.severity or row.incident.severity, is_number=True),
        Column("points", _("Points"), lambda row: row.points, is_number=True, sort=("points",)),
        Column("place", _("Place"), lambda row: place_of(row.incident)),
        Column("state", _("State"), lambda row: STATES[row.incident.state], html=_state_html),
        Column("role", _("Part"), lambda row: ROLES[row.role], is_extra=True),
        Column("description", _("Description"), description_of, is_extra=True),
        Column("outcome", _("Outcome"), lambda row: row.outcome, is_extra=True),
        Column("reporter", _("Reported by"), reporter_of, is_extra=True),
        Column("period", _("Period"), lambda row: row.incident.period, is_extra=True),
    ),
    href=lambda row: f"/incidents/{row.incident_id}/",
    order=ROW_ORDER,
)


def asked_filter(request: HttpRequest) -> IncidentFilter:
    """The filter of the address; what makes no sense narrows nothing."""
    asked, day = request.GET, today()
    severity, weekday = asked.get("severity", ""), asked.get("weekday", "")
    return IncidentFilter(
        student=asked_id(request, "student"),
        type=asked_id(request, "type"),
        severity=int(severity) if severity in ("1", "2", "3", "4") else None,
        polarity=asked.get("polarity", "") if asked.get("polarity") in POLARITIES else "",
        first=asked_date(request, "from", day) if asked.get("from") else None,
        last=asked_date(request, "to", day) if asked.get("to") else None,
        status=asked.get("status", "") if asked.get("status") in STATES else "",
        school_class=asked_id(request, "class"),
        grade=asked_id(request, "grade"),
        place=asked.get("place", "")[:80].replace("\x00", ""),
        mine=asked.get("mine") == "1",
        weekday=int(weekday) if weekday in ("1", "2", "3", "4", "5", "6", "7") else None,
        period=asked.get("period", "")[:20].replace("\x00", ""),
    )


def _noted(rows: list[Participant], *, surface: str, actor: Actor) -> list[Participant]:
    note_reading(rows, surface=surface, actor=actor)
    return rows


@require_http_methods(["GET", "POST"])
def incidents_page(request: HttpRequest) -> HttpResponse:
    """A row for each student of an incident, as far as whoever asks may read them."""
    actor = actor_of(request)
    every, is_staff = _("All"), actor.may(Permission.INCIDENTS_VIEW)
    filters = [
        Filter("polarity", _("Kind"), list(POLARITIES.items()), every=every),
        Filter("severity", _("Severity"), [(str(n), name) for n, name in severity_names()], every=every),
        Filter("from", _("From"), kind="date"),
        Filter("to", _("To"), kind="date"),
    ]
    if is_staff:
        types = [(str(pk), name) for pk, name in IncidentType.objects.order_by("position").values_list("pk", "name")]
        filters[1:1] = [
            Filter("type", _("What"), types, every=every),
            Filter("grade", _("Grade"), list_grade_names(actor), every=every),
            Filter("class", _("Class"), list_class_names(actor, today()), every=every),
        ]
        filters.append(Filter("status", _("State"), list(STATES.items()), every=every))
    exports = actor.may(Permission.BEHAVIOUR_EXPORT)
    return answer_list(
        request,
        INCIDENTS,
        narrow_rows(actor, asked_filter(request)),
        whole=whole_rows(actor),
        made=partial(_noted, surface="export" if "export" in request.POST else "list", actor=actor),
        template="behaviour/incidents.html",
        filters=filters,
        note_export=partial(note_export, INCIDENTS.name, request.GET.urlencode(), actor=actor) if exports else None,
        count=True,
        context={"may_record": actor.may(Permission.INCIDENTS_RECORD)},
    )


def _why(entry: PointEntry) -> str:
    part = entry.participant
    words = str(REASONS[entry.reason])
    return f"{words}: {part.incident.type.family_name}" if part else words


ENTRIES: Table[PointEntry] = Table(
    name="points",
    label=_("Points, entry by entry"),
    columns=(
        Column("student", _("Student"), lambda row: row.student.person.full_name, sort=("student__person__sort_name",)),
        Column("points", _("Points"), lambda row: row.points, is_number=True, sort=("points",)),
        Column("why", _("For"), _why),
        Column("date", _("Date"), lambda row: row.on, sort=("on",)),
        Column("scale", _("Scale"), lambda row: row.scale.name),
        Column("year", _("Year"), lambda row: row.year.name if row.year else ""),
        Column("note", _("Note"), lambda row: row.note, is_extra=True),
        Column("by", _("By"), lambda row: row.by_name, is_extra=True),
    ),
    href=lambda row: f"/incidents/{row.participant.incident_id}/" if row.participant
    else f"/students/{row.student_id}/behaviour/",
    order=("-on", "-at", "pk"),
)  # fmt: skip


@require_http_methods(["GET", "POST"])
def points_page(request: HttpRequest) -> HttpResponse:
    """What a balance is made of: every entry, also those that take others back."""
    actor = actor_of(request)
    rows = list_entries(
        actor,
        student=asked_id(request, "student"),
        scale=asked_id(request, "scale"),
        school_class=asked_id(request, "class"),
    )
    scales = [(str(scale.pk), scale.name) for scale in list_scales(actor)]
    exports = actor.may(Permission.BEHAVIOUR_EXPORT)
    return answer_list(
        request,
        ENTRIES,
        rows,
        template="behaviour/points.html",
        filters=[Filter("scale", _("Scale"), scales, every=_("All"))],
        note_export=partial(note_export, ENTRIES.name, request.GET.urlencode(), actor=actor) if exports else None,
    )
