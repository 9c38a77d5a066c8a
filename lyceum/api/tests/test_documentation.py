from django.test import Client

from lyceum.api.documentation import list_problem_types
from lyceum.domains.attendance.rules.refusals import RegisterLockedError


def test_every_refusal_is_documented_once_with_its_meaning():
    problems = list_problem_types()

    codes = [problem.code for problem in problems]
    assert codes == sorted(set(codes))
    assert {p.code: p.status for p in problems}[RegisterLockedError.code] == 403
    assert [p.code for p in problems if not p.meaning] == []


def test_the_pages_of_the_contract_open(db: None):
    client = Client()

    assert client.get("/api/v1/docs/problems/", secure=True).status_code == 200
    assert client.get("/api/v1/docs/", secure=True).status_code == 200
