"""Answers of some length are compressed, and those that carry a secret are not."""

import gzip

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from lyceum.api.middleware import GIVES_TOKENS, Compression, compressed
from lyceum.api.rest import api
from lyceum.testing.clients import browser, nobody, software
from lyceum.testing.factories import PASSWORD, make_admin, make_school, make_student

GZIP = {"Accept-Encoding": "br;q=1.0, gzip;q=0.8"}
SECRETS = {"refresh", "access_token", "refresh_token", "client_secret", "link"}
PLACES = {
    "ActOut", "AgendaEntryOut", "LinkChoice", "NextActOut", "NotificationOut", "NumberOut", "OwnApplicationOut",
}  # fmt: skip
"""What has a link that is no secret: a place in the site, which asks who comes."""


def answer(*, path="/students/", method="get", content=b"a" * 3000, accept="gzip", asked="", **headers):
    request = getattr(RequestFactory(), method)(path, {"query": asked}, headers={"Accept-Encoding": accept})
    return Compression(lambda _request: HttpResponse(content, headers=headers))(request)


@pytest.mark.parametrize(
    ("asked", "is_compressed"),
    [
        ({}, True),
        ({"content": b"a" * 1000}, False),  # not worth it
        ({"accept": ""}, False),  # old software
        ({"accept": "gzip;q=0"}, False),  # says so
        ({"accept": "gzip;q=0.5"}, True),
        ({"Content-Encoding": "br"}, False),  # a file that was compressed when it was collected
        ({"Content-Type": "image/png"}, False),
        ({"path": "/api/v1/auth/login/", "method": "post"}, False),
        ({"path": "/api/v1/auth/sessions/"}, True),  # reading shows no secret
        ({"path": "/invitation/abc/"}, False),  # the link is the secret
        ({"path": "/registers/1/", "method": "post"}, True),
        ({"path": "/graphql", "method": "post", "asked": "mutation { signIn { accessToken } }"}, False),
        ({"path": "/graphql", "method": "post", "asked": "{ students { name } }"}, True),
    ],
)
def test_what_is_compressed(asked, is_compressed):
    assert (answer(**asked).get("Content-Encoding") == "gzip") is is_compressed


def test_a_compressed_answer_says_so_to_caches_and_keeps_its_words():
    sent = answer(content=b"Lyceum " * 500, ETag='"abc"')

    assert gzip.decompress(sent.content) == b"Lyceum " * 500
    assert (sent["Vary"], sent["ETag"], sent["Content-Length"]) == (
        "Accept-Encoding",
        'W/"abc"',
        str(len(sent.content)),
    )


def test_equal_answers_differ_in_length():
    assert len({len(compressed(b"a" * 3000)) for _ in range(60)}) > 5


def test_every_endpoint_that_hands_out_a_secret_is_known():
    schema = api.get_openapi_schema()

    def names(part, seen=()):
        if isinstance(part, list):
            return set().union(*(names(each, seen) for each in part))
        if not isinstance(part, dict):
            return set()
        found = set() if str(part.get("title")) in PLACES else set(part.get("properties", {}))
        target = part.get("$ref", "").rsplit("/", 1)[-1]
        if target and target not in seen:
            found |= names(schema["components"]["schemas"][target], (*seen, target))
        return found.union(*(names(value, seen) for value in part.values()))

    giving = {
        (method, path)
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
        if SECRETS & names([answer for status, answer in operation["responses"].items() if str(status)[0] == "2"])
    }

    assert ("post", "/api/v1/auth/login/") in giving
    assert [(method, path) for method, path in giving if method == "get" or not path.startswith(GIVES_TOKENS)] == []


@pytest.mark.django_db
def test_a_page_and_a_list_arrive_compressed_and_a_key_does_not():
    school = make_school()
    admin = make_admin(school, username="ada")
    for _ in range(20):
        make_student(school)

    page = browser(admin, school).get("/students/", headers=GZIP)
    rows = software(admin, school).get("/api/v1/students/", headers=GZIP)
    signed_in = nobody().send(
        "/api/v1/auth/login/", {"identifier": "ada", "password": PASSWORD, "school": school.slug}, **GZIP
    )

    assert [a.get("Content-Encoding", "") for a in (page, rows, signed_in)] == ["gzip", "gzip", ""]
    assert (page.status_code, rows.status_code, signed_in.status_code) == (200, 200, 200)
    assert b"</html>" in gzip.decompress(page.content)
