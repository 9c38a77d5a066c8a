"""The office keeps the site on its pages: from nothing to what strangers read, and what is refused on the way."""

import pytest

from lyceum.domains.website.models import MenuItem, Page, Partner, SiteDomain, TeamMember
from lyceum.testing.clients import Caller, browser, stranger
from lyceum.testing.factories import in_school, make_manager, make_school, make_teacher

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(school) -> Caller:
    return browser(make_manager(school, "Website"), school)


def form_of(page: Page, *texts: str, act: str = "save", **values: object) -> dict[str, object]:
    """What the browser sends for a page of texts."""
    blocks = {
        f"b{n}-{name}": value for n, text in enumerate(texts) for name, value in (("kind", "text"), ("text", text))
    }
    typed = {"title": page.title, "slug": page.slug, "description": "", "edits": page.edits, "blocks": len(texts)}
    return typed | blocks | {"act": act} | values


def test_a_page_is_written_previewed_published_and_changed_by_nobody_else_unseen(school, office):
    begun = office.post("/site/pages/new/", {"title": "Hill School", "kind": "home"})
    path = begun["Location"]
    with in_school(school):
        page = Page.objects.get()

    more = office.post(path, form_of(page, "## Hello", act="add", new_kind="button"))
    with in_school(school):
        page.refresh_from_db()
    assert more["Location"] == f"{path}#add"
    assert [each["kind"] for each in page.blocks] == ["text", "button"]
    preview = office.post(path, form_of(page, "## Hello", "Words", act="preview"))
    assert "Words" in stranger(school).get(preview["Location"]).content.decode()
    with in_school(school):
        page.refresh_from_db()
    stale = office.post(path, form_of(page, "Mine", edits=page.edits - 1))
    assert (stale.status_code, "Mine" in stale.content.decode()) == (412, True)
    skipped = office.post(path, form_of(page, "#### Deep", act="publish"))
    assert (skipped.status_code, "skips a level" in skipped.content.decode()) == (422, True)
    moved = office.post(path, form_of(page, "## One", "Two", act="down-0"))
    assert moved.status_code == 302
    with in_school(school):
        page.refresh_from_db()
        assert [each["text"] for each in page.blocks] == ["Two", "## One"]

    assert office.post(path, form_of(page, *(each["text"] for each in page.blocks), act="publish")).status_code == 302
    assert office.post("/site/", {"act": "publish"}).status_code == 302

    assert "Two" in stranger(school).get("/").content.decode()
    assert office.get(path).status_code == 200
    assert browser(make_teacher(school), school).get("/site/").status_code == 403


def test_beside_other_schools_links_and_previews_lead_to_the_host_of_the_school(school, office):
    make_school("Other School")
    path = office.post("/site/pages/new/", {"title": "Hill School", "kind": "home"})["Location"]
    with in_school(school):
        page = Page.objects.get()
    there = f"http://{school.slug}.localhost:4000"

    shown = office.get(path)
    preview = office.post(path, form_of(page, "Words", act="preview"))["Location"]
    with in_school(school):
        page.refresh_from_db()
    office.post(path, form_of(page, "Words", act="publish"))
    office.post("/site/", {"act": "publish"})

    assert preview.startswith(f"{there}/preview/")
    assert f"form-action 'self' {there};" in shown["Content-Security-Policy"]
    assert f'href="{there}/"' in office.get("/site/").content.decode()
    assert f'href="{there}{page.address}"' in office.get(path).content.decode()


def test_with_a_name_of_its_own_the_site_is_linked_by_that(school, office):
    with in_school(school):
        for host, is_primary in (("a.hill.example", False), ("www.hill.example", True)):
            SiteDomain.objects.create(host=host, token=host, state="active", is_primary=is_primary)
    path = office.post("/site/pages/new/", {"title": "Hill School", "kind": "home"})["Location"]

    assert "form-action 'self' https://www.hill.example;" in office.get(path)["Content-Security-Policy"]


def test_a_site_without_a_home_page_is_not_published(office):
    refused = office.post("/site/", {"act": "publish"})

    assert refused.status_code == 409
    assert "Publish a home page first" in refused.content.decode()


def test_team_partners_and_menu_are_kept_on_their_pages(school, office, make_photo):
    photo = {"name": "Ada", "is_published": "1", "photo": make_photo()}
    alone = office.post("/site/team/", photo)
    assert (alone.status_code, "who agreed" in alone.content.decode()) == (422, True)
    assert office.post("/site/team/", photo | {"photo": make_photo(), "photo_consent_by": "Ada"}).status_code == 302
    assert office.post("/site/partners/", {"name": "Library", "is_published": "1"}).status_code == 302
    assert office.post("/site/menu/", {"items": "School | /about-us/\n- Team | /team/"}).status_code == 302
    assert office.post("/site/menu/", {"items": "Bad | javascript:alert(1)"}).status_code == 422
    with in_school(school):
        member, partner = TeamMember.objects.get(), Partner.objects.get()
        assert member.photo is not None
        assert MenuItem.objects.count() == 2

    assert office.post(f"/site/team/{member.pk}/", {"act": "no_photo"}).status_code == 302
    assert office.post(f"/site/partners/{partner.pk}/", {"act": "remove"}).status_code == 302

    with in_school(school):
        member.refresh_from_db()
        assert (member.photo, Partner.objects.count()) == (None, 0)


def test_a_colour_that_cannot_be_read_is_refused_beside_its_field(office):
    refused = office.post("/site/look/", {"accent": "#ffcc00", "fonts": "plain"})

    assert refused.status_code == 422
    assert 'id="accent-error"' in refused.content.decode()
