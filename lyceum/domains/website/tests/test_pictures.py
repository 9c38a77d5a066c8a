"""Pictures: painted in three widths, described before they are published, and gone when somebody no longer agrees."""

import io

import pytest
from PIL import Image

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.learning.models import Completion, Course
from lyceum.domains.people.models import Consent, ConsentKind, Student
from lyceum.domains.people.rules.consents import PUBLIC_PHOTOGRAPHS, answer_consent
from lyceum.domains.tenancy.models import School
from lyceum.domains.website.models import AlumniProfile, Picture
from lyceum.domains.website.rules.alumni import edit_profile, set_own_photo, withdraw_own_photo, write_own_profile
from lyceum.domains.website.rules.blocks import AltTextMissingError, NotReadyError
from lyceum.domains.website.rules.pages import create_page, publish_page
from lyceum.domains.website.rules.pictures import add_picture
from lyceum.domains.website.rules.site import ContrastTooLowError, edit_site
from lyceum.domains.website.tests.making import make_page, make_site
from lyceum.testing.clients import stranger
from lyceum.testing.factories import account_for, as_actor, in_school, make_student

pytestmark = pytest.mark.django_db


def picture(school: School, make_photo, **values) -> Picture:
    with in_school(school):
        return add_picture(make_photo(2000, 1000), name="a.jpg", actor=system_actor(school.pk), **values)


def test_a_picture_is_painted_in_three_widths_with_its_size_beside_it(school, make_photo):
    make_site(school)
    row = picture(school, make_photo, alt="The hall")
    make_page(school, "Hall", {"kind": "image", "picture": str(row.pk)})

    page = stranger(school).get("/pages/hall/").content.decode()

    assert [(each["width"], each["height"]) for each in row.sizes] == [(480, 240), (960, 480), (1600, 800)]
    assert 'width="960" height="480" alt="The hall"' in page
    answer = stranger(school).get(f"/site-pictures/{row.pk}/480/")
    assert (answer["Content-Type"], Image.open(io.BytesIO(answer.content)).size) == ("image/webp", (480, 240))
    assert stranger(school).get(f"/site-pictures/{row.pk}/481/").status_code == 404
    oak = School.objects.get(name="Oak School")
    assert stranger(oak).get(f"/site-pictures/{row.pk}/480/").status_code == 404


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        (["## One", "#### Three"], "Block 2: the heading “Three” skips a level. Give it ###."),
        (["Read [here](https://a.example)."], "Block 1: a link called “here” says nothing by itself."),
    ],
)
def test_what_shuts_readers_out_is_not_published_and_the_place_is_named(school, blocks, said):
    page = make_page(school, "P", *({"kind": "text", "text": each} for each in blocks), published=False)

    with in_school(school), pytest.raises(NotReadyError) as refused:
        publish_page(page.pk, actor=system_actor(school.pk))

    assert refused.value.detail.startswith(said)
    assert refused.value.errors[0].pointer == f"/blocks/{len(blocks) - 1}"


def test_a_picture_without_words_is_published_only_as_decoration(school, make_photo):
    row, actor = picture(school, make_photo), system_actor(school.pk)
    with in_school(school):
        page = create_page(title="P", blocks=[{"kind": "image", "picture": str(row.pk)}], actor=actor)
        with pytest.raises(AltTextMissingError):
            publish_page(page.pk, actor=actor)
        Picture.objects.update(is_decorative=True)

        assert publish_page(page.pk, actor=actor).state == "published"


def test_a_colour_that_cannot_be_read_is_refused_with_the_nearest_that_can(school):
    with in_school(school), pytest.raises(ContrastTooLowError) as refused:
        edit_site(values={"accent": "#ffcc00"}, actor=system_actor(school.pk))
    nearest = refused.value.extra["nearest"]

    with in_school(school):
        assert edit_site(values={"accent": nearest}, actor=system_actor(school.pk)).accent == nearest


@pytest.fixture
def graduate(school: School) -> Student:
    student = make_student(school, name="Ada Alumna")
    account_for(student.person, Role.STUDENT)
    with in_school(school):
        course = Course.objects.create(name="Sums", slug="sums")
        Completion.objects.create(student=student, course=course, completed_at=clock.now(), snapshot={})
    return student


def published_with_photo(school: School, graduate: Student, make_photo) -> AlumniProfile:
    actor = as_actor(graduate.person.user, school)
    with in_school(school):
        write_own_profile(values={"headline": "Counts"}, consents=True, submit=True, actor=actor)
        set_own_photo(make_photo(), name="a.jpg", alt="", actor=actor)
        profile = AlumniProfile.objects.get()
        return edit_profile(profile.pk, values={"state": "published"}, actor=system_actor(school.pk))


@pytest.mark.parametrize("way", ["themselves", "the guardian's consent", "the office"])
def test_withdrawing_the_consent_takes_the_picture_from_page_variants_and_cache(school, graduate, make_photo, way):
    make_site(school)
    profile = published_with_photo(school, graduate, make_photo)
    assert profile.photo
    path = f"/site-pictures/{profile.photo.pk}/{profile.photo.sizes[0]['width']}/"
    for page in ("/alumni/", f"/alumni/{profile.pk}/"):
        assert path in stranger(school).get(page).content.decode()
    assert stranger(school).get(path).status_code == 200

    with in_school(school):
        actor = system_actor(school.pk)
        if way == "themselves":
            withdraw_own_photo(actor=as_actor(graduate.person.user, school))
        elif way == "the office":
            edit_profile(profile.pk, values={"consent_by": ""}, actor=actor)
        else:
            kind = ConsentKind.objects.get(name=PUBLIC_PHOTOGRAPHS)
            answer_consent(
                graduate.pk, kind_id=kind.pk, answer=Consent.Answer.REFUSED, answered_by="Grace", actor=actor
            )

    assert stranger(school).get(path).status_code == 404
    assert "site-pictures" not in stranger(school).get("/alumni/").content.decode()
    with in_school(school):
        assert not Picture.objects.exists()
    assert stranger(school).get("/alumni/").content.decode().count("Ada Alumna") == (0 if way == "the office" else 1)
