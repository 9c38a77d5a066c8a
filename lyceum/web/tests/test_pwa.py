"""The site as an app on a phone."""

import json
import re

import pytest
from django.contrib.staticfiles import finders

from lyceum.testing.clients import browser, nobody
from lyceum.testing.factories import make_class, make_school, make_student, make_teacher

pytestmark = pytest.mark.django_db


def test_the_worker_may_answer_for_the_whole_site_and_is_asked_for_anew_each_time():
    answer = nobody().get("/sw.js")

    assert answer["Content-Type"].startswith("text/javascript")
    assert (answer["Cache-Control"], answer["Service-Worker-Allowed"]) == ("no-cache", "/")
    assert "worker-src 'self'" in answer["Content-Security-Policy"]


def test_the_worker_keeps_files_of_the_site_alone():
    worker = nobody().get("/sw.js").content.decode()

    kept = json.loads(re.search(r"const FILES = (\[.*\]);", worker).group(1))

    assert kept
    assert [path for path in kept if not path.startswith("/static/web/")] == []
    assert [path for path in kept if not finders.find(path.removeprefix("/static/"))] == []


def test_the_page_without_network_is_the_same_for_everybody():
    school = make_school()
    form = make_class(school, "7A")
    make_student(school, form, name="Zoelle Marchetti")
    teacher = make_teacher(school, form, name="Tess Teacher")

    signed_in = browser(teacher, school).get("/offline/")

    assert signed_in.content == nobody().get("/offline/").content
    assert "set-cookie" not in {name.lower() for name in signed_in.headers}
    assert "Tess" not in signed_in.content.decode()


def test_the_page_without_network_speaks_the_language_of_the_page_that_asked_for_it():
    worker = nobody().get("/sw.js?lang=fr", headers={"Accept-Language": "es"}).content.decode()
    page = nobody().get("/offline/?lang=fr", headers={"Accept-Language": "es"}).content.decode()

    assert 'const PAGE = "/offline/?lang=fr";' in worker
    assert '<html lang="fr"' in page
    assert "Pas de réseau" in page


def test_a_language_that_is_none_of_ours_is_not_repeated():
    worker = nobody().get('/sw.js?lang=";alert(1)').content.decode()

    assert 'const PAGE = "/offline/?lang=en";' in worker


def test_the_manifest_makes_an_app_of_the_site():
    answer = nobody().get("/manifest.webmanifest")

    described = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert (described["start_url"], described["scope"], described["display"]) == ("/today/", "/", "standalone")
    assert {(icon["sizes"], icon.get("purpose", "any")) for icon in described["icons"]} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for icon in described["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))
