"""Pages, by method and the name of the route."""

from lyceum.core.permissions import Permission
from tests.doors.expected.bodies import NEW_DETENTION, PASSWORD, SIGNING_IN
from tests.doors.expected.door import EVERYBODY, FAMILY, IN_A_SCHOOL, NOBODY, SIGNED_IN, About, Door
from tests.doors.world import Who

_p = Permission

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
        body={"username": "head", "password": PASSWORD, "name": "Ada Head", "institutionName": "New School"},
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
    "GET more/": Door(SIGNED_IN),
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
    "GET behaviour/notices/": Door(_p.NOTICES_SEND),
    "POST behaviour/notices/": Door(_p.NOTICES_SEND, body={"export": "csv"}),
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
