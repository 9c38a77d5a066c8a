"""The public site and what is written for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lyceum.core import clock
from lyceum.domains.learning.models import Completion, Course
from lyceum.domains.people.models import Student
from lyceum.domains.website.addresses import FIXED, WITH_NAMES
from lyceum.domains.website.models import AlumniProfile, ContactMessage, Page, Partner, TeamMember

if TYPE_CHECKING:
    from tests.browser.samples import Samples

_OF_ITS_OWN = "at the school's own host, looked at in test_public_site"
NO_PAGES: dict[str, str] = {
    **{f"site-{each}": _OF_ITS_OWN for each in FIXED},
    **{f"site-{each}-one": _OF_ITS_OWN for each in WITH_NAMES},
    "site-thanks": _OF_ITS_OWN,
    "site-review-write": _OF_ITS_OWN,
    "site-review-withdraw": _OF_ITS_OWN,
    "site-find": _OF_ITS_OWN,
    "site-preview": _OF_ITS_OWN,
    "site-alumnus": _OF_ITS_OWN,
    "site-home-in-language": _OF_ITS_OWN,
    "site-fixed-in-language": _OF_ITS_OWN,
    "site-in-language": _OF_ITS_OWN,
    "site-picture": "a file",
    "site-theme": "a file",
    "site-map": "a file",
    "site-robots": "a file",
}


def add(samples: Samples) -> None:
    """Called in the demo school."""
    for name, path in {
        "site": "/site/",
        "site-look": "/site/look/",
        "site-menu": "/site/menu/",
        "site-domains": "/site/domains/",
        "site-about-edit": "/site/about/",
        "site-team-edit": "/site/team/",
        "site-team-member": f"/site/team/{TeamMember.objects.order_by('order')[0].pk}/",
        "site-partners-edit": "/site/partners/",
        "site-partner": f"/site/partners/{Partner.objects.order_by('order')[0].pk}/",
        "site-alumni-edit": "/site/alumni/",
        "site-alumnus-edit": f"/site/alumni/{AlumniProfile.objects.order_by('name')[0].pk}/",
        "site-reviews-queue": "/site/reviews/",
        "site-reviews-all": "/site/reviews/all/",
        "site-visits": "/site/visits/",
        "site-messages": "/site/messages/",
        "site-message": f"/site/messages/{ContactMessage.objects.get().pk}/",
        "site-page-new": "/site/pages/new/",
        "site-page": f"/site/pages/{Page.objects.get(kind='home').pk}/",
    }.items():
        samples.add(name, "head", path)
    student = Student.objects.get(person__user__logins__username="student")
    course, _new = Course.objects.get_or_create(slug="old-sums", defaults={"name": "Old sums"})
    Completion.objects.create(student=student, course=course, completed_at=clock.now(), snapshot={})
    samples.add("own-alumni", "student", "/alumni/me/")
