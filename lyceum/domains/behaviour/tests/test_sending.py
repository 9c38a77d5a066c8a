"""Several messages to families: a preview that writes nothing, and then all that can go."""

from typing import Any

import pytest

from lyceum.core.errors import NotAllowedError, NotFoundError
from lyceum.domains.behaviour.models import Notice
from lyceum.domains.behaviour.rules.sending import preview_sending, send_notices
from lyceum.domains.behaviour.tests.conftest import Friday, make_friday
from lyceum.domains.notifications.models import Notification
from lyceum.domains.notifications.rules.budget import SmsCapReachedError, set_budget
from lyceum.domains.people.models import ContactPoint, GuardianLink
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import as_actor, in_school, make_admin
from lyceum.testing.pages import text_of

SEND = "/api/v1/behaviour/notices/send/"


def held(friday: Friday, *, urgent: bool = False) -> list[Notice]:
    """A message about each of the three, of whom two have a guardian; both agreed to texts."""
    friday.record("disruption", *friday.students)
    with in_school(friday.school):
        Notice.objects.update(urgent=urgent)
        for n, link in enumerate(GuardianLink.objects.order_by("pk")):
            link.channels = ["email", "sms"]
            link.save()
            ContactPoint.objects.create(person=link.guardian, kind="mobile", value=f"+44770090000{n}")
        return list(Notice.objects.order_by("student__person__sort_name"))


def test_the_preview_says_who_gets_what_and_what_it_costs_and_sending_does_just_that(friday: Friday):
    ids = [str(notice.pk) for notice in held(friday, urgent=True)]
    with in_school(friday.school):
        set_budget(10, "0.05", actor=as_actor(make_admin(friday.school), friday.school))
    caller, page = software(friday.users["head"], friday.school), browser(friday.users["head"], friday.school)

    preview = caller.send(SEND, {"notices": ids, "preview": True}).json()
    shown = text_of(page.post("/behaviour/notices/", {"bulk": "send", "row": ids}))
    with in_school(friday.school):
        assert set(Notice.objects.values_list("state", flat=True)) == {"held"}
        assert not Notification.objects.filter(template="behaviour.notice").exists()
    sent = caller.send(SEND, {"notices": ids}).json()

    assert (preview["reached"], preview["by_channel"]["sms"], preview["segments"]) == (2, 2, 4)
    assert (preview["cost"], preview["cap"], preview["sent"], preview["held"]) == ("0.20", 10, [], [ids[2]])
    assert "2 people are reached" in shown
    assert "nobody: it stays here" in shown
    assert set(sent["sent"]) == set(ids[:2])
    with in_school(friday.school):
        states = dict(Notice.objects.values_list("pk", "state"))
        assert [states[notice] for notice in sorted(states, key=lambda pk: ids.index(str(pk)))] == [
            "recallable",
            "recallable",
            "held",
        ]
        assert Notice.objects.get(pk=ids[2]).nobody_reached


def test_whoever_reviews_sees_how_far_approving_would_go(friday: Friday):
    incident = friday.record("assault", *friday.students)
    caller, page = software(friday.users["head"], friday.school), browser(friday.users["head"], friday.school)

    rest = caller.get(f"/api/v1/incidents/{incident.pk}/notices/preview/").json()
    shown = text_of(page.get(f"/incidents/{incident.pk}/"))

    assert (rest["reached"], rest["segments"]) == (2, 0)
    assert "Approving tells their families" in shown
    assert "2 people are reached" in shown


def test_above_the_cap_none_of_them_goes(friday: Friday):
    notices = [notice.pk for notice in held(friday, urgent=True)]
    with in_school(friday.school):
        set_budget(1, "", actor=as_actor(make_admin(friday.school), friday.school))

        assert preview_sending(notices, actor=friday.head).costs.is_over
        with pytest.raises(SmsCapReachedError):
            send_notices(notices, actor=friday.head)

        assert set(Notice.objects.values_list("state", flat=True)) == {"held"}


def test_a_teacher_sends_one_by_one_and_another_schools_are_not_found(friday: Friday):
    ours, other = held(friday), make_friday(name="Vale School")
    theirs = held(other)

    with in_school(friday.school):
        with pytest.raises(NotAllowedError):
            preview_sending([ours[0].pk], actor=friday.teacher)
        with pytest.raises(NotFoundError):
            send_notices([ours[0].pk, theirs[0].pk], actor=friday.head)


def test_a_preview_of_three_takes_as_many_statements_as_of_one(friday: Friday, django_assert_num_queries: Any):
    notices = [notice.pk for notice in held(friday)]
    with in_school(friday.school):
        head = friday.head
        preview_sending(notices, actor=head)
        for size in (1, 3):
            with django_assert_num_queries(12):
                preview_sending(notices[:size], actor=head)
