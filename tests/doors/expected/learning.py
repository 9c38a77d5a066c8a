"""Courses, runs, lessons, materials, enrolment and progress."""

from lyceum.core.permissions import Permission
from tests.doors.expected.door import SIGNED_IN, About, Door
from tests.doors.world import Who

_p = Permission
_TEACHERS = frozenset({Who.TEACHER, Who.OTHER_TEACHER})
_LEARNER = frozenset({Who.STUDENT})
"""Who is on the run."""
_WITH_RECORD = frozenset({Who.STUDENT, Who.APPLICANT})
"""Who learns here, or is about to."""
_COURSE = {"name": "Welding", "category": "{category_id}", "description": "Sparks", "parent_id": None}
_DATES = {"start_date": "2026-11-20", "end_date": "2027-01-19"}
_RUN = _DATES | {"course_id": "{course_id}", "location_id": None}
_MODULE = {"schedule_id": "{learning_schedule_id}", "title": "More"}
_LESSON = {"module_id": "{module_id}", "title": "More"}
_LINK = {"kind": "link", "title": "Page", "url": "https://example.org/"}

REST: dict[str, Door] = {
    "listCourseCategories": Door(_p.COURSES_VIEW, any_key=True),
    "createCourseCategory": Door(_p.COURSES_EDIT, body={"name": "Arts"}),
    "getCourseCategory": Door(_p.COURSES_VIEW, any_key=True),
    "replaceCourseCategory": Door(
        _p.COURSES_EDIT, body={"name": "Arts", "slug": "arts", "order": 1, "is_archived": False}
    ),
    "changeCourseCategory": Door(_p.COURSES_EDIT, body={"name": "Arts"}),
    "deleteCourseCategory": Door(_p.COURSES_EDIT),
    "listCourses": Door(_p.COURSES_VIEW, any_key=True),
    "createCourse": Door(_p.COURSES_EDIT, body={"name": "Weaving"}),
    "getCourse": Door(_p.COURSES_VIEW, any_key=True),
    "replaceCourse": Door(_p.COURSES_EDIT, body=_COURSE),
    "changeCourse": Door(_p.COURSES_EDIT, body={"summary": "Hot"}),
    "deleteCourse": Door(_p.COURSES_EDIT),
    "getCoursePicture": Door(_p.COURSES_VIEW, any_key=True),
    "setCoursePicture": Door(_p.COURSES_EDIT, body={"file": "@photo.pdf", "image_alt": "Sparks"}),
    "removeCoursePicture": Door(_p.COURSES_EDIT),
    "listLearningSchedules": Door(_p.COURSES_VIEW, any_key=True),
    "createLearningSchedule": Door(_p.SCHEDULES_EDIT, body=_RUN),
    "getLearningSchedule": Door(_p.COURSES_VIEW, any_key=True),
    "replaceLearningSchedule": Door(_p.SCHEDULES_EDIT, About.OWN, body=_RUN | {"instructor_id": "{teacher}"}),
    "changeLearningSchedule": Door(_p.SCHEDULES_EDIT, About.OWN, body={"name": "Evenings"}),
    "deleteLearningSchedule": Door(_p.SCHEDULES_EDIT, About.OWN),
    "publishLearningSchedule": Door(_p.SCHEDULES_EDIT, About.OWN),
    "cancelLearningSchedule": Door(_p.SCHEDULES_EDIT, About.OWN, body={"reason": "No room"}),
    "copyLearningSchedule": Door(_p.SCHEDULES_EDIT, About.OWN, body={"start_date": "2027-02-01"}),
    "orderModules": Door(_p.CONTENT_EDIT, body={"ids": ["{module_id}"]}, but=_TEACHERS),  # unless the school lets them
    "listMeetings": Door(_p.COURSES_VIEW, any_key=True),
    "createMeeting": Door(
        _p.SCHEDULES_EDIT,
        About.OWN,
        body={"starts_at": "2026-11-23T16:00:00Z", "ends_at": "2026-11-23T17:00:00Z"},
    ),
    "getMeeting": Door(_p.COURSES_VIEW, any_key=True),
    "changeMeeting": Door(_p.SCHEDULES_EDIT, About.OWN, body={"note": "Bring gloves"}),
    "deleteMeeting": Door(_p.SCHEDULES_EDIT, About.OWN),
    "listModules": Door(_p.COURSES_VIEW, any_key=True),
    "createModule": Door(_p.CONTENT_EDIT, body=_MODULE, but=_TEACHERS),
    "getModule": Door(_p.COURSES_VIEW, any_key=True),
    "replaceModule": Door(_p.CONTENT_EDIT, body=_MODULE | {"order": 1}, but=_TEACHERS),
    "changeModule": Door(_p.CONTENT_EDIT, body={"title": "More"}, but=_TEACHERS),
    "deleteModule": Door(_p.CONTENT_EDIT, but=_TEACHERS),
    "orderLessons": Door(_p.CONTENT_EDIT, body={"ids": ["{course_lesson_id}"]}, but=_TEACHERS),
    "listCourseLessons": Door(_p.COURSES_VIEW, any_key=True),
    "createCourseLesson": Door(_p.CONTENT_EDIT, body=_LESSON, but=_TEACHERS),
    "getCourseLesson": Door(_p.COURSES_VIEW, any_key=True),
    "replaceCourseLesson": Door(_p.CONTENT_EDIT, body=_LESSON | {"content": "", "order": 1}, but=_TEACHERS),
    "changeCourseLesson": Door(_p.CONTENT_EDIT, body={"title": "More"}, but=_TEACHERS),
    "deleteCourseLesson": Door(_p.CONTENT_EDIT, but=_TEACHERS),
    "openCourseLesson": Door(_LEARNER),
    "finishCourseLesson": Door(_LEARNER),
    "listOwnLearningMaterials": Door(_p.OWN_MATERIALS_VIEW, but=frozenset({Who.APPLICANT})),  # not approved
    "listMaterialsOfSchedule": Door(_p.MATERIALS_VIEW),
    "addMaterial": Door(_p.CONTENT_EDIT, body=_LINK | {"course_id": "{course_id}"}, but=_TEACHERS),
    "addDocument": Door(_p.CONTENT_EDIT, body={"file": "@plan.pdf", "course_id": "{course_id}"}, but=_TEACHERS),
    "getMaterial": Door(_p.MATERIALS_VIEW, About.STUDENT, but=frozenset({Who.GUARDIAN})),  # who reads titles
    "changeMaterial": Door(_p.CONTENT_EDIT, body={"title": "More"}, but=_TEACHERS),
    "deleteMaterial": Door(_p.CONTENT_EDIT, but=_TEACHERS),
    "openMaterial": Door(_LEARNER),
    "getMaterialFile": Door(_p.MATERIALS_VIEW, About.STUDENT, but=frozenset({Who.GUARDIAN})),
    "getOwnLearnerNames": Door(_WITH_RECORD),
    "changeOwnLearnerNames": Door(_WITH_RECORD, body={"github_username": "octocat"}),
    "listLearnerNames": Door(_p.SCHEDULES_EDIT, About.OWN, shows=(_p.LEARNERS_VIEW,)),
    "listOutsiders": Door(_p.SCHEDULES_EDIT, About.OWN, shows=(_p.LEARNERS_VIEW,)),
    "noteOutsiderRemoved": Door(_p.SCHEDULES_EDIT, About.OWN, shows=(_p.LEARNERS_VIEW,)),
    "listCourseEnrolments": Door(_p.LEARNERS_VIEW),
    "enrolInCourse": Door(
        _p.COURSES_ENROL, About.STUDENT, body={"student_id": "{student_id}"}, shows=(_p.LEARNERS_VIEW,)
    ),
    "getCourseEnrolment": Door(_p.LEARNERS_VIEW, About.STUDENT),
    "withdrawFromCourse": Door(_p.COURSES_ENROL, About.STUDENT, body={}, shows=(_p.LEARNERS_VIEW,)),
    "confirmCompletion": Door(_p.SCHEDULES_EDIT, About.OWN, shows=(_p.LEARNERS_VIEW,)),
    "reverseCompletion": Door(_p.CERTIFICATES_DECIDE, body={"reason": "Copied"}),
    "enrolMyself": Door(_LEARNER),
    "listOwnCourses": Door(_p.COURSES_ENROL),
    "getLearningSettings": Door(_p.COURSES_EDIT),
    "changeLearningSettings": Door(_p.COURSES_EDIT, body={"self_enrol_min_age": 15}),
}
_FORM = {"title": "Safety", "content": "", "access": "open", "completes_on": "marked_done"}
_COURSE_FORM = {"act": "edit", "name": "Welding", "category": "crafts", "description": "Sparks"}
_GUARDIAN = frozenset({Who.GUARDIAN})

PAGES: dict[str, Door] = {
    "GET learning/": Door(SIGNED_IN),
    "GET learning/courses/": Door(_p.COURSES_EDIT),
    "POST learning/courses/": Door(_p.COURSES_EDIT, body={"name": "Weaving"}),
    "GET learning/courses/<uuid:course_id>/": Door(SIGNED_IN),
    "GET learning/courses/<uuid:course_id>/edit/": Door(_p.COURSES_EDIT),
    "POST learning/courses/<uuid:course_id>/edit/": Door(_p.COURSES_EDIT, body=_COURSE_FORM),
    "GET learning/runs/<uuid:learning_schedule_id>/": Door(SIGNED_IN),
    "POST learning/runs/<uuid:learning_schedule_id>/": Door(_LEARNER, body={"act": "join"}),
    "GET learning/runs/<uuid:learning_schedule_id>/edit/": Door(_p.SCHEDULES_EDIT, About.OWN),
    "POST learning/runs/<uuid:learning_schedule_id>/edit/": Door(
        _p.SCHEDULES_EDIT, About.OWN, body={"act": "cancel", "reason": "No room"}
    ),
    "GET learning/runs/<uuid:learning_schedule_id>/learners/": Door(_p.SCHEDULES_EDIT, About.OWN),
    "POST learning/runs/<uuid:learning_schedule_id>/learners/": Door(
        _p.SCHEDULES_EDIT, About.OWN, body={"act": "complete", "row": "{course_enrolment_id}"}
    ),
    "GET learning/lessons/<uuid:course_lesson_id>/": Door(SIGNED_IN),
    "POST learning/lessons/<uuid:course_lesson_id>/": Door(_LEARNER, body={"act": "done"}),
    "GET learning/lessons/<uuid:course_lesson_id>/edit/": Door(_p.CONTENT_EDIT, but=_TEACHERS),
    "POST learning/lessons/<uuid:course_lesson_id>/edit/": Door(_p.CONTENT_EDIT, body=_FORM, but=_TEACHERS),
    "GET learning/materials/": Door(_p.OWN_MATERIALS_VIEW, but=frozenset({Who.APPLICANT})),
    "POST learning/materials/": Door(_WITH_RECORD, body={"github_username": "octocat"}),
    "GET learning/materials/<uuid:material_id>/": Door(_p.MATERIALS_VIEW, About.STUDENT, but=_GUARDIAN),
    "POST learning/materials/<uuid:material_id>/": Door(_p.MATERIALS_VIEW, About.STUDENT, but=_GUARDIAN),
    "GET learning/materials/<uuid:material_id>/file/": Door(_p.MATERIALS_VIEW, About.STUDENT, but=_GUARDIAN),
    "GET settings/learning/": Door(_p.COURSES_EDIT),
    "POST settings/learning/": Door(_p.COURSES_EDIT, body={"act": "category", "name": "Arts"}),
}
