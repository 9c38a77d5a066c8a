"""About the school, its team, its partners and its alumni: what the office writes of them."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.forms import submitted, typed_id, typed_number
from lyceum.core.lists import Column, Filter, Table, answer_list, answer_list_with_form
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.journal.rules import note_export
from lyceum.domains.website.models import AlumniProfile, Partner, Shown, TeamMember
from lyceum.domains.website.queries import (
    IN_ORDER,
    get_alumni,
    get_partner,
    get_team_member,
    list_alumni,
    list_partners,
    list_team,
    read_about_us,
)
from lyceum.domains.website.rules.about import (
    NewValue,
    add_team_member,
    edit_about_us,
    edit_team_member,
    remove_team_member,
)
from lyceum.domains.website.rules.alumni import (
    create_profile,
    decide_story,
    edit_profile,
    get_own_profile,
    remove_profile,
    require_alumnus,
    set_own_photo,
    withdraw_own_photo,
    write_own_profile,
    write_story,
)
from lyceum.domains.website.rules.partners import add_partner, edit_partner, remove_partner
from lyceum.domains.website.rules.pictures import add_picture, remove_picture
from lyceum.domains.website.views.handed_in import handed_in

STATES = {
    Shown.DRAFT: _("draft"),
    Shown.SUBMITTED: _("waits for you"),
    Shown.PUBLISHED: _("published"),
    Shown.HIDDEN: _("hidden"),
}
TEAM: Table[TeamMember] = Table(
    name="team",
    label=_("Team on the site"),
    columns=(
        Column("name", _("Name"), lambda row: row.name, sort=("name",)),
        Column("role", _("Role"), lambda row: row.role, sort=("role",)),
        Column("order", _("Place"), lambda row: row.order, sort=("order",), is_number=True),
        Column("state", _("State"), lambda row: "" if row.is_published else gettext("not shown")),
    ),
    href=lambda row: f"/site/team/{row.pk}/",
    order=IN_ORDER,
)
PARTNERS: Table[Partner] = Table(
    name="partners",
    label=_("Partners on the site"),
    columns=(
        Column("name", _("Name"), lambda row: row.name, sort=("name",)),
        Column("kind", _("Kind"), lambda row: row.kind, sort=("kind",)),
        Column("url", _("Address"), lambda row: row.url),
        Column("state", _("State"), lambda row: "" if row.is_published else gettext("not shown")),
    ),
    href=lambda row: f"/site/partners/{row.pk}/",
    order=IN_ORDER,
)
ALUMNI: Table[AlumniProfile] = Table(
    name="alumni",
    label=_("Alumni on the site"),
    columns=(
        Column("name", _("Name"), lambda row: row.name, sort=("name",)),
        Column("headline", _("What they do"), lambda row: row.headline),
        Column("year", _("Year"), lambda row: row.leaving_year or "", is_number=True),
        Column("state", _("State"), lambda row: str(STATES[Shown(row.state)]), sort=("state",)),
    ),
    href=lambda row: f"/site/alumni/{row.pk}/",
    order=("name", "pk"),
)
_PEOPLE_FIELDS = ("name", "role", "bio", "order", "links", "is_published")


@require_http_methods(["GET", "POST"])
def about_page(request: HttpRequest) -> HttpResponse:
    """What the school says of itself."""
    actor = actor_of(request)
    actor.require_all(Permission.SITE_EDIT)
    names = ("title", "description", "mission", "vision")

    def act() -> Done:
        pairs = [line.partition(":") for line in request.POST.get("core_values", "").splitlines() if line.strip()]
        values = [NewValue(title.strip(), text.strip()) for title, _colon, text in pairs]
        given = {name: request.POST.get(name, "") for name in names}
        edit_about_us(values=given, core_values=values, actor=actor)
        return Done("/site/about/", Toast(gettext("Saved.")))

    def context() -> dict[str, Any]:
        if request.method == "POST":
            return {}
        about = read_about_us(actor)
        held = about.core_values.all() if about.created_at else ()
        said = "\n".join(f"{each.title}: {each.description}".rstrip(": ") for each in held)
        return {"typed": {name: getattr(about, name) for name in names} | {"core_values": said}}

    return submitted(request, "website/about_edit.html", context, act)


@require_http_methods(["GET", "POST"])
def team_page(request: HttpRequest) -> HttpResponse:
    """The team as the site shows it."""
    actor = _editor(request)
    add = partial(add_team_member, actor=actor)
    return _list(request, actor, TEAM, list_team(actor), "/site/team/", lambda: add(values=_member(request, actor)))


@require_http_methods(["GET", "POST"])
def team_member_page(request: HttpRequest, team_member_id: UUID) -> HttpResponse:
    """Somebody of the team."""
    actor = _editor(request)
    row = get_team_member(team_member_id, actor=actor)
    typed = {name: getattr(row, name) for name in _PEOPLE_FIELDS} | {"links": "\n".join(row.links)}
    return _one(
        request,
        "website/team_member.html",
        {"row": row, "photo": row.photo, "back": "/site/team/"},
        typed,
        lambda: edit_team_member(row.pk, values=_member(request, actor), actor=actor),
        lambda: remove_team_member(row.pk, actor=actor),
        actor,
    )


def _member(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    values = {name: request.POST.get(name, "") for name in ("name", "role", "bio")}
    return {
        **values,
        "order": typed_number(request, "order", 0),
        "links": request.POST.get("links", "").split(),
        "is_published": request.POST.get("is_published") == "1",
        **_picture(request, "photo", actor, is_person=True),
    }


@require_http_methods(["GET", "POST"])
def partners_page(request: HttpRequest) -> HttpResponse:
    """The partners as the site shows them."""
    actor = _editor(request)
    add = partial(add_partner, actor=actor)
    return _list(
        request, actor, PARTNERS, list_partners(actor), "/site/partners/", lambda: add(values=_partner(request, actor))
    )


@require_http_methods(["GET", "POST"])
def partner_page(request: HttpRequest, partner_id: UUID) -> HttpResponse:
    """A partner."""
    actor = _editor(request)
    row = get_partner(partner_id, actor=actor)
    names = ("name", "kind", "url", "description", "order", "is_published")
    return _one(
        request,
        "website/partner.html",
        {"row": row, "photo": row.logo, "back": "/site/partners/"},
        {name: getattr(row, name) for name in names},
        lambda: edit_partner(row.pk, values=_partner(request, actor), actor=actor),
        lambda: remove_partner(row.pk, actor=actor),
        actor,
    )


def _partner(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    values = {name: request.POST.get(name, "") for name in ("name", "kind", "url", "description")}
    return {
        **values,
        "order": typed_number(request, "order", 0),
        "is_published": request.POST.get("is_published") == "1",
        **_picture(request, "logo", actor, is_person=False),
    }


@require_http_methods(["GET", "POST"])
def alumni_page(request: HttpRequest) -> HttpResponse:
    """The alumni; those who wait for the office are one filter away."""
    actor = _editor(request)
    rows = list_alumni(actor, status=request.GET.get("state", ""))
    states = Filter("state", _("State"), [(str(key), words) for key, words in STATES.items()], every=_("All"))
    return _list(
        request,
        actor,
        ALUMNI,
        rows,
        "/site/alumni/",
        lambda: create_profile(values=_alumnus(request, actor), actor=actor),
        filters=(states,),
    )


@require_http_methods(["GET", "POST"])
def alumnus_page(request: HttpRequest, alumni_id: UUID) -> HttpResponse:
    """A profile with its stories: change, publish or hide it."""
    actor = _editor(request)
    row = get_alumni(alumni_id, actor=actor)
    names = ("name", "headline", "employer", "bio", "leaving_year", "consent_by", "is_mentor")
    story = typed_id(request, "story") if request.method == "POST" else None

    def save() -> None:
        if story is not None:
            decide_story(story, state=request.POST.get("state", ""), actor=actor)
        else:
            edit_profile(row.pk, values=_alumnus(request, actor), actor=actor)

    return _one(
        request,
        "website/alumnus.html",
        {"row": row, "photo": row.photo, "back": "/site/alumni/", "states": list(STATES.items())},
        {name: getattr(row, name) for name in names} | {"state": row.state},
        save,
        lambda: remove_profile(row.pk, actor=actor),
        actor,
    )


def _alumnus(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    values = {name: request.POST.get(name, "") for name in ("name", "headline", "employer", "bio", "consent_by")}
    return {
        **values,
        "leaving_year": typed_number(request, "leaving_year", 0) or None,
        "is_mentor": request.POST.get("is_mentor") == "1",
        "state": request.POST.get("state") or Shown.DRAFT,
        **_picture(request, "photo", actor, is_person=True),
    }


@require_http_methods(["GET", "POST"])
def own_alumni_page(request: HttpRequest) -> HttpResponse:
    """One's own profile, picture and stories."""
    actor = actor_of(request)
    require_alumnus(actor)
    here = "/alumni/me/"

    def act() -> Done:
        chosen = request.POST.get("act", "")
        if chosen == "story":
            write_story(title=request.POST.get("title", ""), body=request.POST.get("body", ""), actor=actor)
            return Done(here, Toast(gettext("The school looks at it before it is shown.")))
        if chosen == "no_photo":
            withdraw_own_photo(actor=actor)
            return Done(here, Toast(gettext("The picture is gone.")))
        file = handed_in(request, "photo")
        if chosen == "photo" and file is not None:
            set_own_photo(file.content, name=file.name, alt="", actor=actor)
            return Done(here, Toast(gettext("The school looks at it before it is shown.")))
        values: dict[str, Any] = {name: request.POST.get(name, "") for name in ("headline", "employer", "bio")}
        values |= {
            "leaving_year": typed_number(request, "leaving_year", 0) or None,
            "is_mentor": request.POST.get("is_mentor") == "1",
            "mentor_topics": [each for each in request.POST.get("mentor_topics", "").split(",") if each.strip()],
        }
        consents = request.POST.get("consents") == "1"
        write_own_profile(values=values, consents=consents, submit=chosen == "submit", actor=actor)
        return Done(here, Toast(gettext("Saved.")))

    def context() -> dict[str, Any]:
        try:
            row: AlumniProfile | None = get_own_profile(actor)
        except NotFoundError:
            row = None
        shown: dict[str, Any] = {"row": row, "stories": row.stories.order_by("created_at") if row else []}
        shown["state"] = STATES[Shown(row.state)] if row and row.state != Shown.SUBMITTED else ""
        if request.method == "POST" or row is None:
            return shown
        names = ("headline", "employer", "bio", "leaving_year", "is_mentor")
        typed = {name: getattr(row, name) for name in names}
        return shown | {"typed": typed | {"consents": row.consent_at, "mentor_topics": ", ".join(row.mentor_topics)}}

    return submitted(request, "website/own_alumni.html", context, act)


def _editor(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.require_all(Permission.SITE_EDIT)
    return actor


def _picture(request: HttpRequest, name: str, actor: Actor, *, is_person: bool) -> dict[str, Any]:
    """A picture that was handed in, as the value of a field; nothing where none was."""
    file = handed_in(request, name)
    if file is None:
        return {}
    row = add_picture(
        file.content,
        name=file.name,
        alt=request.POST.get("alt", "") or request.POST.get("name", ""),
        shows_person=is_person,
        consent_by=request.POST.get("photo_consent_by", ""),
        actor=actor,
    )
    return {name: row.pk}


def _list(
    request: HttpRequest,
    actor: Actor,
    table: Table[Any],
    rows: Any,
    here: str,
    add: Callable[[], object],
    *,
    filters: tuple[Filter, ...] = (),
) -> HttpResponse:
    """A list with a form below it by which one more is added."""

    def show(context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        return answer_list(
            request,
            table,
            rows,
            template=f"website/{table.name}_list.html",
            filters=filters,
            note_export=partial(note_export, table.name, request.GET.urlencode(), actor=actor),
            context={**context, "states": list(STATES.items())},
            status=status,
        )

    def act() -> str:
        add()
        return here

    return answer_list_with_form(request, show, act)


def _one(
    request: HttpRequest,
    template: str,
    shown: dict[str, Any],
    typed: dict[str, Any],
    save: Callable[[], object],
    remove: Callable[[], None],
    actor: Actor,
) -> HttpResponse:
    """A row with its form: change it, take its picture away, or remove it."""

    def act() -> Done:
        chosen = request.POST.get("act", "")
        if chosen == "remove":
            remove()
            return Done(shown["back"], Toast(gettext("%(name)s is gone from the site.") % {"name": shown["row"].name}))
        if chosen == "no_photo" and shown["photo"] is not None:
            remove_picture(shown["photo"].pk, actor=actor)
            return Done(request.path, Toast(gettext("The picture is gone.")))
        save()
        return Done(shown["back"], Toast(gettext("Saved.")))

    def context() -> dict[str, Any]:
        return shown if request.method == "POST" else shown | {"typed": typed}

    return submitted(request, template, context, act)
