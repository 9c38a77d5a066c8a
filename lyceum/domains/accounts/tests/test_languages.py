"""Choosing a language: before signing in, and for oneself."""

import pytest

from lyceum.core.language import LANGUAGE_COOKIE
from lyceum.testing.clients import browser, nobody, software
from lyceum.testing.factories import make_school, make_teacher

pytestmark = pytest.mark.django_db


def test_the_sign_in_page_offers_every_language_in_its_own_words():
    make_school()

    page = nobody().get("/sign-in/").content.decode()

    for code, name in (("en", "English"), ("es", "Español"), ("fr", "Français"), ("ar", "العربية")):
        assert f'value="{code}" lang="{code}"' in page
        assert name in page


def test_a_language_chosen_before_signing_in_is_kept_in_the_browser():
    make_school()
    client = nobody()

    answer = client.post("/language/", {"language": "ar", "back": "/sign-in/?next=/classes/"})

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/classes/")
    assert 'dir="rtl"' in client.get("/sign-in/").content.decode()
    cookie = answer.cookies[LANGUAGE_COOKIE]
    assert (cookie.value, cookie["secure"], cookie["httponly"], cookie["samesite"]) == ("ar", True, True, "Lax")


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_choosing_a_language_leads_nowhere_else(back: str):
    assert nobody().post("/language/", {"language": "fr", "back": back})["Location"] == "/"


def test_a_language_that_we_have_not_is_not_kept():
    answer = nobody().post("/language/", {"language": "tlh", "back": "/sign-in/"})

    assert LANGUAGE_COOKIE not in answer.cookies


def test_my_account_changes_the_language_of_every_device():
    school = make_school()
    teacher = make_teacher(school)
    client = browser(teacher, school)

    answer = client.post("/account/", {"act": "profile", "full_name": "Tess", "locale": "es"}, follow=True)

    assert "Mi cuenta" in answer.content.decode()
    assert "Mi cuenta" in browser(teacher, school).get("/account/").content.decode()
    assert '<option value="es" lang="es" selected>Español</option>' in answer.content.decode()


def test_choosing_a_language_while_signed_in_is_kept_with_the_account():
    school = make_school()
    teacher = make_teacher(school)

    browser(teacher, school).post("/language/", {"language": "fr", "back": "/account/"})

    teacher.refresh_from_db()
    assert teacher.locale == "fr"


@pytest.mark.parametrize(("locale", "status"), [("fr", 200), ("fr-CA", 200), ("", 200), ("cy", 422), ("tlh", 422)])
def test_software_sets_a_language_that_we_have(locale: str, status: int):
    school = make_school()

    answer = software(make_teacher(school), school).send("/api/v1/profile/", {"locale": locale}, method="patch")

    assert answer.status_code == status
    if status == 422:
        assert answer.json()["errors"][0]["pointer"] == "/locale"
