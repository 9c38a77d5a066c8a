"""Who may pass which door: one row for each REST operation, page and GraphQL field.

A row names the act of the policy table and what the act is about; who may do it follows from the policy.
A route that has no row here fails the tests, and so does a row without a route.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lyceum.core.permissions import BUILT_IN_SETS, POLICY, Permission, Reach, Role
from tests.doors.world import Who

_p = Permission


class About(StrEnum):
    """What an act is about: somebody whose reach is narrow may do it for what is theirs."""

    PART = "the part of the school that the caller reaches"
    WHOLE = "the whole school"
    STUDENT = "the student"
    CLASS = "the class"
    REGISTER = "a register of the class"
    CHILD = "the student, as a matter of the family"
    OWN = "what is the teacher's own"


RELATED: Mapping[About, frozenset[Who]] = {
    About.PART: frozenset(Who),
    About.WHOLE: frozenset(),
    About.STUDENT: frozenset({Who.TEACHER, Who.STUDENT, Who.GUARDIAN}),
    About.CLASS: frozenset({Who.TEACHER, Who.STUDENT, Who.GUARDIAN}),
    About.REGISTER: frozenset({Who.TEACHER}),
    About.CHILD: frozenset({Who.TEACHER, Who.GUARDIAN}),
    About.OWN: frozenset({Who.TEACHER}),
}
"""Who of the narrow ones has to do with it."""

_ROLES: Mapping[Who, Role] = {
    Who.APPLICANT: Role.APPLICANT,
    Who.GUARDIAN: Role.GUARDIAN,
    Who.STUDENT: Role.STUDENT,
    Who.TEACHER: Role.TEACHER,
    Who.OTHER_TEACHER: Role.TEACHER,
    Who.OFFICE: Role.MANAGER,
    Who.ATTENDANCE: Role.MANAGER,
    Who.ADMIN: Role.SCHOOL_ADMIN,
    Who.SUPER_ADMIN: Role.SUPER_ADMIN,
    Who.FOREIGN_ADMIN: Role.SCHOOL_ADMIN,
}
_SETS: Mapping[Who, str] = {Who.OFFICE: "Office", Who.ATTENDANCE: "Attendance"}
EVERYBODY = frozenset(Who)
SIGNED_IN = EVERYBODY - {Who.PUBLIC}
NOBODY: frozenset[Who] = frozenset()
IN_A_SCHOOL = SIGNED_IN


@dataclass(frozen=True)
class Door:
    """What one route asks for."""

    act: Permission | frozenset[Who]
    """An act of the policy table; or those who may pass, where no act is asked for."""
    about: About = About.PART
    body: Mapping[str, Any] | None = None
    """What is sent where a body made from the schema would not do; `{name}` stands for an id of the world."""
    query: str = ""
    more_scopes: frozenset[str] = frozenset()
    """Scopes of their own that an API key needs besides those of the acts."""
    also: frozenset[Who] = frozenset()
    """Who passes besides, with the reason beside the row."""
    but: frozenset[Who] = frozenset()
    """Who does not pass although the act would let them, with the reason beside the row."""
    shows: tuple[Permission, ...] = ()
    """The acts that the answer needs besides: a key that writes may not read for that alone."""
    path: str = ""
    """The path to try where the ids of the world would not do."""
    any_key: bool = False
    """Whether a key passes whatever its scopes."""

    def admits(self, who: Who) -> bool:
        """Whether somebody passes."""
        if isinstance(self.act, frozenset):
            return who in self.act
        if who in self.also | self.but:
            return who in self.also
        return _reaches(who, self.act, self.about)

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes that an API key needs; empty where none opens it."""
        if isinstance(self.act, frozenset) or not POLICY[self.act].scope:
            return frozenset()
        return frozenset(POLICY[act].scope for act in (self.act, *self.shows)) | self.more_scopes


def _reaches(who: Who, act: Permission, about: About) -> bool:
    row = POLICY[act]
    reach = row.public if who is Who.PUBLIC else row.reach_of(_ROLES[who])
    if reach is Reach.PERMISSION_SET:
        reach = Reach.ALL if act in BUILT_IN_SETS[_SETS[who]] else Reach.NONE
    if reach in (Reach.NONE, Reach.GROUP, Reach.GRANT):  # the last two need a scope of their own
        return row.public is Reach.ALL
    return reach is Reach.ALL or who in RELATED[about]


_password = "correct horse battery"
SIGNING_IN = {"identifier": "zoelle", "school": "{school}", "password": _password}

NEW_BELLS = {
    "name": "Short day",
    "periods": [{"number": 1, "name": "1", "starts_at": "09:00", "ends_at": "09:30"}],
}
NEW_RULE = {"kind": "max_per_day", "subjects": [{"sort": "class", "id": "{class}"}], "parameters": {"hours": 5}}
NEW_INCIDENT = {"incident_type": "{incident_type_id}", "student": "{student}", "another_event": True}
FAMILY = frozenset({Who.STUDENT, Who.GUARDIAN})


def batch_of(what: str) -> dict[str, Any]:
    """A mark of a phone for nobody's register: a row is refused, not the batch."""
    mark = {what: "01a00000-0000-7000-8000-000000000001", "code": "N", "version": 0, "at": "2026-11-20T08:49:00Z"}
    registers = [{"register": "01a00000-0000-7000-8000-000000000000", "marks": [mark]}]
    return {"device": "phone", "key": "batch", "device_time": "2026-11-20T08:50:00Z", "registers": registers}


NEW_DETENTION = {"student": "{student}", "type": "{detention_type_id}", "reason": "Late"}
NEW_SLOT = {
    "type": "{detention_type_id}",
    "date": "2026-11-24",
    "starts_at": "15:30",
    "capacity": 5,
    "supervisors": ["{staff}"],
}

A_BROWSER = {
    "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/a",
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}

REST: dict[str, Door] = {
    # signing in: whoever has the secret
    "login": Door(EVERYBODY, body=SIGNING_IN, any_key=True),
    "createToken": Door(EVERYBODY, body={"client_id": "{client_id}", "client_secret": "{client_secret}"}, any_key=True),
    "refreshTokens": Door(EVERYBODY, body={"refresh": "{refresh}"}, any_key=True),
    "acceptInvitation": Door(
        EVERYBODY, body={"secret": "{invitation_secret}", "password": "a horse of another colour"}, any_key=True
    ),
    "getPolicy": Door(_p.POLICY_VIEW, any_key=True),
    # one's own account
    "logout": Door(SIGNED_IN),
    "logoutEverywhere": Door(SIGNED_IN),
    "switchSchool": Door(SIGNED_IN - {Who.SUPER_ADMIN, Who.FOREIGN_ADMIN}, body={"school": "{school}"}),
    "changePassword": Door(
        SIGNED_IN, body={"current_password": _password, "new_password": "a horse of another colour"}
    ),
    "listSessions": Door(SIGNED_IN),
    "endSession": Door(frozenset({Who.STUDENT})),
    "getProfile": Door(_p.PROFILE_EDIT),
    "editProfile": Door(_p.PROFILE_EDIT, body={"theme": "dark"}),
    # users and roles
    "listUsers": Door(_p.USERS_LIST),
    "getUser": Door(_p.USERS_LIST),
    "listProfiles": Door(_p.USERS_LIST),
    "getUserProfile": Door(_p.USERS_LIST),
    "listMemberships": Door(_p.USERS_LIST),
    "listPermissionSets": Door(_p.USERS_LIST),
    "createUser": Door(
        _p.USERS_EDIT, body={"full_name": "Nell New", "role": "teacher", "username": "nell"}, shows=(_p.USERS_LIST,)
    ),
    "editUser": Door(_p.USERS_EDIT, body={"preferred_name": "Zo"}, shows=(_p.USERS_LIST,)),
    "removeUser": Door(_p.ROLES_GRANT, body={"reason": "left"}),
    "editUserProfile": Door(_p.USERS_EDIT, body={"preferred_name": "Zo"}, shows=(_p.USERS_LIST,)),
    "removeUserProfile": Door(_p.ROLES_GRANT, body={"reason": "left"}),
    "createMembership": Door(_p.ROLES_GRANT, body={"user": "{user}", "role": "guardian"}),
    "editMembership": Door(_p.ROLES_GRANT, body={"permission_sets": ["{permission_set}"], "reason": "more work"}),
    "endMembership": Door(_p.ROLES_GRANT, body={"reason": "left"}),
    "listInvitations": Door(_p.USERS_LIST),
    "createInvitation": Door(_p.USERS_EDIT, body={"full_name": "Nell New", "role": "teacher", "username": "nell"}),
    "renewInvitation": Door(_p.USERS_EDIT),
    "revokeInvitation": Door(_p.USERS_EDIT),
    "listApiKeys": Door(_p.KEYS_EDIT),
    "createApiKey": Door(_p.KEYS_EDIT, body={"name": "Till", "scopes": ["classes:read"]}),
    "rotateApiKey": Door(_p.KEYS_EDIT),
    "revokeApiKey": Door(_p.KEYS_EDIT),
    # the school
    "setUpSchool": Door(
        _p.SCHOOL_CREATE,
        body={"username": "head", "password": _password, "name": "Ada Head", "institutionName": "New School"},
    ),
    "getSchool": Door(_p.SCHOOL_VIEW, but=frozenset({Who.PUBLIC})),  # who is in none
    "editSchool": Door(_p.SCHOOL_EDIT, body={"phone": "1"}),
    "listTrail": Door(_p.TRAIL_VIEW),
    # people
    "listStudents": Door(_p.STUDENTS_LIST),
    "createStudent": Door(_p.STUDENTS_EDIT, body={"full_name": "Nell New"}, shows=(_p.STUDENTS_VIEW,)),
    "getStudent": Door(_p.STUDENTS_LIST, About.WHOLE),
    "replaceStudent": Door(
        _p.STUDENTS_EDIT,
        body={"full_name": "Zo", "birth_date": None}
        | dict.fromkeys(("first_name", "last_name", "preferred_name", "pronouns", "gender", "email", "phone"), ""),
        shows=(_p.STUDENTS_VIEW,),
    ),
    "changeStudent": Door(_p.STUDENTS_EDIT, body={"gender": "f"}, shows=(_p.STUDENTS_VIEW,)),
    "deleteStudent": Door(_p.STUDENTS_EDIT),
    "restoreStudent": Door(_p.STUDENTS_EDIT, path="/api/v1/students/{deleted}/restore/", shows=(_p.STUDENTS_VIEW,)),
    "getOwnStudentRecord": Door(frozenset({Who.STUDENT})),
    "changeOwnStudentRecord": Door(frozenset({Who.STUDENT}), body={"pronouns": "she"}),
    # Who has a record of their own; and those who see every student.
    "studentDashboard": Door(_p.STUDENTS_LIST, About.WHOLE, also=frozenset({Who.STUDENT})),
    "listOwnAccess": Door(frozenset({Who.STUDENT})),
    "agreeToAccess": Door(frozenset({Who.STUDENT}), body={"agreed": []}),
    "listGuardiansOfStudent": Door(_p.CONTACTS_VIEW, About.STUDENT, shows=(_p.STUDENTS_VIEW,)),
    "createGuardian": Door(
        _p.PEOPLE_EDIT,
        body={"student": "{student}", "relationship": "aunt", "person": {"full_name": "Nell New"}},
        shows=(_p.STUDENTS_VIEW, _p.CONTACTS_VIEW),
    ),
    "changeGuardian": Door(_p.PEOPLE_EDIT, body={"emergency": True}, shows=(_p.STUDENTS_VIEW,)),
    "addGuardianToStudent": Door(
        _p.PEOPLE_EDIT,
        body={"relationship": "aunt", "person": {"full_name": "Nell New"}},
        shows=(_p.STUDENTS_VIEW, _p.CONTACTS_VIEW),
    ),
    "listEnrolments": Door(_p.STUDENTS_VIEW, About.STUDENT),
    "enrolStudent": Door(_p.STUDENTS_ENROL),
    "changeEnrolment": Door(_p.STUDENTS_ENROL, body={"from_school": "Elsewhere"}),
    "listFlags": Door(_p.FLAGS_VIEW, About.STUDENT),
    "addFlag": Door(_p.STUDENTS_EDIT),
    "changeFlag": Door(_p.STUDENTS_EDIT),
    "endFlag": Door(_p.STUDENTS_EDIT),
    "listRestrictions": Door(_p.RESTRICTIONS_EDIT),
    "addRestriction": Door(_p.RESTRICTIONS_EDIT, body={"description": "An uncle", "kinds": ["no_contact"]}),
    "endRestriction": Door(_p.RESTRICTIONS_EDIT, body={"reason": "The order ended"}),
    "listConsents": Door(_p.CONSENTS_VIEW, About.STUDENT, shows=(_p.STUDENTS_VIEW,)),
    "answerConsent": Door(
        _p.CONSENTS_ANSWER,
        About.STUDENT,
        body={"kind": "{kind_id}", "answer": "given", "answered_by": "Gudrun"},
        but=frozenset({Who.STUDENT}),  # who is not of age
    ),
    "listConsentKinds": Door(_p.CONSENTS_VIEW),
    "addConsentKind": Door(_p.SCHOOL_EDIT),
    "changeConsentKind": Door(_p.SCHOOL_EDIT),
    "listFamilies": Door(_p.STUDENTS_LIST),
    "createFamily": Door(_p.PEOPLE_EDIT, body={"name": "Lowe", "students": ["{newcomer}"]}, shows=(_p.STUDENTS_LIST,)),
    "getFamily": Door(_p.STUDENTS_LIST),
    "changeFamily": Door(_p.PEOPLE_EDIT, shows=(_p.STUDENTS_LIST,)),
    "deleteFamily": Door(_p.PEOPLE_EDIT),
    "listStudentContacts": Door(_p.CONTACTS_VIEW, About.STUDENT, shows=(_p.STUDENTS_VIEW,)),
    "studentTimeline": Door(_p.STUDENTS_LIST, About.WHOLE),
    "listDuplicates": Door(_p.PEOPLE_MERGE),
    "tellApart": Door(_p.PEOPLE_MERGE, body={"one": "{person}", "other": "{other_id}"}),
    "mergeStudents": Door(_p.PEOPLE_MERGE, body={"other": "{newcomer}"}),
    "listMerges": Door(_p.PEOPLE_MERGE),
    "undoMerge": Door(_p.PEOPLE_MERGE),
    "leaveStudent": Door(_p.STUDENTS_ENROL),
    "undoLeave": Door(_p.STUDENTS_ENROL, path="/api/v1/students/{leaver}/leave/undo/"),
    "moveStudent": Door(_p.CLASSES_ASSIGN, body={"to_class": "{other_class}"}),
    "placeStudent": Door(_p.STUDENTS_ENROL, body={"grade": "{grade}"}, shows=(_p.STUDENTS_VIEW,)),
    "listStaff": Door(_p.CLASSES_VIEW, About.WHOLE),
    "createStaff": Door(_p.PEOPLE_EDIT, body={"full_name": "Nell New"}),
    "previewNumbers": Door(_p.STUDENTS_ENROL),
    "getNumberScheme": Door(_p.STUDENTS_ENROL),
    "setNumberScheme": Door(_p.STUDENTS_ENROL, body={"pattern": "{seq:05}"}),
    "listChangeRequests": Door(_p.STUDENTS_EDIT),
    "askForChange": Door(_p.CHANGES_ASK, About.STUDENT, body={"student": "{student}", "gender": "f"}),
    "applyChangeRequest": Door(_p.STUDENTS_EDIT),
    "refuseChangeRequest": Door(_p.STUDENTS_EDIT),
    # years and classes
    "listYears": Door(_p.CLASSES_VIEW),
    "createYear": Door(_p.CLASSES_EDIT, body={"name": "27/28", "starts": "2027-09-01", "ends": "2028-07-20"}),
    "listTerms": Door(_p.CLASSES_VIEW),
    "createTerm": Door(_p.CLASSES_EDIT),
    "listClosedDays": Door(_p.CLASSES_VIEW),
    "closeDays": Door(_p.CLASSES_EDIT, body={"starts": "2026-12-28", "ends": "2026-12-29", "name": "Holiday"}),
    "reopenDay": Door(_p.CLASSES_EDIT),
    "listGrades": Door(_p.CLASSES_VIEW),
    "createGrade": Door(_p.CLASSES_EDIT, body={"code": "X", "name": "X", "position": 900}),
    "changeGrade": Door(_p.CLASSES_EDIT, body={"final": True}),
    "listSubjects": Door(_p.CLASSES_VIEW),
    "createSubject": Door(_p.CLASSES_EDIT),
    "listRooms": Door(_p.CLASSES_VIEW, About.WHOLE),
    "createRoom": Door(_p.LOCATIONS_EDIT),
    "listLocations": Door(_p.LOCATIONS_VIEW, any_key=True),
    "createLocation": Door(_p.LOCATIONS_EDIT, body={"name": "Gym"}),
    "getLocation": Door(_p.LOCATIONS_VIEW, any_key=True),
    "replaceLocation": Door(
        _p.LOCATIONS_EDIT,
        body={"name": "Hall", "address": "", "map_link": "", "capacity": None, "is_public": True},
    ),
    "changeLocation": Door(_p.LOCATIONS_EDIT, body={"capacity": 300}),
    "deleteLocation": Door(_p.LOCATIONS_EDIT),
    "listClasses": Door(_p.CLASSES_VIEW),
    "listOwnClasses": Door(_p.CLASSES_VIEW, About.WHOLE),
    "classStatistics": Door(_p.CLASSES_VIEW, About.WHOLE),
    "getClass": Door(_p.CLASSES_VIEW, About.CLASS),
    "createClass": Door(_p.CLASSES_EDIT, body={"name": "7C"}, shows=(_p.CLASSES_VIEW,)),
    "replaceClass": Door(
        _p.CLASSES_EDIT,
        body={"name": "7A", "grades": [], "section": "", "subjects": [], "teacher": "{teacher}", "capacity": 30},
        shows=(_p.CLASSES_VIEW,),
    ),
    "changeClass": Door(_p.CLASSES_EDIT, body={"section": "B"}, shows=(_p.CLASSES_VIEW,)),
    "deleteClass": Door(_p.CLASSES_EDIT, shows=(_p.CLASSES_VIEW,)),
    "listClassStudents": Door(
        _p.STUDENTS_VIEW, About.CLASS, also=frozenset({Who.OTHER_TEACHER}), shows=(_p.CLASSES_VIEW,)
    ),  # teachers see the names of all on roll
    "addClassStudents": Door(_p.CLASSES_ASSIGN, body={"students": ["{newcomer}"]}, shows=(_p.CLASSES_VIEW,)),
    "moveStudents": Door(
        _p.CLASSES_ASSIGN, body={"moves": [{"student": "{student}", "to_class": "{other_class}"}], "on": "2026-11-23"}
    ),
    "removeClassStudent": Door(_p.CLASSES_ASSIGN),
    "listClassTeachers": Door(_p.CLASSES_VIEW, About.CLASS),
    "assignTeacher": Door(_p.CLASSES_ASSIGN, body={"staff": "{staff}", "role": "assistant"}, shows=(_p.CLASSES_VIEW,)),
    "removeClassTeacher": Door(_p.CLASSES_ASSIGN, shows=(_p.CLASSES_VIEW,)),
    # over into the next year
    "listRollovers": Door(_p.ROLLOVER_PREVIEW),
    "createRollover": Door(_p.ROLLOVER_PREVIEW, body={"from_year": "{next_year}", "to_year": "{later_year}"}),
    "getRollover": Door(_p.ROLLOVER_PREVIEW),
    "changeRollover": Door(_p.ROLLOVER_PREVIEW, body={"sets": False}),
    "listRolloverDecisions": Door(_p.ROLLOVER_PREVIEW),
    "rolloverAccess": Door(_p.ROLLOVER_PREVIEW),
    "decideRollover": Door(_p.ROLLOVER_PREVIEW, body={"students": ["{student}"], "decision": "leave"}),
    "previewRollover": Door(_p.ROLLOVER_PREVIEW),
    "applyRollover": Door(_p.ROLLOVER_APPLY),
    "undoRollover": Door(_p.ROLLOVER_APPLY),
    # timetable
    "listLessons": Door(_p.LESSONS_VIEW),
    "getLesson": Door(_p.LESSONS_VIEW, About.CLASS),
    "createLesson": Door(
        _p.LESSONS_EDIT,
        body={"class": "{class}", "day": 1, "period": "1", "starts_at": "09:00", "ends_at": "10:00"},
        shows=(_p.LESSONS_VIEW, _p.CLASSES_VIEW),
    ),
    "replaceLesson": Door(
        _p.LESSONS_EDIT,
        body={"day": 1, "period": "1", "starts_at": "09:00", "ends_at": "10:00", "teacher": None, "room": "{room}"},
        shows=(_p.LESSONS_VIEW,),
    ),
    "changeLesson": Door(_p.LESSONS_EDIT, body={"period": "9"}, shows=(_p.LESSONS_VIEW,)),
    "deleteLesson": Door(_p.LESSONS_EDIT),
    "listCovers": Door(_p.LESSONS_VIEW),
    "assignCover": Door(
        _p.COVER_ASSIGN,
        body={"lesson": "{lesson_id}", "date": "2026-11-27", "staff": "{staff}"},
        shows=(_p.LESSONS_VIEW,),
    ),
    "cancelCover": Door(_p.COVER_ASSIGN, shows=(_p.LESSONS_VIEW,)),
    "reassignCover": Door(_p.COVER_ASSIGN, shows=(_p.LESSONS_VIEW,)),
    "acceptCover": Door(_p.COVER_ANSWER, About.OWN, shows=(_p.LESSONS_VIEW,)),
    "declineCover": Door(_p.COVER_ANSWER, About.OWN, shows=(_p.LESSONS_VIEW,)),
    "listCoverProposals": Door(_p.COVER_ASSIGN, query="?lesson={lesson_id}&date=2026-11-27"),
    "listCoverTallies": Door(_p.COVER_ASSIGN),
    "setCoverLimit": Door(_p.COVER_ASSIGN, body={"limit": 5}),
    "listStaffAbsences": Door(_p.STAFF_ABSENCES_ASK),
    "createStaffAbsence": Door(
        _p.STAFF_ABSENCES_ASK,
        About.OWN,
        body={"staff": "{staff_id}", "starts_on": "2026-12-10", "ends_on": "2026-12-10"},
    ),
    "getStaffAbsence": Door(_p.STAFF_ABSENCES_ASK, About.OWN),
    "changeStaffAbsence": Door(_p.STAFF_ABSENCES_ASK, About.OWN, body={"ends_period": 2}),
    "confirmStaffAbsence": Door(_p.STAFF_ABSENCES_EDIT),
    "refuseStaffAbsence": Door(_p.STAFF_ABSENCES_EDIT),
    "cancelStaffAbsence": Door(_p.STAFF_ABSENCES_ASK, About.OWN),
    "listBellSchedules": Door(_p.LESSONS_VIEW),
    "createBellSchedule": Door(_p.TIMETABLE_PLAN, body=NEW_BELLS),
    "replaceBellSchedule": Door(_p.TIMETABLE_PLAN, body=NEW_BELLS),
    "deleteBellSchedule": Door(_p.TIMETABLE_PLAN),
    "listPeriods": Door(_p.LESSONS_VIEW),
    "listCycles": Door(_p.LESSONS_VIEW),
    "setCycle": Door(_p.TIMETABLE_PLAN, body={"names": ["A", "B"], "anchor": "2026-09-07"}, shows=(_p.LESSONS_VIEW,)),
    "listRequirements": Door(_p.TIMETABLE_PLAN),
    "createRequirement": Door(
        _p.TIMETABLE_PLAN,
        body={"year": "{year}", "name": "Assembly", "classes": [{"class": "{class}"}], "lengths": [1]},
    ),
    "generateRequirements": Door(_p.TIMETABLE_PLAN, body={"year": "{year}"}),
    "getRequirement": Door(_p.TIMETABLE_PLAN),
    "replaceRequirement": Door(
        _p.TIMETABLE_PLAN, body={"name": "Assembly", "classes": [{"class": "{class}"}], "lengths": [1]}
    ),
    "deleteRequirement": Door(_p.TIMETABLE_PLAN),
    "listTimetableRules": Door(_p.TIMETABLE_PLAN),
    "listTimetableRuleKinds": Door(_p.TIMETABLE_PLAN),
    "createTimetableRule": Door(_p.TIMETABLE_PLAN, body={"year": "{year}", **NEW_RULE}),
    "getTimetableRule": Door(_p.TIMETABLE_PLAN),
    "replaceTimetableRule": Door(_p.TIMETABLE_PLAN, body=NEW_RULE),
    "deleteTimetableRule": Door(_p.TIMETABLE_PLAN),
    "listTimetableVersions": Door(_p.TIMETABLE_PLAN),
    "createTimetableVersion": Door(_p.TIMETABLE_PLAN, body={"year": "{year}"}),
    "getTimetableVersion": Door(_p.TIMETABLE_PLAN),
    "deleteTimetableVersion": Door(_p.TIMETABLE_PLAN),
    "publishTimetable": Door(_p.TIMETABLE_PLAN, body={"effective_from": "2026-12-01"}),
    "listPlannedLessons": Door(_p.TIMETABLE_PLAN),
    "listClashes": Door(_p.TIMETABLE_PLAN),
    "compareTimetables": Door(_p.TIMETABLE_PLAN, query="?with={version_id}"),
    "scoreTimetable": Door(_p.TIMETABLE_PLAN),
    "moveLessons": Door(_p.TIMETABLE_PLAN, body={"lessons": [{"lesson": "{planned}", "day": 1, "period": 2}]}),
    "swapLessons": Door(_p.TIMETABLE_PLAN, body={"one": "{planned}", "other": "{other_planned}"}),
    "undoMove": Door(_p.TIMETABLE_PLAN),
    "listMoves": Door(_p.TIMETABLE_PLAN, query="?lesson={planned}"),
    "listRuns": Door(_p.TIMETABLE_PLAN),
    "startRun": Door(_p.TIMETABLE_PLAN, body={"year": "{year}"}),
    "getRun": Door(_p.TIMETABLE_PLAN),
    "cancelRun": Door(_p.TIMETABLE_PLAN),
    "runReasons": Door(_p.TIMETABLE_PLAN),
    "importTimetable": Door(_p.TIMETABLE_PLAN, body={"file": "@students.csv", "year": "{year}"}),
    "exportTimetable": Door(_p.TIMETABLE_PLAN),
    "getTimetableFeed": Door(_p.LESSONS_VIEW, About.CLASS, query="?sort=class&id={class}"),
    # imports: what is in a file, and who it is, is for those who may do both
    "listImports": Door(_p.IMPORTS_RUN),
    "createImport": Door(_p.IMPORTS_RUN, body={"file": "@students.csv"}),
    "getImport": Door(_p.IMPORTS_RUN),
    "mapImport": Door(_p.IMPORTS_RUN, body={"date_order": "dmy"}),
    "previewImport": Door(_p.IMPORTS_RUN),
    "listImportRows": Door(_p.IMPORTS_RUN),
    "applyImport": Door(_p.IMPORTS_RUN, body={"only_correct": True}, more_scopes=frozenset({"imports:apply"})),
    "cancelImport": Door(_p.IMPORTS_RUN),
    "rollBackImport": Door(_p.IMPORTS_RUN),
    "importErrors": Door(_p.IMPORTS_RUN),
    # attendance
    "listRegisters": Door(_p.REGISTERS_VIEW),
    "getRegister": Door(_p.REGISTERS_VIEW, About.REGISTER),
    "registerHistory": Door(_p.REGISTERS_VIEW, About.REGISTER),
    "takeRegister": Door(_p.REGISTERS_TAKE, About.REGISTER),
    "reopenRegister": Door(_p.REGISTERS_AMEND, About.REGISTER),
    "listMarks": Door(_p.REGISTERS_VIEW),
    "createMark": Door(
        _p.REGISTERS_TAKE,
        About.REGISTER,
        body={"student": "{student}", "class": "{class}", "date": "2026-11-20", "session": "PM", "code": "N"},
    ),
    "amendMark": Door(_p.REGISTERS_TAKE, About.REGISTER),
    "sendBatch": Door(_p.REGISTERS_TAKE, body=batch_of("student")),
    "listConflicts": Door(_p.REGISTERS_VIEW),
    "keepMark": Door(_p.REGISTERS_TAKE, About.REGISTER),
    "replaceMark": Door(_p.REGISTERS_TAKE, About.REGISTER, body={"version": 1}),
    # absences that nobody has explained; a student's own are for the family and the school
    "listAbsenceCases": Door(_p.CASES_VIEW),
    "getAbsenceCase": Door(_p.CASES_VIEW, About.CHILD),
    "replyToAbsenceCase": Door(frozenset({Who.GUARDIAN}), body={"reason": "I"}),
    "askAbsenceContacts": Door(_p.CASES_SETTLE, body={"cases": ["{case_id}"], "preview": True}),
    "confirmAbsenceCase": Door(_p.CASES_SETTLE, body={"code": "I"}, shows=(_p.CASES_VIEW,)),
    # what one is told, and what became of messages
    "listNotifications": Door(IN_A_SCHOOL),
    "getNotification": Door(frozenset({Who.GUARDIAN})),
    "readNotification": Door(frozenset({Who.GUARDIAN})),
    "readAllNotifications": Door(IN_A_SCHOOL),
    "getNotificationPreferences": Door(IN_A_SCHOOL),
    "setNotificationPreferences": Door(
        IN_A_SCHOOL, body={"preferences": [{"type": "attendance", "channel": "email", "mode": "now"}]}
    ),
    "getQuietHours": Door(IN_A_SCHOOL),
    "setQuietHours": Door(IN_A_SCHOOL, body={"starts_at": "21:00", "ends_at": "07:00", "weekdays": [1]}),
    "listDeliveries": Door(_p.DELIVERIES_VIEW),
    "retryDelivery": Door(_p.DELIVERIES_VIEW),
    "listNotificationDevices": Door(IN_A_SCHOOL),
    "addNotificationDevice": Door(IN_A_SCHOOL, body=A_BROWSER),
    "removeNotificationDevices": Door(IN_A_SCHOOL),
    "removeNotificationDevice": Door(frozenset({Who.GUARDIAN})),
    "listNotificationProviders": Door(_p.PROVIDERS_EDIT),
    "addNotificationProvider": Door(
        _p.PROVIDERS_EDIT, body={"kind": "sendgrid", "sender": "a@school.example", "values": {"api_key": "k"}}
    ),
    "getNotificationProvider": Door(_p.PROVIDERS_EDIT),
    "replaceNotificationProvider": Door(_p.PROVIDERS_EDIT, body={"sender": "+44", "values": {}, "state": "on"}),
    "changeNotificationProvider": Door(_p.PROVIDERS_EDIT, body={"state": "paused"}),
    "removeNotificationProvider": Door(_p.PROVIDERS_EDIT),
    "testNotificationProvider": Door(_p.PROVIDERS_EDIT, body={"address": "+447700900001"}),
    "listNotificationTemplates": Door(_p.PROVIDERS_EDIT),
    "addNotificationTemplate": Door(
        _p.PROVIDERS_EDIT, body={"key": "test", "channel": "sms", "language": "es", "body": "Somos {school}."}
    ),
    "getNotificationTemplate": Door(_p.PROVIDERS_EDIT),
    "replaceNotificationTemplate": Door(_p.PROVIDERS_EDIT, body={"subject": "Hola", "body": "Hola"}),
    "changeNotificationTemplate": Door(_p.PROVIDERS_EDIT, body={"body": "Hola"}),
    "removeNotificationTemplate": Door(_p.PROVIDERS_EDIT),
    "testNotificationTemplate": Door(_p.PROVIDERS_EDIT, body={"address": "a@school.example"}),
    "listGateEvents": Door(_p.GATE_USE),
    "createGateEvent": Door(_p.GATE_USE, body={"direction": "out", "student": "{student}", "reason": "dentist"}),
    "listOnSite": Door(_p.ON_SITE_VIEW),  # an evacuation is running: teachers see it too
    "listEvacuations": Door(_p.ON_SITE_VIEW),
    "startEvacuation": Door(_p.ON_SITE_VIEW, About.WHOLE),
    "getEvacuation": Door(_p.ON_SITE_VIEW),
    "accountFor": Door(_p.ON_SITE_VIEW, body={"people": ["{student}"]}),
    "endEvacuation": Door(_p.ON_SITE_VIEW, About.WHOLE),
    "listCoverPasses": Door(_p.COVER_ASSIGN),
    "createCoverPass": Door(
        _p.COVER_ASSIGN, body={"holder_name": "Ada Agency", "date": "2026-11-27", "lessons": ["{lesson_id}"]}
    ),
    "revokeCoverPass": Door(_p.COVER_ASSIGN),
    "attendanceSummary": Door(_p.NUMBERS_VIEW),
    "studentAttendance": Door(_p.NUMBERS_VIEW, About.STUDENT),
    "notePaperRegister": Door(_p.REGISTERS_TAKE, About.REGISTER),
    "markArrived": Door(_p.REGISTERS_TAKE, About.REGISTER, body={"student": "{student}"}),
    # The student of the world is not known to be of age, and so asks for nothing.
    "listPlannedAbsences": Door(_p.ABSENCES_ASK),
    "requestAbsence": Door(
        _p.ABSENCES_ASK,
        About.STUDENT,
        body={"students": ["{student}"], "from": "2026-12-01", "what": "family"},
        but=frozenset({Who.STUDENT}),
    ),
    "getPlannedAbsence": Door(_p.ABSENCES_ASK, About.STUDENT, but=frozenset({Who.STUDENT})),
    "approveAbsence": Door(_p.ABSENCES_DECIDE, About.WHOLE, body={}),
    "refuseAbsence": Door(_p.ABSENCES_DECIDE, About.WHOLE, body={"answer": "no"}),
    "cancelAbsence": Door(_p.ABSENCES_DECIDE, About.WHOLE, body={}),
    # Families see sessions in words, not by code.
    "listSessionMarks": Door(_p.REGISTERS_VIEW, but=frozenset({Who.STUDENT, Who.GUARDIAN})),
    "overrideSession": Door(
        _p.REGISTERS_AMEND,
        About.WHOLE,
        body={"student": "{student}", "date": "2026-11-20", "session": "AM", "code": "N", "reason": "seen"},
        shows=(_p.REGISTERS_VIEW,),
    ),
    "clearSession": Door(
        _p.REGISTERS_AMEND,
        About.WHOLE,
        body={"student": "{student}", "date": "2026-11-20", "session": "PM", "reason": "seen"},
    ),
    "setSessionPattern": Door(
        _p.REGISTERS_AMEND,
        About.WHOLE,
        body={"student": "{student}", "case": "part_time", "sessions": ["5PM"], "from": "2026-12-01"},
    ),
    "endSessionPattern": Door(_p.REGISTERS_AMEND, About.WHOLE),
    "listClosures": Door(_p.REGISTERS_VIEW, About.WHOLE),
    "closeSessions": Door(_p.REGISTERS_AMEND, About.WHOLE, body={"from": "2026-12-01", "reason": "snow"}),
    "undoClosure": Door(_p.REGISTERS_AMEND, About.WHOLE),
    "getAttendanceRule": Door(_p.CODES_EDIT, About.WHOLE),
    "setAttendanceRule": Door(
        _p.CODES_EDIT, About.WHOLE, body={"starts_on": "2026-12-01", "numbers": {"late_times": 6}}
    ),
    "listConcerns": Door(_p.CONCERNS_VIEW),
    "getConcern": Door(_p.CONCERNS_VIEW, About.STUDENT),
    "takeConcern": Door(_p.CONCERNS_EDIT, About.WHOLE),
    "closeConcern": Door(_p.CONCERNS_EDIT, About.WHOLE),
    "listCodes": Door(_p.REGISTERS_VIEW),
    "chooseCodes": Door(_p.CODES_EDIT, About.WHOLE, body={"preset": "simple"}),
    "setSessionTimes": Door(
        _p.CODES_EDIT, About.WHOLE, body={"session": "PM", "starts_at": "13:00", "closes_at": "13:20"}
    ),
    "listAccess": Door(_p.ACCESS_VIEW),
    "listOwnAccessLog": Door(_p.ACCESS_VIEW),
    # behaviour
    "listIncidentTypes": Door(_p.INCIDENTS_RECORD),
    "createIncidentType": Door(_p.BEHAVIOUR_EDIT, body={"code": "gum", "name": "Chewing gum"}),
    "changeIncidentType": Door(_p.BEHAVIOUR_EDIT, body={"name": "Chewing gum"}),
    "deleteIncidentType": Door(_p.BEHAVIOUR_EDIT),
    "listPointScales": Door(_p.BEHAVIOUR_VIEW),
    "createPointScale": Door(_p.BEHAVIOUR_EDIT, body={"name": "House points"}),
    "listIncidents": Door(_p.BEHAVIOUR_VIEW),
    "recordIncident": Door(_p.INCIDENTS_RECORD, body=NEW_INCIDENT),
    "getIncident": Door(_p.BEHAVIOUR_VIEW, About.STUDENT),
    "changeIncident": Door(_p.INCIDENTS_REVIEW, body={"narrative": "More"}),
    "deleteIncidentDraft": Door(frozenset({Who.TEACHER})),  # its author, to hear that it is none
    "submitIncident": Door(frozenset({Who.TEACHER})),
    "addIncidentStudents": Door(
        frozenset({Who.TEACHER, Who.ADMIN}), body={"students": [{"student": "{newcomer}"}]}
    ),  # author and reviewers
    "listIncidentFiles": Door(_p.INCIDENTS_VIEW, About.STUDENT),
    "addIncidentFile": Door(frozenset({Who.TEACHER, Who.ADMIN}), body={"file": "@damage.pdf"}),  # who reported, reviews
    "getIncidentFile": Door(_p.INCIDENTS_VIEW, About.STUDENT),
    "removeIncidentFile": Door(_p.INCIDENTS_REVIEW),
    "reviewIncident": Door(_p.INCIDENTS_REVIEW, body={"decision": "approve"}),
    "withdrawIncident": Door(_p.INCIDENTS_REVIEW, body={"reason": "Somebody else"}),
    "contestIncident": Door(_p.INCIDENTS_CONTEST, About.STUDENT, body={"text": "It was not so"}),
    "answerContest": Door(_p.CONTESTS_ANSWER, body={"student": "{student}", "text": "It was"}),
    "listIncidentNotices": Door(_p.NOTICES_SEND, About.STUDENT),
    "writeIncidentNotice": Door(_p.NOTICES_SEND, About.STUDENT, body={"student": "{student}", "text": "News"}),
    "sendBehaviourNotice": Door(_p.NOTICES_SEND, About.STUDENT),
    "recallBehaviourNotice": Door(_p.NOTICES_SEND, About.STUDENT),
    "acknowledgeBehaviourNotice": Door(_p.NOTICES_ACKNOWLEDGE, About.STUDENT),
    "listPoints": Door(_p.BEHAVIOUR_VIEW),
    "awardPoints": Door(_p.POINTS_AWARD, About.STUDENT, body={"student": "{student}", "points": 1}),
    "takeBackPoints": Door(_p.POINTS_AWARD, About.STUDENT),
    "getStudentBehaviour": Door(_p.BEHAVIOUR_VIEW, About.STUDENT),
    "listEscalationPolicies": Door(_p.BEHAVIOUR_EDIT),
    "saveEscalationPolicy": Door(
        _p.BEHAVIOUR_EDIT,
        body={"name": "Late", "starts_on": "2026-11-23", "types": ["{incident_type_id}"], "stages": [{"threshold": 3}]},
    ),
    "retireEscalationPolicy": Door(_p.BEHAVIOUR_EDIT),
    "tryEscalationPolicy": Door(_p.BEHAVIOUR_EDIT),
    "listEscalations": Door(_p.BEHAVIOUR_VIEW),
    "approveEscalation": Door(_p.STAGES_DECIDE),
    "dismissEscalation": Door(_p.STAGES_DECIDE, body={"reason": "Talked already"}),
    "listBehaviourActions": Door(_p.INCIDENTS_VIEW),
    "setBehaviourAction": Door(
        _p.INCIDENTS_REVIEW, body={"student": "{student}", "kind": "talk", "from": "2026-11-23"}
    ),
    "finishBehaviourAction": Door(_p.INCIDENTS_REVIEW),
    "cancelBehaviourAction": Door(_p.INCIDENTS_REVIEW),
    "behaviourDashboard": Door(_p.DASHBOARDS_VIEW),
    # detentions
    "listDetentionTypes": Door(_p.BEHAVIOUR_VIEW),
    "createDetentionType": Door(_p.BEHAVIOUR_EDIT, body={"name": "Break"}),
    "changeDetentionType": Door(_p.BEHAVIOUR_EDIT, body={"name": "Short break"}),
    "listDetentionSlots": Door(_p.BEHAVIOUR_VIEW),
    "createDetentionSlots": Door(_p.SLOTS_EDIT, body=NEW_SLOT),
    "proposeDetentionSlots": Door(
        _p.DETENTIONS_SET,
        About.STUDENT,
        body={"type": "{detention_type_id}", "students": ["{student}"]},
        shows=(_p.BEHAVIOUR_VIEW,),
    ),
    "noteSupervisorAway": Door(
        _p.SLOTS_EDIT,
        body={"staff": "{staff}", "starts_at": "2026-11-20T09:00:00Z", "ends_at": "2026-11-20T16:00:00Z"},
    ),
    "getDetentionSlot": Door(_p.BEHAVIOUR_VIEW, but=FAMILY),  # who reads of their own detentions alone
    "cancelDetentionSlot": Door(_p.SLOTS_EDIT, body={"reason": "Boiler"}),
    "moveDetentionSlot": Door(_p.SLOTS_EDIT, body={"to": "{slot_id}"}),
    "assignDetentionSupervisors": Door(_p.SLOTS_EDIT, body={"supervisors": ["{staff}"]}),
    "getDetentionRegister": Door(_p.DETENTIONS_RUN, About.REGISTER),
    "takeDetentionRegister": Door(_p.DETENTIONS_RUN, About.REGISTER, body={"rest": "present"}),
    "sendDetentionBatch": Door(_p.DETENTIONS_RUN, body=batch_of("detention")),
    "listDetentionConflicts": Door(_p.DETENTIONS_RUN),
    "keepDetentionMark": Door(_p.DETENTIONS_RUN, About.REGISTER),
    "replaceDetentionMark": Door(_p.DETENTIONS_RUN, About.REGISTER, body={"version": 0}),
    "getDetentionFeed": Door(_p.BEHAVIOUR_VIEW),
    "listDetentions": Door(_p.BEHAVIOUR_VIEW),
    "setDetention": Door(_p.DETENTIONS_SET, About.STUDENT, body=NEW_DETENTION, shows=(_p.BEHAVIOUR_VIEW,)),
    "getDetention": Door(_p.BEHAVIOUR_VIEW, About.STUDENT),
    "approveDetention": Door(_p.INCIDENTS_REVIEW, body={"slot": None}),
    "rescheduleDetention": Door(
        _p.DETENTIONS_SET, About.STUDENT, body={"reason": "Dentist"}, shows=(_p.BEHAVIOUR_VIEW,)
    ),
    "cancelDetention": Door(_p.DETENTIONS_SET, About.STUDENT, body={"reason": "Dentist"}, shows=(_p.BEHAVIOUR_VIEW,)),
    "excuseDetention": Door(_p.DETENTIONS_SET, About.WHOLE, body={"reason": "Dentist"}, shows=(_p.BEHAVIOUR_VIEW,)),
    "correctDetention": Door(_p.INCIDENTS_REVIEW, body={"state": "completed", "reason": "It was served"}),
    "askToMoveDetention": Door(_p.DETENTIONS_ASK_TO_MOVE, About.STUDENT, body={"reason": "Dentist"}),
    "acknowledgeDetention": Door(_p.NOTICES_ACKNOWLEDGE, About.STUDENT),
}
"""By operation id."""

PAGES: dict[str, Door] = {
    # for everybody
    "GET health": Door(EVERYBODY),
    "GET health/live": Door(EVERYBODY),
    "GET health/ready": Door(EVERYBODY),
    "GET .well-known/jwks.json": Door(EVERYBODY),
    "GET ": Door(EVERYBODY),
    "GET offline/": Door(EVERYBODY),
    "GET sw.js": Door(EVERYBODY),
    "GET manifest.webmanifest": Door(EVERYBODY),
    # coming in and going out
    "GET sign-in/": Door(EVERYBODY),
    "POST sign-in/": Door(EVERYBODY, body=SIGNING_IN),
    "POST sign-out/": Door(EVERYBODY),
    "POST switch/": Door(SIGNED_IN - {Who.SUPER_ADMIN, Who.FOREIGN_ADMIN}, body={"school": "{school}"}),
    "POST language/": Door(EVERYBODY, body={"language": "fr", "back": "/sign-in/"}),
    "GET set-up/": Door(EVERYBODY),
    "POST set-up/": Door(
        _p.SCHOOL_CREATE,
        body={"username": "head", "password": _password, "name": "Ada Head", "institutionName": "New School"},
    ),
    "GET invitation/<str:secret>/": Door(EVERYBODY),
    "POST invitation/<str:secret>/": Door(EVERYBODY, body={"password": "a horse of another colour"}),
    # one's own
    "GET components/": Door(EVERYBODY),
    "GET operator/": Door(_p.SCHOOL_CREATE),
    "POST operator/": Door(_p.SCHOOL_CREATE),
    "GET set-up-school/": Door(_p.CLASSES_EDIT),
    "GET set-up-school/<slug:step>/": Door(_p.CLASSES_EDIT, path="/set-up-school/times/"),
    "POST set-up-school/<slug:step>/": Door(
        _p.CLASSES_EDIT,
        path="/set-up-school/forms/",
        body={"grade-9": "Z"},
    ),
    "GET today/": Door(SIGNED_IN),
    "GET palette/": Door(SIGNED_IN, query="?q=gudrun"),
    "GET keys/": Door(SIGNED_IN),
    "GET search/": Door(SIGNED_IN, query="?q=zoelle"),
    "GET account/": Door(SIGNED_IN),
    "POST account/": Door(SIGNED_IN, body={"act": "profile", "theme": "dark"}),
    # the school
    "GET settings/": Door(SIGNED_IN),
    "GET settings/school/": Door(_p.SCHOOL_EDIT),
    "POST settings/school/": Door(_p.SCHOOL_EDIT, body={"name": "Hill School"}),
    "GET settings/users/": Door(_p.USERS_LIST),
    "POST settings/users/": Door(_p.USERS_EDIT, body={"role": "teacher", "full_name": "Nell New"}),
    "GET settings/users/<uuid:user_id>/": Door(_p.USERS_LIST),
    "POST settings/users/<uuid:user_id>/": Door(_p.USERS_EDIT, body={"act": "rename", "full_name": "Zo"}),
    "GET settings/keys/": Door(_p.KEYS_EDIT),
    "POST settings/keys/": Door(_p.KEYS_EDIT, body={"act": "make", "name": "Till", "scopes": "classes:read"}),
    "GET access-log/": Door(_p.ACCESS_VIEW),
    "GET profile/access-log/": Door(_p.ACCESS_VIEW),
    "POST profile/access-log/": Door(_p.ACCESS_VIEW, body={"export": "csv"}),
    "POST access-log/": Door(_p.ACCESS_VIEW, body={"export": "csv"}),  # to hear that it is no file for families
    "GET settings/trail/": Door(_p.TRAIL_VIEW),
    "POST settings/trail/": Door(_p.TRAIL_VIEW, body={"export": "csv"}),
    "GET settings/policy/": Door(_p.POLICY_VIEW),
    # students
    "GET students/": Door(_p.STUDENTS_VIEW),
    "POST students/": Door(_p.STUDENTS_VIEW, body={"export": "csv"}),
    "GET students/new/": Door(_p.STUDENTS_EDIT),
    "POST students/new/": Door(_p.STUDENTS_EDIT, body={"full_name": "Nell New", "admission_date": "2026-11-20"}),
    "GET students/<uuid:student_id>/": Door(_p.STUDENTS_VIEW, About.STUDENT),
    "GET students/<uuid:student_id>/edit/": Door(_p.STUDENTS_EDIT),
    "POST students/<uuid:student_id>/edit/": Door(_p.STUDENTS_EDIT, body={"full_name": "Zo"}),
    "GET students/<uuid:student_id>/move/": Door(_p.CLASSES_ASSIGN),
    "POST students/<uuid:student_id>/move/": Door(
        _p.CLASSES_ASSIGN, body={"to_class": "{other_class}", "from_class": "{class}", "on": "2026-11-23"}
    ),
    "GET students/<uuid:student_id>/leave/": Door(_p.STUDENTS_ENROL),
    "POST students/<uuid:student_id>/leave/": Door(
        _p.STUDENTS_ENROL, body={"last_day": "2026-11-20", "exit": "withdrawn"}
    ),
    "GET students/<uuid:student_id>/guardians/new/": Door(_p.PEOPLE_EDIT),
    "POST students/<uuid:student_id>/guardians/new/": Door(_p.PEOPLE_EDIT, body={"full_name": "Nell New"}),
    "GET students/<uuid:student_id>/guardians/": Door(_p.PEOPLE_EDIT),
    "GET guardians/<uuid:link_id>/": Door(_p.PEOPLE_EDIT),
    "POST guardians/<uuid:link_id>/": Door(
        _p.PEOPLE_EDIT,
        body={"relationship": "aunt", "parental_responsibility": "yes", "lives_with": "no", "portal": "view"},
    ),
    "GET students/<uuid:student_id>/merge/": Door(_p.PEOPLE_MERGE),
    "GET students/<uuid:student_id>/ask/": Door(_p.CHANGES_ASK, About.STUDENT),
    "POST students/<uuid:student_id>/ask/": Door(_p.CHANGES_ASK, About.STUDENT, body={"gender": "f"}),
    "GET students/<uuid:student_id>/flags/": Door(_p.STUDENTS_EDIT),
    "POST students/<uuid:student_id>/flags/": Door(_p.STUDENTS_EDIT, body={"kind": "diet", "text": "No nuts"}),
    "GET flags/<uuid:flag_id>/": Door(_p.STUDENTS_EDIT),
    "GET students/<uuid:student_id>/restrictions/": Door(_p.RESTRICTIONS_EDIT),
    "POST students/<uuid:student_id>/restrictions/": Door(
        _p.RESTRICTIONS_EDIT, body={"description": "An uncle", "kinds": "no_contact"}
    ),
    "GET restrictions/<uuid:restriction_id>/end/": Door(_p.RESTRICTIONS_EDIT),
    "POST restrictions/<uuid:restriction_id>/end/": Door(_p.RESTRICTIONS_EDIT, body={"reason": "The order ended"}),
    "POST flags/<uuid:flag_id>/": Door(_p.STUDENTS_EDIT, body={"act": "end"}),
    "GET students/<uuid:student_id>/consents/": Door(_p.CONSENTS_VIEW, About.STUDENT),
    "POST students/<uuid:student_id>/consents/": Door(
        _p.CONSENTS_ANSWER,
        About.STUDENT,
        body={"kind": "{kind_id}", "answer": "given", "answered_by": "Gudrun"},
        but=frozenset({Who.STUDENT}),  # who is not of age
    ),
    "GET students/<uuid:student_id>/family/": Door(_p.PEOPLE_EDIT),
    "POST students/<uuid:student_id>/family/": Door(_p.PEOPLE_EDIT, body={"name": "Lowe"}),
    "GET students/<uuid:student_id>/timeline/": Door(_p.STUDENTS_LIST, About.WHOLE),
    "GET my-record/": Door(_p.CHANGES_ASK),
    "POST my-record/": Door(_p.CHANGES_ASK, body={"email": "new@school.example"}),
    "GET my-access/": Door(frozenset({Who.STUDENT})),
    "POST my-access/": Door(frozenset({Who.STUDENT}), body={"agreed": ""}),
    "GET change-requests/": Door(_p.STUDENTS_EDIT),
    "POST change-requests/": Door(_p.STUDENTS_EDIT, body={"export": "csv"}),
    "GET change-requests/<uuid:request_id>/": Door(_p.STUDENTS_EDIT),
    "POST change-requests/<uuid:request_id>/": Door(_p.STUDENTS_EDIT, body={"act": "apply"}),
    "GET people/duplicates/": Door(_p.PEOPLE_MERGE),
    "POST people/duplicates/": Door(_p.PEOPLE_MERGE, body={"export": "csv"}),
    "GET people/duplicates/<uuid:person_id>/<uuid:other_id>/": Door(_p.PEOPLE_MERGE),
    "POST people/duplicates/<uuid:person_id>/<uuid:other_id>/": Door(_p.PEOPLE_MERGE, body={"act": "apart"}),
    "GET people/merges/": Door(_p.PEOPLE_MERGE),
    "POST people/merges/": Door(_p.PEOPLE_MERGE, body={"export": "csv"}),
    "GET people/merges/<uuid:merge_id>/undo/": Door(_p.PEOPLE_MERGE),
    "POST people/merges/<uuid:merge_id>/undo/": Door(_p.PEOPLE_MERGE),
    "GET settings/people/": Door(_p.SCHOOL_EDIT),
    "POST settings/people/": Door(_p.SCHOOL_EDIT, body={"act": "add", "name": "Swimming"}),
    # classes
    "GET classes/": Door(_p.CLASSES_VIEW),
    "POST classes/": Door(_p.CLASSES_VIEW, body={"export": "csv"}),
    "GET classes/new/": Door(_p.CLASSES_EDIT),
    "POST classes/new/": Door(_p.CLASSES_EDIT, body={"name": "7C"}),
    "GET classes/arrange/": Door(_p.CLASSES_ASSIGN),
    "POST classes/arrange/": Door(_p.CLASSES_ASSIGN, body={"on": "2026-11-23"}),
    "GET classes/<uuid:class_id>/": Door(_p.CLASSES_VIEW, About.CLASS),
    "POST classes/<uuid:class_id>/": Door(_p.CLASSES_ASSIGN, body={"student": "{newcomer}"}),
    "GET classes/<uuid:class_id>/edit/": Door(_p.CLASSES_EDIT),
    "POST classes/<uuid:class_id>/edit/": Door(
        _p.CLASSES_EDIT,
        body={"act": "edit", "name": "7A", "registers": "daily", "starts": "2026-09-01", "ends": "2027-07-20"},
    ),
    "GET timetable/feeds/<str:feed_token>/": Door(EVERYBODY),  # whoever has its address
    "GET classes/<uuid:class_id>/lessons/": Door(_p.LESSONS_VIEW, About.CLASS),
    "POST classes/<uuid:class_id>/lessons/": Door(
        _p.LESSONS_EDIT, body={"weekday": "1", "period": "2", "starts_at": "09:00", "ends_at": "10:00"}
    ),
    "GET timetable/": Door(_p.LESSONS_VIEW),
    "GET timetable/plan/": Door(_p.TIMETABLE_PLAN),
    "POST timetable/plan/": Door(_p.TIMETABLE_PLAN, body={"act": "draft"}),
    "GET timetable/runs/<uuid:timetable_run_id>/": Door(_p.TIMETABLE_PLAN),
    "POST timetable/runs/<uuid:timetable_run_id>/": Door(_p.TIMETABLE_PLAN, body={"act": "cancel"}),
    "GET timetable/versions/<uuid:version_id>/": Door(_p.TIMETABLE_PLAN),
    "POST timetable/versions/<uuid:version_id>/": Door(
        _p.TIMETABLE_PLAN, body={"act": "move", "lesson": "{planned}", "to": "1-1"}
    ),
    "GET timetable/versions/<uuid:version_id>/compare/": Door(_p.TIMETABLE_PLAN),
    "GET timetable/versions/<uuid:version_id>/print/": Door(_p.TIMETABLE_PLAN),
    "GET timetable/versions/<uuid:version_id>/score/": Door(_p.TIMETABLE_PLAN),
    "GET timetable/requirements/": Door(_p.TIMETABLE_PLAN),
    "POST timetable/requirements/": Door(_p.TIMETABLE_PLAN, body={"name": "Choir", "classes": "{class_id}"}),
    "GET timetable/requirements/paste/": Door(_p.TIMETABLE_PLAN),
    "POST timetable/requirements/paste/": Door(_p.TIMETABLE_PLAN, body={"act": "look", "text": "7A;MA;;4"}),
    "GET timetable/requirements/<uuid:requirement_id>/": Door(_p.TIMETABLE_PLAN),
    "POST timetable/requirements/<uuid:requirement_id>/": Door(
        _p.TIMETABLE_PLAN, body={"name": "Choir", "classes": "{class_id}"}
    ),
    "GET timetable/rules/": Door(_p.TIMETABLE_PLAN),
    "POST timetable/rules/": Door(_p.TIMETABLE_PLAN, body={"export": "csv"}),
    "GET timetable/rules/new/": Door(_p.TIMETABLE_PLAN, query="?kind=max_per_day"),
    "POST timetable/rules/new/": Door(_p.TIMETABLE_PLAN, query="?kind=max_per_day", body={"hours": "6"}),
    "GET timetable/rules/<uuid:rule_id>/": Door(_p.TIMETABLE_PLAN),
    "POST timetable/rules/<uuid:rule_id>/": Door(_p.TIMETABLE_PLAN, body={"act": "relax"}),
    "GET rollovers/": Door(_p.ROLLOVER_PREVIEW),
    "POST rollovers/": Door(_p.ROLLOVER_PREVIEW, body={"name": "2042"}),
    "GET rollovers/<uuid:plan_id>/": Door(_p.ROLLOVER_PREVIEW),
    "POST rollovers/<uuid:plan_id>/": Door(_p.ROLLOVER_PREVIEW, body={"act": "preview"}),
    "GET rollovers/<uuid:plan_id>/access/": Door(_p.ROLLOVER_PREVIEW),
    "GET settings/years/": Door(_p.CLASSES_EDIT),
    "POST settings/years/": Door(_p.CLASSES_EDIT, body={"act": "close", "name": "Snow", "starts": "2026-12-01"}),
    "GET settings/subjects/": Door(_p.CLASSES_EDIT),
    "POST settings/subjects/": Door(_p.CLASSES_EDIT, body={"code": "X", "name": "X"}),
    "GET settings/bells/": Door(_p.TIMETABLE_PLAN),
    "POST settings/bells/": Door(
        _p.TIMETABLE_PLAN,
        body={"act": "bells", "name": "Short day", "name-1": "1", "starts-1": "09:00", "ends-1": "09:30"},
    ),
    "GET settings/rooms/": Door(_p.LOCATIONS_EDIT),
    "POST settings/rooms/": Door(_p.LOCATIONS_EDIT, body={"name": "R2"}),
    "GET settings/rooms/<uuid:location_id>/": Door(_p.LOCATIONS_EDIT),
    "POST settings/rooms/<uuid:location_id>/": Door(_p.LOCATIONS_EDIT, body={"act": "edit", "name": "Hall"}),
    # attendance
    "GET attendance/": Door(_p.REGISTERS_VIEW),
    "GET attendance/absences/": Door(_p.NUMBERS_VIEW),
    "POST attendance/absences/": Door(_p.NUMBERS_VIEW, body={"export": "csv"}),
    "POST attendance/": Door(_p.REGISTERS_VIEW, body={"export": "csv"}),
    "GET attendance/cases/": Door(_p.CASES_VIEW),
    "POST attendance/cases/": Door(_p.CASES_VIEW, body={"export": "csv"}),
    "GET attendance/cases/<uuid:case_id>/": Door(_p.CASES_VIEW, About.CHILD),
    "POST attendance/cases/<uuid:case_id>/": Door(_p.CASES_SETTLE, body={"act": "confirm", "code": "I"}),
    "GET attendance/cases/<uuid:case_id>/answer/": Door(_p.CASES_VIEW, About.CHILD),
    "POST attendance/cases/<uuid:case_id>/answer/": Door(frozenset({Who.GUARDIAN}), body={"reason": "I"}),
    "GET stop/<str:link>/": Door(EVERYBODY),
    "POST stop/<str:link>/": Door(EVERYBODY),
    "GET reply/<str:token>/": Door(EVERYBODY),
    "POST reply/<str:token>/": Door(EVERYBODY, body={"reason": "I"}),
    # notifications
    "GET notifications/": Door(IN_A_SCHOOL),
    "POST notifications/": Door(IN_A_SCHOOL),
    "GET notifications/badge/": Door(IN_A_SCHOOL),
    "GET notifications/settings/": Door(IN_A_SCHOOL),
    "POST notifications/settings/": Door(
        IN_A_SCHOOL, body={"attendance-email": "now", "starts_at": "21:00", "ends_at": "07:00", "digest_at": "17:00"}
    ),
    "POST notifications/<uuid:notification_id>/": Door(frozenset({Who.GUARDIAN})),
    "GET settings/messages/": Door(_p.PROVIDERS_EDIT),
    "POST settings/messages/": Door(
        _p.PROVIDERS_EDIT, body={"act": "test", "channel": "email", "address": "a@school.example"}
    ),
    "GET settings/messages/texts/": Door(_p.PROVIDERS_EDIT),
    "POST settings/messages/texts/": Door(
        _p.PROVIDERS_EDIT, body={"key": "test", "channel": "email", "subject": "Hello", "body": "From {school}"}
    ),
    "GET outbox/": Door(_p.DELIVERIES_VIEW),
    "POST outbox/": Door(_p.DELIVERIES_VIEW, body={"export": "csv"}),
    "GET outbox/texts/": Door(_p.DELIVERIES_VIEW),
    "POST outbox/texts/": Door(_p.DELIVERIES_VIEW, body={"export": "csv"}),
    "GET outbox/texts/<uuid:sms_id>/": Door(_p.DELIVERIES_VIEW),
    "POST outbox/texts/<uuid:sms_id>/": Door(_p.DELIVERIES_VIEW),
    "POST hooks/<slug:carrier>/<str:hook>/": Door(NOBODY),  # but a carrier, with its signature
    "GET outbox/<uuid:delivery_id>/": Door(_p.DELIVERIES_VIEW),
    "POST outbox/<uuid:delivery_id>/": Door(_p.DELIVERIES_VIEW),
    "GET registers/<uuid:register_id>/": Door(_p.REGISTERS_VIEW, About.REGISTER),
    "POST registers/<uuid:register_id>/": Door(_p.REGISTERS_TAKE, About.REGISTER),
    "GET registers/<uuid:register_id>/rows/": Door(_p.REGISTERS_VIEW, About.REGISTER),
    "GET registers/<uuid:register_id>/history/": Door(_p.REGISTERS_VIEW, About.REGISTER),
    "GET registers/<uuid:register_id>/history/pdf/": Door(_p.REGISTERS_VIEW, About.REGISTER),
    "GET registers/mine/": Door(_p.REGISTERS_TAKE),
    "GET attendance/conflicts/": Door(_p.REGISTERS_VIEW),
    "POST attendance/conflicts/<uuid:conflict_id>/": Door(_p.REGISTERS_TAKE, About.REGISTER, body={"act": "keep"}),
    "GET students/<uuid:student_id>/absences/new/": Door(_p.ABSENCES_ASK, About.STUDENT, but=frozenset({Who.STUDENT})),
    "POST students/<uuid:student_id>/absences/new/": Door(
        _p.ABSENCES_ASK,
        About.STUDENT,
        body={"starts_on": "2026-12-01", "what": "family"},
        but=frozenset({Who.STUDENT}),
    ),
    # Families see sessions in words, not by code.
    "GET students/<uuid:student_id>/attendance/letter/": Door(_p.CONCERNS_EDIT, About.WHOLE),
    "GET students/<uuid:student_id>/sessions/": Door(
        _p.REGISTERS_VIEW, About.STUDENT, but=frozenset({Who.STUDENT, Who.GUARDIAN})
    ),
    "POST students/<uuid:student_id>/sessions/": Door(
        _p.REGISTERS_AMEND,
        About.WHOLE,
        body={"act": "override", "on": "2026-11-20", "session": "AM", "code": "N", "reason": "seen"},
    ),
    "GET attendance/planned/": Door(_p.ABSENCES_ASK),
    "POST attendance/planned/": Door(_p.ABSENCES_ASK, body={"export": "csv"}),
    "GET attendance/planned/<uuid:planned_id>/": Door(_p.ABSENCES_ASK, About.STUDENT, but=frozenset({Who.STUDENT})),
    "POST attendance/planned/<uuid:planned_id>/": Door(_p.ABSENCES_DECIDE, About.WHOLE, body={"act": "approve"}),
    "GET attendance/concerns/": Door(_p.CONCERNS_VIEW),
    "POST attendance/concerns/": Door(_p.CONCERNS_VIEW, body={"export": "csv"}),
    "GET attendance/concerns/<uuid:concern_id>/": Door(_p.CONCERNS_VIEW, About.STUDENT),
    "POST attendance/concerns/<uuid:concern_id>/": Door(_p.CONCERNS_EDIT, About.WHOLE, body={"act": "take"}),
    "GET attendance/persistent/": Door(_p.NUMBERS_VIEW, About.WHOLE),
    "POST attendance/persistent/": Door(_p.NUMBERS_VIEW, About.WHOLE, body={"export": "csv"}),
    "GET attendance/numbers/": Door(_p.NUMBERS_VIEW),
    "POST attendance/numbers/": Door(_p.NUMBERS_VIEW, body={"export": "csv"}),
    "GET attendance/closures/": Door(_p.REGISTERS_VIEW, About.WHOLE),
    "POST attendance/closures/": Door(
        _p.REGISTERS_AMEND, About.WHOLE, body={"starts_on": "2026-12-01", "reason": "snow"}
    ),
    "GET attendance/closures/<uuid:closure_id>/": Door(_p.REGISTERS_AMEND, About.WHOLE),
    "POST attendance/closures/<uuid:closure_id>/": Door(_p.REGISTERS_AMEND, About.WHOLE),
    "GET attendance/official/": Door(_p.YEAR_CLOSE, About.WHOLE),
    "POST attendance/official/": Door(_p.YEAR_CLOSE, About.WHOLE, body={"act": "close"}),
    "GET attendance/official/<uuid:copy_id>/": Door(_p.YEAR_CLOSE, About.WHOLE),
    # A blank register of a class whose list one may see, for those who take registers.
    "GET attendance/paper/<uuid:class_id>/": Door(_p.REGISTERS_TAKE),
    "GET settings/attendance/method/": Door(_p.CODES_EDIT, About.WHOLE),
    "POST settings/attendance/method/": Door(_p.CODES_EDIT, About.WHOLE, body={"starts_on": "2026-12-01"}),
    "GET gate/": Door(_p.GATE_USE, query="?q=zoelle"),
    "POST gate/": Door(_p.GATE_USE, body={"direction": "in", "card": "nobody's"}),
    "GET gate/cards/": Door(_p.GATE_USE),
    "GET gate/visits/<uuid:event_id>/badge/": Door(_p.GATE_USE),
    "GET on-site/": Door(_p.ON_SITE_VIEW, query="?print=1"),  # an evacuation is running: teachers see it too
    "POST on-site/": Door(_p.ON_SITE_VIEW, About.WHOLE),
    "GET on-site/kept/": Door(_p.ON_SITE_VIEW, About.WHOLE),
    "GET evacuation/": Door(_p.ON_SITE_VIEW),
    "GET evacuation/<uuid:roll_id>/": Door(_p.ON_SITE_VIEW),
    "POST evacuation/<uuid:roll_id>/": Door(_p.ON_SITE_VIEW, body={"act": "found", "person": "{student}"}),
    "GET cover/": Door(_p.COVER_ASSIGN),
    "POST cover/": Door(_p.COVER_ASSIGN, body={"act": "revoke"}),
    "GET cover/lessons/": Door(_p.COVER_ASSIGN),
    "POST cover/lessons/": Door(_p.COVER_ASSIGN, body={"export": "csv"}),
    "GET cover/sheet/": Door(_p.COVER_ASSIGN),
    "GET cover/tallies/": Door(_p.COVER_ASSIGN),
    "POST cover/tallies/": Door(_p.COVER_ASSIGN, body={"limit": "5"}),
    "GET cover/mine/": Door(_p.COVER_ANSWER),
    "POST cover/mine/": Door(_p.COVER_ANSWER, body={"act": "accept"}),
    "GET staff-absences/": Door(_p.STAFF_ABSENCES_ASK),
    "POST staff-absences/": Door(_p.STAFF_ABSENCES_ASK, body={"export": "csv"}),
    "GET staff-absences/new/": Door(_p.STAFF_ABSENCES_ASK),
    "POST staff-absences/new/": Door(_p.STAFF_ABSENCES_ASK, body={"staff": "{staff_id}", "starts_on": "2026-12-10"}),
    "GET staff-absences/<uuid:absence_id>/": Door(_p.STAFF_ABSENCES_ASK, About.OWN),
    "POST staff-absences/<uuid:absence_id>/": Door(_p.STAFF_ABSENCES_ASK, About.OWN, body={"act": "cancel"}),
    "GET cover/<uuid:lesson_id>/": Door(_p.COVER_ASSIGN),
    "POST cover/<uuid:lesson_id>/": Door(_p.COVER_ASSIGN, body={"act": "assign", "staff": "{staff}"}),
    # with a pass: whoever has the link and the PIN, and nobody by their account
    "GET pass/": Door(NOBODY),
    "GET pass/registers/<uuid:register_id>/": Door(NOBODY),
    "POST pass/registers/<uuid:register_id>/": Door(NOBODY),
    "GET pass/<str:pass_link>/": Door(EVERYBODY),
    "POST pass/<str:pass_link>/": Door(EVERYBODY, body={"pin": "{pin}"}),
    "GET settings/attendance/": Door(_p.CODES_EDIT, About.WHOLE),
    "POST settings/attendance/": Door(_p.CODES_EDIT, About.WHOLE, body={"act": "codes", "preset": "simple"}),
    # behaviour
    "GET behaviour/": Door(_p.DASHBOARDS_VIEW),
    "GET behaviour/record/": Door(_p.INCIDENTS_RECORD),
    "POST behaviour/record/": Door(
        _p.INCIDENTS_RECORD, body={"type": "{incident_type_id}", "student": "{student}", "another": "1"}
    ),
    "GET behaviour/incidents/": Door(_p.BEHAVIOUR_VIEW),
    "POST behaviour/incidents/": Door(_p.BEHAVIOUR_VIEW, body={"export": "csv"}),
    "GET behaviour/points/": Door(_p.BEHAVIOUR_VIEW),
    "POST behaviour/points/": Door(_p.BEHAVIOUR_VIEW, body={"export": "csv"}),
    "GET behaviour/queue/": Door(_p.INCIDENTS_REVIEW),
    "POST behaviour/queue/": Door(
        _p.INCIDENTS_REVIEW, body={"row": "{incident_id}", "act": "approve"}, but=frozenset({Who.FOREIGN_ADMIN})
    ),  # in whose school there is no such row
    "GET behaviour/stages/": Door(_p.INCIDENTS_VIEW),
    "POST behaviour/stages/": Door(_p.INCIDENTS_VIEW, body={"export": "csv"}),
    "GET behaviour/stages/<uuid:escalation_id>/": Door(_p.INCIDENTS_VIEW, About.STUDENT),
    "POST behaviour/stages/<uuid:escalation_id>/": Door(_p.STAGES_DECIDE, body={"act": "dismiss", "reason": "Talked"}),
    "GET incidents/<uuid:incident_id>/": Door(_p.BEHAVIOUR_VIEW, About.STUDENT),
    "POST incidents/<uuid:incident_id>/": Door(_p.INCIDENTS_REVIEW, body={"act": "withdraw", "reason": "Not so"}),
    "GET incidents/<uuid:incident_id>/files/<uuid:file_id>/": Door(_p.INCIDENTS_VIEW, About.STUDENT),
    "GET incidents/<uuid:incident_id>/record.pdf": Door(_p.BEHAVIOUR_EXPORT, About.STUDENT),
    "GET behaviour/notices/<uuid:notice_id>/letter.pdf": Door(
        frozenset({Who.TEACHER, Who.ADMIN, Who.GUARDIAN})  # who may send it, its reporter, and who was sent it
    ),
    "GET students/<uuid:student_id>/behaviour/": Door(_p.BEHAVIOUR_VIEW, About.STUDENT),
    "POST students/<uuid:student_id>/behaviour/": Door(_p.POINTS_AWARD, About.STUDENT, body={"points": "1"}),
    "GET settings/behaviour/": Door(_p.BEHAVIOUR_EDIT),
    "POST settings/behaviour/": Door(_p.BEHAVIOUR_EDIT, body={"act": "type", "code": "gum", "name": "Gum"}),
    "GET settings/behaviour/policies/<uuid:policy_id>/": Door(_p.BEHAVIOUR_EDIT),
    "POST settings/behaviour/policies/<uuid:policy_id>/": Door(_p.BEHAVIOUR_EDIT, body={"act": "retire"}),
    # detentions
    "GET behaviour/detentions/": Door(_p.BEHAVIOUR_VIEW, but=FAMILY),  # who have the list of their own
    "GET behaviour/detentions/all/": Door(_p.BEHAVIOUR_VIEW),
    "POST behaviour/detentions/all/": Door(_p.BEHAVIOUR_EXPORT, body={"export": "csv"}),
    "GET behaviour/detentions/feeds/<str:detention_feed_token>/": Door(EVERYBODY),  # whoever has its address
    "GET behaviour/detentions/calendar.ics": Door(_p.BEHAVIOUR_VIEW),
    "GET behaviour/detentions/new/": Door(_p.DETENTIONS_SET),
    "POST behaviour/detentions/new/": Door(
        _p.DETENTIONS_SET, About.STUDENT, body=NEW_DETENTION, but=frozenset({Who.FOREIGN_ADMIN})
    ),  # whose school has no such student
    "GET behaviour/detentions/<uuid:detention_id>/": Door(_p.BEHAVIOUR_VIEW, About.STUDENT),
    "POST behaviour/detentions/<uuid:detention_id>/": Door(
        _p.DETENTIONS_SET, About.STUDENT, body={"act": "cancel", "reason": "Dentist"}
    ),
    "POST behaviour/conflicts/<uuid:detention_conflict_id>/": Door(
        _p.DETENTIONS_RUN, About.REGISTER, body={"act": "keep"}
    ),
    "GET behaviour/slots/new/": Door(_p.SLOTS_EDIT),
    "POST behaviour/slots/new/": Door(_p.SLOTS_EDIT, body={"type": "{detention_type_id}", "date": "2026-11-24"}),
    "GET behaviour/slots/away/": Door(_p.SLOTS_EDIT),
    "POST behaviour/slots/away/": Door(_p.SLOTS_EDIT, body={"staff": "{staff}", "first": "2026-11-23"}),
    "GET behaviour/slots/<uuid:slot_id>/": Door(_p.DETENTIONS_RUN, About.REGISTER),
    "POST behaviour/slots/<uuid:slot_id>/": Door(_p.DETENTIONS_RUN, About.REGISTER, body={"rest": "present"}),
    "GET behaviour/slots/<uuid:slot_id>/rows/": Door(_p.DETENTIONS_RUN, About.REGISTER),
    "GET behaviour/slots/<uuid:slot_id>/slips/": Door(_p.DETENTIONS_RUN, About.REGISTER),
    "GET behaviour/slots/<uuid:slot_id>/list.pdf": Door(_p.DETENTIONS_RUN, About.REGISTER),
    "GET behaviour/slots/<uuid:slot_id>/edit/": Door(_p.SLOTS_EDIT),
    "POST behaviour/slots/<uuid:slot_id>/edit/": Door(_p.SLOTS_EDIT, body={"act": "supervise", "lead": "{staff}"}),
    "GET settings/detentions/": Door(_p.BEHAVIOUR_EDIT),
    "POST settings/detentions/": Door(_p.BEHAVIOUR_EDIT, body={"name": "Break", "when": "break"}),
    "GET settings/detentions/<uuid:detention_type_id>/": Door(_p.BEHAVIOUR_EDIT),
    "POST settings/detentions/<uuid:detention_type_id>/": Door(
        _p.BEHAVIOUR_EDIT, body={"name": "Short break", "when": "break"}
    ),
    # imports
    "GET imports/": Door(_p.IMPORTS_RUN),
    "POST imports/": Door(_p.IMPORTS_RUN, body={"file": "@students.csv"}),
    "GET imports/<uuid:run_id>/": Door(_p.IMPORTS_RUN),
    "POST imports/<uuid:run_id>/mapping/": Door(_p.IMPORTS_RUN, body={"date_order": "dmy"}),
    "POST imports/<uuid:run_id>/apply/": Door(_p.IMPORTS_RUN),
    "POST imports/<uuid:run_id>/rollback/": Door(_p.IMPORTS_RUN),
    "POST imports/<uuid:run_id>/cancel/": Door(_p.IMPORTS_RUN),
    "GET imports/<uuid:run_id>/errors.csv": Door(_p.IMPORTS_RUN),
}
"""By method and path."""
