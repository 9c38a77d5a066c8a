"""How a school counts: its method and its settable numbers, from a day on; and counting anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.academics.days import school_days
from lyceum.domains.attendance.models import AttendanceRule, Closure, PlannedStudent, SessionPattern
from lyceum.domains.attendance.rules.refusals import ClosedDaysKeepError
from lyceum.domains.attendance.rules.sessions import Derived, derive_day, lock_days
from lyceum.domains.attendance.rules.years import closed_years
from lyceum.domains.journal.rules import Entry, Target, record, record_all
from lyceum.domains.people.models import Enrolment
from lyceum.domains.people.policies import holds_on
from lyceum.domains.people.queries import on_roll
from lyceum.domains.tenancy.queries import today

NUMBERS: dict[str, tuple[int, int]] = {
    "lock_after_days": (0, 10),
    "accept_late_hours": (0, 336),
    "full_minutes": (1, 1440),
    "half_minutes": (1, 1440),
    "day_minutes": (1, 1440),
    "persistent_percent": (1, 100),
    "severe_percent": (1, 100),
    "fewest_sessions": (1, 400),
    "unauthorised_sessions": (1, 400),
    "unauthorised_weeks": (1, 52),
    "consecutive_days": (1, 60),
    "late_times": (1, 400),
    "late_weeks": (1, 52),
}
"""The settable numbers, each with the least and the most it may be."""


def rule_on(day: date) -> AttendanceRule:
    """The rule that holds on a day; the usual one where the school has set none."""
    rule = AttendanceRule.objects.filter(starts_on__lte=day).order_by("-starts_on").first()
    return rule or AttendanceRule(starts_on=day)


def get_rule(day: date, *, actor: Actor) -> AttendanceRule:
    """The rule that holds on a day, for those who may set it."""
    actor.require_all(Permission.CODES_EDIT)
    return rule_on(day)


@transaction.atomic
def set_rule(*, starts_on: date, method: str = "", numbers: Mapping[str, int], actor: Actor) -> AttendanceRule:
    """Count by another method or with other numbers from a day on, today at the earliest. Closed days keep theirs."""
    actor.require_all(Permission.CODES_EDIT)
    if starts_on < today():
        raise ClosedDaysKeepError(_("Days that are over keep what they were counted by. Begin today or later."))
    before = rule_on(starts_on)
    wanted = method or before.method
    if wanted not in AttendanceRule.Method.values:
        choices = ", ".join(AttendanceRule.Method.values)
        raise invalid_field("/method", "choice", _("Choose one of: %(choices)s.") % {"choices": choices})
    values = {name: getattr(before, name) for name in NUMBERS} | dict(numbers)
    _check(values)
    lock_days([starts_on])
    rule, _made = AttendanceRule.objects.update_or_create(starts_on=starts_on, defaults={"method": wanted, **values})
    changes = {name: [getattr(before, name), values[name]] for name in NUMBERS if getattr(before, name) != values[name]}
    if before.method != wanted:
        changes["method"] = [before.method, wanted]
    derived = derive_everybody(starts_on) if starts_on == today() else []
    record("attendance.rule.set", target=Target.of(rule), changes=changes, facts=[d.fact for d in derived], actor=actor)
    return rule


def _check(values: Mapping[str, int]) -> None:
    for name, (least, most) in NUMBERS.items():
        if not least <= values[name] <= most:
            raise invalid_field(
                f"/{name}", "range", _("A number from %(least)s to %(most)s.") % {"least": least, "most": most}
            )
    if not values["half_minutes"] <= values["full_minutes"] <= values["day_minutes"]:
        raise invalid_field("/full_minutes", "order", _("Half a day is no longer than a whole one, nor that than all."))
    if values["persistent_percent"] > values["severe_percent"]:
        raise invalid_field("/severe_percent", "order", _("Severe absence is more than persistent absence."))


def derive_everybody(day: date, *, dry_run: bool = False) -> list[Derived]:
    """The statutory marks of all who are on roll on a day, which is locked."""
    students = Enrolment.objects.filter(on_roll(day)).values_list("student", flat=True).distinct().order_by("student")
    return derive_day(day, list(students), dry_run=dry_run)


@dataclass(frozen=True)
class Counted:
    """What counting days anew came to."""

    days: int
    changed: list[Derived]
    left_out: list[date]
    """Days of closed years, which keep what they say."""


@transaction.atomic
def derive_span(first: date, last: date, *, dry_run: bool = False, actor: Actor) -> Counted:
    """Count the days from one to another anew, each by the method of that day. Running it again changes nothing."""
    actor.require_all(Permission.CODES_EDIT)
    if last < first:
        raise invalid_field("/to", "order", _("The last day lies before the first day."))
    closed = [(year.starts, year.ends) for year in closed_years()]
    days = school_days().between(first, min(last, today()))
    frozen = [day for day in days if any(starts <= day <= ends for starts, ends in closed)]
    open_days = [day for day in days if day not in set(frozen)]
    lock_days(open_days)
    changed: list[Derived] = []
    entries = []
    for day in open_days:
        of_day = derive_everybody(day, dry_run=dry_run)
        changed += of_day
        if of_day and not dry_run:
            target = Target("attendance.day", day.isoformat(), day.isoformat())
            counts = {"sessions": [None, len(of_day)]}
            entries.append(Entry("attendance.day.derive", target, counts, facts=[d.fact for d in of_day]))
    if entries:
        record_all(entries, actor=actor)
    return Counted(len(open_days), changed, frozen)


@transaction.atomic
def prefill_day(day: date, *, actor: Actor) -> int:
    """Decide the sessions of a day that has come for those who have a plan, a closure or are not expected.

    Returns how many sessions changed; running it again changes none.
    """
    if not school_days().is_school_day(day):
        return 0
    planned = PlannedStudent.objects.filter(holds=True, starts_on__lte=day, ends_on__gte=day)
    not_expected = SessionPattern.objects.filter(holds_on(day))
    if Closure.objects.filter(undone_at=None, starts_on__lte=day, ends_on__gte=day).exists():
        lock_days([day])
        derived = derive_everybody(day)
    else:
        students = set(planned.values_list("student", flat=True)) | set(not_expected.values_list("student", flat=True))
        if not students:
            return 0
        lock_days([day])
        derived = derive_day(day, sorted(students, key=str))
    if derived:
        target = Target("attendance.day", day.isoformat(), day.isoformat())
        counts = {"sessions": [None, len(derived)]}
        record("attendance.day.prefill", target=target, changes=counts, facts=[d.fact for d in derived], actor=actor)
    return len(derived)
