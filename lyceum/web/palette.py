"""The palette: people, classes, pages and acts by name, as far as somebody's rights reach.

However much is found, it takes the same number of statements.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.core.text import nearness, searchable, tidy
from lyceum.domains.academics.models import Class
from lyceum.domains.academics.policies import visible_classes
from lyceum.domains.accounts.views.settings import places_for
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.queries import list_registers
from lyceum.domains.attendance.rules.refusals import AttendanceNotSetUpError
from lyceum.domains.tenancy.queries import time_zone, today
from lyceum.web.found_people import find_people
from lyceum.web.hits import Group, Hit
from lyceum.web.navigation import items_for

MOST = 5
_MOST_CLASSES = 4
_LONGEST = 100
_SHORTEST_OF_ACT = 3


@dataclass(frozen=True)
class Act:
    """Something to do that a page of ours begins with."""

    label: object
    href: str
    needs: Permission | None = None
    words: object = ""
    """Other words in which people ask for it."""
    posts: bool = False
    opens: str = ""


ACTS = (
    Act(lazy("Add a student"), "/students/new/", Permission.STUDENTS_EDIT, lazy("new pupil, admit, enrol")),
    Act(
        lazy("Record praise or an incident"),
        "/behaviour/record/",
        Permission.INCIDENTS_RECORD,
        lazy("behaviour, points"),
    ),
    Act(lazy("Applications"), "/applications/", Permission.INTAKES_EDIT, lazy("admissions, waiting list, offers")),
    Act(lazy("Look for a course"), "/learning/", Permission.COURSES_VIEW, lazy("learning, join, enrol, lessons")),
    Act(lazy("Make a course"), "/learning/courses/", Permission.COURSES_EDIT, lazy("new course, catalogue")),
    Act(lazy("Make a class"), "/classes/new/", Permission.CLASSES_EDIT, lazy("new form, add a group")),
    Act(lazy("Record a payment"), "/fees/payments/new/", Permission.FEES_MANAGE, lazy("money, cash, cheque, receipt")),
    Act(lazy("New invoice"), "/fees/invoices/new/", Permission.FEES_MANAGE, lazy("bill, charge, fees")),
    Act(lazy("What I owe"), "/fees/mine/", Permission.FEES_VIEW, lazy("fees, pay, invoice, receipt, money")),
    Act(lazy("Import a list"), "/imports/", Permission.IMPORTS_RUN, lazy("file, CSV, Excel, upload, OneRoster")),
    Act(
        lazy("Find who is here twice"),
        "/people/duplicates/",
        Permission.PEOPLE_MERGE,
        lazy("duplicates, merge, double"),
    ),
    Act(lazy("Changes asked for"), "/change-requests/", Permission.STUDENTS_EDIT, lazy("requests, corrections")),
    Act(lazy("Invite people"), "/settings/users/", Permission.USERS_EDIT, lazy("new user, account, add a teacher")),
    Act(lazy("Gate"), "/gate/", Permission.GATE_USE, lazy("arrive, late, leave early, visitor, badge, card")),
    Act(lazy("Who is on site"), "/on-site/", Permission.ON_SITE_VIEW, lazy("evacuation, fire, roll call")),
    Act(
        lazy("Report that a colleague is away"),
        "/staff-absences/new/",
        Permission.STAFF_ABSENCES_EDIT,
        lazy("staff absence, ill, sick, cover"),
    ),
    Act(
        lazy("What you cover, and your absences"),
        "/cover/mine/",
        Permission.COVER_ANSWER,
        lazy("substitute, ask to be away, leave"),
    ),
    Act(
        lazy("Whose lessons are when"), "/timetable/", Permission.LESSONS_VIEW, lazy("timetable, schedule, room, week")
    ),
    Act(
        lazy("Plan the timetable"),
        "/timetable/plan/",
        Permission.TIMETABLE_PLAN,
        lazy("generate, requirements, rules, publish, board, clashes"),
    ),
    Act(lazy("Cover a lesson"), "/cover/", Permission.COVER_ASSIGN, lazy("substitute, supply, absent teacher, pass")),
    Act(lazy("Calendar"), "/calendar/", Permission.AGENDA_VIEW, lazy("agenda, events, dates, diary")),
    Act(
        lazy("The school in numbers"), "/dashboard/", Permission.SCHOOL_DASHBOARD, lazy("dashboard, statistics, counts")
    ),
    Act(lazy("Make an event"), "/calendar/events/new/", Permission.EVENTS_EDIT, lazy("new event, fair, open day")),
    Act(lazy("Website"), "/site/", Permission.SITE_EDIT, lazy("public site, page, menu, partners, team, domain")),
    Act(lazy("Reviews to look at"), "/site/reviews/", Permission.REVIEWS_MODERATE, lazy("moderate, stars")),
    Act(lazy("Messages to the school"), "/site/messages/", Permission.CONTACT_ANSWER, lazy("contact form, inbox")),
    Act(lazy("Close a day"), "/settings/years/", Permission.CLASSES_EDIT, lazy("holiday, snow, training day, closure")),
    Act(lazy("Go into the next year"), "/rollovers/", Permission.ROLLOVER_PREVIEW, lazy("rollover, promote, year end")),
    Act(
        lazy("Find a certificate"),
        "/certificates/",
        Permission.LEARNERS_VIEW,
        lazy("badge, diploma, verify, revoke, completion"),
    ),
    Act(lazy("My certificates"), "/certificates/mine/", Permission.PROFILE_EDIT, lazy("badge, diploma, share")),
    Act(lazy("Change language"), "/account/", Permission.PROFILE_EDIT, lazy("translation, locale")),
    Act(lazy("Change colours"), "/account/", Permission.PROFILE_EDIT, lazy("dark, light, theme")),
    Act(lazy("Change password"), "/account/#password-title", Permission.PROFILE_EDIT),
    Act(lazy("Show the keys"), "/keys/", None, lazy("keyboard, shortcuts, help"), opens="help"),
    Act(lazy("Sign out"), "/sign-out/", None, lazy("log out, leave"), posts=True),
)
_TAKE = lazy("Take register of %(name)s")
_ATTENDANCE = lazy("attendance")
CHANGE_SCHOOL = Act(lazy("Change school"), "/account/#schools", Permission.PROFILE_EDIT, lazy("other school, switch"))


def look_up(actor: Actor, text: str, *, has_other_schools: bool = False) -> list[Group]:
    """What a text may mean, by kind; for no text, what somebody does most."""
    asked = tidy(text)[:_LONGEST]
    classes, registers = _classes_and_registers(actor, asked)
    acts = [*ACTS, CHANGE_SCHOOL] if has_other_schools else ACTS
    groups = [
        Group("people", lazy("People"), find_people(actor, asked, today()) if actor.school_id else []),
        Group("acts", lazy("Acts"), [*registers, *_best(asked, [_offer(a) for a in acts if _may(actor, a)])]),
        Group("classes", lazy("Classes"), classes),
        Group("pages", lazy("Pages"), _best(asked, _pages(actor))),
    ]
    return [group for group in groups if group.hits]


Offer = tuple[str, Hit]
"""The words by which it is found, and the hit."""


def _may(actor: Actor, act: Act) -> bool:
    if act.needs is None:
        return True
    if act.needs is Permission.COURSES_VIEW and actor.school_id is None:  # everybody's, but in a school
        return False
    own = act.needs in (Permission.PROFILE_EDIT, Permission.AGENDA_VIEW)
    return actor.may(act.needs) if own else actor.reaches_all(act.needs)


def _offer(act: Act) -> Offer:
    return f"{act.label} {act.words}", Hit(act.label, act.href, posts=act.posts, opens=act.opens)


def _pages(actor: Actor) -> list[Offer]:
    """The pages of the navigation and of the settings, each once."""
    found: dict[str, Offer] = {}
    for item in items_for(actor):
        found.setdefault(item.href, (str(item.label), Hit(item.label, item.href)))
    for place in places_for(actor) if actor.school_id else ():
        hit = Hit(place.title, place.href, place.says)
        found.setdefault(place.href, (f"{place.title} {place.says}", hit))
    mine = _("My account")
    found["/account/"] = (f"{mine} {_('profile, name, devices')}", Hit(mine, "/account/"))
    return list(found.values())


def _best(text: str, offers: Sequence[Offer]) -> list[Hit]:
    """The few that a text means best; the first few where there is no text."""
    if not text:
        return [hit for _words, hit in offers[:MOST]]
    scored = [(_score(text, words, hit), n, hit) for n, (words, hit) in enumerate(offers)]
    meant = sorted((each for each in scored if each[0]), key=lambda each: (-each[0], each[1]))
    return [hit for _near, _n, hit in meant[:MOST]]


def _score(text: str, words: str, hit: Hit) -> float:
    """What it is called counts more than the other words for it."""
    return nearness(text, str(hit.label)) * 2 or nearness(text, words)


def _classes_and_registers(actor: Actor, text: str) -> tuple[list[Hit], list[Hit]]:
    """The classes that are meant, and their registers of today for those who take them."""
    words = searchable(text).split()
    if actor.school_id is None or not actor.may(Permission.CLASSES_VIEW) or bool(text) != bool(words):
        return [], []
    day, name = today(), " ".join(word for word in words if not _asks_for_register(word))
    rows = Class.objects.filter(visible_classes(actor), starts__lte=day, ends__gte=day).order_by("kind", "name", "pk")
    columns = rows.values_list("pk", "name", "subject__name")
    scored = [(nearness(name, f"{called} {subject or ''}"), pk, called, subject) for pk, called, subject in columns]
    meant = sorted((row for row in scored if row[0]), key=lambda row: -row[0])[:_MOST_CLASSES]
    hits = [Hit(called, f"/classes/{pk}/", subject or _("Form")) for _near, pk, called, subject in meant]
    registers = _registers(actor, [pk for _near, pk, _called, _subject in meant], day, all_own=not name)
    return hits if len(words) == len(name.split()) else [], registers


def _asks_for_register(word: str) -> bool:
    near = nearness(word, f"{str(_TAKE) % {'name': ''}} {_ATTENDANCE}")
    return near == 1 or (near > 0 and len(word) >= _SHORTEST_OF_ACT)


def _registers(actor: Actor, classes: Sequence[UUID], day: date, *, all_own: bool) -> list[Hit]:
    """Registers of today to be taken: of these classes, or all of somebody who only has their own."""
    if not actor.may(Permission.REGISTERS_TAKE):
        return []
    own = all_own and not actor.reaches_all(Permission.REGISTERS_TAKE)
    if not own and not classes:
        return []
    try:
        rows = list_registers(actor, day=day, permission=Permission.REGISTERS_TAKE)
    except AttendanceNotSetUpError:
        return []
    rows = rows.exclude(state=Register.State.NOT_REQUIRED)
    if not own:
        rows = rows.filter(school_class__in=classes)
    zone = clock.zone(time_zone())
    waiting_first = sorted(rows[:60], key=lambda row: row.state == Register.State.TAKEN)
    return [_register(row, f"{row.due_at.astimezone(zone):%H:%M}") for row in waiting_first[:_MOST_CLASSES]]


def _register(row: Register, at: str) -> Hit:
    taken = row.state == Register.State.TAKEN
    words = _("Open the register of %(name)s") if taken else _TAKE
    sessions = {"AM": _("morning"), "PM": _("afternoon")}
    when = sessions.get(row.session) or row.period
    return Hit(
        words % {"name": row.class_name}, f"/registers/{row.pk}/", " · ".join(each for each in (when, at) if each)
    )
