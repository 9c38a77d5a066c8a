"""REST: signing in and out, changing school and password."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from lyceum.core.rest import Strict, actor_of
from lyceum.domains.accounts.cookies import known_device
from lyceum.domains.accounts.requests import circumstances_of
from lyceum.domains.accounts.rest.shapes import SchoolName, SignedInOut, shown_school, shown_sign_in, shown_tokens
from lyceum.domains.accounts.rules.profiles import change_password
from lyceum.domains.accounts.rules.sessions import Way, sign_out, sign_out_everywhere, switch_school
from lyceum.domains.accounts.rules.sign_in import Credentials, sign_in
from lyceum.domains.accounts.rules.tokens import issue_pair

router = Router(tags=["auth"])


class LoginIn(Strict):
    """An e-mail address, or a user name with its school; `identifier` is either of the two names."""

    password: str = Field(max_length=1000)
    email: str = Field("", max_length=254)
    username: str = Field("", max_length=100)
    identifier: str = Field("", max_length=254)
    school: str = Field("", max_length=60, description="The slug; needed where two schools know the user name")


@router.post("auth/login/", response=SignedInOut, auth=None, operation_id="login")
def login(request: HttpRequest, body: LoginIn) -> dict[str, Any]:
    """Sign in with a password."""
    opened = sign_in(
        Credentials(**body.dict()),
        way=Way(by_token=True),
        known_device=known_device(request),
        circumstances=circumstances_of(request),
    )
    return shown_sign_in(opened, issue_pair(opened))


@router.post("auth/logout/", response={204: None}, operation_id="logout")
def logout(request: HttpRequest) -> None:
    """End this session, its access tokens and its refresh tokens."""
    sign_out(actor=actor_of(request))


class EndedOut(Schema):
    """How many sessions ended."""

    ended: int


@router.post("auth/logout-everywhere/", response=EndedOut, operation_id="logoutEverywhere")
def logout_everywhere(request: HttpRequest) -> dict[str, int]:
    """End all of one's own sessions on all devices, this one too."""
    return {"ended": sign_out_everywhere(actor=actor_of(request))}


class SwitchIn(Strict):
    """The school to go on in."""

    school: str = Field(max_length=60, description="Its slug")


class SwitchedOut(Schema):
    """The school from now on. Software gets new tokens: those for the other school are no longer good."""

    school: SchoolName
    roles: list[str]
    access: str | None = None
    refresh: str | None = None
    expires_in: int | None = None


@router.post("auth/switch/", response=SwitchedOut, operation_id="switchSchool")
def switch(request: HttpRequest, body: SwitchIn) -> dict[str, Any]:
    """Go on in another school where one has a role."""
    opened = switch_school(body.school, actor=actor_of(request))
    answer = {"school": shown_school(opened.school), "roles": [role.value for role in opened.roles]}
    return answer | shown_tokens(issue_pair(opened)) if opened.session.is_by_token else answer


class PasswordIn(Strict):
    """The present password, and the one to come."""

    current_password: str = Field(max_length=1000)
    new_password: str = Field(max_length=1000)


@router.post("auth/password/change/", response=EndedOut, operation_id="changePassword")
def password_change(request: HttpRequest, body: PasswordIn) -> dict[str, int]:
    """Change one's own password. All other sessions end."""
    actor = actor_of(request)
    return {"ended": change_password(current=body.current_password, new=body.new_password, actor=actor)}
