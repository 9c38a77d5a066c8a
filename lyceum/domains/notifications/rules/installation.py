"""Carriers of the whole installation: they report at one address, and the message says whose report it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare

from lyceum.core import clock
from lyceum.core.schools import crossing_to, current_school
from lyceum.domains.notifications.hooks import USER, Heard, Incoming, Proof, Report
from lyceum.domains.notifications.hooks.passwords import password_for
from lyceum.domains.notifications.models import CarriedFor
from lyceum.domains.notifications.rules.carriers import (
    SILENT,
    hook_address_for_all,
    made_from_secret,
    token_for_all,
)
from lyceum.domains.notifications.rules.hooks import BY_PASSWORD, Reporter, take_reports
from lyceum.domains.notifications.rules.inbound import take_text
from lyceum.domains.notifications.words import Channel

KEPT_FOR = timedelta(days=40)
"""How long a report may come after its message."""


def find_options(kind: str) -> dict[str, Any] | None:
    """The settings of the installation's carrier of a kind, if it has one that reports."""
    found = next((each for each in settings.CARRIERS.values() if each["kind"] == kind), None)
    return found if found is not None and kind not in SILENT else None


def address_to_give(kind: str) -> str:
    """The address to give to it, with the password where it signs nothing itself."""
    address = hook_address_for_all(kind)
    if kind not in BY_PASSWORD:
        return address
    scheme, _slashes, rest = address.partition("://")
    return f"{scheme}://{USER}:{password_for(token_for_all(kind))}@{rest}"


def is_for_all(kind: str, token: str) -> bool:
    """Whether a secret address is that of the installation's carrier."""
    return find_options(kind) is not None and constant_time_compare(token, token_for_all(kind))


def proof_for_all(kind: str) -> Proof:
    """What a call of it must show."""
    return Proof(hook_address_for_all(kind), password_for(token_for_all(kind)), find_options(kind) or {})


def _key(kind: str, what: str, value: str) -> bytes:
    return made_from_secret(f"{what}:{kind}:{value}")


def note_carried(kind: str, *, message: str, channel: str, address: str) -> None:
    """Remember for whom the installation's carrier took a message; of a number, who wrote to it last."""
    if find_options(kind) is None:
        return
    now, school = clock.now(), current_school()
    keys = [_key(kind, "message", message)] if message else []
    if channel == Channel.SMS:
        keys.append(_key(kind, "number", address))
    CarriedFor.objects.bulk_create(
        [CarriedFor(key_hash=key, school_id=school, at=now) for key in keys],
        update_conflicts=True,
        unique_fields=["key_hash"],
        update_fields=["school", "at"],
    )


def take_for_all(kind: str, heard: Heard) -> int:
    """Bring each report and text to its school. Returns how many belong to a school; the others are none of ours."""
    reports: dict[int, list[Report]] = defaultdict(list)
    texts: dict[int, list[Incoming]] = defaultdict(list)
    schools = _schools_of(
        [_key(kind, "message", each.message) for each in heard.reports]
        + [_key(kind, "number", each.sender) for each in heard.texts]
    )
    for report in heard.reports:
        if (school := schools.get(_key(kind, "message", report.message))) is not None:
            reports[school].append(report)
    for text in heard.texts:
        if (school := schools.get(_key(kind, "number", text.sender))) is not None:
            texts[school].append(text)
    reporter = Reporter(kind)
    for school in sorted(reports.keys() | texts.keys()):
        with crossing_to(school):
            take_reports(reporter, reports[school])
            for text in texts[school]:
                take_text(reporter, text)
    return sum(len(each) for each in reports.values()) + sum(len(each) for each in texts.values())


def _schools_of(keys: Sequence[bytes]) -> dict[bytes, int]:
    rows = CarriedFor.objects.filter(key_hash__in=keys).values_list("key_hash", "school_id")
    return {bytes(key): school for key, school in rows}


def forget_carried() -> int:
    """No report comes any more for what was carried long ago; returns how many were forgotten."""
    return CarriedFor.objects.filter(at__lt=clock.now() - KEPT_FOR).delete()[0]
