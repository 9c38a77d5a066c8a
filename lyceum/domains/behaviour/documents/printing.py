"""Letters, the list and slips of a slot, and the record of an incident, as PDF."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.documents import print_document
from lyceum.domains.behaviour.detention_sheet import SlotRow
from lyceum.domains.behaviour.models import DetentionSlot, Notice, Participant, SlotSupervisor
from lyceum.domains.behaviour.rows import (
    description_of,
    is_for_staff,
    place_of,
    reporter_of,
    type_name_of,
)
from lyceum.domains.behaviour.rules.detentions.fitting import local_times
from lyceum.domains.behaviour.words import ROLES, severity_name
from lyceum.domains.tenancy.queries import find_school_name, this_school, time_zone, today


def _print(template: str, data: Mapping[str, Any], *, paper: str) -> bytes:
    return print_document((files(__package__) / f"{template}.typ").read_bytes(), data, paper=paper)


def print_slot(slot: DetentionSlot, rows: Sequence[SlotRow], *, paper: str) -> bytes:
    """The list of who serves, and a slip for each: where, when, and why in words that families read."""
    starts, ends = local_times(slot)
    there = SlotSupervisor.objects.filter(slot=slot, stands=True).select_related("staff__person").order_by("-leads")
    data = {
        "school": find_school_name(),
        "type": _(slot.type.name),
        "day": date_format(slot.on, _("l j F Y")),
        "at": f"{starts:%H:%M}–{ends:%H:%M}",
        "room": slot.room.name if slot.room else "",
        "supervisors": ", ".join(each.staff.person.full_name for each in there),
        "students": [
            {
                "name": row.detention.student.person.full_name,
                "number": row.detention.student.registration_number,
                "minutes": row.detention.minutes,
                "reason": row.detention.reason,
            }
            for row in rows
        ],
        "words": {
            "number": _("Number"), "name": _("Name"), "grade": _("Minutes"), "here": _("Here"),
            "nobody": _("Nobody is to come."),
        },
    }  # fmt: skip
    return _print("slot", data, paper=paper)


def letter_of(notice: Notice) -> dict[str, Any]:
    """What a letter says: the notice as it was approved, to those who were told."""
    told = [each["name"] for each in notice.recipients if each.get("told")]
    return {
        "school": find_school_name(),
        "address": this_school().address,
        "recipients": told,
        "day": date_format(clock.local(notice.sent_at or notice.created_at, time_zone()), _("j F Y")),
        "about": notice.student.person.called,
        "text": notice.text,
        "signed": notice.approved_by_name or notice.made_by_name,
        "words": {},
    }


def print_letter(notice: Notice, *, paper: str) -> bytes:
    """A letter about one child and nobody else."""
    return _print("letter", letter_of(notice), paper=paper)


def record_of(rows: Sequence[Participant]) -> dict[str, Any]:
    """What the record of an incident says: for staff all, for a family their own child's part alone."""
    first, staff = rows[0], is_for_staff(rows[0])
    incident = first.incident
    facts = [
        (_("Date"), date_format(clock.local(incident.occurred_at, time_zone()), "DATETIME_FORMAT")),
        (_("Place"), place_of(incident)),
        (_("Period"), incident.period),
        (_("Reported by"), reporter_of(first)),
        (_("Severity"), severity_name(incident.severity) if staff else ""),
        (_("Decided by"), incident.decided_by_name if staff else ""),
    ]
    return {
        "school": find_school_name(),
        "printed": date_format(today(), "DATE_FORMAT"),
        "what": _(type_name_of(first)),
        "facts": [[name, str(value)] for name, value in facts if value],
        "text": description_of(first),
        "students": [
            {
                "name": row.student.person.full_name,
                "part": str(ROLES[row.role]),
                "points": row.points,
                "outcome": row.outcome,
                "statement": row.statement if staff else "",
                "contest": row.contest,
                "answer": row.answer,
            }
            for row in rows
        ],
        "words": {
            "happened": _("What happened"), "students": _("Students"), "name": _("Name"), "part": _("Part"),
            "points": _("Points"), "outcome": _("Outcome"), "contested": _("Contested:"),
        },
    }  # fmt: skip


def print_incident(rows: Sequence[Participant], *, paper: str) -> bytes:
    """The record of an incident."""
    return _print("incident", record_of(rows), paper=paper)
