"""Setting up attendance: codes, session times, and what is still missing."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import AcademicYear, Class
from lyceum.domains.attendance.codes import forget_codes
from lyceum.domains.attendance.halves import forget_session_starts
from lyceum.domains.attendance.models import Code, CodeSet, Session, SessionTimes
from lyceum.domains.attendance.presets import PRESETS, preset_for, read_preset
from lyceum.domains.attendance.rules.refusals import AttendanceNotSetUpError, DayOverError
from lyceum.domains.attendance.rules.session_times import follow_times
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.queries import today

LONGEST_OPEN = {"england_2024": timedelta(minutes=30)}
LONGEST_OPEN_ELSEWHERE = timedelta(minutes=120)


@transaction.atomic
def choose_codes(preset: str, *, actor: Actor) -> CodeSet:
    """Mark with a preset's codes from now on. The set in use retires; its codes keep their meaning."""
    actor.require_all(Permission.CODES_EDIT)
    if preset not in PRESETS:
        raise invalid_field("/preset", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(PRESETS)})
    code_set = use_preset(preset)
    record("attendance.codes.choose", target=Target.of(code_set), actor=actor)
    return code_set


def use_preset(preset: str) -> CodeSet:
    """Put a preset's codes into use."""
    chosen = PRESETS[preset]
    CodeSet.objects.filter(state="in_use").update(state="retired")
    code_set = CodeSet.objects.create(
        preset=chosen.name,
        version=chosen.version,
        source=chosen.source,
        starts_on=today(),
    )
    Code.objects.bulk_create(
        Code(
            code_set=code_set,
            symbol=code.symbol,
            label=code.label,
            family_label=code.family_label,
            meaning=code.meaning.value,
            statutory_symbol=code.symbol,
            place=code.place,
            session=code.session,
            roles=list(code.given_by),
            future_allowed=code.future_allowed,
            position=position,
        )
        for position, code in enumerate(read_preset(chosen.name))
    )
    forget_codes()
    return code_set


def use_preset_of_country(country: str) -> None:
    """The codes a new school starts with."""
    use_preset(preset_for(country).name)


@transaction.atomic
def set_session_times(
    *,
    session: str,
    starts_at: time,
    closes_at: time,
    starts_on: date | None = None,
    grades: list[UUID] | None = None,
    only_on: date | None = None,
    actor: Actor,
) -> SessionTimes:
    """Say when a session starts and when its register closes, from a day on; or `only_on` one day, before all others.

    Registers of these days that have no mark yet follow, from today on; those that have one keep their times.
    """
    actor.require_all(Permission.CODES_EDIT)
    if session not in Session.values:
        raise invalid_field(
            "/session", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(Session.values)}
        )
    longest = _longest_open()
    midnight = timedelta(hours=closes_at.hour, minutes=closes_at.minute)
    open_for = midnight - timedelta(hours=starts_at.hour, minutes=starts_at.minute)
    if not timedelta(0) < open_for <= longest:
        minutes = int(longest.total_seconds() // 60)
        raise invalid_field(
            "/closes_at",
            "range",
            _("A register closes after it starts, within %(minutes)s minutes.") % {"minutes": minutes},
        )
    if only_on and only_on < today():
        raise invalid_field("/only_on", "past", _("Choose today or a later day."))
    times, _made = SessionTimes.objects.update_or_create(
        session=session,
        grades=sorted(grades or [], key=str),
        starts_on=only_on or starts_on or today(),
        is_exception=only_on is not None,
        defaults={"starts_at": starts_at, "closes_at": closes_at},
    )
    forget_session_starts()
    follow_times(max(times.starts_on, today()), only_on)
    record(
        "attendance.times.set",
        target=Target("attendance.sessiontimes", times.pk, session),
        changes={
            "starts_at": [None, str(starts_at)],
            "closes_at": [None, str(closes_at)],
            **({"only_on": [None, str(only_on)]} if only_on else {}),
        },
        actor=actor,
    )
    return times


@transaction.atomic
def delete_day_times(times_id: UUID, *, actor: Actor) -> None:
    """Take back the times of one day alone, from today on: the usual ones hold again. Days that are over keep theirs.

    Registers of that day that have no mark yet follow.
    """
    actor.require_all(Permission.CODES_EDIT)
    times = SessionTimes.objects.select_for_update().filter(pk=times_id, is_exception=True).first()
    if times is None:
        raise NotFoundError
    if times.starts_on < today():
        raise DayOverError(_("%(day)s is over: its registers keep the times that they had.") % {"day": times.starts_on})
    target = Target("attendance.sessiontimes", times.pk, times.session)
    changes = {
        "starts_at": [str(times.starts_at), None],
        "closes_at": [str(times.closes_at), None],
        "only_on": [str(times.starts_on), None],
    }
    times.delete()
    forget_session_starts()
    follow_times(times.starts_on, times.starts_on)
    record("attendance.times.delete", target=target, changes=changes, actor=actor)


def _longest_open() -> timedelta:
    code_set = CodeSet.objects.filter(state="in_use").first()
    return LONGEST_OPEN.get(code_set.preset if code_set else "", LONGEST_OPEN_ELSEWHERE)


@dataclass(frozen=True)
class Missing:
    """Something that attendance cannot do without, and where to set it."""

    what: str
    message: str
    link: str


def what_is_missing(day: date) -> list[Missing]:
    """What must be set up before a register can be taken on a day."""
    missing = []
    if not CodeSet.objects.filter(state="in_use").exists():
        missing.append(Missing("codes", _("No attendance codes are in use."), "/settings/attendance/"))
    if not SessionTimes.objects.filter(starts_on__lte=day, is_exception=False).exists():
        missing.append(Missing("times", _("No session has its times."), "/settings/attendance/"))
    if not AcademicYear.objects.filter(starts__lte=day, ends__gte=day).exists():
        missing.append(Missing("year", _("No school year holds %(day)s.") % {"day": day}, "/settings/years/"))
    elif not Class.objects.filter(starts__lte=day, ends__gte=day).exists():
        missing.append(Missing("classes", _("There is no class on that day."), "/classes/"))
    return missing


def require_set_up(day: date) -> None:
    """Refuse, saying exactly what is missing and where to set it."""
    missing = what_is_missing(day)
    if missing:
        raise AttendanceNotSetUpError(
            " ".join(m.message for m in missing),
            missing=[{"what": m.what, "message": m.message, "link": m.link} for m in missing],
        )
