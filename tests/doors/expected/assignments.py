"""Assignments and what is handed in."""

from lyceum.core.permissions import Permission
from tests.doors.expected.door import About, Door
from tests.doors.world import Who

_p = Permission
_READ = (_p.ASSIGNMENTS_VIEW,)
_OWN = frozenset({Who.STUDENT})
_HANDED_IN = "submissions/{submission_id}/files/{handed_in_file_id}/"

REST: dict[str, Door] = {
    "listAssignments": Door(_p.ASSIGNMENTS_VIEW),
    "listMyAssignments": Door(_p.ASSIGNMENTS_VIEW),
    "createAssignment": Door(
        _p.ASSIGNMENTS_EDIT,
        About.OWN,
        body={"title": "Essay", "description": "x", "due_date": "2026-12-01", "class_ids": ["{class}"]},
        shows=_READ,
    ),
    "getAssignment": Door(_p.ASSIGNMENTS_VIEW, About.STUDENT),
    "replaceAssignment": Door(
        _p.ASSIGNMENTS_EDIT,
        About.OWN,
        body={"title": "Essay", "description": "x", "due_date": "2026-12-01", "class_ids": ["{class}"]},
        shows=_READ,
    ),
    "changeAssignment": Door(_p.ASSIGNMENTS_EDIT, About.OWN, body={"title": "Longer"}, shows=_READ),
    "deleteAssignment": Door(_p.ASSIGNMENTS_EDIT, About.OWN, shows=_READ),
    "publishAssignment": Door(_p.ASSIGNMENTS_EDIT, About.OWN, shows=_READ),
    "releaseMarks": Door(_p.ASSIGNMENTS_EDIT, About.OWN, shows=_READ),
    "attachFiles": Door(_p.ASSIGNMENTS_EDIT, About.OWN, body={"files": "@page.pdf"}, shows=_READ),
    "getAttachment": Door(_p.ASSIGNMENTS_VIEW, About.STUDENT),
    "removeAttachment": Door(_p.ASSIGNMENTS_EDIT, About.OWN, shows=_READ),
    # one's own work: the student alone
    "getOwnSubmission": Door(_OWN),
    "writeDraft": Door(_OWN, body={"text": "More"}),
    "addDraftFiles": Door(_OWN, body={"files": "@page.pdf"}),
    "removeDraftFile": Door(_OWN),
    "submitWork": Door(_OWN, body={"text": "More"}),
    "takeBackWork": Door(_OWN),
    # the work of others
    "listSubmissions": Door(_p.ASSIGNMENTS_VIEW, About.STUDENT),
    "getSubmissionsZip": Door(_p.ASSIGNMENTS_VIEW, About.OWN),  # not for families, who see the assignment
    "getSubmission": Door(_p.ASSIGNMENTS_VIEW, About.STUDENT),
    "getAttemptFile": Door(_p.ASSIGNMENTS_VIEW, About.STUDENT, path=f"/api/v1/{_HANDED_IN}"),
    "gradeSubmission": Door(_p.ASSIGNMENTS_EDIT, About.OWN, body={"grade": 80}, shows=_READ),
    "reassignSubmission": Door(_p.ASSIGNMENTS_EDIT, About.OWN, body={"feedback": "More"}, shows=_READ),
    "acceptSubmission": Door(_p.ASSIGNMENTS_EDIT, About.OWN, body={}, shows=_READ),
    "excuseSubmission": Door(_p.ASSIGNMENTS_EDIT, About.OWN, body={}, shows=_READ),
    "extendSubmission": Door(_p.ASSIGNMENTS_EDIT, About.OWN, body={"due_date": "2026-12-01"}, shows=_READ),
}
PAGES: dict[str, Door] = {
    "GET assignments/": Door(_p.ASSIGNMENTS_VIEW),
    "POST assignments/": Door(_p.ASSIGNMENTS_VIEW, body={"export": "csv"}),
    "GET assignments/new/": Door(_p.ASSIGNMENTS_EDIT),
    "POST assignments/new/": Door(_p.ASSIGNMENTS_EDIT),
    "GET assignments/<uuid:work_id>/": Door(_p.ASSIGNMENTS_VIEW, About.STUDENT),
    "POST assignments/<uuid:work_id>/": Door(_p.ASSIGNMENTS_VIEW, About.STUDENT, body={"act": "keep", "text": "More"}),
    "GET assignments/<uuid:work_id>/edit/": Door(_p.ASSIGNMENTS_EDIT, About.OWN),
    "POST assignments/<uuid:work_id>/edit/": Door(_p.ASSIGNMENTS_EDIT, About.OWN),
    "GET assignments/<uuid:work_id>/marks/": Door(_p.ASSIGNMENTS_EDIT, About.OWN),
    "POST assignments/<uuid:work_id>/marks/": Door(_p.ASSIGNMENTS_EDIT, About.OWN, body={"marks": "id,grade"}),
    "GET assignments/<uuid:work_id>/submissions.zip": Door(_p.ASSIGNMENTS_VIEW, About.OWN),
    "GET assignments/<uuid:work_id>/attachments/<uuid:attachment_id>/": Door(_p.ASSIGNMENTS_VIEW, About.STUDENT),
    # whose own or whose child's work it is, is led to the page of families
    "GET submissions/<uuid:submission_id>/mark/": Door(_p.ASSIGNMENTS_VIEW, About.STUDENT),
    "POST submissions/<uuid:submission_id>/mark/": Door(
        _p.ASSIGNMENTS_VIEW, About.STUDENT, body={"act": "grade", "grade": "80"}
    ),
    "GET submissions/<uuid:submission_id>/files/<uuid:attempt_file_id>/": Door(
        _p.ASSIGNMENTS_VIEW, About.STUDENT, path=f"/{_HANDED_IN}"
    ),
}
