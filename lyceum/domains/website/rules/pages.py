"""Pages that the office writes: drafts, versions, publishing now or at a time, and addresses that moved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.queries import this_school
from lyceum.domains.website.facts import PagePublished
from lyceum.domains.website.models import Page, PageVersion, Redirect
from lyceum.domains.website.rules.blocks import checked_blocks, refuse_unready
from lyceum.domains.website.rules.fields import line
from lyceum.domains.website.rules.site import touch_site

LONGEST_TITLE, LONGEST_SLUG, LONGEST_DESCRIPTION = 160, 80, 300
MOST_PAGES = 500


class SlugTakenError(RuleError):
    """Another page of the language has this address."""

    code = "slug_taken"
    status = 422


class PageChangedError(RuleError):
    """Somebody else saved the page meanwhile: their words are not overwritten."""

    code = "version_conflict"
    status = 412
    title = gettext_noop("Changed meanwhile")


class HomeStaysError(RuleError):
    """A published site has a home page."""

    code = "home_stays"


@transaction.atomic
def create_page(
    *,
    title: str,
    slug: str = "",
    kind: str = Page.Kind.FREE,
    language: str = "",
    blocks: Sequence[Mapping[str, Any]] = (),
    description: str = "",
    translation_of: UUID | None = None,
    actor: Actor,
) -> Page:
    """Begin a page. Strangers see nothing of it before it is published."""
    actor.require_all(Permission.SITE_EDIT)
    if Page.objects.count() >= MOST_PAGES:
        raise invalid_field("/title", "length", _("A site has at most %(n)s pages.") % {"n": MOST_PAGES})
    name = line("title", title, LONGEST_TITLE, needed=True)
    page = Page(
        kind=kind if kind in Page.Kind.values else Page.Kind.FREE,
        language=_language(language),
        title=name,
        slug="home" if kind == Page.Kind.HOME else _slug(slug or name),
        blocks=checked_blocks(blocks),
        description=line("description", description, LONGEST_DESCRIPTION),
        translation_of=_original(translation_of),
    )
    _refuse_taken(page)
    with refusing(site_page_slug_once=lambda: _taken(page), site_page_one_home=_second_home):
        page.save(force_insert=True)
    record("website.page.create", target=Target.of(page), actor=actor)
    return page


@transaction.atomic
def edit_page(page_id: UUID, *, values: Mapping[str, Any], seen: int | None = None, actor: Actor) -> Page:
    """Change the draft of a page. `seen` is the number of the draft it was changed from."""
    page = get_page_for_edit(page_id, actor=actor)
    if seen is not None and seen != page.edits:
        raise PageChangedError(
            _("Somebody saved this page meanwhile. What you typed is still here: look at the newest draft first."),
            present=page.edits,
        )
    if "title" in values:
        page.title = line("title", values["title"], LONGEST_TITLE, needed=True)
    if "slug" in values and page.kind == Page.Kind.FREE:
        page.slug = _slug(values["slug"])
        _refuse_taken(page)
    if "description" in values:
        page.description = line("description", values["description"], LONGEST_DESCRIPTION)
    if "blocks" in values:
        page.blocks = checked_blocks(values["blocks"])
    page.edits += 1
    with refusing(site_page_slug_once=lambda: _taken(page)):
        page.save()
    record("website.page.edit", target=Target.of(page), actor=actor)
    return page


@transaction.atomic
def keep_version(page_id: UUID, *, actor: Actor) -> PageVersion:
    """Add the draft to the page's versions, unless the newest says the same."""
    return _keep(get_page_for_edit(page_id, actor=actor), actor)


def _keep(page: Page, actor: Actor) -> PageVersion:
    said = {"title": page.title, "slug": page.slug, "blocks": page.blocks, "description": page.description}
    newest = PageVersion.objects.filter(page=page).order_by("-number").first()
    if newest is not None and all(getattr(newest, name) == value for name, value in said.items()):
        return newest
    return PageVersion.objects.create(
        page=page,
        number=newest.number + 1 if newest else 1,
        made_at=clock.now(),
        made_by=actor.user_id,
        made_by_name=actor.name[:200],
        **said,
    )


@transaction.atomic
def publish_page(page_id: UUID, *, at: datetime | None = None, actor: Actor) -> Page:
    """Let strangers read the draft, now or at a time; what would shut readers out is refused."""
    page = get_page_for_edit(page_id, actor=actor)
    refuse_unready(page.blocks)
    if at is not None and at > clock.now():
        page.state = page.state if page.is_public else Page.State.SCHEDULED
        page.publish_at = at
        _keep(page, actor)
        page.save(update_fields=["state", "publish_at", "updated_at"])
        record("website.page.schedule", target=Target.of(page), changes={"at": [None, at.isoformat()]}, actor=actor)
        return page
    return _publish(page, actor)


def _publish(page: Page, actor: Actor) -> Page:
    before = page.published
    version = _keep(page, actor)
    page.published, page.state = version, Page.State.PUBLISHED
    page.published_at, page.publish_at = clock.now(), None
    page.save(update_fields=["published", "state", "published_at", "publish_at", "updated_at"])
    if before is not None and before.slug != version.slug:
        _lead_on(page, before.slug, version.slug)
    Redirect.objects.filter(old=address_of(page.language, version.slug)).delete()
    changes = {"version": [before.number if before else None, version.number]}
    record(
        "website.page.publish",
        target=Target.of(page),
        changes=changes,
        facts=[PagePublished(page=page.pk)],
        actor=actor,
    )
    touch_site()
    return page


def publish_due(*, actor: Actor) -> int:
    """Publish what was to be published by now. Returns how many pages."""
    due = Page.objects.select_for_update(skip_locked=True).filter(publish_at__lte=clock.now())
    pages = list(due.exclude(state=Page.State.ARCHIVED))
    for page in pages:
        _publish(page, actor)
    return len(pages)


@transaction.atomic
def archive_page(page_id: UUID, *, actor: Actor) -> Page:
    """Take a page from the site. Its address says from now on that it is gone; its versions stay."""
    page = get_page_for_edit(page_id, actor=actor)
    if page.kind == Page.Kind.HOME and page.is_public and not _has_other_home(page):
        raise HomeStaysError(_("The site needs its home page. Take the site offline, or change the page."))
    if page.published is not None:
        old = address_of(page.language, page.published.slug)
        Redirect.objects.update_or_create(old=old, defaults={"new": ""})
        Redirect.objects.filter(new=old).update(new="")
    page.state, page.publish_at = Page.State.ARCHIVED, None
    page.slug = f"{page.slug[:60]}-{str(page.pk)[-12:]}"  # its address is free for another
    page.save(update_fields=["state", "publish_at", "slug", "updated_at"])
    record("website.page.archive", target=Target.of(page), actor=actor)
    touch_site()
    return page


@transaction.atomic
def restore_version(page_id: UUID, number: int, *, actor: Actor) -> Page:
    """Make an older version the draft again. Nothing is published, and no version is lost."""
    page = get_page_for_edit(page_id, actor=actor)
    version = PageVersion.objects.filter(page=page, number=number).first()
    if version is None:
        raise NotFoundError(_("The page has no such version."))
    _keep(page, actor)
    page.title, page.blocks, page.description = version.title, version.blocks, version.description
    page.edits += 1
    page.save(update_fields=["title", "blocks", "description", "edits", "updated_at"])
    _keep(page, actor)
    record("website.page.restore", target=Target.of(page), changes={"version": [None, number]}, actor=actor)
    return page


def get_page_for_edit(page_id: UUID, *, actor: Actor) -> Page:
    """The page, locked, for whoever may change it."""
    actor.require_all(Permission.SITE_EDIT)
    rows = Page.objects.select_for_update(of=("self",)).select_related("published")
    page = rows.filter(pk=page_id).exclude(state=Page.State.ARCHIVED).first()
    if page is None:
        raise NotFoundError(_("There is no such page."))
    return page


def address_of(language: str, slug: str) -> str:
    """Where a free page of a language is found."""
    first = (this_school().locales or ["en"])[0]
    return f"/pages/{slug}/" if language == first else f"/{language}/pages/{slug}/"


def _lead_on(page: Page, old_slug: str, new_slug: str) -> None:
    """The old address leads to the new one, and so does every address that led to the old one: in one hop."""
    old, new = address_of(page.language, old_slug), address_of(page.language, new_slug)
    Redirect.objects.filter(new=old).update(new=new)
    Redirect.objects.update_or_create(old=old, defaults={"new": new})


def _language(given: str) -> str:
    known = this_school().locales or ["en"]
    if given and given not in known:
        said = ", ".join(known)
        raise invalid_field("/language", "choice", _("The school's languages are %(known)s.") % {"known": said})
    return given or known[0]


def _slug(given: str) -> str:
    slug = slugify(given, allow_unicode=True)[:LONGEST_SLUG].strip("-")
    if not slug:
        raise invalid_field("/slug", "slug", _("Give an address of letters, digits and hyphens, as in our-house."))
    return slug


def _original(page_id: UUID | None) -> Page | None:
    if page_id is None:
        return None
    found = Page.objects.filter(pk=page_id).first()
    if found is None:
        raise invalid_field("/translation_of", "unknown", _("There is no such page."))
    return found


def _has_other_home(page: Page) -> bool:
    others = Page.objects.filter(kind=Page.Kind.HOME, published__isnull=False).exclude(pk=page.pk)
    return others.exclude(state=Page.State.ARCHIVED).exists()


def _refuse_taken(page: Page) -> None:
    same = Q(slug=page.slug) | Q(published__slug=page.slug)
    if Page.objects.filter(same, language=page.language).exclude(state="archived").exclude(pk=page.pk).exists():
        raise _second_home() if page.kind == Page.Kind.HOME else _taken(page)


def _taken(page: Page) -> SlugTakenError:
    message = _("Another page has the address “%(slug)s”.") % {"slug": page.slug}
    error = invalid_field("/slug", "slug_taken", message)
    return SlugTakenError(message, errors=error.errors)


def _second_home() -> SlugTakenError:
    return SlugTakenError(_("There is a home page in this language already."))


def newest_number(page: Page) -> int:
    """The number of a page's newest version."""
    return PageVersion.objects.filter(page=page).aggregate(newest=Max("number"))["newest"] or 0
