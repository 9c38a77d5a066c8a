"""Registration, applications and admission."""

from lyceum.core.permissions import Permission
from tests.doors.expected.door import EVERYBODY, SIGNED_IN, About, Door
from tests.doors.world import Who

_p = Permission
_READ = (_p.APPLICATIONS_VIEW,)
_TEACHERS = frozenset({Who.TEACHER, Who.OTHER_TEACHER})
_NOT_THEIRS = _TEACHERS | {Who.STUDENT, Who.GUARDIAN}
"""They may see applications of their own; this is the applicant's."""
_AUTHOR = frozenset({Who.APPLICANT})
_APPLYING = frozenset({Who.APPLICANT, Who.STUDENT, Who.GUARDIAN, Who.ADMIN})
_DRAFT = "/api/v1/applications/{draft_application}/"
NEW = {"email": "new@school.example", "password": "a horse of another colour", "first_name": "Nell"}

REST: dict[str, Door] = {
    "register": Door(frozenset({Who.PUBLIC}), body=NEW),
    "verifyEmail": Door(EVERYBODY, body={"token": "{verify_token}"}, any_key=True),  # the link is the proof
    "getOwnApplicationStatus": Door(SIGNED_IN),
    # what one can apply for: published, so for everybody in a school
    "listIntakes": Door(EVERYBODY, any_key=True),
    "getIntake": Door(EVERYBODY, any_key=True),
    "createIntake": Door(_p.INTAKES_EDIT, body={"name": "Autumn", "kind": "course"}),
    "editIntake": Door(_p.INTAKES_EDIT, body={"places": 12}),
    "deleteIntake": Door(_p.INTAKES_EDIT),
    "publishIntake": Door(_p.INTAKES_EDIT),
    "archiveIntake": Door(_p.INTAKES_EDIT),
    "listApplicationForms": Door(_p.INTAKES_EDIT),
    "createApplicationForm": Door(_p.INTAKES_EDIT, body={"name": "More", "schema": {"sections": []}}),
    "getApplicationForm": Door(_p.INTAKES_EDIT),
    "editApplicationForm": Door(_p.INTAKES_EDIT, body={"schema": {"sections": []}}),
    "listSelectionSteps": Door(_p.INTAKES_EDIT),
    "createSelectionStep": Door(_p.INTAKES_EDIT, body={"intake": "{intake_id}", "step_name": "Test"}),
    "getSelectionStep": Door(_p.INTAKES_EDIT),
    "editSelectionStep": Door(_p.INTAKES_EDIT, body={"description": "Half an hour"}),
    "deleteSelectionStep": Door(_p.INTAKES_EDIT),
    # applications
    "listApplications": Door(_p.APPLICATIONS_VIEW),
    "getApplication": Door(_p.APPLICATIONS_VIEW, but=_NOT_THEIRS),
    "beginApplication": Door(
        frozenset({Who.APPLICANT, Who.STUDENT, Who.GUARDIAN, Who.ADMIN, Who.FOREIGN_ADMIN}),
        body={"courses": ["{wanted_course}"]},
    ),
    "editApplication": Door(_p.APPLICATIONS_ENTER, path=_DRAFT, body={"first_name": "Cy"}, also=_AUTHOR, shows=_READ),
    "deleteApplication": Door(_p.APPLICATIONS_ENTER, path=_DRAFT, also=_AUTHOR),
    "submitApplication": Door(_p.APPLICATIONS_ENTER, path=f"{_DRAFT}submit/", also=_AUTHOR, shows=_READ),
    "handInDocument": Door(_p.STEPS_SET, body={"file": "@passport.pdf"}, also=_AUTHOR, but=_TEACHERS, shows=_READ),
    "getApplicationDocumentFile": Door(_p.APPLICATIONS_VIEW, but=_NOT_THEIRS),
    # deciding
    "startReview": Door(_p.STEPS_SET, body={}, but=_TEACHERS, shows=_READ),
    "setApplicationStep": Door(_p.STEPS_SET, body={"status": "in_progress"}, but=_TEACHERS, shows=_READ),
    "askForDocument": Door(_p.STEPS_SET, body={"type": "Report"}, but=_TEACHERS, shows=_READ),
    "setApplicationDocument": Door(_p.STEPS_SET, body={"status": "verified"}, but=_TEACHERS, shows=_READ),
    "approveApplication": Door(_p.APPLICATIONS_DECIDE, body={}),
    "offerPlace": Door(_p.APPLICATIONS_DECIDE, body={}),
    "waitlistApplication": Door(_p.APPLICATIONS_DECIDE, body={}),
    "rejectApplication": Door(_p.APPLICATIONS_DECIDE, body={"reason_code": "other"}),
    "rescindOffer": Door(_p.APPLICATIONS_DECIDE, body={"reason": "wrong"}),
    "previewAdmission": Door(_p.APPLICATIONS_DECIDE),
    "admitApplicant": Door(_p.APPLICATIONS_DECIDE, body={}),
    "moveApplication": Door(_p.APPLICATIONS_DECIDE, body={"intake": "{other_intake}"}),
    "decideApplications": Door(
        _p.APPLICATIONS_DECIDE, body={"applications": ["{application_id}"], "act": "approve", "preview": True}
    ),
    "getDecisions": Door(_p.APPLICATIONS_DECIDE),
    "cancelDecisions": Door(_p.APPLICATIONS_DECIDE),
    "getApplicationPdf": Door(_p.APPLICATIONS_VIEW, but=_NOT_THEIRS),
    "listStudentDocuments": Door(_p.APPLICATIONS_VIEW, About.STUDENT),
    # a family's answer
    "acceptOffer": Door(_AUTHOR),
    "declineOffer": Door(_AUTHOR),
    "withdrawApplication": Door(_p.APPLICATIONS_ANSWER, body={}, but=frozenset({Who.STUDENT, Who.GUARDIAN})),
}
PAGES: dict[str, Door] = {
    "GET settings/admissions/": Door(_p.INTAKES_EDIT),
    "POST settings/admissions/": Door(_p.INTAKES_EDIT, body={"waiting_list": "offer"}),
    "GET settings/intakes/forms/": Door(_p.INTAKES_EDIT),
    "POST settings/intakes/forms/": Door(_p.INTAKES_EDIT, body={"name": "Questions to adults"}),
    "GET settings/intakes/forms/<uuid:application_form_id>/": Door(_p.INTAKES_EDIT),
    "POST settings/intakes/forms/<uuid:application_form_id>/": Door(
        _p.INTAKES_EDIT, body={"act": "section", "title": "More"}
    ),
    "GET register/": Door(EVERYBODY),
    "POST register/": Door(frozenset({Who.PUBLIC}), body=NEW),
    "GET verify-email/<str:verify_token>/": Door(EVERYBODY),
    "POST verify-email/<str:verify_token>/": Door(EVERYBODY),
    "GET apply/": Door(EVERYBODY),
    # a stranger is sent on to make an account; staff enter for families where they may
    "GET apply/for/<uuid:intake_id>/": Door(_APPLYING | {Who.PUBLIC}),
    "POST apply/for/<uuid:intake_id>/": Door(_APPLYING | {Who.PUBLIC}, body={"birth_date": "1990-05-01"}),
    "GET apply/<uuid:application_id>/": Door(_p.APPLICATIONS_VIEW, but=_NOT_THEIRS, path="/apply/{draft_application}/"),
    "GET apply/<uuid:application_id>/<slug:apply_section>/": Door(
        frozenset({Who.APPLICANT, Who.ADMIN}), path="/apply/{draft_application}/person/"
    ),
    "POST apply/<uuid:application_id>/<slug:apply_section>/": Door(
        frozenset({Who.APPLICANT, Who.ADMIN}), path="/apply/{draft_application}/person/", body={"first_name": "Cy"}
    ),
    "GET applications/": Door(_p.APPLICATIONS_VIEW),
    "POST applications/": Door(_p.APPLICATIONS_VIEW, body={"export": "csv"}),
    "GET applications/<uuid:application_id>/": Door(_p.APPLICATIONS_VIEW, but=_NOT_THEIRS),
    "POST applications/<uuid:application_id>/": Door(
        _p.APPLICATIONS_ANSWER, body={"act": "withdraw"}, but=frozenset({Who.STUDENT, Who.GUARDIAN})
    ),
    "GET applications/<uuid:application_id>/admit/": Door(_p.APPLICATIONS_DECIDE),
    "POST applications/<uuid:application_id>/admit/": Door(_p.APPLICATIONS_DECIDE),
    "GET applications/<uuid:application_id>/documents/<uuid:application_document_id>/": Door(
        _p.APPLICATIONS_VIEW, but=_NOT_THEIRS
    ),
    "GET applications/interviews.ics": Door(_p.APPLICATIONS_VIEW),
    "GET applications/decisions/<uuid:decisions_id>/": Door(_p.APPLICATIONS_DECIDE),
    "POST applications/decisions/<uuid:decisions_id>/": Door(_p.APPLICATIONS_DECIDE),
    "GET applications/<uuid:application_id>/application.pdf": Door(_p.APPLICATIONS_VIEW, but=_NOT_THEIRS),
    "GET students/<uuid:student_id>/documents/": Door(_p.APPLICATIONS_VIEW, About.STUDENT),
    "GET settings/intakes/": Door(_p.INTAKES_EDIT),
    "POST settings/intakes/": Door(_p.INTAKES_EDIT, body={"name": "Autumn", "kind": "course"}),
    "GET settings/intakes/<uuid:intake_id>/": Door(_p.INTAKES_EDIT),
    "POST settings/intakes/<uuid:intake_id>/": Door(_p.INTAKES_EDIT, body={"act": "archive"}),
}
