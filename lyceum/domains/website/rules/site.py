"""The site as a whole: its state, how it looks, and the version that goes up with everything strangers can see."""

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import InvalidError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.tenancy.queries import today
from lyceum.domains.website.contrast import PAPERS, WANTED, contrast, nearest_passing
from lyceum.domains.website.memory import forget_site
from lyceum.domains.website.models import Page, PageVisits, Site
from lyceum.domains.website.rules.fields import line, mail_address, picture

MOST_RECIPIENTS = 10
KEPT_VISITS = timedelta(days=400)
LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_BANNER = 120, 300, 300
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class ContrastTooLowError(InvalidError):
    """Text in this colour could not be read; the refusal names the nearest that can."""

    code = "contrast_too_low"


class NoHomePageError(RuleError):
    """A site needs a home page that strangers can read."""

    code = "no_home_page"


def own_site(*, lock: bool = False) -> Site:
    """The site of the school in scope; made where there is none yet."""
    rows = Site.objects.select_for_update() if lock else Site.objects
    return rows.first() or Site.objects.get_or_create(school_id=current_school())[0]


def touch_site() -> None:
    """Something that strangers can see is about to change: every page that was kept is old with this transaction."""
    school_id = current_school()
    Site.objects.update(version=F("version") + 1)
    forget_site(school_id)
    transaction.on_commit(partial(forget_site, school_id))


@transaction.atomic
def edit_site(*, values: Mapping[str, Any], actor: Actor) -> Site:
    """Change how the site looks, what search engines are told, the banner, or who gets messages."""
    actor.require_all(Permission.SITE_EDIT)
    site = own_site(lock=True)
    changes = changed_fields(site, _checked(values))
    if changes:
        site.save(update_fields=[*changes, "updated_at"])
        record("website.site.edit", target=Target.of(site), changes=_shown(changes), actor=actor)
        touch_site()
    return site


@transaction.atomic
def publish_site(*, actor: Actor) -> Site:
    """Let strangers read the site."""
    actor.require_all(Permission.SITE_EDIT)
    site = own_site(lock=True)
    home = Page.objects.filter(kind=Page.Kind.HOME, published__isnull=False).exclude(state=Page.State.ARCHIVED)
    if not home.exists():
        raise NoHomePageError(_("Publish a home page first: it is what strangers see at the school's address."))
    return _move(site, Site.State.PUBLISHED, "website.site.publish", actor)


@transaction.atomic
def take_offline(*, actor: Actor) -> Site:
    """Strangers, search engines included, find nothing any more; nothing of it is lost."""
    actor.require_all(Permission.SITE_EDIT)
    return _move(own_site(lock=True), Site.State.OFFLINE, "website.site.take_offline", actor)


def _move(site: Site, state: str, act: str, actor: Actor) -> Site:
    if site.state == state:
        return site
    changes = {"state": [site.state, state]}
    site.state = state
    if state == Site.State.PUBLISHED:
        site.published_at = clock.now()
    site.save(update_fields=["state", "published_at", "updated_at"])
    record(act, target=Target.of(site), changes=changes, actor=actor)
    touch_site()
    return site


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checked = dict(values)
    if "accent" in checked:
        checked["accent"] = _readable(checked["accent"])
    if "fonts" in checked and checked["fonts"] not in Site.Fonts.values:
        raise invalid_field("/fonts", "choice", _("Choose one of the list."))
    for name in ("crest", "hero", "social_image"):
        if name in checked:
            checked[name] = picture(name, checked[name])
    if "titles" in checked:
        checked["titles"] = _titles(checked["titles"])
    if "banner" in checked:
        checked["banner"] = line("banner", checked["banner"], LONGEST_BANNER)
    if "contact_recipients" in checked:
        found = [mail_address("contact_recipients", each) for each in checked["contact_recipients"]]
        if len(found) > MOST_RECIPIENTS:
            raise invalid_field("/contact_recipients", "length", _("Give at most %(n)s.") % {"n": MOST_RECIPIENTS})
        checked["contact_recipients"] = found
    return checked


def _readable(given: str) -> str:
    """A colour in which text can be read on the paper of both themes."""
    colour = given.strip().lower()
    if not _COLOUR.fullmatch(colour):
        raise invalid_field("/accent", "colour", _("Give a colour as # and six of 0 to 9 and a to f, as in #2a3f8f."))
    paper = PAPERS["light"]
    if contrast(colour, paper) < WANTED:
        nearest = nearest_passing(colour, paper)
        message = _("Text in %(colour)s is hard to read (%(ratio)s to 1, 4.5 are needed). The nearest is %(nearest)s.")
        said = {"colour": colour, "ratio": f"{contrast(colour, paper):.1f}", "nearest": nearest}
        error = invalid_field("/accent", "contrast_too_low", message % said)
        raise ContrastTooLowError(error.detail, errors=error.errors, nearest=nearest)
    return colour


def _titles(given: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    if not all(_LANGUAGE.fullmatch(language) for language in given):
        raise invalid_field("/titles", "language", _("Name a language by its code, as in en or fr."))
    return {
        language: {
            "title": line("titles", said.get("title", ""), LONGEST_TITLE),
            "description": line("titles", said.get("description", ""), LONGEST_DESCRIPTION),
        }
        for language, said in given.items()
    }


def forget_visits() -> int:
    """Delete the numbers of visits of more than a year ago. Returns how many."""
    return PageVisits.objects.filter(on__lt=today() - KEPT_VISITS).delete()[0]


def _shown(changes: Mapping[str, Any]) -> dict[str, Any]:
    """For the trail: without addresses of people."""
    return {name: ["…", "…"] if name == "contact_recipients" else pair for name, pair in changes.items()}
