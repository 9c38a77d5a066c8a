"""What the office learns of its site: which pages are read, which translations are behind, every review as a file."""

from datetime import timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.tenancy.models import School
from lyceum.domains.website.models import PageVisits
from lyceum.domains.website.rules.pages import publish_page
from lyceum.domains.website.rules.reviews import publish_review, write_review
from lyceum.domains.website.rules.site import forget_visits
from lyceum.domains.website.tests.making import make_page, make_site
from lyceum.domains.website.visits import write_visits
from lyceum.testing.clients import browser, stranger
from lyceum.testing.factories import in_school, make_admin
from lyceum.testing.pages import text_of

pytestmark = pytest.mark.django_db
PERSON = "Mozilla/5.0 (Android 15; Mobile) Firefox/140.0"


def read(school, path, agent=PERSON, **headers):
    return stranger(school).get(path, headers={"User-Agent": agent, **headers})


def later(**delta):
    return clock.frozen(clock.now() + timedelta(**delta))


def test_pages_are_counted_by_day_without_cookies_machines_and_what_is_not_there(admin, school):
    make_site(school)
    for path in ("/about-us/", "/about-us/", "/team/", "/pages/none/"):
        assert not read(school, path).cookies
    read(school, "/team/", "Googlebot/2.1")
    read(school, "/team/", **{"Sec-Purpose": "prefetch"})
    assert write_visits() == 2
    read(school, "/about-us/")
    write_visits()

    seen = admin.get("/api/v1/site/visits/").json()
    page = text_of(browser(make_admin(school), school).get("/site/visits/"))

    assert seen["pages"] == [{"path": "/about-us/", "count": 3}, {"path": "/team/", "count": 1}]
    assert "4 pages were read in 30 days." in page
    with later(days=402), in_school(school):
        assert (forget_visits(), PageVisits.objects.count()) == (2, 0)


def test_a_translation_is_outdated_once_what_it_translates_is_published_anew(admin, school):
    School.objects.filter(pk=school.pk).update(locales=["en", "ar"])
    make_site(school)
    original = make_page(school, "House")
    arabic = make_page(school, "بيت", language="ar", translation_of=original.pk)
    page, actor = browser(make_admin(school), school), system_actor(school.pk)

    def behind():
        return {each["title"] for each in admin.get("/api/v1/site/pages/").json()["items"] if each["is_outdated"]}

    assert behind() == set()
    with in_school(school), later(hours=1):
        publish_page(original.pk, actor=actor)
    assert behind() == {"بيت"}
    assert "outdated" in text_of(page.get("/site/"))
    shown = text_of(page.get(f"/site/pages/{arabic.pk}/"))
    assert "Outdated: the page it translates was published anew" in shown
    assert "We are **small** and kind." in shown
    with in_school(school), later(hours=2):
        publish_page(arabic.pk, actor=actor)
    assert behind() == set()


def test_every_review_goes_into_a_file(school):
    actor = system_actor(school.pk)
    with in_school(school):
        for name in ("Ada", "Bo"):
            review = write_review(
                author_name=name, author_email=f"{name}@x.example", rating=4, body="A place to learn in.", actor=actor
            )
        publish_review(review.pk, actor=actor)
    page = browser(make_admin(school), school)

    answer = page.post("/site/reviews/all/?state=pending", {"export": "csv"})

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert lines[0].startswith("From,Stars,Course,What it says,When,State")
    assert [line.split(",")[0] for line in lines[1:]] == ["Ada"]
