"""Scales, policies, categories and columns: made, changed, refused by name."""

from typing import Any

import pytest

from lyceum.domains.assessment.models import GradingPolicy
from lyceum.domains.assessment.tests.conftest import API, Marks, make_marks
from lyceum.testing.factories import in_school, make_subject, make_teaching_class

BANDS = [{"label": "Pass", "min_percent": 50}, {"label": "Fail", "min_percent": 0, "is_pass": False}]


@pytest.mark.parametrize(
    ("bands", "kind", "code"),
    [
        (BANDS[:1], "letter", "scale_has_gap"),
        ([], "level", "scale_has_gap"),
        ([*BANDS, {"label": "fail ", "min_percent": 10}], "letter", "taken"),
        ([*BANDS, {"label": "Merit", "min_percent": 50}], "letter", "taken"),
        ([BANDS[0], {"label": "Fail", "min_percent": 0}], "pass_fail", "pass_fail"),
        ([{"label": "A", "min_percent": "0.001"}], "letter", "too_many_decimals"),
    ],
)
def test_a_scale_names_every_percent_once(marks: Marks, bands: list[Any], kind: str, code: str):
    refused = marks.rest("admin").send(f"{API}scales/", {"name": "Mine", "kind": kind, "bands": bands})

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)


def test_a_scale_is_made_changed_and_goes_unless_a_policy_uses_it(marks: Marks):
    admin = marks.rest("admin")
    made = admin.send(f"{API}scales/", {"name": "Mine", "kind": "pass_fail", "bands": BANDS})
    path = made.headers["Location"]
    assert [band["label"] for band in made.json()["bands"]] == ["Pass", "Fail"]
    assert admin.send(f"{API}scales/", {"name": "Mine", "bands": BANDS}).json()["errors"][0]["code"] == "taken"
    marks.policy(scale_id=made.json()["id"])

    changed = admin.send(path, {"name": "Ours"}, method="patch", **{"If-Match": made.headers["ETag"]})
    stale = admin.send(path, {"name": "Yours"}, method="patch", **{"If-Match": made.headers["ETag"]})

    assert (changed.json()["name"], len(changed.json()["bands"]), stale.status_code) == ("Ours", 2, 412)
    assert admin.delete(path).json()["code"] == "in_use"
    marks.policy(scale_id=None)
    assert admin.delete(path).status_code == 204
    assert marks.rest("teacher").send(f"{API}scales/", {"name": "X", "bands": BANDS}).status_code == 403
    assert make_marks().rest("admin").get(path).status_code == 404


def test_a_gradebook_takes_the_newest_valid_policy_of_its_subject_before_the_schools(marks: Marks):
    subject = make_subject(marks.school)
    taught = make_teaching_class(marks.school, subject=subject.pk)
    admin = marks.rest("admin")
    for values in (
        {"subject_id": str(subject.pk), "valid_from": "2026-09-01", "places": 1},
        {"subject_id": str(subject.pk), "valid_from": "2026-10-01", "places": 2},
        {"subject_id": str(subject.pk), "valid_from": "2027-10-01"},
    ):
        assert admin.send(f"{API}grading-policies/", values).status_code == 201

    opened = admin.send(f"{API}gradebooks/", {"class_id": str(taught.pk), "term_id": str(marks.term.pk)})
    again = admin.send(f"{API}gradebooks/", {"class_id": str(taught.pk), "term_id": str(marks.term.pk)})

    assert (opened.status_code, opened.json()["policy_version"]) == (201, 2)
    assert (again.status_code, again.json()["id"]) == (200, opened.json()["id"])
    with in_school(marks.school):
        own = GradingPolicy.objects.get(pk=marks.book.policy_id)
        assert (own.subject_id, own.version, own.places) == (None, 1, 0)


def test_what_holds_marks_does_not_go_and_takes_no_less_than_somebody_has(marks: Marks):
    column, teacher = marks.column("Test", 30, max_score="35"), marks.rest("teacher")
    path = f"{marks.path}columns/{column}/"
    marks.give(column, "33")

    assert teacher.send(path, {"points": "10"}, method="patch").json()["errors"][0]["code"] == "in_use"
    assert teacher.send(path, {"max_score": "61"}, method="patch").json()["errors"][0]["code"] == "range"
    assert teacher.delete(path).json()["code"] == "in_use"
    assert teacher.delete(f"{marks.path}categories/{marks.first_category}/").json()["code"] == "in_use"
    marks.give(column, "-")
    assert teacher.delete(path).status_code == 204
    assert teacher.delete(f"{marks.path}categories/{marks.category('Oral')}/").status_code == 204
    twice = teacher.send(f"{marks.path}categories/", {"title": "Work"})
    assert twice.json()["errors"][0]["code"] == "taken"
