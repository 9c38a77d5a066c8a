"""What the public site does when something happens: here, or elsewhere where it changes what strangers see."""

from collections.abc import Sequence

from lyceum.core.actor import Actor
from lyceum.core.schools import current_school
from lyceum.domains.calendars.facts import EventCancelled, EventChanged, EventPublished
from lyceum.domains.journal.facts import hears, hears_all
from lyceum.domains.learning.facts import CourseChanged, ScheduleCancelled, SchedulePublished
from lyceum.domains.people.facts import ConsentAnswered
from lyceum.domains.people.models import Consent, ConsentKind
from lyceum.domains.people.rules.consents import PUBLIC_PHOTOGRAPHS
from lyceum.domains.tenancy.facts import SchoolProvisioned
from lyceum.domains.website.facts import ContactReceived
from lyceum.domains.website.memory import forget_hosts
from lyceum.domains.website.models import AboutUs, Site
from lyceum.domains.website.rules.alumni import drop_photos_of
from lyceum.domains.website.rules.site import touch_site
from lyceum.domains.website.tasks import tell_of_message

SHOWN_ELSEWHERE = (CourseChanged, SchedulePublished, ScheduleCancelled, EventPublished, EventChanged, EventCancelled)
"""Facts of others after which pages of the site say something else."""


@hears(SchoolProvisioned)
def begin_site(fact: SchoolProvisioned, _actor: Actor) -> None:
    """A school has a site to be written from the moment it exists."""
    del fact
    Site.objects.get_or_create(school_id=current_school())
    AboutUs.objects.get_or_create(school_id=current_school())


@hears_all(SchoolProvisioned)
def read_hosts_anew(facts: Sequence[SchoolProvisioned], _actor: Actor) -> None:
    """Where there was one school, a host may mean another from now on, or none."""
    del facts
    forget_hosts()


@hears(ContactReceived)
def tell_later(fact: ContactReceived, actor: Actor) -> None:
    """A message is mailed once it is stored."""
    tell_of_message.defer(school_id=actor.school, message_id=str(fact.message))


@hears(ConsentAnswered)
def take_pictures_down(fact: ConsentAnswered, actor: Actor) -> None:
    """Who no longer agrees to photographs in public is in none from now on."""
    if (
        fact.answer != Consent.Answer.GIVEN
        and ConsentKind.objects.filter(pk=fact.kind, name=PUBLIC_PHOTOGRAPHS).exists()
    ):
        drop_photos_of(fact.student, actor=actor)


for _type in SHOWN_ELSEWHERE:
    hears_all(_type)(lambda _facts, _actor: touch_site())
