"""Two schools and everybody who may come to a door: what the matrix of routes and callers is tried on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from io import BytesIO
from uuid import UUID

from lyceum.core import clock
from lyceum.core.actor import Actor, Via, system_actor
from lyceum.core.devices import GivenBatch
from lyceum.core.permissions import SCOPES, Role
from lyceum.core.schools import current_school
from lyceum.domains.academics.models import BellSchedule, Class, ClassTeacher, ClosedDay, Grade
from lyceum.domains.academics.rules.calendar import close_days, create_year
from lyceum.domains.academics.rules.locations import create_location
from lyceum.domains.academics.rules.placements import leave_student
from lyceum.domains.academics.rules.rollover.beginning import begin_rollover
from lyceum.domains.accounts.models import Membership, PermissionSet, SignInSession, User
from lyceum.domains.accounts.rules.invitations import Invited, invite
from lyceum.domains.accounts.rules.keys import create_key
from lyceum.domains.accounts.rules.sessions import Opened
from lyceum.domains.accounts.rules.tokens import issue_pair
from lyceum.domains.attendance.models import (
    AbsenceCase,
    CaseReply,
    Code,
    Concern,
    Conflict,
    Mark,
    OfficialCopy,
    YearClosing,
)
from lyceum.domains.attendance.official import read_copy
from lyceum.domains.attendance.queries import list_registers
from lyceum.domains.attendance.rules.cases.asking import reply_link
from lyceum.domains.attendance.rules.closures import NewClosure, close_sessions
from lyceum.domains.attendance.rules.cover_passes import create_pass
from lyceum.domains.attendance.rules.evacuations import start_evacuation
from lyceum.domains.attendance.rules.gate import sign_in_visitor
from lyceum.domains.attendance.rules.marks import take_register
from lyceum.domains.attendance.rules.overrides import override_session, set_pattern
from lyceum.domains.attendance.rules.planned import NewAbsence, ask_absence
from lyceum.domains.attendance.rules.sync import DeviceMark, receive_batch
from lyceum.domains.behaviour.detention_calendar import sign_feed as sign_detentions
from lyceum.domains.behaviour.models import DetentionBatch, DetentionConflict, EscalationCase, IncidentType, Notice
from lyceum.domains.behaviour.rules.actions import NewAction, set_action
from lyceum.domains.behaviour.rules.detentions.setting import NewDetention, set_detention
from lyceum.domains.behaviour.rules.detentions.slots import NewSlot, create_slots
from lyceum.domains.behaviour.rules.detentions.types import create_detention_type
from lyceum.domains.behaviour.rules.files import add_file
from lyceum.domains.behaviour.rules.notices import RECALL, deliver_notice, send_notice
from lyceum.domains.behaviour.rules.points import award_points
from lyceum.domains.behaviour.rules.recording import NewIncident, NewPart, record_incident
from lyceum.domains.exchange.rules.runs import start_import
from lyceum.domains.notifications.hooks import Incoming
from lyceum.domains.notifications.models import Delivery, PushDevice
from lyceum.domains.notifications.rules.composing import stop_address
from lyceum.domains.notifications.rules.hooks import Reporter
from lyceum.domains.notifications.rules.inbound import take_text
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.rules.own_texts import set_text
from lyceum.domains.notifications.rules.providers import add_provider
from lyceum.domains.people.models import ConsentKind, Enrolment, Staff, Student
from lyceum.domains.people.rules.deletions import delete_student
from lyceum.domains.people.rules.families import create_family
from lyceum.domains.people.rules.flags import add_flag
from lyceum.domains.people.rules.merges import merge_people
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.requests import edit_own_record
from lyceum.domains.people.rules.restrictions import restrict_contact
from lyceum.domains.people.rules.students import NewStudent, create_student
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.ical import sign_feed
from lyceum.domains.timetable.models import Lesson
from lyceum.domains.timetable.rules import NewLesson, create_lessons
from lyceum.domains.timetable.rules.absences import NewStaffAbsence, report_staff_absence
from lyceum.domains.timetable.rules.constraints import NewRule, create_rule
from lyceum.domains.timetable.rules.covers import NewCover, assign_covers
from lyceum.domains.timetable.rules.groups import NewGroup, create_groups
from lyceum.domains.timetable.rules.runs import NewRun, start_run
from lyceum.domains.timetable.rules.versions import create_version
from lyceum.testing.clients import Caller, bearer, browser, key_holder, software, start_session, stranger
from lyceum.testing.factories import (
    FIRST_DAY,
    LONG_AGO,
    NOW,
    account_for,
    as_actor,
    in_school,
    make_admin,
    make_class,
    make_guardian,
    make_manager,
    make_school,
    make_student,
    make_subject,
    make_teacher,
    make_teaching_class,
    make_user,
    set_times,
)
from tests.doors.rows import ADDERS
from tests.doors.rows.cast import Cast

Ids = dict[str, UUID]
PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
STUDENTS_CSV = b"full_name,first_day\nNell New,2026-09-01\n"


class Who(StrEnum):
    """Everybody who comes to a door."""

    PUBLIC = "nobody"
    APPLICANT = "applicant"
    GUARDIAN = "guardian of the student"
    STUDENT = "the student"
    TEACHER = "teacher of the class"
    OTHER_TEACHER = "teacher of another class"
    OFFICE = "manager with Office"
    ATTENDANCE = "manager with Attendance"
    ADMIN = "school admin"
    SUPER_ADMIN = "super admin without a grant"
    FOREIGN_ADMIN = "admin of another school"


PEOPLE = tuple(who for who in Who if who is not Who.PUBLIC)


@dataclass(frozen=True)
class World:
    """The school that is asked about, one more, and who asks."""

    school: School
    other_school: School
    users: Mapping[Who, User]
    ids: Mapping[str, UUID]
    """The school's rows, by the name that a path or a body has for them."""
    words: Mapping[str, str]
    """What else a path or a body may say: secrets, codes, names of things."""
    names: Mapping[str, str]
    """Of the student and of the guardian: not for everybody to read."""
    _credentials: dict[str, Caller] = field(default_factory=dict)

    def software(self, who: Who) -> Caller:
        """Somebody at the doors for software."""
        return self._caller(f"software {who}")

    def browser(self, who: Who) -> Caller:
        """Somebody at a page."""
        return self._caller(f"browser {who}")

    def key(self, *scopes: str) -> Caller:
        """Software with an API key of the school for these scopes."""
        with in_school(self.school):
            maker = as_actor(self.users[Who.ADMIN], self.school, via=Via.PAGE)
            return bearer(create_key(name="Test key", scopes=sorted(scopes), actor=maker).whole)

    def key_without(self, scope: str) -> Caller:
        """Software with a key for every scope but one."""
        return self._caller(f"key without {scope}")

    def _caller(self, name: str) -> Caller:
        """A new caller, who remembers no cookies from before."""
        known = self._credentials[name]
        caller = Caller(raise_request_exception=False)
        caller.defaults.update(known.defaults)
        for cookie, morsel in known.cookies.items():
            caller.cookies[cookie] = morsel.value
        return caller

    def sign_in_everybody(self) -> None:
        """Done once: making tokens and keys costs more than using them."""
        for who in Who:
            school = self.other_school if who is Who.FOREIGN_ADMIN else self.school
            user = self.users.get(who)
            self._credentials[f"software {who}"] = software(user, school) if user else stranger(school)
            self._credentials[f"browser {who}"] = browser(user, school) if user else stranger(school)
        for scope in sorted(SCOPES | {""}):
            self._credentials[f"key without {scope}"] = key_holder(self.school, *sorted(SCOPES - {scope}))


def build_world() -> World:
    """Everybody and everything, by the rules."""
    with clock.frozen(NOW):
        world = _Builder().build()
        world.sign_in_everybody()
    return world


class _Builder:
    """Makes one thing after the other."""

    def __init__(self) -> None:
        self.school = make_school("Hill School")
        set_times(self.school)
        self.other_school = make_school("Dale School")
        set_times(self.other_school)
        make_student(self.other_school, make_class(self.other_school, "1B"), name="Somebody Else")
        self.words = {"school": self.school.slug, "grade": "1", "kind": "student", "step": "forms", "group": "trust"}

    def build(self) -> World:
        school = self.school
        form, other_form = make_class(school, "7A"), make_class(school, "7B")
        subject = make_subject(school)
        student = make_student(
            school, form, make_teaching_class(school, "7A/Ma", subject=subject.pk), name="Zoelle Marchetti"
        )
        link = make_guardian(student, name="Gudrun Ashgrove")
        teacher = make_teacher(school, form, name="Tamsin Own")
        users = {
            Who.APPLICANT: make_user(school, Role.APPLICANT),
            Who.GUARDIAN: account_for(link.guardian, Role.GUARDIAN),
            Who.STUDENT: account_for(student.person, Role.STUDENT, username="zoelle"),
            Who.TEACHER: teacher,
            Who.OTHER_TEACHER: make_teacher(school, other_form, name="Tobias Other"),
            Who.OFFICE: make_manager(school, "Office"),
            Who.ATTENDANCE: make_manager(school, "Attendance"),
            Who.ADMIN: make_admin(school),
            Who.SUPER_ADMIN: self.make_super_admin(),
            Who.FOREIGN_ADMIN: make_admin(self.other_school),
        }
        newcomer, leaver = make_student(school), make_student(school)
        with in_school(school):
            leave_student(leaver.pk, last_day=today(), exit="transferred", actor=system_actor(school.pk))
            ids = {
                "student": student.pk,
                "student_id": student.pk,
                "person": student.person_id,
                "class": form.pk,
                "class_id": form.pk,
                "other_class": other_form.pk,
                "year": form.year_id,
                "year_id": form.year_id,
                "subject": subject.pk,
                "newcomer": newcomer.pk,
                "leaver": leaver.pk,
                "deleted": delete_applicant(),
                "person_id": student.person_id,
                "link_id": link.pk,
                "other_id": newcomer.person_id,
                **self.make_records(student, users[Who.ADMIN]),
                "user": users[Who.STUDENT].pk,
                "user_id": users[Who.STUDENT].pk,
                **self.make_rows_of_the_office(users[Who.ADMIN]),
                "membership_id": Membership.objects.get(user=users[Who.ATTENDANCE]).pk,
                **self.make_rows_of_classes(form, student),
                **self.plan_next_year(form.year_id),
                "grade_id": Grade.objects.get(code="1").pk,
                **self.make_rows_of_students(student, users[Who.STUDENT]),
                **self.take_register_of(form, student, teacher),
                **self.make_rows_of_behaviour(student, teacher),
                **self.tell(student, link.guardian_id, users[Who.GUARDIAN]),
                **self.make_absences_of(form, student, users[Who.OFFICE]),
                **self.set_detention_of(form, student, teacher),
                **self.plan_timetable(form, users[Who.ADMIN]),
            }
            cast = Cast(school, users, student, form, self.words)
            for add in ADDERS:
                ids |= add(cast)
        names = {"student": student.person.full_name, "guardian": link.guardian.full_name}
        return World(self.school, self.other_school, users, ids, self.words, names)

    def plan_timetable(self, form: Class, admin: User) -> Ids:
        """What must be taught, a draft of it, and a run of the engine on another."""
        self.words["detention_feed_token"] = sign_detentions(as_actor(admin, self.school))
        self.words["feed_token"] = sign_feed("class", form.pk, actor=as_actor(admin, self.school))
        actor, year = system_actor(self.school.pk), form.year_id
        rule = NewRule("max_per_day", [("class", form.pk)], {"hours": 6})
        run = start_run(NewRun(year=year), enqueue=lambda _run: None, actor=actor)
        version = create_version(year, actor=actor)
        one, other = version.lessons.order_by("pk")[:2]
        return {
            "schedule_id": BellSchedule.objects.get().pk,
            "requirement_id": one.requirement_id,
            "rule_id": create_rule(year, rule, actor=actor).pk,
            "version_id": version.pk,
            "planned": one.pk,
            "other_planned": other.pk,
            "timetable_run_id": run.pk,
            "timetable_group_id": create_groups([form.pk], NewGroup("Quarter"), actor=actor)[0].pk,
        }

    def make_super_admin(self) -> User:
        user = make_user(self.school)
        Membership.objects.create(user=user, role=Role.SUPER_ADMIN, starts=LONG_AGO)
        return user

    def make_rows_of_the_office(self, admin: User) -> Ids:
        actor = as_actor(admin, self.school)
        sent = invite(Invited("Ines Invited", Role.TEACHER, username="ines"), actor=actor)
        key = create_key(name="Till", scopes=["classes:read"], actor=actor)
        self.words |= {
            "invitation_secret": sent.secret,
            "secret": sent.secret,
            "client_id": key.key.public_id,
            "client_secret": key.secret,
        }
        return {
            "invitation_id": sent.invitation.pk,
            "run_id": start_import(BytesIO(STUDENTS_CSV), file_name="students.csv", actor=actor).pk,
            "key_id": key.key.pk,
            "permission_set": PermissionSet.objects.get(name="Attendance").pk,
        }

    def make_records(self, student: Student, admin: User) -> Ids:
        actor = as_actor(admin, self.school)
        twins = [make_student(self.school, name=name) for name in ("Tom Twice", "Tomas Twice")]
        return {
            "merge_id": merge_people(twins[0].person_id, twins[1].person_id, actor=actor).pk,
            "flag_id": add_flag(student.pk, kind="diet", text="No nuts", actor=actor).pk,
            "restriction_id": restrict_contact(
                student.pk, person_id=None, description="An uncle", kinds=["no_collection"], actor=actor
            ).pk,
            "kind_id": ConsentKind.objects.order_by("name")[0].pk,
            "family_id": create_family(name="Lowe", students=[student.pk], actor=actor).pk,
        }

    def make_rows_of_classes(self, form: Class, student: Student) -> Ids:
        actor = system_actor(self.school.pk)
        close_days([date(2026, 12, 24)], name="Holiday", actor=actor)
        lesson = NewLesson(form, weekday=5, period="1", starts_at=time(9), ends_at=time(10), starts_on=FIRST_DAY)
        return {
            "assignment_id": ClassTeacher.objects.get(school_class=form).pk,
            "teacher": ClassTeacher.objects.get(school_class=form).staff_id,
            "staff": ClassTeacher.objects.exclude(school_class=form).values_list("staff_id", flat=True)[0],
            "closed_day_id": ClosedDay.objects.get().pk,
            "lesson_id": create_lessons([lesson], actor=actor)[0].pk,
            "room": create_location(name="R1", actor=actor).pk,
            "location_id": create_location(name="Hall", is_public=True, actor=actor).pk,
            "enrolment_id": Enrolment.objects.get(student=student).pk,
        }

    def plan_next_year(self, year: UUID) -> Ids:
        actor = system_actor(self.school.pk)
        coming, later = (
            create_year(name=f"{n}", starts=date(n, 9, 1), ends=date(n + 1, 7, 20), actor=actor) for n in (2040, 2041)
        )
        plan = begin_rollover(year, coming.pk, actor=actor)
        return {"plan_id": plan.pk, "next_year": coming.pk, "later_year": later.pk}

    def make_rows_of_students(self, student: Student, user: User) -> Ids:
        asked = edit_own_record(values={"last_name": "Marchetti-Lowe"}, actor=as_actor(user, self.school))
        assert asked
        session, _ = start_session(user, self.school, method=SignInSession.TOKEN)
        self.words["refresh"] = issue_pair(Opened(session, user, self.school, (Role.STUDENT,))).refresh
        return {
            "request_id": asked.pk,
            "session_id": session.pk,
        }

    def take_register_of(self, form: Class, student: Student, teacher: User) -> Ids:
        actor = as_actor(teacher, self.school)
        registers = list_registers(actor, day=NOW.date())
        register = next(r for r in registers if (r.school_class_id, r.session) == (form.pk, "AM"))
        take_register(register.pk, marks=[], rest="present", actor=actor)
        mark = Mark.objects.get(register=register, student=student)
        ids = {"register_id": register.pk, "mark_id": mark.pk, "conflict_id": self.find_conflict(mark, actor)}
        return ids | self.make_rows_of_the_gate() | self.make_rows_of_cover(form, teacher)

    def make_rows_of_the_gate(self) -> Ids:
        """A visitor, an evacuation that runs, and somebody who covers today with a pass."""
        actor, friday = system_actor(self.school.pk), date(2026, 11, 20)
        visit = sign_in_visitor("Vera Visitor", actor=actor).event
        form = Lesson.objects.select_related("school_class").get().school_class
        [lesson] = create_lessons([NewLesson(form, 5, "2", time(10), time(11), starts_on=FIRST_DAY)], actor=actor)
        new = create_pass(holder_name="Ada Agency", on=friday, lessons=[lesson.pk], actor=actor)
        self.words |= {"pass_link": new.link, "pin": new.pin}
        return {
            "event_id": visit.pk,
            "roll_id": start_evacuation(actor=actor).pk,
            "pass_id": new.cover_pass.pk,
        }

    def make_rows_of_cover(self, form: Class, teacher: User) -> Ids:
        """The teacher is asked to cover a lesson, and is to be away on another day."""
        actor, own = system_actor(self.school.pk), Staff.objects.get(person__user=teacher)
        [lesson] = create_lessons([NewLesson(form, 5, "3", time(11), time(12), starts_on=FIRST_DAY)], actor=actor)
        [cover] = assign_covers([NewCover(lesson.pk, NOW.date(), own.pk, asks=True)], actor=actor)
        away = NewStaffAbsence(date(2026, 12, 3), date(2026, 12, 3), own.pk)
        absence = report_staff_absence(away, actor=actor)
        return {"cover_id": cover.pk, "absence_id": absence.pk, "staff_id": own.pk}

    def make_rows_of_behaviour(self, student: Student, teacher: User) -> Ids:
        """What the class's teacher reported: told to the family, and leading to a stage and an action."""
        actor, system = as_actor(teacher, self.school), system_actor(self.school.pk)
        kind = IncidentType.objects.get(code="disruption")
        incident = record_incident(NewIncident(kind.pk, [NewPart(student.pk, points=-10)]), actor=actor).incident
        notice = send_notice(Notice.objects.get().pk, actor=actor)
        with clock.frozen(NOW + RECALL):
            deliver_notice(notice.pk, actor=system)
        case = EscalationCase.objects.get()
        file = add_file(incident.pk, given=BytesIO(PDF), name="damage.pdf", actor=actor)
        action = set_action(NewAction(student.pk, "talk", NOW.date()), actor=system)
        return {
            "incident_type_id": kind.pk,
            "incident_id": incident.pk,
            "file_id": file.pk,
            "notice_id": notice.pk,
            "escalation_id": case.pk,
            "policy_id": case.policy_id,
            "action_id": action.pk,
            "entry_id": award_points(student.pk, points=1, actor=actor).pk,
        }

    def set_detention_of(self, form: Class, student: Student, teacher: User) -> Ids:
        """The student's, set by the class's teacher, in a slot that the teacher supervises and that opens now."""
        actor = system_actor(self.school.pk)
        kind = create_detention_type({"name": "Before lessons", "minutes": 5, "notice_hours": 0}, actor=actor)
        lead = ClassTeacher.objects.get(school_class=form).staff_id
        slot, *_later = create_slots(NewSlot(kind.pk, NOW.date(), time(8, 52), 5, [lead], weeks=4), actor=actor)
        new = NewDetention(student.pk, kind.pk, "Late", slot_id=slot.pk)
        made = set_detention(new, actor=as_actor(teacher, self.school)).detention
        batch = DetentionBatch.objects.create(device="phone", key="slots", received_at=NOW, device_time=NOW)
        values = {"kind": "changed", "mark": "present", "marked_at": NOW, "marked_by_name": "Somebody"}
        conflict = DetentionConflict.objects.create(batch=batch, detention=made, **values)
        ids = {"detention_type_id": kind.pk, "slot_id": slot.pk, "detention_id": made.pk}
        return ids | {"detention_conflict_id": conflict.pk}

    def tell(self, student: Student, guardian: UUID, user: User) -> Ids:
        """An absence that nobody explained, and a message about it."""
        case = AbsenceCase.objects.create(student=student, opened_on=NOW.date())
        CaseReply.objects.create(
            case=case, person=guardian, verified=True, via="link", code=Code.objects.get(symbol="I"), at=NOW
        )
        self.words["token"] = reply_link(case, guardian).split("/")[2]
        told = Recipient(guardian, "Gudrun Ashgrove", user=user.pk, addresses={"email": ["gudrun@school.example"]})
        news = News("attendance", "test", {}, "first", urgency="important")
        (row,) = notify(news, [told], actor=system_actor(self.school.pk))
        delivery = Delivery.objects.get(notification=row)
        device = PushDevice.objects.create(
            user=user, endpoint="https://updates.push.services.mozilla.com/wpush/v2/g", endpoint_hash=b"g",
            p256dh=b"", auth=b"", name="Firefox",
        )  # fmt: skip
        Delivery.objects.update(state="failed")
        self.words["link"] = stop_address(delivery).split("/")[-2]
        return {
            "case_id": case.pk,
            "device_id": device.pk,
            "notification_id": row.pk,
            "delivery_id": delivery.pk,
            **self.hear_from_carrier(),
        }

    def hear_from_carrier(self) -> Ids:
        """The school's own carrier, a text that it handed over, and words of the school's own."""
        actor = system_actor(self.school.pk)
        values = {"account": "AC1", "token": "hush"}
        carrier = add_provider("twilio", sender="+441632960000", values=values, actor=actor)
        self.words |= {"carrier": "twilio", "hook": carrier.hook_token}
        text = take_text(Reporter(carrier.kind, carrier), Incoming("SM1", "+447700900099", "Who is this?"))
        own = set_text("test", "email", "es", subject="Hola", body="Somos {school}.", actor=actor)
        return {"sms_id": text.pk if text else own.pk, "provider_id": carrier.pk, "template_id": own.pk}

    def make_absences_of(self, form: Class, student: Student, office: User) -> Ids:
        actor = as_actor(office, self.school)
        day = date(2026, 12, 7)
        planned = ask_absence(NewAbsence([student.pk], day, day, what="family"), actor=actor)
        concern = Concern.objects.create(
            student=student, kind="late", raised_at=NOW, first_on=FIRST_DAY, last_on=NOW.date(), evidence={"late": 5}
        )
        override_session(student.pk, on=NOW.date(), session="PM", symbol="I", reason="At home", actor=actor)
        pattern = set_pattern(student.pk, case="part_time", sessions=["1AM"], starts_on=day, actor=actor)
        return {
            "copy_id": self.copy_year(form),
            "planned_id": planned.pk,
            "concern_id": concern.pk,
            "closure_id": close_sessions(NewClosure(day, day, "Boiler"), actor=actor).closure.pk,
            "pattern_id": pattern.pk,
        }

    def copy_year(self, form: Class) -> UUID:
        """The official copy of a year that was opened again."""
        closing = YearClosing.objects.create(
            year=form.year,
            closed_at=NOW,
            closed_by_name="Ada",
            keep_until=date(2033, 8, 1),
            reopened_at=NOW,
            reopen_reason="Mistaken",
        )
        month = NOW.date().replace(day=1)
        content = read_copy(form.pk, form.name, month, form.year)
        return OfficialCopy.objects.create(
            closing=closing,
            school_class=form,
            class_name=form.name,
            month=month,
            content=content,
            digest="0",
            made_at=NOW,
        ).pk

    def find_conflict(self, mark: Mark, actor: Actor) -> UUID:
        """A phone that saw no mark sends another."""
        given = DeviceMark(mark.register_id, mark.student_id, "N", seen=0, marked_at=NOW)
        receive_batch(GivenBatch("phone", "first", NOW, [given]), actor=actor)
        return Conflict.objects.get().pk


def delete_applicant() -> UUID:
    """A student who was never on roll and was deleted."""
    actor = system_actor(current_school())
    applicant = create_student(NewStudent(NewPerson(full_name="Gone Again", birth_date=date(2015, 5, 5))), actor=actor)
    return delete_student(applicant.pk, actor=actor).pk
