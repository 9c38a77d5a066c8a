"""The page of messages to families that wait to be sent: one by one elsewhere, here several after a preview."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.errors import RuleError
from lyceum.core.lists import BulkAct, Column, Planned, Table, answer_list
from lyceum.core.lists.bulk import chosen_rows
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.behaviour.models import Notice
from lyceum.domains.behaviour.queries import list_notices
from lyceum.domains.behaviour.rules.sending import preview_sending, send_notices
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.reach import reach_words


def _about(row: Notice) -> str:
    return say(row.participant.incident.type.name) if row.participant else ""


def _plan(request: HttpRequest, ids: list[UUID]) -> list[Planned]:
    shown = preview_sending(ids, actor=actor_of(request))
    nobody = say("nobody: it stays here")
    return [Planned(str(row.student), say("held"), ", ".join(shown.told[row.pk]) or nobody) for row in shown.notices]


def _reach(request: HttpRequest) -> dict[str, Any]:
    """How far sending the chosen would go; nothing where the choice itself is at fault."""
    try:
        shown = preview_sending(chosen_rows(request.POST), actor=actor_of(request))
    except RuleError:
        return {}
    return {"reach": shown.reach, "costs": shown.costs, "reach_words": reach_words(shown.reach)}


def _send(request: HttpRequest, ids: list[UUID]) -> None:
    send_notices(ids, actor=actor_of(request))


def _sends(request: HttpRequest) -> bool:
    return actor_of(request).reaches_all(Permission.NOTICES_SEND)


TABLE: Table[Notice] = Table(
    name="held-notices",
    label=_("Families to tell"),
    columns=(
        Column("student", _("Student"), lambda row: row.student.person.full_name, sort=("student__person__sort_name",)),
        Column("about", _("About"), _about),
        Column("text", _("What they read"), lambda row: row.text),
        Column("by", _("Written by"), lambda row: row.made_by_name, is_extra=True),
        Column("since", _("Since"), lambda row: row.created_at, sort=("created_at",)),
        Column("trouble", _("Trouble"), lambda row: say("nobody can be told") if row.nobody_reached else ""),
    ),
    href=lambda row: (
        f"/incidents/{row.participant.incident_id}/" if row.participant else f"/students/{row.student_id}/"
    ),
    key=lambda row: str(row.pk),
    bulk=(
        BulkAct(
            "send",
            _("Send"),
            plan=_plan,
            apply=_send,
            is_allowed=_sends,
            button=_("Send them"),
            summary="people/reach.html",
            context=_reach,
        ),
    ),
    order=("created_at", "pk"),
)


@require_http_methods(["GET", "POST"])
def notices_page(request: HttpRequest) -> HttpResponse:
    """Messages to families that wait for somebody to send them."""
    actor = actor_of(request)
    return answer_list(
        request,
        TABLE,
        list_notices(actor, states=[Notice.State.HELD]),
        template="behaviour/notices.html",
        note_export=partial(note_export, TABLE.name, "", actor=actor),
    )
