"""The first minutes of a school: made, and entered by its first admin."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from lyceum.core.actor import Actor
from lyceum.domains.accounts.queries import Circumstances, current_memberships
from lyceum.domains.accounts.rules.sessions import Opened, Way, start_session
from lyceum.domains.accounts.rules.users import may_set_up, set_up_school


@dataclass(frozen=True)
class FirstSteps:
    """What somebody says who makes a school, and how they come to say it."""

    username: str
    password: str
    full_name: str
    school_name: str
    email: str = ""
    school: dict[str, Any] = field(default_factory=dict)
    """More fields of provision_school."""
    from_this_machine: bool = False
    code: str = ""


@transaction.atomic
def set_up_and_enter(
    steps: FirstSteps, *, setup_code: str, signup: str, way: Way, circumstances: Circumstances, actor: Actor
) -> Opened:
    """Make a school and sign its first admin in, where the installation allows it."""
    may_set_up(
        from_this_machine=steps.from_this_machine, code=steps.code, actor=actor, setup_code=setup_code, signup=signup
    )
    school, user = set_up_school(
        username=steps.username,
        password=steps.password,
        full_name=steps.full_name,
        school_name=steps.school_name,
        email=steps.email,
        actor=actor,
        **steps.school,
    )
    memberships = current_memberships(user.pk)
    here = [m for m in memberships if m.school_id == school.pk] + [m for m in memberships if m.school_id is None]
    return start_session(user, here, way=way, circumstances=circumstances)
