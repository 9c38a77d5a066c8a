"""What every page needs besides its own content."""

from functools import partial
from typing import Any

from django.http import HttpRequest

from lyceum.core.actor import ActorKind
from lyceum.core.language import list_languages
from lyceum.core.permissions import Permission
from lyceum.core.toasts import take_toast
from lyceum.domains.accounts.queries import Caller, current_memberships
from lyceum.domains.attendance.evacuation import find_running_id
from lyceum.domains.attendance.phone import whose
from lyceum.domains.notifications.queries import count_unread
from lyceum.domains.tenancy.models import School
from lyceum.web.keys import heard_keys, shortcuts_of
from lyceum.web.navigation import MOST_ITEMS, bar_of, is_behind_more, items_for
from lyceum.web.phone import takes_registers


def shell(request: HttpRequest) -> dict[str, Any]:
    """The caller, the navigation, the keys and the way back."""
    caller: Caller | None = getattr(request, "caller", None)
    if caller is None:
        return {"caller": None, "navigation": []}
    if caller.actor.kind is ActorKind.PUBLIC:
        return {"caller": caller, "actor": caller.actor, "here": request.path, "languages": list_languages()}
    places = items_for(caller.actor)
    navigation = bar_of(places)
    return {
        "caller": caller,
        "actor": caller.actor,
        "navigation": navigation,
        "all_in_sight": len(places) <= MOST_ITEMS,
        "is_behind_more": is_behind_more(places, request.path),
        "opens_settings": any(item.href == "/settings/" for item in places),
        "other_schools": other_schools(caller) if navigation and caller.has_other_schools else [],
        "heard_keys": heard_keys(places, at=request.path, single_keys=caller.single_keys),
        "palette_keys": shortcuts_of("palette", single_keys=caller.single_keys),
        "here": request.path,
        "take_toast": partial(take_toast, request),  # once, by the page that says it
        "tells": caller.actor.user_id is not None and caller.actor.school_id is not None,
        "unread_count": partial(count_unread, caller.actor),  # asked by the page that shows it
        "who": whose(caller.actor),
        "evacuation": find_running_id()
        if caller.actor.school_id and caller.actor.may(Permission.ON_SITE_VIEW)
        else None,
        "keeps_roll": caller.actor.reaches_all(Permission.ON_SITE_VIEW),
        "takes": takes_registers(caller.actor),
    }


def other_schools(caller: Caller) -> list[School]:
    """The schools somebody may go on in; asked only for those who belong to several."""
    if caller.actor.user_id is None:
        return []
    held = current_memberships(caller.actor.user_id)
    schools = {m.school.pk: m.school for m in held if m.school and m.school.pk != caller.actor.school_id}
    return sorted(schools.values(), key=lambda school: school.name)
