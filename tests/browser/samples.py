"""Every page of the site: which there are, and for each an address where somebody finds it with real contents.

The pages come from the URL patterns; `list_samples` names an address for each, in the demo school.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver

from lyceum.core import clock
from lyceum.core.actor import Actor, Via, system_actor
from lyceum.core.permissions import Role
from lyceum.core.schools import school_scope
from lyceum.demo.accounts import list_accounts
from lyceum.demo.plan import HILLCREST
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import (
    AcademicYear,
    ClassMembership,
    ClassTeacher,
    Grade,
    Location,
    RolloverPlan,
)
from lyceum.domains.academics.rules.rollover.beginning import NewYear, begin_rollover
from lyceum.domains.academics.rules.rollover.decisions import Decided, decide
from lyceum.domains.accounts.models import Membership, SchoolLogin, User
from lyceum.domains.accounts.rules.invitations import Invited, invite
from lyceum.domains.accounts.rules.keys import create_key
from lyceum.domains.accounts.rules.users import create_user
from lyceum.domains.attendance.models import (
    AbsenceCase,
    CaseReply,
    CaseSession,
    CaseTry,
    Code,
    Concern,
    PlannedAbsence,
    Register,
)
from lyceum.domains.attendance.rules.cases.asking import ask_next, reply_link
from lyceum.domains.attendance.rules.closures import NewClosure, close_sessions
from lyceum.domains.attendance.rules.cover_passes import create_pass
from lyceum.domains.attendance.rules.evacuations import start_evacuation
from lyceum.domains.attendance.rules.gate import sign_in_student, sign_in_visitor
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.behaviour.models import Detention, EscalationCase, EscalationPolicy, Incident, Notice
from lyceum.domains.exchange.models import ImportRun
from lyceum.domains.exchange.rules.previewing import preview_import
from lyceum.domains.exchange.rules.runs import map_import, start_import
from lyceum.domains.notifications.hooks import Incoming
from lyceum.domains.notifications.models import Delivery
from lyceum.domains.notifications.rules.composing import stop_address
from lyceum.domains.notifications.rules.hooks import Reporter
from lyceum.domains.notifications.rules.inbound import take_text
from lyceum.domains.notifications.rules.providers import add_provider
from lyceum.domains.people.duplicates import list_pairs
from lyceum.domains.people.models import ChangeRequest, ContactRestriction, Flag, GuardianLink, Merge, Staff, Student
from lyceum.domains.people.policies import holds_on
from lyceum.domains.people.rules.additions import create_adults
from lyceum.domains.people.rules.merges import merge_people
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.models import Lesson, Requirement, Rule, StaffAbsence, Version
from lyceum.domains.timetable.rules.absences import NewStaffAbsence, report_staff_absence
from lyceum.domains.timetable.rules.groups import NewGroup, create_groups
from lyceum.domains.timetable.rules.moves import Moved, move_lessons
from lyceum.domains.timetable.rules.runs import NewRun, start_run
from lyceum.domains.timetable.rules.versions import create_version
from lyceum.testing.clients import start_session
from lyceum.testing.factories import as_actor
from tests.browser import sampled

NOBODY, OFFICE, HEAD, TEACHER, GUARDIAN, STUDENT, OPERATOR = (
    "nobody",
    "office",
    "head",
    "teacher",
    "guardian",
    "student",
    "operator",
)
NO_PAGES = {
    "start": "leads on",
    "sign-out": "a write",
    "switch": "a write",
    "set-up": "only there before the first school is: test_the_first_page_of_all",
    "register-rows": "a part of a page",
    "official-register": "a file",
    "paper-register": "a file",
    "attendance-letter": "a file",
    "register-history-pdf": "a file",
    "slot-rows": "a part of a page",
    "detention-calendar": "a file",
    "slot-pdf": "a file",
    "behaviour-letter": "a file",
    "incident-pdf": "a file",
    "incident-file": "a file",
    "timetable-feed": "a file",
    "detention-feed": "a file",
    "import-mapping": "a write",
    "notification": "a write",
    "hook": "for carriers, with their signature",
    "notifications-badge": "a number for the shell",
    "import-apply": "a write",
    "import-rollback": "a write",
    "import-cancel": "a write",
    "import-errors": "a file",
    "conflict": "a write",
    "detention-conflict": "a write",
    "language": "a write",
    "manifest": "a file",
    "offline": "goes back by itself where there is a network",
    "evacuation-running": "leads on",
    "on-site-kept": "JSON for the page without network",
    "cover-sheet": "a PDF",
    "pass": "for whoever holds a pass: test_gate.py",
    "pass-register": "for whoever holds a pass: test_gate.py",
    "own-day": "JSON for the page without network",
    "palette": "a part of a page",
    "service-worker": "a script",
}
"""What has an address and is no page, and why."""
NO_PAGES |= sampled.NO_PAGES
FOR_SOFTWARE = ("api/", "graphql", "health", ".well-known/")


@dataclass(frozen=True)
class Sample:
    """One page as somebody finds it."""

    page: str
    """The name of its URL pattern."""
    role: str
    path: str
    variant: str = ""

    def __str__(self) -> str:
        return f"{self.page} ({', '.join(filter(None, (self.role, self.variant)))})"


@dataclass
class Samples:
    """The pages of one installation, and the cookie with which each role is signed in."""

    cookies: dict[str, str] = field(default_factory=dict)
    pages: list[Sample] = field(default_factory=list)

    def add(self, page: str, role: str, path: str, variant: str = "") -> None:
        self.pages.append(Sample(page, role, path, variant))


def list_page_names() -> set[str]:
    """The names of the patterns that lead to a page."""
    return {name for name in _names(get_resolver().url_patterns) if name not in NO_PAGES}


def _names(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if path.startswith(FOR_SOFTWARE):
            continue
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns, path)
        else:
            yield pattern.name or f"(no name) {path}"


def list_samples() -> Samples:
    """An address for every page, in a database that holds the demo schools; adds what a demo has not."""
    samples = Samples()
    school = School.objects.get(slug=HILLCREST.slug)
    users = _users(school)
    for role, user in users.items():
        samples.cookies[role] = start_session(user, None if role == OPERATOR else school)[1]
    head = as_actor(users[HEAD], school, via=Via.PAGE)
    with school_scope(school.pk):
        open_day(today())
        _add_pages_of_school(samples, users[TEACHER])
        _add_pages_of_office(samples, users[OFFICE], head)
        _add_pages_of_behaviour(samples)
        _add_restricted(samples)
        _add_pages_of_absence(samples, system_actor(school.pk))
        _add_pages_of_gate(samples, head)
        _add_pages_of_detentions(samples)
        _add_pages_of_timetable(samples, system_actor(school.pk))
        for part in sampled.PARTS:
            part.add(samples)
    _add_pages_of_everybody(samples)
    return samples


def _users(school: School) -> dict[str, User]:
    logins = {row.username: row.user for row in SchoolLogin.objects.filter(school=school).select_related("user")}
    tutor = next(a for a in list_accounts() if a.school == school.name and a.role.startswith("Form teacher"))
    with school_scope(school.pk):
        operator = create_user(full_name="Olga Operator", username="olga", actor=system_actor(school.pk))
    Membership.objects.create(user=operator, role=Role.SUPER_ADMIN.value, starts=clock.now().date())
    return {
        OFFICE: logins["office"],
        HEAD: logins["head"],
        TEACHER: logins[tutor.username],
        GUARDIAN: logins["guardian"],
        STUDENT: logins["student"],
        OPERATOR: operator,
    }


def _add_pages_of_school(samples: Samples, teacher: User) -> None:
    day = today()
    lead = ClassTeacher.objects.filter(staff__person__user=teacher, school_class__kind="form").latest("starts_on")
    form = lead.school_class_id
    members = ClassMembership.objects.filter(school_class=form, starts_on__lte=day).order_by("pk")
    student = members[0].student_id
    registers = Register.objects.filter(school_class=form, kind="daily")
    taken = registers.filter(state=Register.State.TAKEN).latest("on")
    newest = registers.latest("on", "pk")
    child = Student.objects.filter(guardian_links__guardian__user__logins__username="guardian").order_by("pk")[0].pk
    samples.add("absence-new", GUARDIAN, f"/students/{child}/absences/new/")
    samples.add("absence-new", OFFICE, f"/students/{student}/absences/new/")
    for role in (TEACHER, OFFICE, GUARDIAN, STUDENT):
        samples.add("today", role, "/today/")
        samples.add("more", role, "/more/")
    samples.add("student", OFFICE, f"/students/{student}/")
    samples.add("student", TEACHER, f"/students/{student}/")
    samples.add("student", GUARDIAN, f"/students/{child}/")
    samples.add("ask-change", GUARDIAN, f"/students/{child}/ask/")
    samples.add("student-consents", GUARDIAN, f"/students/{child}/consents/")
    samples.add("own-record", GUARDIAN, "/my-record/")
    samples.add("own-record", STUDENT, "/my-record/")
    samples.add("own-access", STUDENT, "/my-access/")
    samples.add("classes", TEACHER, "/classes/")
    samples.add("class", TEACHER, f"/classes/{form}/")
    samples.add("register", TEACHER, f"/registers/{newest.pk}/")
    samples.add("register", OFFICE, f"/registers/{taken.pk}/", "taken")
    samples.add("register-history", OFFICE, f"/registers/{taken.pk}/history/")
    for name, path in {
        "student-sessions": f"/students/{student}/sessions/",
        "student-edit": f"/students/{student}/edit/",
        "student-move": f"/students/{student}/move/",
        "student-leave": f"/students/{student}/leave/",
        "guardian-new": f"/students/{student}/guardians/new/",
        "guardians": f"/students/{student}/guardians/",
        "guardian-edit": f"/guardians/{GuardianLink.objects.filter(ends_on=None).order_by('pk')[0].pk}/",
        "student-flags": f"/students/{student}/flags/",
        "student-consents": f"/students/{student}/consents/",
        "student-family": f"/students/{student}/family/",
        "student-timeline": f"/students/{student}/timeline/",
        "student-merge": f"/students/{student}/merge/",
        "flag": f"/flags/{_any_flag()}/",
        "class": f"/classes/{form}/",
        "class-edit": f"/classes/{form}/edit/",
        "class-lessons": f"/classes/{form}/lessons/",
    }.items():
        samples.add(name, OFFICE, path)


def _add_pages_of_office(samples: Samples, office: User, head: Actor) -> None:
    create_key(name="Library system", scopes=["students:read"], actor=head)
    sent = invite(Invited("Nadia New", Role.TEACHER, address="nadia@example.org"), actor=head)
    waiting, mapped = _import_something(head)
    asked = PlannedAbsence.objects.filter(state="asked").order_by("pk")[0]
    concern = Concern.objects.order_by("kind", "pk")[0]
    closure = close_sessions(NewClosure(asked.starts_on, asked.starts_on, "Burst pipe", sessions=["PM"]), actor=head)
    plan = _plan_next_year(head)
    pair, merge = list_pairs(head)[0], _merge_somebody(head)
    change = ChangeRequest.objects.filter(state="pending").order_by("created_at")[0]
    for name, path in {
        "planned-absences": "/attendance/planned/",
        "planned-absence": f"/attendance/planned/{asked.pk}/",
        "concerns": "/attendance/concerns/",
        "concern": f"/attendance/concerns/{concern.pk}/",
        "closures": "/attendance/closures/",
        "persistent": "/attendance/persistent/",
        "attendance-numbers": "/attendance/numbers/?by=grade",
        "closure": f"/attendance/closures/{closure.closure.pk}/",
        "duplicates": "/people/duplicates/",
        "duplicate": f"/people/duplicates/{pair.one}/{pair.other}/",
        "merges": "/people/merges/",
        "merge-undo": f"/people/merges/{merge.pk}/undo/",
        "change-requests": "/change-requests/",
        "change-request": f"/change-requests/{change.pk}/",
        "students": "/students/",
        "student-new": "/students/new/",
        "classes": "/classes/",
        "class-new": "/classes/new/",
        "classes-arrange": f"/classes/arrange/?grade={Grade.objects.get(code='8').pk}",
        "attendance": "/attendance/",
        "absences": "/attendance/absences/",
        "conflicts": "/attendance/conflicts/",
        "search": "/search/?q=ains",
        "keys": "/keys/",
        "imports": "/imports/",
        "settings-years": "/settings/years/",
        "rollovers": "/rollovers/",
        "settings-subjects": "/settings/subjects/",
        "settings-rooms": "/settings/rooms/",
    }.items():
        samples.add(name, OFFICE, path)
    samples.add("settings-room", OFFICE, f"/settings/rooms/{Location.objects.order_by('name')[0].pk}/")
    samples.add("students", OFFICE, "/students/?q=zzzzzz", "nothing found")
    samples.add("import", OFFICE, f"/imports/{waiting.pk}/", "columns")
    samples.add("import", OFFICE, f"/imports/{mapped.pk}/", "preview")
    samples.add("rollover", OFFICE, f"/rollovers/{plan.pk}/")
    samples.add("rollover-access", OFFICE, f"/rollovers/{plan.pk}/access/")
    samples.add("invitation", NOBODY, f"/invitation/{sent.secret}/")
    samples.add("invitation", NOBODY, "/invitation/of-long-ago/", "expired")
    for name, path in {
        "settings": "/settings/",
        "settings-school": "/settings/school/",
        "settings-users": "/settings/users/",
        "settings-people": "/settings/people/",
        "settings-user": f"/settings/users/{office.pk}/",
        "settings-keys": "/settings/keys/",
        "settings-trail": "/settings/trail/",
        "access-log": "/access-log/",
        "own-access-log": "/profile/access-log/",
        "settings-policy": "/settings/policy/",
        "settings-attendance": "/settings/attendance/",
        "settings-messages": "/settings/messages/?kind=smtp",
        "settings-texts": "/settings/messages/texts/",
        "settings-method": "/settings/attendance/method/",
        "official-registers": "/attendance/official/",
        "set-up-school": "/set-up-school/",
        "components": "/components/",
    }.items():
        samples.add(name, HEAD, path)
    samples.add("today", HEAD, "/today/")
    for step in ("year", "times", "forms", "students", "teachers"):
        samples.add("set-up-step", HEAD, f"/set-up-school/{step}/", step)


def _add_pages_of_absence(samples: Samples, system: Actor) -> None:
    """A child of the demo guardian is away: asked, and answered on the phone."""
    child = Student.objects.filter(guardian_links__guardian__user__logins__username="guardian").order_by("pk")[0]
    case = AbsenceCase.objects.create(student=child, opened_on=today())
    for session in ("AM", "PM"):
        CaseSession.objects.create(case=case, on=today(), session=session)
    ask_next([case], actor=system)
    asked = CaseTry.objects.filter(case=case).order_by("at")[0]
    code = Code.objects.get(symbol="I", code_set__state="in_use")
    CaseReply.objects.create(
        case=case, person=asked.person, name=asked.name, verified=True, via="phone", text="has a cold", code=code,
        at=clock.now(),
    )  # fmt: skip
    delivery = Delivery.objects.filter(notification__source__endswith=f"{case.pk}").order_by("pk")[0]
    Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.FAILED, error="no answer")
    samples.add("cases", OFFICE, "/attendance/cases/")
    samples.add("case", OFFICE, f"/attendance/cases/{case.pk}/")
    samples.add("case-answer", GUARDIAN, f"/attendance/cases/{case.pk}/answer/")
    samples.add("reply", NOBODY, reply_link(case, asked.person))
    samples.add("reply", NOBODY, "/reply/of-long-ago/", "ended")
    samples.add("notifications", GUARDIAN, "/notifications/")
    samples.add("notification-settings", GUARDIAN, "/notifications/settings/")
    samples.add("outbox", OFFICE, "/outbox/")
    carrier = add_provider("twilio", sender="+441632960000", values={"account": "AC1", "token": "hush"}, actor=system)
    sms = take_text(
        Reporter(carrier.kind, carrier),
        Incoming("SM1", delivery.address, "Who is this? We are on the train, back at ten."),
    )
    samples.add("texts-in", OFFICE, "/outbox/texts/")
    samples.add("text-in", OFFICE, f"/outbox/texts/{sms.pk if sms else ''}/")
    samples.add("delivery", OFFICE, f"/outbox/{delivery.pk}/")
    samples.add("stop", NOBODY, f"/stop/{stop_address(delivery).split('/')[-2]}/")


def _plan_next_year(actor: Actor) -> RolloverPlan:
    """The current year's end, with somebody not decided yet."""
    year = AcademicYear.objects.get(state="current")
    following = NewYear("Next year", year.ends + timedelta(days=40), year.ends + timedelta(days=360))
    plan = begin_rollover(year.pk, following, actor=actor)
    student = plan.decisions.filter(decision="promote").order_by("pk")[0].student_id
    return decide(plan.pk, [student], Decided("undecided"), actor=actor)


def _add_pages_of_gate(samples: Samples, head: Actor) -> None:
    visit = sign_in_visitor("Vera Visitor", host="Main office", actor=head).event
    form = Register.objects.filter(kind="daily").latest("on", "pk").school_class_id
    students = ClassMembership.objects.filter(school_class=form, ends_on__isnull=True).order_by("pk")[:5]
    for each in students:
        sign_in_student(each.student_id, actor=head)
    roll = start_evacuation(actor=head)
    days = school_days().between(today(), today() + timedelta(days=60))  # a demo may keep school on a Saturday
    taught = set(Lesson.objects.values_list("weekday", flat=True))
    day = next(each for each in days if each.isoweekday() in taught)
    lesson = Lesson.objects.filter(holds_on(day), weekday=day.isoweekday()).exclude(covers__on=day)[0]
    away = Staff.objects.filter(teaching=True, absences__isnull=True).order_by("pk")[0]
    report_staff_absence(NewStaffAbsence(day, day, away.pk), actor=head)
    given = create_pass(holder_name="Ada Agency", on=day, lessons=[lesson.pk], actor=head)
    for name, path, variant in (
        ("gate", "/gate/", ""),
        ("gate", "/gate/?direction=out&q=a", "going out"),
        ("gate-cards", f"/gate/cards/?class={form}", ""),
        ("gate-badge", f"/gate/visits/{visit.pk}/badge/", ""),
        ("on-site", "/on-site/", ""),
        ("on-site", "/on-site/?print=1", "all to print"),
        ("evacuation", f"/evacuation/{roll.pk}/", ""),
        ("cover", f"/cover/?date={day}", ""),
        ("cover", f"/cover/?date={day + timedelta(days=1)}", "nobody away"),
        ("cover-lessons", f"/cover/lessons/?date={day}", ""),
        ("cover-tallies", "/cover/tallies/", ""),
        ("own-covers", "/cover/mine/", ""),
        ("staff-absences", "/staff-absences/", ""),
        ("staff-absence-new", "/staff-absences/new/", ""),
        *(("staff-absence", f"/staff-absences/{each.pk}/", each.state) for each in _absences_of_each_state()),
        ("cover-lesson", f"/cover/{lesson.pk}/?date={day}", "covered"),
        ("cover-lesson", f"/cover/{lesson.pk}/?date={day + timedelta(days=7)}", ""),
    ):
        samples.add(name, OFFICE, path, variant)
    samples.add("own-covers", TEACHER, "/cover/mine/")
    samples.add("staff-absence-new", TEACHER, "/staff-absences/new/")
    samples.add("evacuation", TEACHER, f"/evacuation/{roll.pk}/")
    samples.add("pass-open", NOBODY, f"/pass/{given.link}/")


def _absences_of_each_state() -> list[StaffAbsence]:
    return list(StaffAbsence.objects.order_by("state", "pk").distinct("state"))


def _add_restricted(samples: Samples) -> None:
    kept = ContactRestriction.objects.filter(ended_reason="", person__isnull=False).order_by("pk")[0]
    samples.add("student-restrictions", HEAD, f"/students/{kept.student_id}/restrictions/", "one is kept away")
    samples.add("restriction-end", HEAD, f"/restrictions/{kept.pk}/end/")


def _any_flag() -> UUID:
    return Flag.objects.exclude(visible_to="set").order_by("pk")[0].pk


def _merge_somebody(actor: Actor) -> Merge:
    """Two adults who turn out to be one."""
    made = create_adults([NewPerson("Mona Merged"), NewPerson("Monica Merged")], actor=actor)
    return merge_people(made[0].pk, made[1].pk, actor=actor)


def _add_pages_of_behaviour(samples: Samples) -> None:
    """What the demo school recorded, as the head, a teacher and a family see it."""
    own = Student.objects.filter(guardian_links__guardian__user__logins__username="guardian")
    told = Notice.objects.filter(student__in=own, state="sent", participant__isnull=False)
    notice = told.select_related("participant").order_by("pk")[0]
    waiting = Incident.objects.filter(state="submitted").order_by("pk")[0]
    form = ClassTeacher.objects.filter(school_class__kind="form").latest("starts_on").school_class_id
    samples.add("behaviour", HEAD, "/behaviour/")
    samples.add("behaviour", GUARDIAN, "/behaviour/")
    samples.add("behaviour-record", TEACHER, f"/behaviour/record/?class={form}")
    samples.add("behaviour-incidents", HEAD, "/behaviour/incidents/")
    samples.add("behaviour-points", HEAD, "/behaviour/points/")
    samples.add("behaviour-queue", HEAD, "/behaviour/queue/")
    samples.add("behaviour-stages", HEAD, "/behaviour/stages/")
    samples.add("behaviour-stage", HEAD, f"/behaviour/stages/{EscalationCase.objects.order_by('pk')[0].pk}/")
    samples.add("incident", HEAD, f"/incidents/{waiting.pk}/", "to review")
    samples.add("incident", HEAD, f"/incidents/{notice.participant.incident_id}/")
    samples.add("incident", GUARDIAN, f"/incidents/{notice.participant.incident_id}/")
    samples.add("student-behaviour", HEAD, f"/students/{notice.student_id}/behaviour/")
    samples.add("student-behaviour", GUARDIAN, f"/students/{notice.student_id}/behaviour/")
    samples.add("settings-behaviour", HEAD, "/settings/behaviour/")
    policy = EscalationPolicy.objects.order_by("pk")[0]
    samples.add("behaviour-policy", HEAD, f"/settings/behaviour/policies/{policy.pk}/")


def _import_something(actor: Actor) -> tuple[ImportRun, ImportRun]:
    """A list whose columns nobody has named yet, and one that was looked at, with rows that are new and wrong."""
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["Name", "Birthday", "Year"])
    rows.writerows([[f"Nora Newcomer {n}", f"2014-03-{n + 1:02}", "7"] for n in range(20)])
    rows.writerow(["", "31 February", "99"])
    content = table.getvalue().encode()
    waiting = start_import(io.BytesIO(content), file_name="new-starters.csv", actor=actor)
    mapped = start_import(io.BytesIO(content), file_name="september.csv", actor=actor)
    columns = {"Name": "full_name", "Birthday": "birth_date", "Year": "grade"}
    map_import(mapped.pk, columns=columns, actor=actor)
    return waiting, preview_import(mapped.pk, actor=actor)


def _add_pages_of_timetable(samples: Samples, actor: Actor) -> None:
    """The demo's published version, a draft of it with a clash and a lesson off the board, a run that waits."""
    published = Version.objects.filter(state="published").latest("effective_from")
    draft = create_version(published.year_id, parent=published.pk, actor=actor)
    one, other, third = draft.lessons.filter(day__isnull=False).order_by("pk")[:3]
    clash = Moved(other.pk, {"day": one.day, "period": one.period, "room_id": one.room_id})
    move_lessons(draft.pk, [clash, Moved(third.pk, {"day": None})], actor=actor)
    run = start_run(NewRun(version=published.pk), enqueue=lambda _run: None, actor=actor)
    rule = Rule.objects.order_by("pk")[0]
    form = ClassTeacher.objects.filter(school_class__kind="form").latest("starts_on").school_class_id
    samples.add("timetable", TEACHER, "/timetable/")
    samples.add("timetable", STUDENT, "/timetable/")
    samples.add("timetable", GUARDIAN, "/timetable/")
    samples.add("timetable", HEAD, f"/timetable/?class={form}", "of a class")
    samples.add("timetable-plan", HEAD, "/timetable/plan/")
    samples.add("timetable-run", HEAD, f"/timetable/runs/{run.pk}/")
    samples.add("timetable-board", HEAD, f"/timetable/versions/{draft.pk}/", "a draft")
    samples.add("timetable-board", HEAD, f"/timetable/versions/{draft.pk}/?lesson={third.pk}", "with a lesson chosen")
    samples.add("timetable-board", HEAD, f"/timetable/versions/{published.pk}/?by=teacher&of=", "published, all")
    samples.add("timetable-compare", HEAD, f"/timetable/versions/{draft.pk}/compare/?with={published.pk}")
    samples.add("timetable-print", HEAD, f"/timetable/versions/{published.pk}/print/?by=teacher")
    samples.add("timetable-score", HEAD, f"/timetable/versions/{draft.pk}/score/")
    samples.add("timetable-score", HEAD, f"/timetable/versions/{draft.pk}/score/?by=class", "by class")
    samples.add("timetable-fet", HEAD, f"/timetable/versions/{draft.pk}/fet/")
    [group] = create_groups([form], NewGroup("French", "Languages"), actor=actor)
    samples.add("timetable-groups", HEAD, "/timetable/groups/")
    samples.add("timetable-group-new", HEAD, f"/timetable/groups/new/?of={form}")
    samples.add("timetable-group", HEAD, f"/timetable/groups/{group.pk}/")
    samples.add("requirements", HEAD, "/timetable/requirements/")
    samples.add("requirements-paste", HEAD, "/timetable/requirements/paste/")
    samples.add("requirement", HEAD, f"/timetable/requirements/{Requirement.objects.order_by('pk')[0].pk}/")
    samples.add("timetable-rules", HEAD, "/timetable/rules/")
    samples.add("timetable-rule-new", HEAD, "/timetable/rules/new/?kind=not_available")
    samples.add("timetable-rule", HEAD, f"/timetable/rules/{rule.pk}/")
    samples.add("settings-bells", HEAD, "/settings/bells/")


def _add_pages_of_detentions(samples: Samples) -> None:
    """As the demo has them: slots of this and next week, detentions in each state."""
    served = Detention.objects.filter(state="completed").latest("on", "pk")
    live = Detention.objects.filter(state="scheduled").latest("on", "pk")
    taken, coming = f"/behaviour/slots/{served.slot_id}", f"/behaviour/slots/{live.slot_id}"
    student = live.student_id
    samples.add("detention-board", HEAD, f"/behaviour/detentions/?date={served.on}", "a day that is over")
    samples.add("detention-board", OFFICE, f"/behaviour/detentions/?date={live.on}")
    samples.add("detentions", OFFICE, "/behaviour/detentions/all/")
    samples.add("detentions", GUARDIAN, "/behaviour/detentions/all/")
    samples.add("detention-new", OFFICE, "/behaviour/detentions/new/?q=a")
    samples.add("detention-new", OFFICE, f"/behaviour/detentions/new/?student={student}", "with a student")
    samples.add("detention", HEAD, f"/behaviour/detentions/{served.pk}/", "served")
    samples.add("detention", OFFICE, f"/behaviour/detentions/{live.pk}/")
    samples.add("slot-register", OFFICE, f"{taken}/", "taken")
    samples.add("slot-register", OFFICE, f"{coming}/", "not open yet")
    samples.add("slot-slips", OFFICE, f"{coming}/slips/")
    samples.add("slot-edit", OFFICE, f"{coming}/edit/")
    samples.add("slot-new", OFFICE, "/behaviour/slots/new/")
    samples.add("slot-away", OFFICE, "/behaviour/slots/away/")
    samples.add("settings-detentions", HEAD, "/settings/detentions/")
    samples.add("settings-detention", HEAD, f"/settings/detentions/{live.type_id}/")


def _add_pages_of_everybody(samples: Samples) -> None:
    samples.add("sign-in", NOBODY, "/sign-in/")
    samples.add("operator", OPERATOR, "/operator/")
    samples.add("account", TEACHER, "/account/")
    samples.add("account", OPERATOR, "/account/")
    samples.add("(not found)", TEACHER, "/nowhere/")
    samples.add("(not found)", NOBODY, "/nowhere/")
    samples.add("(refused)", GUARDIAN, "/settings/users/")
