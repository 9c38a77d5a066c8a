"""In which language an answer is: one's own, else what is asked for, else the school's first."""

import pytest
from django.conf import settings

from lyceum.core.language import LANGUAGE_COOKIE
from lyceum.domains.accounts.models import User
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import bearer, browser, key_holder, nobody, software
from lyceum.testing.factories import make_admin, make_school, make_teacher

pytestmark = pytest.mark.django_db
FRENCH = {"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"}
SIGN_IN = {"en": "Sign in to go on.", "fr": "Connectez-vous pour continuer.", "es": "Inicie sesión para continuar."}


def speaking(user: User, locale: str) -> User:
    User.objects.filter(pk=user.pk).update(locale=locale)
    return user


def test_a_refusal_is_in_french_for_somebody_who_asks_for_it():
    answer = nobody().get("/api/v1/students/", headers=FRENCH)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (401, "not_signed_in")
    assert (problem["title"], problem["detail"]) == ("Se connecter", SIGN_IN["fr"])
    assert answer["Content-Language"] == "fr"
    assert "Accept-Language" in answer["Vary"]


def test_ones_own_language_goes_before_what_the_software_asks_for():
    school = make_school()
    admin = speaking(make_admin(school), "fr")

    answer = software(admin, school).send(
        "/api/v1/classes/", {"name": "7A", "capacity": 900}, headers={"Accept-Language": "es"}
    )

    problem = answer.json()
    assert problem["code"] == "invalid"
    assert problem["title"] == "Quelque chose manque ou est faux"


def test_a_wrong_field_is_told_in_the_callers_language():
    school = make_school()
    admin = speaking(make_admin(school), "fr")

    answer = browser(admin, school).post("/settings/rooms/", {"name": "", "capacity": ""})

    assert "Donnez de 1 à 80 lettres." in answer.content.decode()


@pytest.mark.parametrize(
    ("cookie", "accept", "spoken"),
    [
        ("", "", "en"),  # nothing said
        ("", "cy, es;q=0.8", "es"),  # the first that we have
        ("", "tlh", "en"),  # none that we have
        ("fr", "es", "fr"),  # chosen by hand
        ("xx", "es", "es"),  # no language of ours
        ("x" * 5000, "es;q=bad, ;;;", "en"),  # nonsense
    ],
)
def test_somebody_who_is_not_signed_in_is_answered_as_their_browser_asks(cookie: str, accept: str, spoken: str):
    client = nobody()
    client.cookies[LANGUAGE_COOKIE] = cookie

    answer = client.get("/api/v1/students/", headers={"Accept-Language": accept})

    assert (answer.json()["detail"], answer["Content-Language"]) == (SIGN_IN[spoken], spoken)


def test_the_schools_first_language_is_spoken_where_nobody_says_another():
    school = make_school()
    School.objects.filter(pk=school.pk).update(locales=["cy", "es", "en"])
    teacher = make_teacher(school)

    page = browser(teacher, school).get("/settings/school/")
    asked = browser(teacher, school).get("/settings/school/", headers=FRENCH)

    assert 'lang="es" dir="ltr"' in page.content.decode()
    assert "No puede hacer esto: editar el perfil y la configuración de la escuela" in page.content.decode()
    assert 'lang="fr" dir="ltr"' in asked.content.decode()


def test_a_key_speaks_what_it_asks_for_else_the_schools_language():
    school = make_school()
    School.objects.filter(pk=school.pk).update(locales=["es"])
    client = key_holder(school, "students:read")

    own, asked = client.get("/api/v1/users/"), client.get("/api/v1/users/", headers=FRENCH)

    assert own.json()["title"] == "No permitido"
    assert asked.json()["title"] == "Non autorisé"


def test_a_bad_token_is_refused_in_the_language_asked_for():
    answer = bearer("no.such.token").get("/api/v1/students/", headers=FRENCH)

    assert answer.json()["detail"] == "Le jeton d’accès n’est pas valable. Connectez-vous à nouveau."


def test_graphql_answers_in_ones_own_language():
    school = make_school()
    teacher = speaking(make_teacher(school), "es")
    query = 'mutation { createClass(input: {name: "7A"}) { errors { code title detail } } }'

    answer = software(teacher, school).send("/graphql", {"query": query})

    refusal = answer.json()["data"]["createClass"]["errors"][0]
    assert (refusal["code"], refusal["title"]) == ("not_found", "No encontrado")
    assert refusal["detail"] == "Aquí no existe ese año."


def test_a_page_in_arabic_runs_from_right_to_left():
    school = make_school()
    teacher = speaking(make_teacher(school), "ar")

    page = browser(teacher, school).get("/today/").content.decode()

    assert '<html lang="ar" dir="rtl"' in page
    assert "اليوم" in page


def test_the_next_request_of_the_thread_starts_from_english_again():
    school = make_school()
    browser(speaking(make_teacher(school), "ar"), school).get("/today/")

    assert nobody().get("/api/v1/students/").json()["detail"] == SIGN_IN["en"]
    assert settings.LANGUAGE_CODE == "en"
