"""Leaving: a school is closed, somebody is erased, the law keeps something."""

from lyceum.core.permissions import Permission
from tests.doors.expected.bodies import PASSWORD
from tests.doors.expected.door import Door
from tests.doors.world import Who

_p = Permission
ELSEWHERE = frozenset({Who.FOREIGN_ADMIN})
"""In whose own school nobody asks for it."""
THEIR_OWN = frozenset({Who.STUDENT})
"""Whose request it is."""

REST: dict[str, Door] = {
    "deleteAccount": Door(_p.ERASURE_ASK, body={"password": PASSWORD, "school_name": "Hill School"}),
    "getSchoolClosure": Door(_p.SCHOOL_CLOSE),
    "confirmSchoolClosure": Door(_p.SCHOOL_CLOSE, body={"password": PASSWORD}, but=ELSEWHERE),
    "withdrawSchoolClosure": Door(_p.SCHOOL_CLOSE, but=ELSEWHERE),
    "restoreSchool": Door(_p.SCHOOL_CLOSE),
    "listSubjectRequests": Door(_p.ERASURE_ASK),
    "askForErasure": Door(_p.ERASURE_ASK, body={"password": PASSWORD}),
    "getSubjectRequest": Door(THEIR_OWN | {Who.ADMIN}),
    "withdrawSubjectRequest": Door(THEIR_OWN),
    "verifySubjectRequest": Door(_p.SUBJECTS_DECIDE),
    "refuseSubjectRequest": Door(_p.SUBJECTS_DECIDE, body={"reason": "the law asks for it"}),
    "carryOutSubjectRequest": Door(_p.SUBJECTS_DECIDE),
    "listLegalHolds": Door(_p.SUBJECTS_DECIDE),
    "addLegalHold": Door(_p.SUBJECTS_DECIDE, body={"person": "{person}", "reason": "the court asks for it"}),
    "liftLegalHold": Door(_p.SUBJECTS_DECIDE, body={"reason": "the court has decided"}),
}
PAGES: dict[str, Door] = {
    "GET settings/closing/": Door(_p.SCHOOL_CLOSE),
    "POST settings/closing/": Door(_p.SCHOOL_CLOSE, body={"act": "restore"}),
    "GET account/erasure/": Door(_p.ERASURE_ASK),
    "POST account/erasure/": Door(_p.ERASURE_ASK, body={"act": "ask", "password": PASSWORD}),
    "GET subject-requests/": Door(_p.SUBJECTS_DECIDE),
    "POST subject-requests/": Door(_p.SUBJECTS_DECIDE, body={"export": "csv"}),
    "GET subject-requests/<uuid:subject_request_id>/": Door(_p.SUBJECTS_DECIDE),
    "POST subject-requests/<uuid:subject_request_id>/": Door(_p.SUBJECTS_DECIDE, body={"act": "verify"}),
}
