"""Gradebooks, marks, scales, policies."""

from lyceum.core.permissions import Permission
from tests.doors.expected.door import About, Door
from tests.doors.world import Who

_p = Permission
_READ = (_p.MARKS_VIEW,)
_REASON = "Looked at with the teacher"
_CELL = {"column_id": "{column_id}", "student_id": "{student}", "value": "7"}

REST: dict[str, Door] = {
    "listScales": Door(_p.MARKS_VIEW),
    "createScale": Door(
        _p.GRADING_EDIT, About.WHOLE, body={"name": "Levels", "bands": [{"label": "1", "min_percent": 0}]}, shows=_READ
    ),
    "getScale": Door(_p.MARKS_VIEW),
    "changeScale": Door(_p.GRADING_EDIT, About.WHOLE, body={"name": "Letters of old"}, shows=_READ),
    "deleteScale": Door(_p.GRADING_EDIT, About.WHOLE),
    "listGradingPolicies": Door(_p.MARKS_VIEW),
    "createGradingPolicy": Door(_p.GRADING_EDIT, About.WHOLE, body={}, shows=_READ),
    "getGradingPolicy": Door(_p.MARKS_VIEW),
    "changeGradingPolicy": Door(_p.GRADING_EDIT, About.WHOLE, body={"places": 1}, shows=_READ),
    "listGradebooks": Door(_p.MARKS_VIEW),
    "openGradebook": Door(
        _p.GRADEBOOKS_EDIT, About.OWN, body={"class_id": "{class}", "term_id": "{mark_term}"}, shows=_READ
    ),
    "getGradebook": Door(_p.MARKS_VIEW, About.OWN),  # at work: a family reads marks, not gradebooks
    "listMarkCategories": Door(_p.MARKS_VIEW, About.OWN),
    "addMarkCategory": Door(_p.GRADEBOOKS_EDIT, About.OWN, body={"title": "Homework", "reason": _REASON}, shows=_READ),
    "changeMarkCategory": Door(_p.GRADEBOOKS_EDIT, About.OWN, body={"title": "Oral", "reason": _REASON}, shows=_READ),
    "deleteMarkCategory": Door(_p.GRADEBOOKS_EDIT, About.OWN, query="?reason=Mistaken", shows=_READ),
    "listMarkColumns": Door(_p.MARKS_VIEW, About.OWN),
    "addMarkColumn": Door(
        _p.GRADEBOOKS_EDIT, About.OWN, body={"title": "Test", "points": 20, "reason": _REASON}, shows=_READ
    ),
    "changeMarkColumn": Door(_p.GRADEBOOKS_EDIT, About.OWN, body={"title": "Exam", "reason": _REASON}, shows=_READ),
    "deleteMarkColumn": Door(_p.GRADEBOOKS_EDIT, About.OWN, query="?reason=Mistaken", shows=_READ),
    "getCells": Door(_p.MARKS_VIEW, About.OWN),
    "saveCells": Door(_p.GRADEBOOKS_EDIT, About.OWN, body={"cells": [_CELL], "reason": _REASON}, shows=_READ),
    "getOwnMarks": Door(frozenset({Who.STUDENT})),
    "getStudentMarks": Door(_p.MARKS_VIEW, About.STUDENT),
}
PAGES: dict[str, Door] = {
    "GET marks/": Door(_p.MARKS_VIEW),
    "POST marks/": Door(_p.MARKS_VIEW, body={"act": "open"}),
    "GET marks/students/<uuid:student_id>/": Door(_p.MARKS_VIEW, About.STUDENT),
    "GET marks/gradebooks/<uuid:gradebook_id>/": Door(_p.MARKS_VIEW, About.OWN),
    "POST marks/gradebooks/<uuid:gradebook_id>/": Door(
        _p.GRADEBOOKS_EDIT, About.OWN, body={"c.{column_id}.{student}.0": "7", "reason": _REASON}
    ),
    "GET marks/gradebooks/<uuid:gradebook_id>/setup/": Door(_p.MARKS_VIEW, About.OWN),
    "POST marks/gradebooks/<uuid:gradebook_id>/setup/": Door(
        _p.GRADEBOOKS_EDIT, About.OWN, body={"act": "add_category", "title": "Homework", "reason": _REASON}
    ),
    "GET marks/gradebooks/<uuid:gradebook_id>/students/<uuid:student_id>/": Door(_p.MARKS_VIEW, About.OWN),
    "POST marks/gradebooks/<uuid:gradebook_id>/students/<uuid:student_id>/": Door(
        _p.GRADEBOOKS_EDIT, About.OWN, body={"column": "{column_id}", "value": "7", "reason": _REASON}
    ),
    "GET settings/grading/": Door(_p.GRADING_EDIT, About.WHOLE),
    "POST settings/grading/": Door(_p.GRADING_EDIT, About.WHOLE, body={"act": "policy"}),
    "GET settings/grading/scales/<uuid:scale_id>/": Door(_p.GRADING_EDIT, About.WHOLE),
    "POST settings/grading/scales/<uuid:scale_id>/": Door(_p.GRADING_EDIT, About.WHOLE),
    "GET settings/grading/policies/<uuid:grading_policy_id>/": Door(_p.GRADING_EDIT, About.WHOLE),
    "POST settings/grading/policies/<uuid:grading_policy_id>/": Door(_p.GRADING_EDIT, About.WHOLE),
}
