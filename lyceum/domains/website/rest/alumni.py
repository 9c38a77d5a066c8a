"""Those who were here, over REST: everybody reads, the office writes, they themselves write of themselves."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Status

from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Visiting, Walk, actor_of, left_out, listed
from lyceum.domains.website.queries import get_alumni, list_alumni
from lyceum.domains.website.rest.router import router
from lyceum.domains.website.rest.shapes import AlumniOut, StoryOut, alumni_shape, story_shape
from lyceum.domains.website.rules.alumni import (
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST_BIO,
    LONGEST_HEADLINE,
    LONGEST_NAME,
    LONGEST_STORY,
    create_profile,
    decide_story,
    edit_profile,
    get_own_profile,
    get_profile_for_edit,
    remove_profile,
    write_own_profile,
    write_story,
)


class AlumniFilter(Walk):
    """Which alumni."""

    mentors: bool | None = Field(None, description="True: those who offer to help others.")
    status: str = Field("", max_length=9)


class AlumniIn(Strict):
    """A profile."""

    name: str = Field(max_length=LONGEST_NAME)
    student: UUID | None = None
    course: UUID | None = None
    leaving_year: int | None = Field(None, ge=FIRST_YEAR, le=LAST_YEAR)
    headline: str = Field("", max_length=LONGEST_HEADLINE)
    employer: str = Field("", max_length=LONGEST_HEADLINE)
    bio: str = Field("", max_length=LONGEST_BIO)
    photo: UUID | None = Field(None, description="The id of a picture.")
    links: list[str] = Field(default_factory=list, max_length=6)
    consent_by: str = Field("", max_length=200, description="Who agreed that it is shown; empty: nobody.")
    is_mentor: bool = False
    mentor_topics: list[str] = Field(default_factory=list, max_length=8)
    mentor_places: int = Field(0, ge=0, le=50)
    status: str = Field("draft", max_length=9)


class AlumniPatch(Strict):
    """Some of it. An empty `consent_by` withdraws the consent: the profile is hidden and its picture gone."""

    name: str = Field(default_factory=left_out, max_length=LONGEST_NAME)
    student: UUID | None = None
    course: UUID | None = None
    leaving_year: int | None = Field(None, ge=FIRST_YEAR, le=LAST_YEAR)
    headline: str = Field(default_factory=left_out, max_length=LONGEST_HEADLINE)
    employer: str = Field(default_factory=left_out, max_length=LONGEST_HEADLINE)
    bio: str = Field(default_factory=left_out, max_length=LONGEST_BIO)
    photo: UUID | None = None
    links: list[str] = Field(default_factory=left_out, max_length=6)
    consent_by: str = Field(default_factory=left_out, max_length=200)
    is_mentor: bool = Field(default_factory=left_out)
    mentor_topics: list[str] = Field(default_factory=left_out, max_length=8)
    mentor_places: int = Field(default_factory=left_out, ge=0, le=50)
    status: str = Field(default_factory=left_out, max_length=9)


class OwnAlumniPut(Strict):
    """One's own profile. `submit` hands it to the office, which needs `consents`."""

    name: str = Field(default_factory=left_out, max_length=LONGEST_NAME)
    leaving_year: int | None = Field(None, ge=FIRST_YEAR, le=LAST_YEAR)
    headline: str = Field("", max_length=LONGEST_HEADLINE)
    employer: str = Field("", max_length=LONGEST_HEADLINE)
    bio: str = Field("", max_length=LONGEST_BIO)
    links: list[str] = Field(default_factory=list, max_length=6)
    is_mentor: bool = False
    mentor_topics: list[str] = Field(default_factory=list, max_length=8)
    mentor_places: int = Field(0, ge=0, le=50)
    consents: bool | None = None
    submit: bool = False


class StoryIn(Strict):
    """Something to tell."""

    title: str = Field(max_length=LONGEST_HEADLINE)
    body: str = Field(min_length=20, max_length=LONGEST_STORY)


class StoryPatch(Strict):
    """The office's decision: published or hidden."""

    status: str = Field(max_length=9)


@router.get("alumni/", response=ListOf[AlumniOut], operation_id="listAlumni", auth=Visiting())
def alumni(request: HttpRequest, chosen: Query[AlumniFilter]) -> dict[str, Any]:
    """Published profiles with their stories, by name."""
    rows = list_alumni(actor_of(request), mentors=chosen.mentors, status=chosen.status)
    page = page_of(rows, order=("name", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [alumni_shape(row) for row in page.rows])


@router.post("alumni/", response={201: AlumniOut}, operation_id="createAlumni")
def create(request: HttpRequest, response: HttpResponse, body: AlumniIn) -> Any:
    """Write a profile for somebody."""
    row = create_profile(values=_values(body.dict()), actor=actor_of(request))
    response["Location"] = f"/api/v1/alumni/{row.pk}/"
    return with_etag(request, response, alumni_shape(row))


@router.get("alumni/me/", response=AlumniOut, operation_id="getOwnAlumni")
def own(request: HttpRequest, response: HttpResponse) -> Shown | HttpResponse:
    """One's own profile."""
    return with_etag(request, response, alumni_shape(get_own_profile(actor_of(request))))


@router.put("alumni/me/", response=AlumniOut, operation_id="writeOwnAlumni")
def write_own(request: HttpRequest, response: HttpResponse, body: OwnAlumniPut) -> Any:
    """Write one's own profile."""
    values = body.dict(exclude={"consents", "submit"})
    if "name" not in body.model_fields_set:
        values.pop("name")
    row = write_own_profile(values=values, consents=body.consents, submit=body.submit, actor=actor_of(request))
    return with_etag(request, response, alumni_shape(row))


@router.get("alumni/me/stories/", response=list[StoryOut], operation_id="listOwnStories")
def own_stories(request: HttpRequest) -> list[dict[str, Any]]:
    """One's own stories, in whatever state."""
    rows = get_own_profile(actor_of(request)).stories.order_by("created_at", "pk")
    return [story_shape(row) for row in rows]


@router.post("alumni/me/stories/", response={201: StoryOut}, operation_id="writeOwnStory")
def tell(request: HttpRequest, body: StoryIn) -> Status[dict[str, Any]]:
    """Tell something; the office publishes it."""
    return Status(201, story_shape(write_story(**body.dict(), actor=actor_of(request))))


@router.get("alumni/{uuid:alumni_id}/", response=AlumniOut, operation_id="getAlumni", auth=Visiting())
def one(request: HttpRequest, response: HttpResponse, alumni_id: UUID) -> Shown | HttpResponse:
    """One profile with its stories."""
    return with_etag(request, response, alumni_shape(get_alumni(alumni_id, actor=actor_of(request))))


@router.put("alumni/{uuid:alumni_id}/", response=AlumniOut, operation_id="replaceAlumni")
def replace(request: HttpRequest, response: HttpResponse, alumni_id: UUID, body: AlumniIn) -> Any:
    """Replace a profile."""
    return _changed(request, response, alumni_id, body.dict())


@router.patch("alumni/{uuid:alumni_id}/", response=AlumniOut, operation_id="changeAlumni")
def change(request: HttpRequest, response: HttpResponse, alumni_id: UUID, body: AlumniPatch) -> Any:
    """Change, publish or hide a profile."""
    return _changed(request, response, alumni_id, body.dict(exclude_unset=True))


@router.delete("alumni/{uuid:alumni_id}/", response={204: None}, operation_id="deleteAlumni")
def delete(request: HttpRequest, alumni_id: UUID) -> Any:
    """Remove a profile, its stories and pictures."""
    _refuse_stale(request, alumni_id)
    remove_profile(alumni_id, actor=actor_of(request))
    return Status(204, None)


@router.get(
    "alumni/{uuid:alumni_id}/stories/", response=list[StoryOut], operation_id="listAlumniStories", auth=Visiting()
)
def stories(request: HttpRequest, alumni_id: UUID) -> list[dict[str, Any]]:
    """What somebody tells."""
    return [story_shape(row) for row in get_alumni(alumni_id, actor=actor_of(request)).stories.all()]


@router.patch("alumni-stories/{story_id}/", response=StoryOut, operation_id="decideStory")
def decide(request: HttpRequest, story_id: UUID, body: StoryPatch) -> dict[str, Any]:
    """Publish or hide a story."""
    return story_shape(decide_story(story_id, state=body.status, actor=actor_of(request)))


def _values(given: dict[str, Any]) -> dict[str, Any]:
    if "status" in given:
        given["state"] = given.pop("status")
    return given


def _changed(request: HttpRequest, response: HttpResponse, alumni_id: UUID, given: dict[str, Any]) -> Any:
    _refuse_stale(request, alumni_id)
    row = edit_profile(alumni_id, values=_values(given), actor=actor_of(request))
    return with_etag(request, response, alumni_shape(row))


def _refuse_stale(request: HttpRequest, alumni_id: UUID) -> None:
    if is_conditional(request):
        refuse_stale(request, alumni_shape(get_profile_for_edit(alumni_id, actor=actor_of(request))))
