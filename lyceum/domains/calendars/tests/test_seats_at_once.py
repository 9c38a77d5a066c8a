"""Answers that come at the same moment."""

from datetime import timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import Via, system_actor
from lyceum.core.permissions import Role
from lyceum.domains.calendars.models import EventInvitation
from lyceum.domains.calendars.rules.answers import answer_event, withdraw_from_event
from lyceum.domains.calendars.rules.events import create_event, publish_event
from lyceum.testing.factories import NOW, as_actor, in_school, make_school, make_user
from lyceum.testing.together import at_once


@pytest.mark.usefixtures("fresh_database")
def test_of_many_at_the_same_moment_as_many_are_accepted_as_there_are_seats():
    with clock.frozen(NOW):
        school = make_school()
        actors = [as_actor(make_user(school, Role.STUDENT), school) for _n in range(12)]
        with in_school(school):
            office = system_actor(school.pk, via=Via.COMMAND)
            event = create_event(
                values={"title": "Fair", "date": NOW.date() + timedelta(days=9), "capacity": 4}, actor=office
            )
            publish_event(event.pk, actor=office)

    def answer(actor):
        with clock.frozen(NOW), in_school(school):
            return answer_event(event.pk, actor=actor).state

    states = at_once([lambda actor=each: answer(actor) for each in actors])

    with clock.frozen(NOW), in_school(school):
        assert sorted(states) == ["accepted"] * 4 + ["waitlisted"] * 8
        places = EventInvitation.objects.filter(state="waitlisted").order_by("place").values_list("place", flat=True)
        assert list(places) == list(range(1, 9))
        first = EventInvitation.objects.get(place=1)
        leaver = next(a for a, state in zip(actors, states, strict=True) if state == "accepted")
        withdraw_from_event(event.pk, actor=leaver)
        first.refresh_from_db()
        assert (first.state, EventInvitation.objects.filter(state="waitlisted").count()) == ("accepted", 7)
