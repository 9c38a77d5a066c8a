"""Loading the demo: two schools of one trust, whole or not at all."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from datetime import date
from functools import partial
from time import monotonic

from django.db import connections, transaction

from lyceum.core import clock
from lyceum.core.actor import Via, system_actor
from lyceum.core.errors import NotFoundError, RuleError
from lyceum.core.owner import OWNER
from lyceum.core.room import RoomyThreads
from lyceum.core.schools import current_school, school_scope
from lyceum.core.statistics import analyze
from lyceum.demo.absences import hear_by_text, plan_absences
from lyceum.demo.accounts import add_family_accounts, share_a_person
from lyceum.demo.admissions import add_admissions
from lyceum.demo.amendments import amend_marks
from lyceum.demo.assessment import add_gradebooks
from lyceum.demo.assignments import add_assignments
from lyceum.demo.behaviour import fill_behaviour
from lyceum.demo.build import Demo, Say, found_school, set_up
from lyceum.demo.certificates import add_certificates
from lyceum.demo.cover import add_cover
from lyceum.demo.detentions import add_detentions
from lyceum.demo.events import add_events
from lyceum.demo.families import make_families
from lyceum.demo.fees import add_fees
from lyceum.demo.homes import add_families, add_flags
from lyceum.demo.learning import add_learning
from lyceum.demo.plan import GROUP_NAME, GROUP_SLUG, HILLCREST, LITTLE_OAK, PASSWORD, UNFINISHED_NAME, Plan
from lyceum.demo.records import add_records
from lyceum.demo.registers import fill_registers
from lyceum.demo.roster import fill_seats, join_late
from lyceum.demo.staffing import make_staff
from lyceum.demo.webhooks import add_webhooks
from lyceum.demo.website import add_website
from lyceum.demo.wipe import wipe_demo
from lyceum.demo.years import live_through, prepare_year
from lyceum.domains.accounts.rules.passwords import check_new_password, hash_password
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.models import Group, School

# Any number, as long as every process takes the same one.
LOADING_LOCK = 0x4C59_0003
GROWN_FIRST = ("academics_", "people_", "timetable_", "accounts_", "journal_", "attendance_code")
GROWN_LAST = ("attendance_",)


class DemoLoadedError(RuleError):
    """The demo schools are here already."""

    code = "demo_loaded"


@dataclass(frozen=True)
class Loaded:
    """What a load made."""

    marks: int
    seconds: float


def load_demo(say: Say, *, plans: tuple[Plan, Plan] = (HILLCREST, LITTLE_OAK), today: date | None = None) -> Loaded:
    """Make the demo schools around a day, by default today. Where something fails, what was made is wiped."""
    began = monotonic()
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOADING_LOCK])
        if cursor.fetchone() == (False,):
            raise DemoLoadedError("The demo schools are just being loaded, by somebody else.")
    try:
        return Loaded(_load_alone(say, plans, today), monotonic() - began)
    finally:
        with connections[OWNER].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOADING_LOCK])


def _load_alone(say: Say, plans: tuple[Plan, Plan], today: date | None) -> int:
    if is_cut_off():
        say("An earlier load was cut off; taking away what it made …")
        wipe_demo(_nobody)
    _refuse_second_load(plans)
    check_new_password(PASSWORD)
    try:
        return _load(say, plans, today)
    except BaseException:
        with suppress(OSError):  # nobody may be listening any more: that is no reason to leave half a school behind
            say("The load failed; taking away what was made …")
        with suppress(NotFoundError):
            wipe_demo(_nobody)
        raise


def is_cut_off() -> bool:
    """Whether schools are here of which a load made but a part."""
    return Group.objects.filter(slug=GROUP_SLUG, name=UNFINISHED_NAME).exists()


def _refuse_second_load(plans: tuple[Plan, Plan]) -> None:
    if Group.objects.filter(slug=GROUP_SLUG).exists():
        raise DemoLoadedError("The demo schools are here already. `lyceum demo wipe` takes them away.")
    taken = School.objects.filter(slug__in=[plan.slug for plan in plans]).first()
    if taken:
        raise DemoLoadedError(f"A school here has the address {taken.slug}, which the demo school would take.")


def _nobody(line: str) -> None:
    """Where nobody listens any more."""


def _load(say: Say, plans: tuple[Plan, Plan], today: date | None) -> int:
    """In steps, because PostgreSQL plans well only for rows that were committed and counted."""
    password_hash = hash_password(PASSWORD)
    with transaction.atomic():
        group = Group.objects.create(name=UNFINISHED_NAME, slug=GROUP_SLUG, kind=Group.Kind.TRUST)
        demos = [_begin(plan, group, password_hash, today) for plan in plans]
    spoken = [(demo, _named(demo, say)) for demo in demos]
    _side_by_side(*(partial(_make, *each) for each in spoken))
    share_a_person(*demos)
    analyze(*GROWN_FIRST)
    marks, *_rest = _side_by_side(partial(_take, spoken), *(partial(_stand_beside, *each) for each in spoken))
    analyze(*GROWN_LAST)
    _side_by_side(*(partial(_finish, *each) for each in spoken))
    Group.objects.filter(pk=group.pk).update(name=GROUP_NAME)
    return marks or 0


def _named(demo: Demo, say: Say) -> Say:
    """Two schools speak at once: each line says whose it is."""
    return lambda line: say(f"{demo.plan.name}: {line}")


def _side_by_side(*steps: Callable[[], int | None]) -> list[int | None]:
    """Each in a thread with connections of its own: Python works for one while PostgreSQL does for the other."""

    def take(step: Callable[[], int | None]) -> int | None:
        try:
            return step()
        finally:
            connections.close_all()

    with RoomyThreads(max_workers=len(steps)) as pool:
        begun = [pool.submit(copy_context().run, take, step) for step in steps]
        return [each.result() for each in begun]


def _begin(plan: Plan, group: Group, password_hash: str, today: date | None) -> Demo:
    day = today or clock.today(plan.time_zone)
    laid_out = plan.on(day)
    pupils = fill_seats(laid_out, day)
    join_late(laid_out, pupils, day)
    households = make_families(laid_out, pupils)
    workers, teachings = make_staff(laid_out)
    return Demo(laid_out, day, password_hash, found_school(laid_out, group), pupils, households, workers, teachings)


def _make(demo: Demo, say: Say) -> None:
    """People, classes and lessons, year by year."""
    scope = partial(school_scope, demo.school.pk)
    with scope():
        set_up(demo)
    for year in demo.plan.calendars:
        with scope():
            prepare_year(demo, year)
        analyze(*GROWN_FIRST)
        with scope():
            live_through(demo, year)
        say(f"{demo.plan.calendars[year].name}: {len(demo.students):,} students known")
    with scope():
        add_families(demo)
        add_flags(demo)
        add_family_accounts(demo)
        add_records(demo)


def _take(spoken: Sequence[tuple[Demo, Say]]) -> int:
    """The registers of the past."""
    marks = 0
    for demo, say in spoken:
        with school_scope(demo.school.pk):
            marks += fill_registers(demo, say)
    return marks


def _stand_beside(demo: Demo, say: Say) -> None:
    """What goes on in a school and has nothing to do with its registers."""
    fill_behaviour(demo, say)
    with school_scope(demo.school.pk):
        add_detentions(demo, say)
        add_learning(demo, say)
        add_assignments(demo, say)
        add_gradebooks(demo, say)
        add_certificates(demo)
        add_events(demo, say)
        add_fees(demo)
        if demo.plan.has_lessons:
            say(f"{add_admissions(demo)} applications")
        if demo.plan.slug == HILLCREST.slug:
            add_website(demo)


def _finish(demo: Demo, say: Say) -> None:
    """What the office changed since, and the registers of today."""
    with school_scope(demo.school.pk):
        changed = amend_marks(demo)
        planned, concerns = plan_absences(demo)
        hear_by_text(demo)
        with demo.on(demo.today):
            due = open_day(demo.today)
            left = add_cover(demo) if demo.plan.has_lessons else 0
            actor = system_actor(current_school(), name="Demo school", via=Via.COMMAND)
            record("demo.load", target=Target.of(demo.school), actor=actor)
        if demo.plan.slug == HILLCREST.slug:
            add_webhooks(demo)
    say(f"{changed} marks changed by the office later, {due} registers wait for today")
    if left:
        say(f"colleagues who are away today leave {left} lessons")
    say(f"{planned} absences asked for ahead, {concerns} concerns")
