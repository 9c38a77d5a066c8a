"""Links that lead nowhere any more: found at night, and told to whoever added them."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.outgoing import NoSuchHostError, NotPublicError, ask_status
from lyceum.domains.accounts.models import User
from lyceum.domains.learning.models import Material
from lyceum.domains.notifications.choice import STAFF_WISHES
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.texts import Text, declare
from lyceum.domains.notifications.words import Type

DEAD = "learning.dead_link"
AT_ONCE, MOST = 4, 2_000
TOLD_AFTER = timedelta(hours=20)
"""A link is called dead on the second night: hosts have bad hours."""
GONE = (404, 410)
Ask = Callable[[str], int]

declare(
    DEAD,
    Text(
        subject=_("A link leads nowhere"),
        message=_("The link of “{title}” leads nowhere any more: {url}"),
        short=_("{school}: a link leads nowhere any more."),
        placeholders=("school", "title", "url"),
    ),
)


def list_links() -> list[str]:
    """The addresses that materials lead to, each once."""
    rows = Material.objects.filter(is_archived=False).exclude(url="").order_by("?")
    return list(dict.fromkeys(rows.values_list("url", flat=True)[:MOST]))


def look_up(urls: list[str], *, ask: Ask = ask_status) -> dict[str, bool]:
    """Which of some addresses lead somewhere; those of which nobody can say so now are left out.

    It takes its time and needs no school: call it outside any transaction.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = zip(urls, pool.map(lambda url: _leads_somewhere(url, ask), urls), strict=True)
        return {url: answer for url, answer in found if answer is not None}


def _leads_somewhere(url: str, ask: Ask) -> bool | None:
    try:
        status = ask(url)
    except NoSuchHostError:
        return False
    except (NotPublicError, OSError, ValueError):
        return None
    if status in GONE:
        return False
    return True if status < 400 else None


@transaction.atomic
def note_links(found: Mapping[str, bool], *, actor: Actor) -> int:
    """Keep what was found out. Who added a link that is dead on two nights is told, once. Returns how many are dead."""
    alive = [url for url, leads in found.items() if leads]
    gone = [url for url, leads in found.items() if not leads]
    Material.objects.filter(url__in=alive, dead_since__isnull=False).update(dead_since=None)
    Material.objects.filter(url__in=gone, dead_since=None).update(dead_since=clock.now())
    dead = Material.objects.filter(url__in=gone, is_archived=False, dead_since__lte=clock.now() - TOLD_AFTER)
    rows = list(dead.order_by("pk"))
    users = {user.pk: user for user in User.objects.filter(pk__in={row.added_by for row in rows if row.added_by})}
    for row in rows:
        if row.added_by in users:
            _tell(row, users[row.added_by], actor)
    return len(gone)


def _tell(row: Material, user: User, actor: Actor) -> None:
    news = News(
        type=Type.SYSTEM.value,
        template=DEAD,
        values={"title": row.title, "url": row.url},
        dedupe_key=f"{DEAD}:{row.pk}:{row.dead_since}",
        link=f"/learning/materials/{row.pk}/",
        source=f"learning.material:{row.pk}",
    )
    told = Recipient(person=user.pk, name=user.full_name, user=user.pk, language=user.locale, usual=STAFF_WISHES)
    notify(news, [told], actor=actor)
