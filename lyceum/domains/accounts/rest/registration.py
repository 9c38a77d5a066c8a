"""REST: registering at a school, and showing that an address is one's own."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from lyceum.core.rest import Strict, actor_of
from lyceum.domains.accounts.requests import circumstances_of
from lyceum.domains.accounts.rest.shapes import SignedInOut, shown_sign_in
from lyceum.domains.accounts.rules.registration import Registration, register, verify_email
from lyceum.domains.accounts.rules.sessions import Way
from lyceum.domains.accounts.rules.tokens import issue_pair

router = Router(tags=["auth"])


class RegistrationIn(Strict):
    """An address, a password and a name; the school where the host does not say it."""

    email: str = Field(max_length=254)
    password: str = Field(max_length=1000)
    first_name: str = Field(max_length=200)
    last_name: str = Field("", max_length=200)
    username: str = Field("", max_length=100, description="For those who would rather not sign in by e-mail")
    language: str = Field("", max_length=12, description="Of pages and mails, as in `fr`")
    school: str = Field("", max_length=60, description="The slug, as in `hill-school`")


class NewProfileOut(Schema):
    """What the new user says about themselves. The address counts once the link in the mail was followed."""

    full_name: str
    first_name: str
    last_name: str
    email: str
    email_verified: bool
    username: str | None
    language: str


class RegisteredOut(SignedInOut):
    """Who registered, with their profile and a pair of tokens."""

    profile: NewProfileOut


@router.post("register/", response={201: RegisteredOut}, auth=None, operation_id="register")
def register_operation(request: HttpRequest, body: RegistrationIn) -> Any:
    """Make an account and become an applicant. A mail with a link follows; a known address is answered alike."""
    opened = register(
        Registration(**body.dict()),
        way=Way(by_token=True),
        circumstances=circumstances_of(request),
        actor=actor_of(request),
    )
    user, address = opened.user, opened.user.emails.get()
    login = user.logins.first()
    profile = {
        "full_name": user.full_name,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": address.address,
        "email_verified": address.verified_at is not None,
        "username": login.username if login else None,
        "language": user.locale,
    }
    return shown_sign_in(opened, issue_pair(opened)) | {"profile": profile}


class VerifyIn(Strict):
    """The token at the end of the link in the mail."""

    token: str = Field(max_length=400)


class VerifiedAddressOut(Schema):
    """The address is its reader's."""

    email_verified: bool = True


@router.post("auth/verify-email/", response=VerifiedAddressOut, auth=None, operation_id="verifyEmail")
def verify(request: HttpRequest, body: VerifyIn) -> dict[str, bool]:
    """Show that an address is one's own. An application that waited for this is sent with it."""
    verify_email(body.token, circumstances=circumstances_of(request))
    return {"email_verified": True}
