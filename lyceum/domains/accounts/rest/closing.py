"""REST: closing the school one is in, and opening it again. It begins with `DELETE auth/delete-account/`."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from lyceum.core.rest import Strict, actor_of
from lyceum.domains.accounts.rules.closing import Closing, confirm_closing, get_closing, withdraw_closing
from lyceum.domains.tenancy.closing import restore_school

router = Router(tags=["school"])


class SchoolClosureOut(Schema):
    """How far the closing of the school has come."""

    state: str = Field(description="`open`, `asked` (another school admin is to confirm it) or `closing`")
    asked_by: str | None = Field(description="The name of who asked")
    confirm_by: datetime | None = Field(description="Until when another school admin may confirm it")
    purge_at: datetime | None = Field(description="Until then it can be restored; then everything is erased")
    needs_second: bool = Field(description="Whether another school admin has to confirm it")
    days: int = Field(description="For how many days a closed school can be restored")


def shown_closing(closing: Closing) -> dict[str, Any]:
    """The answer of every operation about it."""
    waiting = closing.waiting
    return {
        "state": closing.state,
        "asked_by": waiting.asked_by_name if waiting else None,
        "confirm_by": waiting.confirm_by if waiting else None,
        "purge_at": closing.school.purge_at,
        "needs_second": closing.others > 0,
        "days": closing.days,
    }


@router.get("schools/current/closure/", response=SchoolClosureOut, operation_id="getSchoolClosure")
def closure(request: HttpRequest) -> dict[str, Any]:
    """Whether the school is being closed, who asked, and until when it can be restored."""
    return shown_closing(get_closing(actor_of(request)))


class ProofIn(Strict):
    """One's own password, for what nobody else may do at a screen that was left open."""

    password: str = Field(max_length=1000)


@router.post("schools/current/closure/confirm/", response=SchoolClosureOut, operation_id="confirmSchoolClosure")
def confirm(request: HttpRequest, body: ProofIn) -> dict[str, Any]:
    """Confirm what another school admin asks for: from now on nobody but school admins enters."""
    return shown_closing(confirm_closing(password=body.password, actor=actor_of(request)))


@router.post("schools/current/closure/withdraw/", response=SchoolClosureOut, operation_id="withdrawSchoolClosure")
def withdraw(request: HttpRequest) -> dict[str, Any]:
    """Stop what has not been confirmed yet."""
    return shown_closing(withdraw_closing(actor=actor_of(request)))


@router.post("schools/current/closure/restore/", response=SchoolClosureOut, operation_id="restoreSchool")
def restore(request: HttpRequest) -> dict[str, Any]:
    """Open a closed school again, as it was."""
    actor = actor_of(request)
    restore_school(actor=actor)
    return shown_closing(get_closing(actor))
