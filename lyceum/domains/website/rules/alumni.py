"""Those who were here: their profiles and stories, which the office publishes and they themselves may write."""

from collections.abc import Mapping
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotAllowedError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.learning.models import Completion, Course
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.queries import get_own_record
from lyceum.domains.website.facts import AlumniPublished
from lyceum.domains.website.models import AlumniProfile, AlumniStory, Picture, Shown
from lyceum.domains.website.rules.fields import line, lines, picture, web_links
from lyceum.domains.website.rules.pictures import drop_pictures, keep_picture
from lyceum.domains.website.rules.site import touch_site

LONGEST_NAME, LONGEST_HEADLINE, LONGEST_BIO, LONGEST_STORY = 120, 160, 4_000, 10_000
FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST_TOPICS, MOST_STORIES = 8, 20
OWN_FIELDS = frozenset({
    "name", "headline", "employer", "bio", "links", "leaving_year", "is_mentor", "mentor_topics", "mentor_places",
})  # fmt: skip
"""What somebody writes of themselves."""


class ConsentRequiredError(RuleError):
    """Nobody is shown who has not agreed."""

    code = "consent_required"


class NoAlumnusError(NotAllowedError):
    """Neither completed a course nor left as a graduate."""

    code = "not_alumni"
    audited = False


class ProfileTakenError(RuleError):
    """A student has one profile."""

    code = "profile_taken"


@transaction.atomic
def create_profile(*, values: Mapping[str, Any], actor: Actor) -> AlumniProfile:
    """Write a profile for somebody. With consent it may be published at once."""
    actor.require_all(Permission.SITE_EDIT)
    profile = AlumniProfile()
    _apply(profile, {"name": "", **values})
    _refuse_unconsented(profile)
    if profile.state == Shown.PUBLISHED:
        profile.published_at = clock.now()
    with refusing(alumni_profile_once=_taken):
        profile.save(force_insert=True)
    record("website.alumni.create", target=Target.of(profile), facts=_told(profile, ""), actor=actor)
    touch_site()
    return profile


@transaction.atomic
def edit_profile(profile_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> AlumniProfile:
    """Change, publish or hide a profile. Without consent it is hidden and its picture gone."""
    profile = get_profile_for_edit(profile_id, actor=actor)
    before, photo = profile.state, profile.photo
    changes = _apply(profile, values)
    if not changes:
        return profile
    if profile.consent_at is None and "consent_at" in changes:
        return _withdraw(profile, before, actor)
    _refuse_unconsented(profile)
    if profile.state == Shown.PUBLISHED and before != Shown.PUBLISHED:
        profile.published_at = clock.now()
    with refusing(alumni_profile_once=_taken):
        profile.save()
    record(
        "website.alumni.edit", target=Target.of(profile), changes=changes, facts=_told(profile, before), actor=actor
    )  # fmt: skip
    if photo is not None and "photo" in changes:
        drop_pictures([photo], actor=actor)
    touch_site()
    return profile


def _withdraw(profile: AlumniProfile, before: str, actor: Actor) -> AlumniProfile:
    """The consent is gone: nothing of the person is shown any more."""
    photo, profile.photo = profile.photo, None
    if before == Shown.PUBLISHED:
        profile.state = Shown.HIDDEN
    profile.save()
    record("website.alumni.withdraw_consent", target=Target.of(profile), actor=actor)
    if photo is not None:
        drop_pictures([photo], reason="consent withdrawn", actor=actor)
    touch_site()
    return profile


@transaction.atomic
def remove_profile(profile_id: UUID, *, actor: Actor) -> None:
    """Remove a profile with its stories and pictures."""
    profile = get_profile_for_edit(profile_id, actor=actor)
    record("website.alumni.remove", target=Target.of(profile), actor=actor)
    photo = profile.photo
    profile.delete()
    if photo is not None:
        drop_pictures([photo], actor=actor)
    touch_site()


@transaction.atomic
def write_own_profile(
    *, values: Mapping[str, Any], consents: bool | None = None, submit: bool = False, actor: Actor
) -> AlumniProfile:
    """Write one's own profile, and hand it to the office; what is published waits again once it is changed."""
    student = require_alumnus(actor)
    profile = AlumniProfile.objects.select_for_update(of=("self",)).filter(student=student).first()
    profile = profile or AlumniProfile(student=student, name=student.person.full_name[:LONGEST_NAME])
    before = profile.state if profile.created_at else ""
    changes = _apply(profile, {name: value for name, value in values.items() if name in OWN_FIELDS})
    if consents is False and profile.consent_at is not None:
        profile.consent_at, profile.consent_by = None, ""
        return _withdraw(profile, before, actor)
    if consents and profile.consent_at is None:
        profile.consent_at, profile.consent_by = clock.now(), actor.name[:200]
    if submit:
        _refuse_unconsented(profile, submitting=True)
        profile.state = Shown.SUBMITTED
    elif before == Shown.PUBLISHED and changes:
        profile.state = Shown.SUBMITTED
    with refusing(alumni_profile_once=_taken):
        profile.save()
    record("website.alumni.write_own", target=Target.of(profile), changes=changes, actor=actor)
    touch_site()
    return profile


@transaction.atomic
def set_own_photo(given: BinaryIO, *, name: str, alt: str, actor: Actor) -> AlumniProfile:
    """Put a picture of oneself on one's own profile: that is the consent, and it is recorded."""
    profile = get_own_profile(actor, lock=True)
    before = profile.photo
    said = line("alt", alt, LONGEST_NAME) or _("Photograph of %(name)s") % {"name": profile.name}
    profile.photo = keep_picture(
        given, name=name, alt=said, shows_person=True, consent_by=actor.name, actor=actor
    )  # fmt: skip
    if profile.state == Shown.PUBLISHED:
        profile.state = Shown.SUBMITTED
    profile.save(update_fields=["photo", "state", "updated_at"])
    if before is not None:
        drop_pictures([before], actor=actor)
    touch_site()
    return profile


@transaction.atomic
def withdraw_own_photo(*, actor: Actor) -> AlumniProfile:
    """No longer agree to the picture: it goes from the page, in every width."""
    profile = get_own_profile(actor, lock=True)
    if profile.photo is not None:
        drop_pictures([profile.photo], reason="consent withdrawn", actor=actor)
        profile.photo = None
    return profile


def drop_photos_of(student_id: UUID, *, actor: Actor) -> int:
    """The consent to photographs was withdrawn: pictures of a student go. Returns how many."""
    rows = AlumniProfile.objects.filter(student=student_id, photo__isnull=False).values("photo")
    pictures = list(Picture.objects.select_for_update().filter(pk__in=rows))
    if pictures:
        drop_pictures(pictures, reason="consent withdrawn", actor=actor)
    return len(pictures)


@transaction.atomic
def write_story(*, title: str, body: str, actor: Actor) -> AlumniStory:
    """Tell something of one's own; the office publishes it."""
    profile = get_own_profile(actor, lock=True)
    if AlumniStory.objects.filter(profile=profile).count() >= MOST_STORIES:
        raise invalid_field("/title", "length", _("Tell at most %(n)s stories.") % {"n": MOST_STORIES})
    story = AlumniStory.objects.create(
        profile=profile,
        title=line("title", title, LONGEST_HEADLINE, needed=True),
        body=lines("body", body, LONGEST_STORY, shortest=20),
        state=Shown.SUBMITTED,
    )
    record("website.story.write", target=Target.of(story), actor=actor)
    return story


@transaction.atomic
def decide_story(story_id: UUID, *, state: str, actor: Actor) -> AlumniStory:
    """Publish or hide a story."""
    actor.require_all(Permission.SITE_EDIT)
    story = AlumniStory.objects.select_for_update().filter(pk=story_id).first()
    if story is None:
        raise NotFoundError(_("There is no such story."))
    if state not in (Shown.PUBLISHED, Shown.HIDDEN):
        raise invalid_field("/status", "choice", _("Publish it or hide it."))
    changes = changed_fields(story, {"state": state})
    if changes:
        story.save(update_fields=["state", "updated_at"])
        record("website.story.decide", target=Target.of(story), changes=changes, actor=actor)
        touch_site()
    return story


def get_profile_for_edit(profile_id: UUID, *, actor: Actor) -> AlumniProfile:
    """The profile, locked, for the office."""
    actor.require_all(Permission.SITE_EDIT)
    rows = AlumniProfile.objects.select_for_update(of=("self",)).select_related("photo", "course")
    profile = rows.filter(pk=profile_id).first()
    if profile is None:
        raise NotFoundError(_("There is no such profile."))
    return profile


def require_alumnus(actor: Actor) -> Student:
    """The actor's own record, if they completed a course or left as a graduate."""
    actor.require(Permission.ALUMNI_OWN)
    student = get_own_record(actor)
    completed = Completion.objects.filter(student=student, reversed_at__isnull=True)
    graduated = Enrolment.objects.filter(student=student, exit=Enrolment.Exit.GRADUATED)
    if not completed.exists() and not graduated.exists():
        raise NoAlumnusError(_("A profile is for those who completed a course here, or left as graduates."))
    return student


def get_own_profile(actor: Actor, *, lock: bool = False) -> AlumniProfile:
    """The actor's own profile."""
    student = require_alumnus(actor)
    rows = AlumniProfile.objects.select_for_update(of=("self",)) if lock else AlumniProfile.objects
    profile = rows.select_related("photo").filter(student=student).first()
    if profile is None:
        raise NotFoundError(_("You have not written a profile yet."))
    return profile


def _apply(profile: AlumniProfile, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    checked = dict(values)
    for name, longest in (("name", LONGEST_NAME), ("headline", LONGEST_HEADLINE), ("employer", LONGEST_HEADLINE)):
        if name in checked:
            checked[name] = line(name, checked[name], longest, needed=name == "name")
    if "bio" in checked:
        checked["bio"] = lines("bio", checked["bio"], LONGEST_BIO)
    if "links" in checked:
        checked["links"] = web_links("links", checked["links"])
    if checked.get("leaving_year") is not None and not FIRST_YEAR <= checked["leaving_year"] <= LAST_YEAR:
        raise invalid_field("/leaving_year", "range", _("Give a year, as in 2019."))
    if "photo" in checked:
        checked["photo"] = picture("photo", checked["photo"])
    if "mentor_topics" in checked:
        topics = [line("mentor_topics", each, 60, needed=True) for each in checked["mentor_topics"]]
        if len(topics) > MOST_TOPICS:
            raise invalid_field("/mentor_topics", "length", _("Give at most %(n)s.") % {"n": MOST_TOPICS})
        checked["mentor_topics"] = topics
    _find_rows(checked)
    if "state" in checked and checked["state"] not in Shown.values:
        raise invalid_field("/status", "choice", _("Choose one of: %(all)s.") % {"all": ", ".join(Shown.values)})
    if "consent_by" in checked:
        by = line("consent_by", checked.pop("consent_by"), 200)
        if by != profile.consent_by:
            checked |= {"consent_by": by, "consent_at": clock.now() if by else None}
    return changed_fields(profile, checked)


def _find_rows(checked: dict[str, Any]) -> None:
    for name, model in (("student", Student), ("course", Course)):
        if checked.get(name) is not None:
            checked[name] = model.objects.filter(pk=checked[name]).first()
            if checked[name] is None:
                raise invalid_field(f"/{name}", "unknown", _("There is nothing of this id."))


def _refuse_unconsented(profile: AlumniProfile, *, submitting: bool = False) -> None:
    if (submitting or profile.state == Shown.PUBLISHED) and profile.consent_at is None:
        raise ConsentRequiredError(_("Say who agreed that this is shown; without consent nobody is."))


def _told(profile: AlumniProfile, before: str) -> list[AlumniPublished]:
    if profile.state != Shown.PUBLISHED or before == Shown.PUBLISHED:
        return []
    return [AlumniPublished(profile=profile.pk, student=profile.student_id)]


def _taken() -> ProfileTakenError:
    return ProfileTakenError(_("There is a profile of this student already."))
