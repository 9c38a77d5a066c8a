"""What every answer carries: headers that protect, cookies that stay, one form of path."""

import re

import pytest
from django.db import OperationalError, connection
from django.test import Client

from tests.doors.expected import SIGNING_IN
from tests.doors.runner import filled
from tests.doors.world import Who

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
ANSWERS = {
    # path → status, for somebody who is not signed in
    "a page": ("/sign-in/", 200),
    "a page that sends one away": ("/today/", 302),
    "a page that is not there": ("/nothing/", 404),
    "an operation": ("/api/v1/policy/", 200),
    "a refusal of an operation": ("/api/v1/registers/", 401),
    "an operation that is not there": ("/api/v1/nothing/", 404),
    "another form of a path": ("/api/policy", 308),
    "GraphQL": ("/graphql", 400),
    "health": ("/health", 200),
    "the keys that sign tokens": ("/.well-known/jwks.json", 200),
}


@pytest.mark.parametrize(("path", "status"), ANSWERS.values(), ids=ANSWERS)
def test_every_answer_carries_the_headers_that_protect(world, path, status):
    answer = world.software(Who.PUBLIC).get(path)

    assert answer.status_code == status
    assert protection_of(answer) == {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    }
    assert policy_of(answer) == POLICY
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", answer["X-Request-Id"])


def test_a_file_carries_the_headers_too(world):
    page = world.software(Who.PUBLIC).get("/sign-in/").content.decode()
    style = re.search(r'href="(/static/[^"]+\.css)"', page).group(1)

    answer = world.software(Who.PUBLIC).get(style)
    answer.close()

    assert answer.status_code == 200
    assert policy_of(answer) == POLICY
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_failure_of_ours_carries_the_headers_too(world):
    """A database that fails in the middle of a page."""

    def fail(execute, sql, params, many, context):
        if "academics_" in sql:
            raise OperationalError("server closed the connection")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        answer = world.browser(Who.ADMIN).get("/attendance/")

    assert answer.status_code == 500
    assert policy_of(answer) == POLICY
    assert b"server closed" not in answer.content


def test_plain_http_promises_no_tls(world):
    answer = Client().get("/health")

    assert "Strict-Transport-Security" not in answer


def test_no_page_holds_what_the_policy_would_forbid(world):
    """Scripts and styles inside a page would not run; a page that has them was not tried."""
    pages = [world.browser(Who.ADMIN).get(path).content.decode() for path in ("/sign-in/", "/today/", "/attendance/")]

    found = [
        bad
        for page in pages
        for bad in re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style[^>]*>|\sstyle=|\son[a-z]+=|javascript:", page)
        if "application/json" not in bad
    ]

    assert found == []


@pytest.mark.parametrize("path", ["/today/", "/attendance/", "/nothing/", "/api/v1/profile/", "/api/v1/nothing/"])
def test_what_somebody_sees_is_kept_by_no_cache(world, path):
    assert world.browser(Who.ADMIN).get(path)["Cache-Control"] == "no-store"


def test_cookies_stay_with_this_host_and_out_of_scripts(world):
    answer = world.software(Who.PUBLIC).post("/sign-in/", filled(SIGNING_IN, world.words))
    form = world.software(Who.PUBLIC).get("/sign-in/")

    cookies = {**answer.cookies, **form.cookies}
    assert cookies.keys() == {"__Host-lyceum_session", "__Host-lyceum_device", "__Host-lyceum_csrf"}
    for name, cookie in cookies.items():
        assert (name, cookie["secure"], cookie["httponly"], cookie["samesite"]) == (name, True, True, "Lax")
        assert (name, cookie["path"], cookie["domain"]) == (name, "/", "")


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/api/policy/", "/api/v1/policy/"),
        ("/api/v1/policy", "/api/v1/policy/"),
        ("/api/policy", "/api/v1/policy/"),
        ("/api/registers?date=2026-11-20&limit=1", "/api/v1/registers/?date=2026-11-20&limit=1"),
        ("/api/visits", "/api/v1/visits/"),  # begins like a version and is none
        ("/api/openapi.json", "/api/v1/openapi.json"),
        ("/today", "/today/"),
        ("//evil.example/", "/evil.example/"),
        ("///evil.example", "/evil.example"),
        ("/api//evil", "/api/v1//evil/"),
        ("/\\evil", "/%5Cevil/"),
        ("/%5Cevil", "/%5Cevil/"),
    ],
)
def test_other_forms_of_a_path_lead_to_the_one_form(world, asked, led_to):
    answer = world.software(Who.PUBLIC).get(f"https://testserver{asked}")

    assert (answer.status_code, answer["Location"]) == (308, led_to)


def test_another_form_of_a_path_keeps_method_and_body(world):
    answer = world.software(Who.ADMIN).post("/api/subjects", {"code": "X"}, content_type="application/json")

    assert (answer.status_code, answer["Location"]) == (308, "/api/v1/subjects/")


@pytest.mark.parametrize(
    "onward",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
     "/%09/evil.example", "\t//evil.example", "http:evil.example"],
)  # fmt: skip
def test_signing_in_leads_to_no_other_host(world, onward):
    body = filled(SIGNING_IN, world.words) | {"next": onward}

    answer = world.software(Who.PUBLIC).post("/sign-in/", body)

    assert answer.status_code == 302
    assert re.fullmatch(r"/(?![/\\])[^\\\t\n]*", answer["Location"])


def protection_of(answer) -> dict[str, str]:
    names = (
        "X-Content-Type-Options",
        "X-Frame-Options",
        "Referrer-Policy",
        "Permissions-Policy",
        "Cross-Origin-Opener-Policy",
        "Cross-Origin-Resource-Policy",
        "Strict-Transport-Security",
    )
    return {name: answer[name] for name in names}


def policy_of(answer) -> dict[str, str]:
    directives = (each.strip().partition(" ") for each in answer["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in directives}
