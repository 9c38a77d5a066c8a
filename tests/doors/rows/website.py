"""The public site and what is written for it."""

from uuid import UUID

from lyceum.core import clock
from lyceum.core.actor import Via, public_actor, system_actor
from lyceum.domains.learning.models import Completion, Course
from lyceum.domains.website.models import AlumniProfile, AlumniStory, Picture
from lyceum.domains.website.previews import preview_address
from lyceum.domains.website.rules.about import add_team_member
from lyceum.domains.website.rules.alumni import create_profile
from lyceum.domains.website.rules.domains import claim_domain
from lyceum.domains.website.rules.messages import send_message
from lyceum.domains.website.rules.pages import create_page, publish_page
from lyceum.domains.website.rules.partners import add_partner
from lyceum.domains.website.rules.reviews import withdraw_token, write_review
from lyceum.domains.website.rules.site import publish_site
from tests.doors.rows.cast import Cast


def add(cast: Cast) -> dict[str, UUID]:
    """What doors are tried on."""
    actor = system_actor(cast.school.pk)
    anybody = public_actor(Via.PAGE, school_id=cast.school.pk)
    pages = [
        create_page(title=title, kind=kind, blocks=[{"kind": "text", "text": "Words"}], actor=actor)
        for title, kind in (("Hill School", "home"), ("Our house", "free"))
    ]
    for page in pages:
        publish_page(page.pk, actor=actor)
    publish_site(actor=actor)
    review = write_review(
        author_name="Ann", author_email="ann@mail.example", rating=4, body="A good place to learn.", actor=anybody
    )
    message = send_message(
        name="Ann", email="ann@mail.example", subject="A place", message="Is there a place?", actor=anybody
    )
    course = Course.objects.create(name="Old sums", slug="old-sums")
    Completion.objects.create(student=cast.student, course=course, completed_at=clock.now(), snapshot={})
    values = {"name": "Alan Turing", "consent_by": "Alan Turing", "state": "published"}
    profile = create_profile(values=values, actor=actor)
    own = AlumniProfile.objects.create(student=cast.student, name="Somebody")
    own_words = {
        "site_slug": "our-house",
        "site_language": "en",
        "site_page": "team",
        "site_shelf": "pages",
        "width": "480",
        "withdraw": withdraw_token(review),
        "preview_token": preview_address(pages[1]).split("/")[2],
    }
    cast.words.update(own_words)
    return {
        "team_member_id": add_team_member(values={"name": "Ada"}, actor=actor).pk,
        "partner_id": add_partner(values={"name": "Library"}, actor=actor).pk,
        "alumni_id": profile.pk,
        "own_alumni": own.pk,
        "story_id": AlumniStory.objects.create(profile=profile, title="Then", body="Words", state="submitted").pk,
        "review_id": review.pk,
        "message_id": message.pk,
        "site_page_id": pages[1].pk,
        "domain_id": claim_domain("www.hill.example", actor=actor).pk,
        "picture_id": Picture.objects.create(alt="Hall", sizes=[]).pk,
    }
