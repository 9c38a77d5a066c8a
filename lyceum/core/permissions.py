"""Who may do what: one table, used by every door and published at /api/v1/policy/.

A row is an act; a column is a role; the cell says how far the role reaches. What a reach means for
a row (own class by dated membership, own child with access) is decided in each domain's policies.py.
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person is in a school (or group, or on the platform)."""

    SUPER_ADMIN = "super_admin"
    GROUP_ADMIN = "group_admin"
    SCHOOL_ADMIN = "school_admin"
    MANAGER = "manager"
    TEACHER = "teacher"
    STUDENT = "student"
    GUARDIAN = "guardian"
    APPLICANT = "applicant"

    @classmethod
    def named(cls, name: str) -> "Role":
        """The role of that name; `admin`, `instructor` and `parent` are other words for three of them."""
        return cls(_OTHER_WORDS.get(name, name))


_OTHER_WORDS = {"admin": "school_admin", "instructor": "teacher", "parent": "guardian"}
STAFF_ROLES = frozenset({Role.SCHOOL_ADMIN, Role.MANAGER, Role.TEACHER})


class Reach(StrEnum):
    """How far a role reaches with an act."""

    ALL = "Y"
    OWN = "O"
    CLASSES = "C"
    CHILD = "K"
    PERMISSION_SET = "P"
    GROUP = "G"
    EVACUATION = "E"
    GRANT = "grant"
    NONE = "—"


REACHES: dict[Reach, str] = {
    Reach.ALL: "all in the school",
    Reach.OWN: "their own",
    Reach.CLASSES: "their own classes, or the lesson they cover",
    Reach.CHILD: "their own children",
    Reach.PERMISSION_SET: "with the named permission set",
    Reach.GROUP: "schools of their own group",
    Reach.EVACUATION: "all in the school, during an evacuation",
    Reach.GRANT: "with a grant of the school, for a while",
    Reach.NONE: "never",
}
"""What each letter of the table means."""


class Permission(StrEnum):
    """Every act that somebody may be allowed or refused."""

    SCHOOL_CREATE = "school.create"
    SCHOOL_VIEW = "school.view"
    SCHOOL_EDIT = "school.edit"
    SCHOOL_CLOSE = "school.close"
    USERS_LIST = "users.list"
    USERS_EDIT = "users.edit"
    ROLES_GRANT = "roles.grant"
    PROFILE_EDIT = "profile.edit"
    KEYS_EDIT = "keys.edit"
    WEBHOOKS_EDIT = "webhooks.edit"
    FACTS_VIEW = "facts.view"
    TRAIL_VIEW = "trail.view"
    ACCESS_VIEW = "access.view"
    JOBS_VIEW = "jobs.view"
    POLICY_VIEW = "policy.view"
    STUDENTS_LIST = "students.list"
    STUDENTS_VIEW = "students.view"
    STUDENTS_EDIT = "students.edit"
    STUDENTS_ENROL = "students.enrol"
    CONTACTS_VIEW = "people.contacts.view"
    PEOPLE_EDIT = "people.edit"
    PEOPLE_MERGE = "people.merge"
    CHANGES_ASK = "people.changes.ask"
    ERASURE_ASK = "subjects.ask"
    SUBJECTS_DECIDE = "subjects.decide"
    FLAGS_VIEW = "people.flags.view"
    SAFEGUARDING = "people.safeguarding"
    CONSENTS_VIEW = "people.consents.view"
    CONSENTS_ANSWER = "people.consents.answer"
    RESTRICTIONS_EDIT = "people.restrictions.edit"
    CLASSES_VIEW = "classes.view"
    CLASSES_EDIT = "classes.edit"
    CLASSES_ASSIGN = "classes.assign"
    CLASSES_OVERFILL = "classes.overfill"
    LOCATIONS_VIEW = "locations.view"
    LOCATIONS_EDIT = "locations.edit"
    ROLLOVER_PREVIEW = "rollover.preview"
    ROLLOVER_APPLY = "rollover.apply"
    REGISTERS_VIEW = "attendance.view"
    REGISTERS_TAKE = "attendance.take"
    REGISTERS_AMEND = "attendance.amend"
    CASES_VIEW = "attendance.cases.view"
    CASES_SETTLE = "attendance.cases.settle"
    NUMBERS_VIEW = "attendance.numbers.view"
    CODES_EDIT = "attendance.codes.edit"
    ABSENCES_ASK = "attendance.absences.ask"
    ABSENCES_DECIDE = "attendance.absences.decide"
    CONCERNS_VIEW = "attendance.concerns.view"
    CONCERNS_EDIT = "attendance.concerns.edit"
    YEAR_CLOSE = "attendance.year.close"
    GATE_USE = "attendance.gate"
    ON_SITE_VIEW = "attendance.on_site"
    INCIDENTS_RECORD = "behaviour.record"
    INCIDENTS_VIEW = "behaviour.incidents.view"
    CONFIDENTIAL_VIEW = "behaviour.confidential.view"
    BEHAVIOUR_VIEW = "behaviour.view"
    INCIDENTS_REVIEW = "behaviour.review"
    POINTS_AWARD = "behaviour.points.award"
    STAGES_DECIDE = "behaviour.stages.decide"
    DETENTIONS_SET = "behaviour.detentions.set"
    DETENTIONS_ASK_TO_MOVE = "behaviour.detentions.ask"
    SLOTS_EDIT = "behaviour.slots.edit"
    DETENTIONS_RUN = "behaviour.detentions.run"
    INCIDENTS_CONTEST = "behaviour.contest"
    CONTESTS_ANSWER = "behaviour.contests.answer"
    NOTICES_SEND = "behaviour.notices.send"
    NOTICES_ACKNOWLEDGE = "behaviour.notices.acknowledge"
    BEHAVIOUR_EDIT = "behaviour.edit"
    DASHBOARDS_VIEW = "behaviour.dashboards.view"
    BEHAVIOUR_EXPORT = "behaviour.export"
    LESSONS_VIEW = "timetable.view"
    LESSONS_EDIT = "timetable.edit"
    TIMETABLE_PLAN = "timetable.plan"
    COVER_ASSIGN = "timetable.cover.assign"
    COVER_ANSWER = "timetable.cover.answer"
    STAFF_ABSENCES_ASK = "timetable.absences.ask"
    STAFF_ABSENCES_EDIT = "timetable.absences.edit"
    EVENTS_VIEW = "events.view"
    EVENTS_EDIT = "events.edit"
    EVENTS_ANSWER = "events.answer"
    AGENDA_VIEW = "agenda.view"
    COURSES_VIEW = "courses.view"
    COURSES_EDIT = "courses.edit"
    SCHEDULES_EDIT = "schedules.edit"
    CONTENT_EDIT = "learning.content.edit"
    OWN_MATERIALS_VIEW = "learning.materials.own"
    MATERIALS_VIEW = "learning.materials.view"
    COURSES_ENROL = "learning.enrol"
    LEARNERS_VIEW = "learning.learners.view"
    CERTIFICATES_DECIDE = "certificates.decide"
    CERTIFICATES_VERIFY = "certificates.verify"
    ASSIGNMENTS_EDIT = "assignments.edit"
    ASSIGNMENTS_VIEW = "assignments.view"
    ASSIGNMENTS_HAND_IN = "assignments.hand_in"
    MARKS_VIEW = "marks.read"
    GRADEBOOKS_EDIT = "gradebooks.edit"
    GRADING_EDIT = "grading.edit"
    FEES_VIEW = "fees.read"
    FEES_SETUP = "fees.setup"
    FEES_MANAGE = "fees.manage"
    FEES_APPROVE = "fees.approve"
    REGISTER = "register"
    APPLY = "admissions.apply"
    APPLICATIONS_ENTER = "admissions.enter"
    INTAKES_EDIT = "admissions.intakes.edit"
    APPLICATIONS_VIEW = "admissions.view"
    STEPS_SET = "admissions.steps.set"
    APPLICATIONS_DECIDE = "admissions.decide"
    APPLICATIONS_ANSWER = "admissions.answer"
    JOURNEY_VIEW = "journey.view"
    SITE_VIEW = "site.view"
    SITE_EDIT = "site.edit"
    ALUMNI_OWN = "site.alumni.own"
    REVIEWS_WRITE = "site.reviews.write"
    REVIEWS_MODERATE = "site.reviews.moderate"
    CONTACT_ANSWER = "site.contact.answer"
    SCHOOL_DASHBOARD = "school.dashboard"
    IMPORTS_RUN = "imports.run"
    DELIVERIES_VIEW = "deliveries.view"
    PROVIDERS_EDIT = "providers.edit"


@dataclass(frozen=True)
class PolicyRow:
    """One act: its words, how far each role reaches, and the API scope that opens it."""

    permission: Permission
    act: str
    super_admin: Reach = Reach.NONE
    group_admin: Reach = Reach.NONE
    school_admin: Reach = Reach.NONE
    manager: Reach = Reach.NONE
    teacher: Reach = Reach.NONE
    student: Reach = Reach.NONE
    guardian: Reach = Reach.NONE
    applicant: Reach = Reach.NONE
    public: Reach = Reach.NONE
    scope: str = ""

    def reach_of(self, role: Role) -> Reach:
        """How far a role reaches with this act."""
        reach: Reach = getattr(self, role.value)
        return reach


def _table() -> tuple[PolicyRow, ...]:
    p, row = Permission, PolicyRow
    y, o, c, k, s, g, grant, no, e = (
        Reach.ALL,
        Reach.OWN,
        Reach.CLASSES,
        Reach.CHILD,
        Reach.PERMISSION_SET,
        Reach.GROUP,
        Reach.GRANT,
        Reach.NONE,
        Reach.EVACUATION,
    )
    # Columns: super admin, group admin, school admin, manager, teacher, student, guardian, applicant, public
    return (
        row(p.SCHOOL_CREATE, "create a school", y, g),
        row(p.SCHOOL_VIEW, "school public profile read", y, y, y, y, y, y, y, y, y, "school:read"),
        row(p.SCHOOL_EDIT, "school profile and settings edit", no, no, y, s, scope="school:write"),
        row(p.SCHOOL_CLOSE, "close and restore the school", no, no, y),
        row(p.USERS_LIST, "users list", no, no, y, s, scope="users:read"),
        row(p.USERS_EDIT, "invite and disable users", no, no, y, s, scope="users:write"),
        row(p.ROLES_GRANT, "grant roles and permission sets", no, no, y),
        row(p.PROFILE_EDIT, "own profile", o, o, o, o, o, o, o, o),
        row(p.KEYS_EDIT, "API keys", no, no, y),
        row(p.WEBHOOKS_EDIT, "webhooks", no, no, y),
        row(p.FACTS_VIEW, "facts: what happened, one after the other", no, no, y, scope="events:read"),
        row(p.TRAIL_VIEW, "the school's trail", grant, g, y, s, scope="audit:read"),
        row(p.ACCESS_VIEW, "access log: who read what of whom", grant, no, y, s, o, o, k, scope="audit:read"),
        row(p.JOBS_VIEW, "jobs: see, cancel, retry", no, no, y, o, o, no, o, scope="jobs:read"),
        row(p.POLICY_VIEW, "this table", y, y, y, y, y, y, y, y, y, "school:read"),
        row(p.STUDENTS_LIST, "student list", grant, g, y, s, scope="students:read"),
        row(p.STUDENTS_VIEW, "student profile", grant, g, y, s, c, o, k, scope="students:read"),
        row(p.STUDENTS_EDIT, "create and edit a student", no, no, y, s, scope="students:write"),
        row(p.STUDENTS_ENROL, "enrol, leave, number scheme", no, no, y, s, scope="students:write"),
        row(p.CONTACTS_VIEW, "contacts and addresses", no, no, y, s, c, o, o, scope="people:read"),
        row(p.PEOPLE_EDIT, "create and edit guardian, staff", no, no, y, s, scope="people:write"),
        row(p.PEOPLE_MERGE, "merge two records of one person, and undo it", no, no, y, s),
        row(p.CHANGES_ASK, "ask the office to change a record", no, no, no, no, no, o, k),
        row(p.ERASURE_ASK, "ask for one's own erasure", no, no, o, o, o, o, o, o),
        row(p.SUBJECTS_DECIDE, "erasure asked for: verify, refuse, carry out; legal holds", no, no, y, s),
        row(p.FLAGS_VIEW, "medical flags", no, no, y, s, c, o, k),
        row(p.SAFEGUARDING, "safeguarding flags", no, no, s, s),
        row(p.CONSENTS_VIEW, "consents: see", no, no, y, s, c, o, k, scope="people:read"),
        row(p.CONSENTS_ANSWER, "consents: give, refuse, withdraw", no, no, y, s, no, o, k, scope="people:write"),
        row(p.RESTRICTIONS_EDIT, "contact restriction", no, no, y, s),
        row(p.CLASSES_VIEW, "years, terms, grades, subjects, classes: read", grant, g, y, s, y, o, k,
            scope="classes:read"),
        row(p.CLASSES_EDIT, "years, terms, grades, subjects, classes: edit", no, no, y, s, scope="classes:write"),
        row(p.CLASSES_ASSIGN, "assign students or teachers to classes", no, no, y, s, scope="classes:write"),
        row(p.CLASSES_OVERFILL, "go over a class's capacity, with a reason", no, no, y, s),
        row(p.LOCATIONS_VIEW, "public places: see", y, y, y, y, y, y, y, y, y),
        row(p.LOCATIONS_EDIT, "rooms and other places: edit", no, no, y, s, scope="calendar:write"),
        row(p.ROLLOVER_PREVIEW, "year rollover: plan, decide, preview", no, no, y, s),
        row(p.ROLLOVER_APPLY, "year rollover: apply, undo", no, no, y),
        row(p.REGISTERS_VIEW, "registers and marks: see", grant, no, y, s, c, o, k, scope="attendance:read"),
        row(p.REGISTERS_TAKE, "take a register", no, no, y, s, c, scope="attendance:write"),
        row(p.REGISTERS_AMEND, "amend a mark after the teacher's time", no, no, y, s, scope="attendance:write"),
        row(p.CASES_VIEW, "absence cases: read, answer one's own", no, no, y, s, c, no, k, scope="attendance:read"),
        row(p.CASES_SETTLE, "absence cases: call, confirm, close", no, no, y, s),
        row(p.NUMBERS_VIEW, "attendance numbers", grant, g, y, s, c, o, k, scope="attendance:read"),
        row(p.CODES_EDIT, "codes, times, methods, thresholds", no, g, y),
        row(p.ABSENCES_ASK, "ask for a planned absence", no, no, y, s, c, o, k, scope="attendance:write"),
        row(p.ABSENCES_DECIDE, "decide a planned absence", no, no, y, s),
        row(p.CONCERNS_VIEW, "attendance concerns: see", no, no, y, s, c, scope="attendance:read"),
        row(p.CONCERNS_EDIT, "attendance concerns: take in hand, close", no, no, y, s),
        row(p.YEAR_CLOSE, "close a school year", no, no, y),
        row(p.GATE_USE, "sign in and out at the gate", no, no, y, s, scope="attendance:write"),
        row(p.ON_SITE_VIEW, "on-site list, evacuation roll", no, no, y, s, e),
        row(p.INCIDENTS_RECORD, "record an incident or praise", no, no, y, s, y, scope="behaviour:write"),
        row(p.INCIDENTS_VIEW, "incidents with their narrative: read", no, no, y, s, c, scope="behaviour:read"),
        row(p.CONFIDENTIAL_VIEW, "confidential incidents: read", no, no, s, s),
        row(p.BEHAVIOUR_VIEW, "summaries, points, detentions: read", no, no, y, s, c, o, k, scope="behaviour:read"),
        row(p.INCIDENTS_REVIEW, "review, approve, reject, withdraw an incident", no, no, y, s),
        row(p.POINTS_AWARD, "points by hand", no, no, y, s, c),
        row(p.STAGES_DECIDE, "decide a stage or a suspension", no, no, y, s),
        row(p.DETENTIONS_SET, "set a detention", no, no, y, s, c, scope="behaviour:write"),
        row(p.DETENTIONS_ASK_TO_MOVE, "ask to move a detention", no, no, no, no, no, no, k),
        row(p.SLOTS_EDIT, "detention slots, rooms, supervisors", no, no, y, s),
        row(p.DETENTIONS_RUN, "take a detention register", no, no, y, s, o),
        row(p.INCIDENTS_CONTEST, "contest an incident", no, no, no, no, no, o, k),
        row(p.CONTESTS_ANSWER, "answer a contest", no, no, y, s),
        row(p.NOTICES_SEND, "approve and send notices to families", no, no, y, s, o),
        row(p.NOTICES_ACKNOWLEDGE, "acknowledge a notice", no, no, no, no, no, no, k),
        row(p.BEHAVIOUR_EDIT, "behaviour: types, policies, scales", no, g, y, s),
        row(p.DASHBOARDS_VIEW, "behaviour in numbers", no, g, y, s, c, o, k, scope="behaviour:read"),
        row(p.BEHAVIOUR_EXPORT, "behaviour: take lists away as files", no, g, y, s, c, o, k),
        row(p.LESSONS_VIEW, "timetable: see", grant, g, y, y, y, o, k, scope="timetable:read"),
        row(p.LESSONS_EDIT, "timetable: edit", no, no, y, s, scope="timetable:write"),
        row(p.TIMETABLE_PLAN, "timetable: requirements, rules, runs, versions, publish", no, no, y, s,
            scope="timetable:write"),
        row(p.COVER_ASSIGN, "assign cover", no, no, y, s, scope="cover:write"),
        row(p.COVER_ANSWER, "accept or decline a cover", no, no, y, s, o, scope="cover:write"),
        row(p.STAFF_ABSENCES_ASK, "staff absence: own", no, no, y, s, o, scope="cover:write"),
        row(p.STAFF_ABSENCES_EDIT, "staff absence: others'", no, no, y, s, scope="cover:write"),
        row(p.EVENTS_VIEW, "public events: read", y, y, y, y, y, y, y, y, y),
        row(p.EVENTS_EDIT, "events: write, publish, cancel", no, no, y, s, scope="calendar:write"),
        row(p.EVENTS_ANSWER, "events: register, answer", no, no, o, o, o, o, k, o),
        row(p.AGENDA_VIEW, "own agenda", no, no, o, o, o, o, k, o, scope="calendar:read"),
        row(p.COURSES_VIEW, "published courses, schedules, outlines: read", y, y, y, y, y, y, y, y, y),
        row(p.COURSES_EDIT, "courses, categories: write", no, no, y, s, scope="learning:write"),
        row(p.SCHEDULES_EDIT, "course schedules, meetings: write", no, no, y, s, o, scope="learning:write"),
        row(p.CONTENT_EDIT, "modules, lessons, materials: write", no, no, y, s, o, scope="learning:write"),
        row(p.OWN_MATERIALS_VIEW, "own learning materials", no, no, y, no, no, o, no, o),
        row(p.MATERIALS_VIEW, "materials of a schedule: read", grant, no, y, s, o, o, k, scope="learning:read"),
        row(p.COURSES_ENROL, "enrol in a course, withdraw", no, no, y, s, no, o, k, o, scope="learning:write"),
        row(p.LEARNERS_VIEW, "learners, progress, completions: see", grant, g, y, s, o, o, k, scope="learning:read"),
        row(p.CERTIFICATES_DECIDE, "certificates: revoke, issue anew, reverse", no, no, y),
        row(p.CERTIFICATES_VERIFY, "verify a certificate", y, y, y, y, y, y, y, y, y),
        row(p.ASSIGNMENTS_EDIT, "assignments: write, mark, release", no, no, y, no, c, scope="learning:write"),
        row(p.ASSIGNMENTS_VIEW, "assignments, submissions: read", grant, no, y, s, c, o, k, scope="learning:read"),
        row(p.ASSIGNMENTS_HAND_IN, "hand in work", no, no, no, no, c, o),
        row(p.MARKS_VIEW, "gradebooks, marks, totals: read", grant, no, y, s, c, o, k, scope="assessment:read"),
        row(p.GRADEBOOKS_EDIT, "gradebooks: columns, marks", no, no, y, no, c, scope="assessment:write"),
        row(p.GRADING_EDIT, "scales, grading policies: write", no, no, y, scope="assessment:write"),
        row(p.FEES_VIEW, "fees: invoices, payments, statements: read", no, no, y, s, no, o, o, o, scope="fees:read"),
        row(p.FEES_SETUP, "fees: items, settings", no, no, y, s, scope="fees:write"),
        row(p.FEES_MANAGE, "fees: bill, credit, record and reverse payments", no, no, y, s, scope="fees:write"),
        row(p.FEES_APPROVE, "fees: pay a deposit back", no, no, y, s),
        row(p.REGISTER, "register at a school", public=y),
        row(p.APPLY, "apply for a place", no, no, no, no, no, o, k, o),
        row(p.APPLICATIONS_ENTER, "enter an application for a family", no, no, y, s, scope="admissions:write"),
        row(p.INTAKES_EDIT, "intakes, application forms, steps: edit", no, no, y, s, scope="admissions:write"),
        row(p.APPLICATIONS_VIEW, "applications: read", grant, g, y, s, o, o, k, o, scope="admissions:read"),
        row(p.STEPS_SET, "applications: step and document status", no, no, y, s, o, scope="admissions:write"),
        row(p.APPLICATIONS_DECIDE, "applications: approve, offer, reject, admit", no, no, y, s),
        row(p.APPLICATIONS_ANSWER, "applications: accept, decline, withdraw", no, no, y, s, no, o, k, o),
        row(p.JOURNEY_VIEW, "own journey from visitor to alumnus", no, no, y, no, no, o, no, o),
        row(p.SITE_VIEW, "published site: read", y, y, y, y, y, y, y, y, y),
        row(p.SITE_EDIT, "site, team, partners, alumni: write", no, no, y, s, scope="website:write"),
        row(p.ALUMNI_OWN, "own alumni profile and stories", no, no, no, no, no, o),
        row(p.REVIEWS_WRITE, "write a review, send the contact form", y, y, y, y, y, y, y, y, y),
        row(p.REVIEWS_MODERATE, "reviews: moderate, answer", no, no, y, s, scope="website:write"),
        row(p.CONTACT_ANSWER, "contact messages: read, answer", no, no, y, s, scope="website:write"),
        row(p.SCHOOL_DASHBOARD, "the school in numbers", grant, no, y),
        row(p.IMPORTS_RUN, "import and roll back", no, g, y, s, scope="imports:write"),
        row(p.DELIVERIES_VIEW, "messages sent: what became of each", no, no, y, s, scope="deliveries:read"),
        row(p.PROVIDERS_EDIT, "who carries messages, and their texts", no, no, y),
    )  # fmt: skip


POLICY: dict[Permission, PolicyRow] = {row.permission: row for row in _table()}
SCOPES: frozenset[str] = frozenset(row.scope for row in POLICY.values() if row.scope) | {
    "imports:apply",
}

_p = Permission
COVER_PASS_OPENS: frozenset[Permission] = frozenset({_p.REGISTERS_VIEW, _p.REGISTERS_TAKE})
"""What somebody without an account may do with a cover pass, for its lessons."""
_behaviour = frozenset({
    _p.INCIDENTS_RECORD, _p.INCIDENTS_VIEW, _p.BEHAVIOUR_VIEW, _p.INCIDENTS_REVIEW, _p.POINTS_AWARD, _p.STAGES_DECIDE,
    _p.DETENTIONS_SET, _p.SLOTS_EDIT, _p.DETENTIONS_RUN, _p.CONTESTS_ANSWER, _p.NOTICES_SEND, _p.DASHBOARDS_VIEW,
    _p.BEHAVIOUR_EXPORT,
})  # fmt: skip
"""What a head of year does about behaviour."""
BUILT_IN_SETS: dict[str, frozenset[Permission]] = {
    "Office": frozenset({
        _p.STUDENTS_LIST, _p.STUDENTS_VIEW, _p.STUDENTS_EDIT, _p.STUDENTS_ENROL, _p.CONTACTS_VIEW, _p.PEOPLE_EDIT,
        _p.PEOPLE_MERGE, _p.FLAGS_VIEW, _p.CONSENTS_VIEW, _p.CONSENTS_ANSWER,
        _p.CLASSES_VIEW, _p.CLASSES_EDIT, _p.CLASSES_ASSIGN, _p.LOCATIONS_EDIT, _p.REGISTERS_VIEW, _p.REGISTERS_TAKE,
        _p.REGISTERS_AMEND, _p.CASES_VIEW, _p.CASES_SETTLE, _p.NUMBERS_VIEW, _p.USERS_LIST, _p.USERS_EDIT,
        _p.IMPORTS_RUN, _p.LESSONS_EDIT,
        _p.DELIVERIES_VIEW, _p.ABSENCES_ASK, _p.ABSENCES_DECIDE, _p.CONCERNS_VIEW, _p.CONCERNS_EDIT,
        _p.ROLLOVER_PREVIEW,
        _p.GATE_USE, _p.ON_SITE_VIEW, _p.COVER_ASSIGN, _p.COVER_ANSWER, _p.STAFF_ABSENCES_ASK, _p.STAFF_ABSENCES_EDIT,
        _p.INCIDENTS_RECORD, _p.BEHAVIOUR_VIEW, _p.DETENTIONS_SET, _p.SLOTS_EDIT,
        _p.DETENTIONS_RUN, _p.BEHAVIOUR_EXPORT,
    }),
    "Attendance": frozenset({
        _p.STUDENTS_LIST, _p.STUDENTS_VIEW, _p.CONTACTS_VIEW, _p.FLAGS_VIEW, _p.CLASSES_VIEW, _p.REGISTERS_VIEW,
        _p.REGISTERS_TAKE, _p.REGISTERS_AMEND, _p.CASES_VIEW, _p.CASES_SETTLE, _p.NUMBERS_VIEW, _p.DELIVERIES_VIEW,
        _p.ABSENCES_ASK, _p.ABSENCES_DECIDE, _p.CONCERNS_VIEW, _p.CONCERNS_EDIT,
        _p.GATE_USE, _p.ON_SITE_VIEW,
    }),
    "Cover": frozenset({
        _p.CLASSES_VIEW, _p.COVER_ASSIGN, _p.COVER_ANSWER, _p.STAFF_ABSENCES_ASK, _p.STAFF_ABSENCES_EDIT,
    }),
    "Head of year": frozenset({
        _p.STUDENTS_LIST, _p.STUDENTS_VIEW, _p.CONTACTS_VIEW, _p.FLAGS_VIEW, _p.CONSENTS_VIEW,
        _p.CLASSES_VIEW, _p.REGISTERS_VIEW, _p.NUMBERS_VIEW, _p.CONCERNS_VIEW, _p.CONCERNS_EDIT,
        *_behaviour,
    }),
    "Senior leader": frozenset({
        _p.STUDENTS_LIST, _p.STUDENTS_VIEW, _p.CONTACTS_VIEW, _p.FLAGS_VIEW, _p.CLASSES_VIEW, _p.REGISTERS_VIEW,
        _p.NUMBERS_VIEW, *_behaviour, _p.BEHAVIOUR_EDIT,
    }),
    "Safeguarding lead": frozenset({
        _p.STUDENTS_LIST, _p.STUDENTS_VIEW, _p.CONTACTS_VIEW, _p.FLAGS_VIEW, _p.SAFEGUARDING, _p.RESTRICTIONS_EDIT,
        _p.REGISTERS_VIEW, _p.NUMBERS_VIEW, _p.CONCERNS_VIEW,
        _p.CLASSES_VIEW, _p.INCIDENTS_RECORD, _p.INCIDENTS_VIEW, _p.CONFIDENTIAL_VIEW,
        _p.BEHAVIOUR_VIEW, _p.INCIDENTS_REVIEW, _p.NOTICES_SEND, _p.DASHBOARDS_VIEW,
    }),
    "Timetable": frozenset({_p.CLASSES_VIEW, _p.LOCATIONS_EDIT, _p.LESSONS_EDIT, _p.TIMETABLE_PLAN}),
    "Courses": frozenset({
        _p.CLASSES_VIEW, _p.COURSES_EDIT, _p.SCHEDULES_EDIT, _p.CONTENT_EDIT, _p.MATERIALS_VIEW, _p.COURSES_ENROL,
        _p.LEARNERS_VIEW, _p.ASSIGNMENTS_VIEW,
    }),
    "Exams": frozenset({
        _p.CLASSES_VIEW, _p.MARKS_VIEW,
    }),
    "Admissions": frozenset({
        _p.CLASSES_VIEW, _p.APPLICATIONS_ENTER, _p.INTAKES_EDIT, _p.APPLICATIONS_VIEW, _p.STEPS_SET,
        _p.APPLICATIONS_ANSWER,
    }),
    "Admissions decisions": frozenset({
        _p.CLASSES_VIEW, _p.APPLICATIONS_VIEW, _p.STEPS_SET, _p.APPLICATIONS_DECIDE, _p.APPLICATIONS_ANSWER,
    }),
    "Finance": frozenset({
        _p.STUDENTS_LIST, _p.STUDENTS_VIEW, _p.CONTACTS_VIEW, _p.CLASSES_VIEW, _p.FEES_VIEW, _p.FEES_SETUP,
        _p.FEES_MANAGE,
    }),
    "Website": frozenset({
        _p.SITE_EDIT, _p.REVIEWS_MODERATE, _p.CONTACT_ANSWER, _p.EVENTS_EDIT,
    }),
    "Data protection": frozenset({
        _p.TRAIL_VIEW, _p.ACCESS_VIEW, _p.STUDENTS_LIST, _p.STUDENTS_VIEW, _p.SUBJECTS_DECIDE,
    }),
}  # fmt: skip
"""The permission sets that every school starts with."""
