"""The site as strangers see it: whole, the same for everybody, from memory, and nothing that is not published."""

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.calendars.rules.events import create_event, publish_event
from lyceum.domains.learning.models import Course, CourseCategory
from lyceum.domains.learning.tests.making import make_course
from lyceum.domains.tenancy.models import School, SchoolHost
from lyceum.domains.website.memory import forget_hosts
from lyceum.domains.website.models import MenuItem, SiteDomain
from lyceum.domains.website.previews import preview_address
from lyceum.domains.website.rules.menu import NewItem, set_menu
from lyceum.domains.website.rules.pages import archive_page, edit_page, publish_due, publish_page, restore_version
from lyceum.domains.website.rules.site import edit_site, publish_site, take_offline, touch_site
from lyceum.domains.website.tests.making import WORDS, make_page, make_site
from lyceum.testing.clients import browser, nobody, stranger
from lyceum.testing.factories import in_school, make_admin

pytestmark = pytest.mark.django_db
FIXED = [
    "/courses/", "/events/", "/about-us/", "/team/", "/alumni/", "/reviews/", "/partners/", "/locations/",
    "/privacy/", "/accessibility/",
]  # fmt: skip


def text(school: School, path: str, status: int = 200) -> str:
    answer = stranger(school).get(path)
    assert answer.status_code == status, (path, answer.status_code, answer.content[:300])
    return answer.content.decode()


def selects(school: School, path: str) -> int:
    """How many statements a page takes that is made anew, once it is known what the host means."""
    caller = stranger(school)
    caller.get("/contact/thanks/")
    with in_school(school):
        touch_site()
    caller.get("/contact/thanks/")
    with CaptureQueriesContext(connection) as queries:
        answer = caller.get(path)
    assert answer.status_code == 200, (path, answer.content[:300])
    return len([query for query in queries if is_own(query["sql"])])


def is_own(statement: str) -> bool:
    """Whether a statement is the page's, and not the way in which the test's own transaction is left and entered."""
    return statement.startswith("SELECT") and "'app.school_id', ''" not in statement


def test_every_page_is_there_light_and_the_same_for_everybody(school):
    make_site(school, WORDS, {"kind": "list", "of": "team"}, {"kind": "list", "of": "reviews"})
    admin = browser(make_admin(school, name="Zoe Headteacher"), school, SERVER_NAME=f"{school.slug}.testserver")

    for path in ("/", *FIXED, "/contact/", "/reviews/write/", "/find/?q=small", "/contact/thanks/"):
        answer = stranger(school).get(path)
        assert answer.status_code == 200, path
        assert not answer.cookies, path
        assert len(answer.content) < 25_000, path
        body = answer.content.decode()
        assert "Hill School" in body, path
        assert set(re.findall(r'(?:src|href|action)="(?:https?:)?//([^/"]+)', body)) <= {"hill-school.testserver"}, path
        if path in FIXED:
            assert answer["Cache-Control"] == "public, max-age=60, stale-while-revalidate=60"
            assert admin.get(path).content == answer.content, path
            assert stranger(school, headers={"If-None-Match": answer["ETag"]}).get(path).status_code == 304
    assert admin.get("/")["Location"] == "/today/"
    assert stranger(school).get("/contact/")["Cache-Control"] == "no-store"


def test_a_page_that_was_asked_for_a_moment_ago_asks_the_database_nothing(school):
    make_site(school, WORDS, {"kind": "list", "of": "team"}, {"kind": "list", "of": "courses"})
    page = make_page(school, "Our house")

    for path in ("/", f"/pages/{page.slug}/", *FIXED, "/sitemap.xml", "/robots.txt", "/site-theme.css"):
        cold = selects(school, path)
        assert cold <= (15 if path == "/sitemap.xml" else 6), (path, cold)
        with CaptureQueriesContext(connection) as queries:
            stranger(school).get(path, headers={"User-Agent": "Mozilla/5.0"})  # counted among the visits, too
        assert [each["sql"] for each in queries if is_own(each["sql"])] == [], path


def test_what_the_office_changes_of_a_course_stands_on_the_site_at_once(school, admin, make_photo):
    make_site(school, WORDS)
    course = make_course(school)
    assert "cover" not in text(school, f"/courses/{course.slug}/")
    assert "Welding" in text(school, "/courses/")

    picture = admin.post(f"/api/v1/courses/{course.pk}/picture/", {"file": make_photo(), "image_alt": "Sparks"}).json()
    admin.send(f"/api/v1/courses/{course.pk}/", {"name": "Forging"}, method="patch")

    shown = text(school, f"/courses/{course.slug}/")
    assert (f'src="{picture["image_url"]}" alt="Sparks"' in shown, "Forging" in shown) == (True, True)
    assert f'src="{picture["image_url"]}" alt=""' in text(school, "/courses/")
    assert stranger(school).get(picture["image_url"]).status_code == 200


@pytest.mark.parametrize("path", ["/team/", "/alumni/", "/reviews/", "/partners/"])
def test_a_page_takes_as_many_statements_for_many_as_for_one(school, admin, path):
    make_site(school)
    api = {"/team/": "team-members/", "/alumni/": "alumni/", "/partners/": "partners/", "/reviews/": "reviews/"}[path]

    def add(n: int) -> None:
        given = {"name": f"Name {n}"}
        if path == "/alumni/":
            given |= {"consent_by": "x", "status": "published"}
        if path == "/reviews/":
            given = {
                "author_name": "A",
                "author_email": f"a{n}@x.example",
                "rating": 4,
                "body": "Good enough for me, and for others.",
            }
        made = admin.send(f"/api/v1/{api}", given)
        assert made.status_code == 201, made.content
        if path == "/reviews/":
            admin.send(f"/api/v1/reviews/{made.json()['id']}/publish/")

    add(1)
    one = selects(school, path)
    add(2)
    add(3)

    assert selects(school, path) == one
    assert text(school, path).count("<li>") - text(school, "/privacy/").count("<li>") >= 3


def test_an_unpublished_and_an_offline_site_say_nothing_at_all(school):
    make_page(school, "Secret", kind="home")
    for path in ("/about-us/", "/contact/", "/sitemap.xml", "/find/?q=s", "/pages/secret/"):
        assert "Hill" not in text(school, path, 404)
    assert stranger(school).get("/")["Location"] == "/sign-in/"
    assert text(school, "/robots.txt") == "User-agent: *\nDisallow: /\n"
    with in_school(school):
        publish_site(actor=system_actor(school.pk))
    assert "Secret" in text(school, "/")

    with in_school(school):
        take_offline(actor=system_actor(school.pk))

    assert text(school, "/about-us/", 404) == "Not found\n"
    assert stranger(school).get("/")["Location"] == "/sign-in/"


def test_no_school_is_named_at_a_host_that_leads_nowhere(school):
    make_site(school)

    answer = nobody(SERVER_NAME="elsewhere.example").get("/about-us/")
    assert (answer.status_code, answer.content) == (404, b"Not found\n")
    oak = School.objects.get(name="Oak School")
    assert text(oak, "/about-us/", 404) == "Not found\n"


def test_the_sitemap_lists_exactly_what_is_published(school):
    make_site(school)
    make_page(school, "Our house")
    make_page(school, "Not yet", published=False)
    with in_school(school):
        shelf = CourseCategory.objects.create(name="Maths", slug="maths")
        Course.objects.create(name="Sums", slug="sums", category=shelf, status="published", published_at=clock.now())
        Course.objects.create(name="Hidden", slug="hidden", category=shelf)

    listed = re.findall(r"<loc>https://hill-school.testserver(.*?)</loc>", text(school, "/sitemap.xml"))

    assert sorted(listed) == sorted(["/", "/pages/our-house/", *FIXED, "/contact/", "/courses/sums/"])
    for path in listed:
        assert "noindex" not in text(school, path), path
    assert "Sums" in text(school, "/courses/sums/")
    assert '"@type": "Course"' in text(school, "/courses/sums/")
    assert "Sums" in text(school, "/find/?q=sum")
    for path in ("/courses/hidden/", "/pages/not-yet/"):
        assert "Hidden" not in text(school, path, 404)
    assert "hidden" not in text(school, "/find/?q=hid")
    assert "Nothing here has these words" in text(school, "/find/?q=Not+yet")


def test_a_draft_is_looked_at_by_a_link_and_by_no_machine(school):
    make_site(school)
    page = make_page(school, "Not yet", published=False)
    with in_school(school):
        link = preview_address(page)

    answer = stranger(school).get(link)
    assert "Not yet" in answer.content.decode()
    assert (answer["X-Robots-Tag"], answer["Cache-Control"]) == ("noindex, nofollow", "no-store")
    assert "noindex" in answer.content.decode()
    assert stranger(School.objects.get(name="Oak School")).get(link).status_code == 404

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing.time, "time", lambda: clock.now().timestamp() + 8 * 24 * 3600)
        assert stranger(school).get(link).status_code == 404


def test_a_changed_slug_leads_on_in_one_hop_and_a_deleted_page_is_gone(school):
    make_site(school)
    page, actor = make_page(school, "House"), system_actor(school.pk)
    for slug in ("home-and-garden", "garden"):
        with in_school(school):
            edit_page(page.pk, values={"slug": slug}, actor=actor)
            publish_page(page.pk, actor=actor)

    for old in ("/pages/house/", "/pages/home-and-garden/"):
        answer = stranger(school).get(old)
        assert (answer.status_code, answer["Location"]) == (301, "/pages/garden/")
    with in_school(school):
        archive_page(page.pk, actor=actor)
    for old in ("/pages/garden/", "/pages/house/", "/pages/home-and-garden/"):
        assert stranger(school).get(old).status_code == 410


def test_strangers_read_the_published_version_until_another_is_published_or_restored(school):
    make_site(school)
    page, actor = make_page(school, "House"), system_actor(school.pk)
    with in_school(school):
        edit_page(page.pk, values={"title": "Palace"}, actor=actor)
    assert "House" in text(school, "/pages/house/")

    with in_school(school):
        publish_page(page.pk, actor=actor)
    assert "Palace" in text(school, "/pages/house/")
    with in_school(school):
        restore_version(page.pk, 1, actor=actor)
    assert "Palace" in text(school, "/pages/house/")
    with in_school(school):
        publish_page(page.pk, actor=actor)
        assert list(page.versions.order_by("number").values_list("title", flat=True)) == ["House", "Palace", "House"]
    assert "House" in text(school, "/pages/house/")


def test_a_page_is_published_at_its_time(school):
    make_site(school)
    page, actor = make_page(school, "News", published=False), system_actor(school.pk)
    with in_school(school):
        publish_page(page.pk, at=clock.now() + timedelta(hours=1), actor=actor)
        assert publish_due(actor=actor) == 0
    text(school, "/pages/news/", 404)

    with in_school(school), clock.frozen(clock.now() + timedelta(hours=2)):
        assert publish_due(actor=actor) == 1

    assert "News" in text(school, "/pages/news/")


def test_the_site_is_known_by_its_primary_host(school):
    make_site(school)
    assert '<link rel="canonical" href="https://hill-school.testserver/about-us/">' in text(school, "/about-us/")
    with in_school(school):
        SiteDomain.objects.create(host="www.hill.example", token="t", state="active", is_primary=True)
    SchoolHost.objects.create(school=school, host="www.hill.example", verified_at=clock.now())
    forget_hosts()

    moved = stranger(school).get("/about-us/?page=1")
    there = nobody(SERVER_NAME="www.hill.example").get("/about-us/").content.decode()

    assert (moved.status_code, moved["Location"]) == (301, "https://www.hill.example/about-us/?page=1")
    assert '<link rel="canonical" href="https://www.hill.example/about-us/">' in there


def test_another_language_has_addresses_of_its_own(school):
    School.objects.filter(pk=school.pk).update(locales=["en", "ar"])
    make_site(school)
    make_page(school, "مدرسة", kind="home", language="ar")

    arabic = text(school, "/ar/about-us/")

    assert '<html lang="ar" dir="rtl">' in arabic
    assert 'hreflang="en" href="https://hill-school.testserver/about-us/"' in arabic
    assert 'hreflang="ar" href="https://hill-school.testserver/ar/about-us/"' in text(school, "/about-us/")
    assert "مدرسة" in text(school, "/ar/")
    assert stranger(school).get("/en/about-us/")["Location"] == "/about-us/"
    text(school, "/fr/about-us/", 404)


def test_the_menu_and_the_banner_stand_on_every_page_at_once(school):
    make_site(school)
    text(school, "/team/")
    actor = system_actor(school.pk)
    with in_school(school):
        set_menu([NewItem("The school", "/about-us/", [NewItem("People", "/team/")])], actor=actor)
        edit_site(values={"banner": "Closed on Friday"}, actor=actor)
        assert MenuItem.objects.count() == 2

    body = text(school, "/team/")

    assert "Closed on Friday" in body
    assert '<a href="/team/" aria-current="page">People</a>' in body


def test_a_stranger_comes_from_an_event_to_taking_part_in_it_by_an_account(school):
    make_site(school, WORDS)
    actor = system_actor(school.pk)
    day = clock.now().date() + timedelta(days=10)
    with in_school(school):
        event = create_event(values={"title": "Fair", "date": day, "visibility": "public"}, actor=actor)
        publish_event(event.pk, actor=actor)
    inside = f"/calendar/events/{event.pk}/"

    assert f'href="{inside}"' in text(school, f"/events/{event.slug}/")
    turned_away = stranger(school).get(inside)
    assert turned_away["Location"] == f"/sign-in/?next={inside}"
    assert f'href="/register/?next={inside}"' in text(school, turned_away["Location"])
    with in_school(school):
        touch_site()
    with clock.frozen(clock.now() + timedelta(days=11)):
        assert inside not in text(school, f"/events/{event.slug}/")
