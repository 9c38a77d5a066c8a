"""About the school and its team, over REST."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema, Status

from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Visiting, Walk, actor_of, left_out, listed
from lyceum.domains.website.models import AboutUs
from lyceum.domains.website.queries import IN_ORDER, get_team_member, list_team, read_about_us
from lyceum.domains.website.rest.router import router
from lyceum.domains.website.rest.shapes import TeamMemberOut, member_shape
from lyceum.domains.website.rules.about import (
    LONGEST_AIM,
    LONGEST_BIO,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    LONGEST_TITLE,
    LONGEST_VALUE,
    NewValue,
    add_team_member,
    edit_about_us,
    edit_team_member,
    get_member_for_edit,
    own_about_us,
    remove_team_member,
)


class CoreValueOut(Schema):
    """Something that the school holds dear."""

    title: str
    description: str


class AboutUsOut(Schema):
    """What the school says of itself."""

    id: UUID
    title: str
    description: str
    mission: str
    vision: str
    core_values: list[CoreValueOut]
    team_members: list[TeamMemberOut]


class CoreValueIn(Strict):
    """A core value."""

    title: str = Field(max_length=LONGEST_NAME)
    description: str = Field("", max_length=LONGEST_VALUE)


class AboutUsPatch(Strict):
    """Some of it. Core values are replaced as a list, in their order."""

    title: str = Field(default_factory=left_out, max_length=LONGEST_TITLE)
    description: str = Field(default_factory=left_out, max_length=LONGEST_DESCRIPTION)
    mission: str = Field(default_factory=left_out, max_length=LONGEST_AIM)
    vision: str = Field(default_factory=left_out, max_length=LONGEST_AIM)
    core_values: list[CoreValueIn] = Field(default_factory=left_out, max_length=20)


class TeamMemberIn(Strict):
    """Somebody of the school to be shown."""

    about_us_id: UUID | None = Field(None, description="The school's own where it is left out.")
    name: str = Field(max_length=LONGEST_NAME)
    role: str = Field("", max_length=LONGEST_NAME)
    bio: str = Field("", max_length=LONGEST_BIO)
    photo: UUID | None = Field(None, description="The id of a picture.")
    links: list[str] = Field(default_factory=list, max_length=6)
    order: int = Field(0, ge=0, le=30_000)
    staff: UUID | None = None
    is_published: bool = True


class TeamMemberPatch(Strict):
    """Some of it."""

    about_us_id: UUID = Field(default_factory=left_out)
    name: str = Field(default_factory=left_out, max_length=LONGEST_NAME)
    role: str = Field(default_factory=left_out, max_length=LONGEST_NAME)
    bio: str = Field(default_factory=left_out, max_length=LONGEST_BIO)
    photo: UUID | None = None
    links: list[str] = Field(default_factory=left_out, max_length=6)
    order: int = Field(default_factory=left_out, ge=0, le=30_000)
    staff: UUID | None = None
    is_published: bool = Field(default_factory=left_out)


def about_shape(row: AboutUs) -> dict[str, Any]:
    """What the school says of itself, as shown."""
    saved = row.created_at is not None
    return {
        "id": row.pk,
        "title": row.title,
        "description": row.description,
        "mission": row.mission,
        "vision": row.vision,
        "core_values": [
            {"title": each.title, "description": each.description} for each in (row.core_values.all() if saved else ())
        ],
        "team_members": [member_shape(each) for each in (row.team_members.all() if saved else ())],
    }


@router.get("about-us/", response=AboutUsOut, operation_id="getAboutUs", auth=Visiting())
def about(request: HttpRequest, response: HttpResponse) -> Shown | HttpResponse:
    """What the school says of itself, its values and its team."""
    return with_etag(request, response, about_shape(read_about_us(actor_of(request))))


@router.patch("about-us/", response=AboutUsOut, operation_id="changeAboutUs")
def change_about(request: HttpRequest, response: HttpResponse, body: AboutUsPatch) -> Any:
    """Change what the school says of itself."""
    actor = actor_of(request)
    given = body.dict(exclude_unset=True)
    values = given.pop("core_values", None)
    if is_conditional(request):
        own_about_us(lock=True)
        refuse_stale(request, about_shape(read_about_us(actor)))
    edit_about_us(
        values=given, core_values=None if values is None else [NewValue(**each) for each in values], actor=actor
    )
    return with_etag(request, response, about_shape(read_about_us(actor)))


@router.get("team-members/", response=ListOf[TeamMemberOut], operation_id="listTeamMembers", auth=Visiting())
def team(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The team, in its order."""
    rows = list_team(actor_of(request))
    page = page_of(rows, order=IN_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [member_shape(row) for row in page.rows])


@router.post("team-members/", response={201: TeamMemberOut}, operation_id="createTeamMember")
def create_member(request: HttpRequest, response: HttpResponse, body: TeamMemberIn) -> Any:
    """Show somebody of the school."""
    row = add_team_member(values=body.dict(), actor=actor_of(request))
    response["Location"] = f"/api/v1/team-members/{row.pk}/"
    return with_etag(request, response, member_shape(row))


@router.get("team-members/{team_member_id}/", response=TeamMemberOut, operation_id="getTeamMember", auth=Visiting())
def member(request: HttpRequest, response: HttpResponse, team_member_id: UUID) -> Shown | HttpResponse:
    """Somebody of the team."""
    return with_etag(request, response, member_shape(get_team_member(team_member_id, actor=actor_of(request))))


@router.put("team-members/{team_member_id}/", response=TeamMemberOut, operation_id="replaceTeamMember")
def replace_member(request: HttpRequest, response: HttpResponse, team_member_id: UUID, body: TeamMemberIn) -> Any:
    """Replace what is shown of somebody."""
    return _changed(request, response, team_member_id, body.dict())


@router.patch("team-members/{team_member_id}/", response=TeamMemberOut, operation_id="changeTeamMember")
def change_member(request: HttpRequest, response: HttpResponse, team_member_id: UUID, body: TeamMemberPatch) -> Any:
    """Change some of it, or show somebody no longer."""
    return _changed(request, response, team_member_id, body.dict(exclude_unset=True))


@router.delete("team-members/{team_member_id}/", response={204: None}, operation_id="deleteTeamMember")
def delete_member(request: HttpRequest, team_member_id: UUID) -> Any:
    """Take somebody from the site, with the picture."""
    _refuse_stale(request, team_member_id)
    remove_team_member(team_member_id, actor=actor_of(request))
    return Status(204, None)


def _changed(request: HttpRequest, response: HttpResponse, member_id: UUID, values: dict[str, Any]) -> Any:
    _refuse_stale(request, member_id)
    row = edit_team_member(member_id, values=values, actor=actor_of(request))
    return with_etag(request, response, member_shape(row))


def _refuse_stale(request: HttpRequest, member_id: UUID) -> None:
    if is_conditional(request):
        refuse_stale(request, member_shape(get_member_for_edit(member_id, actor=actor_of(request))))
