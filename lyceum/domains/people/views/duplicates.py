"""Pages of who is in the records twice: the list, two records side by side, what was merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core import clock
from lyceum.core.errors import NotFoundError
from lyceum.core.forms import submitted
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast, Undo
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.duplicates import Pair, list_pairs
from lyceum.domains.people.models import Merge, Person
from lyceum.domains.people.queries import get_student, list_merges, list_students
from lyceum.domains.people.rules.duplicates import tell_apart
from lyceum.domains.people.rules.merges import UNDO_WITHIN, Preview, Side, merge_people, preview_merge, undo_merge
from lyceum.domains.people.shapes import main_value
from lyceum.domains.tenancy.queries import today

WHY = {"birth": _("born on the same day, similar name"), "phone": _("same phone, same family name")}


@dataclass(frozen=True)
class Lookalike:
    """Somebody, and whom they may be."""

    person: Person
    pairs: Sequence[Pair]


def _others_html(row: Lookalike) -> SafeString:
    links = (
        f'<a href="/people/duplicates/{pair.one}/{pair.other}/"><bdi>{escape(pair.other_name)}</bdi></a>'
        f'<br><span class="muted small">{escape(str(WHY[pair.why]))}</span>'
        for pair in row.pairs
    )
    return SafeString(f'<span class="ways">{"<br>".join(links)}</span>')


DUPLICATES: Table[Lookalike] = Table(
    name="duplicates",
    label=_("Perhaps here twice"),
    columns=(
        Column("name", _("Name"), lambda row: row.person.full_name, sort=("sort_name",)),
        Column("other", _("May be"), lambda row: ", ".join(p.other_name for p in row.pairs), html=_others_html),
        Column("born", _("Born"), lambda row: row.person.birth_date, is_extra=True),
    ),
    href=lambda row: f"/people/duplicates/{row.pairs[0].one}/{row.pairs[0].other}/",
    order=("sort_name", "pk"),
)


@require_http_methods(["GET", "POST"])
def duplicates_page(request: HttpRequest) -> HttpResponse:
    """Everybody who may be in the records twice."""
    actor = actor_of(request)
    pairs: dict[UUID, list[Pair]] = {}
    for pair in list_pairs(actor):
        pairs.setdefault(pair.one, []).append(pair)
    return answer_list(
        request,
        DUPLICATES,
        Person.objects.filter(pk__in=pairs),
        template="people/duplicates.html",
        made=lambda people: [Lookalike(person, pairs[person.pk]) for person in people],
        note_export=partial(note_export, DUPLICATES.name, "", actor=actor),
    )


@dataclass(frozen=True)
class Fact:
    """One line of two records side by side."""

    label: object
    kept: str
    merged: str

    @property
    def differs(self) -> bool:
        return self.kept != self.merged


@require_http_methods(["GET", "POST"])
def compare_page(request: HttpRequest, person_id: UUID, other_id: UUID) -> HttpResponse:
    """Two records side by side: make one of them, or say that they are two."""
    actor = actor_of(request)
    asked = request.POST if request.method == "POST" else request.GET
    kept_id, merged_id = (other_id, person_id) if asked.get("keep") == "other" else (person_id, other_id)
    preview = preview_merge(kept_id, merged_id, actor=actor)

    def act() -> str | Done:
        if request.POST.get("act") == "apart":
            tell_apart(person_id, other_id, actor=actor)
            return Done("/people/duplicates/", Toast(say("Noted: two people.")))
        merge = merge_people(kept_id, merged_id, actor=actor)
        page = f"/students/{merge.kept_student}/" if merge.kept_student else "/people/merges/"
        words = say("%(merged)s is now part of %(kept)s.") % {"merged": merge.merged_name, "kept": merge.kept_name}
        return Done(page, Toast(words, Undo(f"/people/merges/{merge.pk}/undo/", [])))

    def context() -> dict[str, Any]:
        return {
            "kept": preview.kept,
            "merged": preview.merged,
            "keep": "other" if asked.get("keep") == "other" else "one",
            "other_way": "one" if asked.get("keep") == "other" else "other",
            "facts": _facts(preview, shows_contacts=actor.reaches_all(Permission.CONTACTS_VIEW)),
            "moves": list(preview.plan.counts().items()),
            "twice": list(preview.plan.twice().items()),
            "clashes": preview.plan.clashes,
            "days": UNDO_WITHIN.days,
        }

    return submitted(request, "people/duplicate.html", context, act)


def _facts(preview: Preview, *, shows_contacts: bool) -> list[Fact]:
    kept, merged = (_said(side, shows_contacts) for side in (preview.kept, preview.merged))
    return [Fact(label, kept[label], merged[label]) for label in kept if kept[label] or merged[label]]


def _said(side: Side, shows_contacts: bool) -> dict[object, str]:
    """What a record says of somebody, by heading."""
    person, student = side.person, side.student
    said: dict[object, str] = {
        _("Full name"): person.full_name,
        _("Called"): person.preferred_name,
        _("Born"): date_format(person.birth_date) if person.birth_date else "",
        _("Gender"): person.gender,
        _("Number"): student.registration_number if student else "",
        _("Admitted"): date_format(student.admission_date) if student and student.admission_date else "",
        _("Account"): say("yes") if person.user_id else say("no"),
    }
    if shows_contacts:
        points = list(person.contact_points.all())
        said |= {_("E-mail"): main_value(points, "email"), _("Phone"): main_value(points, "mobile", "phone")}
    return said


@require_GET
def other_record(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Find the other record of a student, to look at both."""
    actor = actor_of(request)
    actor.require_all(Permission.PEOPLE_MERGE)
    student = get_student(student_id, actor=actor)
    text = request.GET.get("q", student.person.full_name)
    rows = list_students(actor, text=text, day=today()).exclude(pk=student.pk)
    table: Table[Any] = Table(
        name="students",
        label=_("The other record"),
        columns=(
            Column("name", _("Name"), lambda row: row.person.full_name, sort=("person__sort_name",)),
            Column("number", _("Number"), lambda row: row.registration_number, sort=("registration_number",)),
            Column("born", _("Born"), lambda row: row.person.birth_date),
        ),
        href=lambda row: f"/people/duplicates/{student.person_id}/{row.person_id}/",
        order=("person__sort_name", "pk"),
    )
    question = Filter("q", _("Name, number, guardian or phone"), usual=student.person.full_name)
    return answer_list(
        request, table, rows, template="people/other_record.html", filters=[question], context={"student": student}
    )


def _undo_html(row: Merge) -> SafeString:
    if row.undone_at or clock.now() - row.merged_at > UNDO_WITHIN:
        return SafeString(escape(_state(row)))
    return SafeString(
        f'<span class="ways"><a href="/people/merges/{row.pk}/undo/">{escape(say("Make two again"))}</a></span>'
    )


def _state(row: Merge) -> str:
    return say("undone") if row.undone_at else say("done")


MERGES: Table[Merge] = Table(
    name="merges",
    label=_("Merged records"),
    columns=(
        Column("kept", _("Stayed"), lambda row: row.kept_name),
        Column("merged", _("Went into it"), lambda row: row.merged_name),
        Column("when", _("When"), lambda row: row.merged_at),
        Column("by", _("By"), lambda row: row.merged_by_name),
        Column("state", _("State"), _state, html=_undo_html),
    ),
    order=("-merged_at", "-pk"),
)


@require_http_methods(["GET", "POST"])
def merges_page(request: HttpRequest) -> HttpResponse:
    """What was merged, with the way back."""
    actor = actor_of(request)
    return answer_list(
        request,
        MERGES,
        list_merges(actor),
        template="people/merges.html",
        note_export=partial(note_export, MERGES.name, "", actor=actor),
    )


@require_http_methods(["GET", "POST"])
def undo_page(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    """Ask once more, then make two records of one again."""
    actor = actor_of(request)
    merge = list_merges(actor).filter(pk=merge_id).first()
    if merge is None:
        raise NotFoundError

    def act() -> Done:
        undo_merge(merge_id, actor=actor)
        words = say("%(merged)s is a record of its own again.") % {"merged": merge.merged_name}
        return Done(f"/students/{merge.merged_student}/" if merge.merged_student else "/people/merges/", Toast(words))

    return submitted(request, "people/merge_undo.html", lambda: {"merge": merge}, act)
