"""REST: making a school, the present school, and the table of who may do what."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from lyceum.core.etags import is_conditional, refuse_stale, with_etag
from lyceum.core.permissions import POLICY, REACHES, Role
from lyceum.core.rest import Strict, actor_of
from lyceum.domains.accounts.requests import circumstances_of, is_from_this_machine
from lyceum.domains.accounts.rest.shapes import SignedInOut, shown_sign_in
from lyceum.domains.accounts.rules.sessions import Way
from lyceum.domains.accounts.rules.setup import FirstSteps, set_up_and_enter
from lyceum.domains.accounts.rules.tokens import issue_pair
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import get_this_school
from lyceum.domains.tenancy.rules import edit_school, get_school_for_edit

router = Router(tags=["school"])


class SetUpIn(Strict):
    """A school and its first admin. `name` is the admin's, `institutionName` the school's."""

    username: str = Field(max_length=100)
    password: str = Field(max_length=1000)
    name: str = Field(max_length=400)
    institutionName: str = Field(max_length=400)  # noqa: N815 - the contract's word
    email: str = Field("", max_length=300)
    slug: str = Field("", max_length=60)
    kind: str = Field("school", max_length=20)
    country: str = Field("GB", max_length=10)
    time_zone: str = Field("", max_length=64)
    locale: str = Field("en", max_length=20)
    currency: str = Field("", max_length=10)
    setup_code: str = Field("", max_length=100, description="Needed for the first school from another machine")


class SetUpOut(SignedInOut):
    """The school, its first admin, and their tokens."""

    message: str


@router.post("setup/admin/", response={201: SetUpOut}, auth=None, operation_id="setUpSchool")
def set_up(request: HttpRequest, body: SetUpIn) -> dict[str, Any]:
    """Make a school with its first admin. The first one on the machine itself, or with the set-up code."""
    steps = FirstSteps(
        username=body.username,
        password=body.password,
        full_name=body.name,
        school_name=body.institutionName,
        email=body.email,
        school=body.dict(include={"slug", "kind", "country", "time_zone", "locale", "currency"}),
        from_this_machine=is_from_this_machine(request),
        code=body.setup_code,
    )
    opened = set_up_and_enter(
        steps,
        setup_code=settings.SETUP_CODE,
        signup=settings.SIGNUP,
        way=Way(by_token=True),
        circumstances=circumstances_of(request),
        actor=actor_of(request),
    )
    message = _("%(school)s is ready. You are its first admin.") % {"school": opened.school}
    return shown_sign_in(opened, issue_pair(opened)) | {"message": message}


class SchoolOut(Schema):
    """What a school says about itself."""

    slug: str
    name: str
    legal_name: str
    kind: str
    country: str
    time_zone: str
    locales: list[str]
    currency: str
    first_weekday: int
    address: str
    phone: str
    email: str
    website: str
    head_name: str
    official_ids: dict[str, str]
    status: str


class SchoolPatch(Strict):
    """What a school may change about itself."""

    name: str | None = Field(None, max_length=400)
    legal_name: str | None = Field(None, max_length=400)
    time_zone: str | None = Field(None, max_length=64)
    locales: list[str] | None = Field(None, max_length=50)
    currency: str | None = Field(None, max_length=10)
    first_weekday: int | None = None
    address: str | None = Field(None, max_length=2000)
    phone: str | None = Field(None, max_length=100)
    email: str | None = Field(None, max_length=300)
    website: str | None = Field(None, max_length=300)
    head_name: str | None = Field(None, max_length=400)
    official_ids: dict[str, str] | None = None


@router.get("schools/current/", response=SchoolOut, operation_id="getSchool")
def school(request: HttpRequest, response: HttpResponse) -> Any:
    """The present school."""
    return with_etag(request, response, _shown(get_this_school(actor_of(request))))


def _shown(school: School) -> dict[str, Any]:
    return {name: getattr(school, name) for name in SchoolOut.model_fields}


@router.patch("schools/current/", response=SchoolOut, operation_id="editSchool")
def edit(request: HttpRequest, response: HttpResponse, body: SchoolPatch) -> Any:
    """Change what the school says about itself. Null leaves a thing as it is."""
    actor = actor_of(request)
    if is_conditional(request):
        refuse_stale(request, _shown(get_school_for_edit(actor)))
    changed = edit_school(values=body.dict(exclude_none=True), actor=actor)
    return with_etag(request, response, _shown(changed))


class PolicyRowOut(Schema):
    """An act, how far each role reaches with it, and the scope that opens it to an API key."""

    permission: str
    act: str
    reach: dict[str, str]
    scope: str | None


class PolicyOut(Schema):
    """The one table of who may do what."""

    roles: list[str]
    letters: dict[str, str]
    rows: list[PolicyRowOut]


@router.get("policy/", response=PolicyOut, auth=None, operation_id="getPolicy")
def policy(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001 - Ninja gives it to every operation
    """Who may do what: the table that every door asks."""
    columns = [role.value for role in Role]
    return {
        "roles": [*columns, "public"],
        "letters": {reach.value: words for reach, words in REACHES.items()},
        "rows": [
            {
                "permission": row.permission.value,
                "act": row.act,
                "reach": {name: getattr(row, name).value for name in (*columns, "public")},
                "scope": row.scope or None,
            }
            for row in POLICY.values()
        ],
    }
