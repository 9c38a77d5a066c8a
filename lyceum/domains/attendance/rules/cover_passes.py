"""Cover passes: a printed link with a PIN for somebody without an account, for one day's lessons and nothing else."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.aftermath import afterwards
from lyceum.core.errors import NotFoundError, UnauthorizedError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import crossing_to, current_school
from lyceum.core.text import tidy
from lyceum.domains.accounts.queries import Circumstances
from lyceum.domains.accounts.rules.attempts import count_failure, counters_of, forget_failures, refuse_while_waiting
from lyceum.domains.accounts.rules.secrets import hash_secret, new_secret
from lyceum.domains.attendance.models import CoverPass, CoverPassLesson
from lyceum.domains.attendance.rules.refusals import CoverPassWrongError
from lyceum.domains.journal.rules import Changes, Target, record
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.rules.covers import NewCover, assign_covers, cancel_covers

MOST_LESSONS = 20
SALT = "cover pass"
LASTS = 24 * 3600
"""Seconds; the pass itself ends with its day."""


@dataclass(frozen=True)
class NewPass:
    """A pass with its link and PIN, which are shown this once."""

    cover_pass: CoverPass
    link: str
    pin: str


@transaction.atomic
def create_pass(*, holder_name: str, on: date, lessons: Sequence[UUID], actor: Actor) -> NewPass:
    """Let somebody without an account take these lessons of that day."""
    actor.require_all(Permission.COVER_ASSIGN)
    name = tidy(holder_name)
    if not 1 <= len(name) <= 120:
        raise invalid_field("/holder_name", "length", _("Give the name of who comes, with at most 120 letters."))
    wanted = list(dict.fromkeys(lessons))
    if not 1 <= len(wanted) <= MOST_LESSONS:
        raise invalid_field("/lessons", "count", _("Choose 1 to %(most)s lessons.") % {"most": MOST_LESSONS})
    covers = assign_covers([NewCover(lesson, on, note=name) for lesson in wanted], actor=actor)
    secret, pin = new_secret(), f"{secrets.randbelow(10**6):06}"
    made = CoverPass.objects.create(
        holder_name=name,
        on=on,
        secret_hash=hash_secret(secret),
        pin_hash=_pin_hash(secret, pin),
        made_by_name=actor.name[:200],
    )
    CoverPassLesson.objects.bulk_create([CoverPassLesson(cover_pass=made, cover=cover) for cover in covers])
    changes: Changes = {"lessons": [None, [str(lesson) for lesson in wanted]], "on": [None, str(on)]}
    record("attendance.cover_pass.create", target=Target.of(made), changes=changes, actor=actor)
    return NewPass(made, f"{current_school()}-{secret}", pin)


def _pin_hash(secret: str, pin: str) -> bytes:
    return hash_secret(f"{secret} {pin}")


@transaction.atomic
def revoke_pass(pass_id: UUID, *, reason: str = "", actor: Actor) -> CoverPass:
    """End a pass at once: its next request opens nothing, and its lessons are covered by nobody."""
    actor.require_all(Permission.COVER_ASSIGN)
    found = CoverPass.objects.select_for_update().filter(pk=pass_id).first()
    if found is None:
        raise NotFoundError
    if found.revoked_at is not None:
        return found
    found.revoked_at, found.revoked_by_name = clock.now(), actor.name[:200]
    found.save(update_fields=["revoked_at", "revoked_by_name", "updated_at"])
    cancel_covers([lesson.cover_id for lesson in found.lessons.all()], reason=reason, actor=actor)
    record("attendance.cover_pass.revoke", target=Target.of(found), reason=tidy(reason), actor=actor)
    return found


@transaction.atomic
def open_pass(link: str, *, pin: str, circumstances: Circumstances) -> str:
    """Check link and PIN; the answer is what the holder's browser shows from now on. Wrong PINs slow down."""
    school_id, secret = read_link(link)
    counters = counters_of(link, school="cover pass", device="", ip=circumstances.ip)
    refuse_while_waiting(counters)
    with crossing_to(school_id):
        found = _find_valid(secret_hash=hash_secret(secret))
        if found is None or not hmac.compare_digest(bytes(found.pin_hash), _pin_hash(secret, pin.strip())):
            afterwards(lambda: count_failure(counters))
            raise CoverPassWrongError(
                _("Look at the link and the PIN on your sheet. A pass opens on its own day only. Ask the office.")
            )
        record("attendance.cover_pass.open", target=Target.of(found), actor=_holder(found, circumstances))
    forget_failures(counters)
    return signing.dumps([school_id, str(found.pk)], salt=SALT)


def read_link(link: str) -> tuple[int, str]:
    """The school and the secret of a link. Raises NotFoundError for what was never one."""
    number, _dash, secret = link.partition("-")
    if not (number.isascii() and number.isdecimal() and len(number) < 10 and secret):
        raise NotFoundError
    if not School.objects.filter(pk=int(number), status__in=("active", "restricted")).exists():
        raise NotFoundError
    return int(number), secret


def read_shown(shown: str) -> tuple[int, UUID]:
    """The school and the pass that a browser shows. Raises UnauthorizedError."""
    try:
        school_id, pass_id = signing.loads(shown, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        raise UnauthorizedError(_("Open the link on your sheet again.")) from None
    return school_id, UUID(pass_id)


def holder_of(pass_id: UUID, *, circumstances: Circumstances) -> tuple[CoverPass, Actor]:
    """The pass and its holder as an actor, in the school in scope, while the pass holds."""
    found = _find_valid(pk=pass_id)
    if found is None:
        raise UnauthorizedError(_("This pass has ended. Ask the office."))
    return found, _holder(found, circumstances)


def _find_valid(**which: UUID | bytes) -> CoverPass | None:
    return CoverPass.objects.filter(on=today(), revoked_at__isnull=True, **which).first()


def _holder(found: CoverPass, circumstances: Circumstances) -> Actor:
    return circumstances.around(
        Actor(
            kind=ActorKind.COVER,
            id=found.pk,
            name=found.holder_name,
            via=circumstances.via,
            school_id=current_school(),
        )
    )
