"""The trail of the school: who did what, when, to what, and what changed."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import partial
from html import escape
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core import clock
from lyceum.core.dates import instant_in_words
from lyceum.core.errors import invalid_field
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.rest import actor_of
from lyceum.core.signed_in import signed_in
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.journal.queries import NEWEST_FIRST, TrailFilter, list_trail
from lyceum.domains.journal.rules import note_export
from lyceum.domains.tenancy.queries import time_zone

_AREAS = (
    ("", _("Everything")),
    ("accounts.", _("Accounts")),
    ("people.", _("People")),
    ("academics.", _("Classes")),
    ("attendance.", _("Attendance")),
    ("timetable.", _("Timetable")),
    ("exchange.", _("Import")),
    ("tenancy.", _("School")),
    ("access.", _("Refusals")),
)


_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{6}([0-9a-f]{6})")
_END_OF_ID = r"#\1"
_LONGEST = 240
"""Letters of a change on the page; the file has it whole."""


def _local(entry: AuditEntry) -> datetime:
    return entry.at.astimezone(clock.zone(time_zone()))


def _when(entry: AuditEntry) -> str:
    return f"{_local(entry):%Y-%m-%d %H:%M:%S}"


def _when_html(entry: AuditEntry) -> SafeString:
    return SafeString(escape(instant_in_words(_local(entry))))


def _who_html(entry: AuditEntry) -> SafeString:
    name, way = escape(entry.actor_name), escape(f"{say(entry.via)} · {entry.ip}" if entry.ip else say(entry.via))
    who = f'<a href="?actor={entry.actor_id}">{name}</a>' if entry.actor_id else name
    return SafeString(f'{who}<br><span class="muted small">{way}</span>')


def _what_html(entry: AuditEntry) -> SafeString:
    refused = f' <span class="tag tag-absent">{escape(say("refused"))}</span>' if entry.outcome == "refused" else ""
    act = " · ".join(part.replace("_", " ") for part in entry.action.split("."))
    return SafeString(f"{escape(act)}{refused}")


def _target_html(entry: AuditEntry) -> SafeString:
    reason = f'<br><span class="muted small">{escape(entry.reason)}</span>' if entry.reason else ""
    return SafeString(f"{escape(_ID.sub(_END_OF_ID, entry.target_name))}{reason}")


def _changes(entry: AuditEntry) -> list[str]:
    def said(value: object) -> str:
        return "–" if value is None else str(value)

    return [f"{name}: {said(pair[0])} → {said(pair[1])}" for name, pair in entry.changes.items()]


def _changes_html(entry: AuditEntry) -> SafeString:
    lines = [Truncator(_without_signs(line)).chars(_LONGEST) for line in _changes(entry)]
    return SafeString("".join(f'<span class="small">{escape(line)}</span><br>' for line in lines))


def _without_signs(line: str) -> str:
    """A change without what only software reads: ids by their end, lists without brackets."""
    return _ID.sub(_END_OF_ID, line).translate(str.maketrans("", "", "[]{}'\""))


TABLE: Table[AuditEntry] = Table(
    name="trail",
    label=_("Trail"),
    columns=(
        Column("when", _("When"), _when, html=_when_html),
        Column("who", _("Who"), lambda entry: entry.actor_name, html=_who_html),
        Column("action", _("Did what"), lambda entry: entry.action, html=_what_html),
        Column("target", _("To what"), lambda entry: entry.target_name, html=_target_html),
        Column("changes", _("Changes"), lambda entry: "; ".join(_changes(entry)), html=_changes_html),
        Column("via", _("By way of"), lambda entry: say(entry.via), is_extra=True),
        Column("outcome", _("Outcome"), lambda entry: say(entry.outcome), is_extra=True),
        Column("reason", _("Reason"), lambda entry: entry.reason, is_extra=True),
    ),
    order=NEWEST_FIRST,
)


@require_http_methods(["GET", "POST"])
@signed_in
def trail_page(request: HttpRequest) -> HttpResponse:
    """Who did what, when, and what changed."""
    actor, asked = actor_of(request), request.GET
    wanted = TrailFilter(
        action=asked.get("area", "") if asked.get("area", "") in dict(_AREAS) else "",
        outcome=asked.get("outcome", "") if asked.get("outcome") in ("done", "refused") else "",
        actor_id=_asked_person(asked),
        since=_midnight(asked.get("since", ""), "/since"),
        until=_midnight(asked.get("until", ""), "/until", after=timedelta(days=1)),
    )
    filters = (
        Filter("area", _("About"), _AREAS),
        Filter("outcome", _("Outcome"), [("done", _("Done")), ("refused", _("Refused"))], every=_("All")),
        Filter("since", _("From"), kind="date"),
        Filter("until", _("To"), kind="date"),
    )
    return answer_list(
        request,
        TABLE,
        list_trail(actor, wanted),
        template="accounts/trail.html",
        filters=filters,
        note_export=partial(note_export, TABLE.name, asked.urlencode(), actor=actor),
        count=False,
    )


def _asked_person(asked: QueryDict) -> UUID | None:
    try:
        return UUID(asked.get("actor", ""))
    except ValueError:
        return None


def _midnight(text: str, pointer: str, *, after: timedelta = timedelta()) -> datetime | None:
    """The instant at which a day of the school begins."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + after
        return datetime(day.year, day.month, day.day, tzinfo=clock.zone(time_zone())).astimezone(UTC)
    except (ValueError, OverflowError):
        raise invalid_field(pointer, "date", say("Give the date as year-month-day, as in 2026-11-20.")) from None
