"""Reading what the site shows, and what waits for the office."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Avg, Count, Prefetch, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.tenancy.queries import today
from lyceum.domains.website.models import (
    AboutUs,
    AlumniProfile,
    AlumniStory,
    ContactMessage,
    CoreValue,
    MenuItem,
    Page,
    PageVisits,
    Partner,
    Picture,
    Review,
    Shown,
    Site,
    SiteDomain,
    TeamMember,
)

IN_ORDER = ("order", "name", "pk")
NEWEST_FIRST = ("-created_at", "-pk")


def _edits(actor: Actor) -> bool:
    """Whether somebody sees what is not published; everybody else needs to be somebody who may read the site."""
    if actor.reaches_all(Permission.SITE_EDIT):
        return True
    actor.require(Permission.SITE_VIEW)
    return False


def read_about_us(actor: Actor) -> AboutUs:
    """What the school says of itself, with its values and its team; empty where nobody wrote anything yet."""
    members = TeamMember.objects.select_related("photo").order_by(*IN_ORDER)
    if not _edits(actor):
        members = members.filter(is_published=True)
    rows = AboutUs.objects.prefetch_related(
        Prefetch("core_values", CoreValue.objects.order_by("order", "pk")), Prefetch("team_members", members)
    )
    return rows.first() or AboutUs()


def list_team(actor: Actor) -> QuerySet[TeamMember]:
    """The team in its order: those who are published; for the editors everybody."""
    rows = TeamMember.objects.select_related("photo")
    return rows if _edits(actor) else rows.filter(is_published=True)


def get_team_member(member_id: UUID, *, actor: Actor) -> TeamMember:
    """Somebody of the team whom the actor may know of."""
    found = list_team(actor).filter(pk=member_id).first()
    if found is None:
        raise NotFoundError(_("There is nobody of this id in the team."))
    return found


def list_partners(actor: Actor) -> QuerySet[Partner]:
    """The partners in their order: those that are published; for the editors all."""
    rows = Partner.objects.select_related("logo")
    return rows if _edits(actor) else rows.filter(is_published=True)


def get_partner(partner_id: UUID, *, actor: Actor) -> Partner:
    """A partner that the actor may know of."""
    found = list_partners(actor).filter(pk=partner_id).first()
    if found is None:
        raise NotFoundError(_("There is no such partner."))
    return found


def list_alumni(actor: Actor, *, mentors: bool | None = None, status: str = "") -> QuerySet[AlumniProfile]:
    """Alumni with their stories: what is published; for the editors everything."""
    edits = _edits(actor)
    stories = AlumniStory.objects.order_by("created_at", "pk")
    rows = AlumniProfile.objects.select_related("photo", "course")
    if not edits:
        rows, stories = rows.filter(state=Shown.PUBLISHED), stories.filter(state=Shown.PUBLISHED)
    if mentors is not None:
        rows = rows.filter(is_mentor=mentors)
    if status:
        rows = rows.filter(state=status)
    return rows.prefetch_related(Prefetch("stories", stories))


def get_alumni(profile_id: UUID, *, actor: Actor) -> AlumniProfile:
    """A profile that the actor may know of."""
    found = list_alumni(actor).filter(pk=profile_id).first()
    if found is None:
        raise NotFoundError(_("There is no such profile."))
    return found


def list_reviews(actor: Actor, *, course: UUID | None = None, status: str = "") -> QuerySet[Review]:
    """What is published; for moderators everything that its author did not withdraw."""
    rows = Review.objects.select_related("course").exclude(state=Review.State.WITHDRAWN)
    if not actor.reaches_all(Permission.REVIEWS_MODERATE):
        actor.require(Permission.SITE_VIEW)
        rows = rows.filter(state=Review.State.PUBLISHED)
    if course is not None:
        rows = rows.filter(course=course)
    return rows.filter(state=status) if status else rows


def get_review(review_id: UUID, *, actor: Actor) -> Review:
    """A review that the actor may know of."""
    found = list_reviews(actor).filter(pk=review_id).first()
    if found is None:
        raise NotFoundError(_("There is no such review."))
    return found


@dataclass(frozen=True)
class Rating:
    """What all published reviews say together."""

    mean: float | None
    """With one decimal; None where nobody wrote."""
    count: int


def read_rating(actor: Actor, *, course: UUID | None = None) -> Rating:
    """The mean over all published reviews, of the school or of a course, and how many they are."""
    actor.require(Permission.SITE_VIEW)
    rows = Review.objects.filter(state=Review.State.PUBLISHED)
    if course is not None:
        rows = rows.filter(course=course)
    found = rows.aggregate(mean=Avg("rating"), count=Count("pk"))
    return Rating(round(float(found["mean"]), 1) if found["count"] else None, found["count"])


@dataclass(frozen=True)
class Rejections:
    """How many reviews of a number of stars were decided, and how many of them rejected."""

    stars: int
    decided: int
    rejected: int

    @property
    def percent(self) -> int:
        """Of those decided."""
        return round(100 * self.rejected / self.decided) if self.decided else 0


def read_rejections(actor: Actor) -> list[Rejections]:
    """The office's own decisions by stars: whether the unhappy are silenced."""
    actor.require_all(Permission.REVIEWS_MODERATE)
    decided = Review.objects.filter(state__in=("published", "rejected", "hidden"))
    rows = decided.values("rating").annotate(all=Count("pk"), rejected=Count("pk", filter=Q(state="rejected")))
    found = {row["rating"]: (row["all"], row["rejected"]) for row in rows}
    return [Rejections(stars, *found.get(stars, (0, 0))) for stars in range(5, 0, -1)]


def list_messages(actor: Actor, *, status: str = "", text: str = "") -> QuerySet[ContactMessage]:
    """Messages to the school, spam only where it is asked for."""
    actor.require_all(Permission.CONTACT_ANSWER)
    rows = ContactMessage.objects.prefetch_related("replies")
    rows = rows.filter(state=status) if status else rows.exclude(state=ContactMessage.State.SPAM)
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(subject__icontains=text) | Q(email__icontains=text))
    return rows


def get_message(message_id: UUID, *, actor: Actor) -> ContactMessage:
    """One message with the answers to it."""
    actor.require_all(Permission.CONTACT_ANSWER)
    found = ContactMessage.objects.prefetch_related("replies").filter(pk=message_id).first()
    if found is None:
        raise NotFoundError(_("There is no such message."))
    return found


def read_site(actor: Actor) -> Site:
    """The site as its editors see it."""
    actor.require_all(Permission.SITE_EDIT)
    return Site.objects.select_related("crest", "hero", "social_image").first() or Site()


def list_pages(actor: Actor) -> QuerySet[Page]:
    """The pages that the office writes, without those that are gone."""
    actor.require_all(Permission.SITE_EDIT)
    return Page.objects.select_related("published", "translation_of__published").exclude(state=Page.State.ARCHIVED)


def get_page(page_id: UUID, *, actor: Actor) -> Page:
    """One of them."""
    found = list_pages(actor).filter(pk=page_id).first()
    if found is None:
        raise NotFoundError(_("There is no such page."))
    return found


@dataclass(frozen=True)
class Visits:
    """How often a page was read in some days."""

    path: str
    count: int


def read_visits(actor: Actor, *, days: int = 30) -> list[Visits]:
    """The pages of the site by how often they were read in the last days, today included; the most read first."""
    actor.require_all(Permission.SITE_EDIT)
    rows = PageVisits.objects.filter(on__gt=today() - timedelta(days=days)).values("path").annotate(n=Sum("count"))
    return [Visits(row["path"], row["n"]) for row in rows.order_by("-n", "path")]


def visits_by_day(actor: Actor, *, days: int) -> dict[date, int]:
    """How often pages of the site were read on each of the last days, today included."""
    actor.require_all(Permission.SITE_EDIT)
    rows = PageVisits.objects.filter(on__gt=today() - timedelta(days=days)).values("on").annotate(n=Sum("count"))
    return {row["on"]: row["n"] for row in rows.order_by("on")}


def list_all_reviews(actor: Actor, *, status: str = "", text: str = "") -> QuerySet[Review]:
    """Reviews for a list of the office, by state and by words of the author or the text."""
    actor.require_all(Permission.REVIEWS_MODERATE)
    rows = list_reviews(actor, status=status)
    return rows.filter(Q(author_name__icontains=text) | Q(body__icontains=text)) if text else rows


def list_domains(actor: Actor) -> QuerySet[SiteDomain]:
    """The host names that the school claims."""
    actor.require_all(Permission.SITE_EDIT)
    return SiteDomain.objects.exclude(state=SiteDomain.State.REMOVED)


def list_menu(actor: Actor) -> list[MenuItem]:
    """The entries of the first level in their order, each with those below it."""
    actor.require_all(Permission.SITE_EDIT)
    below = Prefetch("children", MenuItem.objects.order_by("order", "pk"))
    return list(MenuItem.objects.filter(parent__isnull=True).order_by("order", "pk").prefetch_related(below))


def list_pictures(actor: Actor) -> QuerySet[Picture]:
    """The site's pictures, the newest first."""
    actor.require_all(Permission.SITE_EDIT)
    return Picture.objects.order_by("-created_at", "-pk")
