"""Offering places, how long an offer stands, and what happens with a place that becomes free."""

from datetime import datetime, time, timedelta

from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.errors import invalid_field
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.admissions.models import Application, Intake, Offer
from lyceum.domains.admissions.rules.announcing import announce, open_offer
from lyceum.domains.admissions.rules.places import find_proposed
from lyceum.domains.admissions.rules.states import lock_intakes
from lyceum.domains.admissions.rules.telling import tell_office
from lyceum.domains.admissions.rules.verdicts import Verdict, check_texts, set_state
from lyceum.domains.admissions.settings import admissions_settings
from lyceum.domains.tenancy.queries import time_zone


def make_offer(application: Application, verdict: Verdict, actor: Actor) -> Application:
    """Offer a place that is free. Ask before, with the intake locked."""
    check_texts(verdict)
    days = application.intake.offer_days if verdict.offer_days is None else verdict.offer_days
    if not 1 <= days <= 365:
        raise invalid_field("/offer_days", "range", _("Choose from 1 to 365 days."))
    visible = application.intake.decisions_visible_at
    begins = max(clock.now(), visible) if visible else clock.now()
    Offer.objects.create(
        application=application,
        made_at=clock.now(),
        expires_at=end_of_offer(begins, days),
        conditions=tidy(verdict.conditions),
    )
    set_state(application, Application.Status.OFFERED, "offer", actor, verdict=verdict)
    announce(application, actor=actor)
    return application


def end_of_offer(begins: datetime, days: int) -> datetime:
    """The end of the last day, by the clocks of the school."""
    zone = clock.zone(time_zone())
    last = begins.astimezone(zone).date() + timedelta(days=days + 1)
    return datetime.combine(last, time(0), tzinfo=zone)


def end_offer(application: Application, state: Offer.State, actor: Actor) -> None:
    """The offer that was open is answered, over or taken back."""
    offer = open_offer(application)
    if offer is not None:
        offer.state, offer.answered_at, offer.answered_by = state, clock.now(), actor.user_id
        offer.save(update_fields=["state", "answered_at", "answered_by", "updated_at"])


def place_became_free(intake: Intake, *, actor: Actor) -> Application | None:
    """Propose the first of the waiting list to the office, or offer them the place where the school wants that."""
    lock_intakes([intake.pk])
    first = find_proposed(intake)
    if first is None:
        return None
    school = system_actor(current_school())
    if admissions_settings().waiting_list == "offer":
        return make_offer(first, Verdict(), school)
    tell_office(first, "admissions.place_free", once=str(int(clock.now().timestamp() * 1000)), actor=actor)
    return first
