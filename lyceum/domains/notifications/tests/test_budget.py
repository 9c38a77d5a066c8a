"""Before anything goes: who would be reached, what texts cost, and a cap that holds before the first of them."""

from decimal import Decimal

import pytest

from lyceum.core.actor import Actor
from lyceum.core.errors import InvalidError, NotAllowedError
from lyceum.domains.notifications.models import Address, Delivery, Notification
from lyceum.domains.notifications.rules.budget import SmsCapReachedError, set_budget
from lyceum.domains.notifications.rules.notify import notify
from lyceum.domains.notifications.rules.previewing import Reach, costs_of, reach_of
from lyceum.domains.notifications.tests.conftest import NOON, news, somebody, system
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import browser
from lyceum.testing.factories import as_actor, in_school, make_admin, make_school, make_user

pytestmark = pytest.mark.django_db
HOME = "/settings/messages/"


def family(count: int) -> list:
    return [somebody(f"G{n}", addresses={"sms": [f"+44770090000{n}"], "email": [f"g{n}@x.org"]}) for n in range(count)]


def by_text(key: str = "a"):
    return news(key, urgency="urgent", channels=("sms", "email"), one_is_enough=True)


def budget(school: School, cap: int | None, price: str = "") -> Actor:
    actor = as_actor(make_admin(school), school)
    with in_school(school):
        set_budget(cap, price, actor=actor)
    return actor


def test_a_preview_counts_whom_it_reaches_and_how_and_writes_nothing():
    school = make_school()
    actor = budget(school, 100, "0,042")
    with in_school(school):
        Address.objects.create(channel="email", value="gone@x.org", state="suppressed", since=NOON)
        Address.objects.create(channel="sms", value="+447700900009", state="opted_out", since=NOON)
        people = [
            *family(2),
            somebody("Gone", addresses={"email": ["gone@x.org"]}),
            somebody("Stop", addresses={"sms": ["+447700900009"]}),
            somebody("None", addresses={}),
            somebody("App", addresses={}, user=make_user(school).pk),
        ]

        reach = reach_of([(by_text(), people)], actor=actor)
        costs = costs_of(reach)

        assert (Notification.objects.count(), Delivery.objects.count()) == (0, 0)
    assert (reach.reached, dict(reach.by_channel)) == (3, {"sms": 2, "in_app": 1})
    assert dict(reach.unreachable) == {"suppressed": 1, "opted_out": 1, "no_address": 1}
    assert (costs.segments, costs.cost, costs.used, costs.is_over) == (2, Decimal("0.084"), 0, False)


def test_whoever_was_told_it_before_is_not_in_the_preview():
    school = make_school()
    people = family(2)
    with in_school(school):
        notify(by_text(), people[:1], actor=system(school))

        assert reach_of([(by_text(), people)], actor=system(school)).reached == 1


def test_a_preview_of_three_pieces_of_news_takes_as_many_statements_as_one(django_assert_num_queries):
    school = make_school()
    people = [somebody(f"P{n}", user=make_user(school).pk) for n in range(3)]
    with in_school(school):
        reach_of([(by_text("warm"), people)], actor=system(school))
        for pieces in (1, 3):
            asked = [(by_text(f"n{n}"), people[: n + 1]) for n in range(pieces)]
            with django_assert_num_queries(8):
                reach_of(asked, actor=system(school))


def test_above_the_cap_a_person_is_refused_before_the_first_text():
    school = make_school()
    actor = budget(school, 3)
    with in_school(school):
        notify(by_text(), family(2), actor=actor)

    with (
        pytest.raises(SmsCapReachedError, match="2 texts are needed and 1 of 3 are left") as refused,
        in_school(school),
    ):
        notify(by_text("b"), family(2), actor=actor)

    assert (refused.value.code, refused.value.status) == ("sms_cap_reached", 409)
    with in_school(school):
        assert Delivery.objects.filter(notification__dedupe_key="b").count() == 0
        assert costs_of(Reach(segments=2)).is_over


def test_what_goes_by_itself_goes_by_e_mail_where_no_texts_are_left():
    school = make_school()
    budget(school, 1)

    with in_school(school):
        notify(by_text(), family(2), actor=system(school))

        rows = Delivery.objects.exclude(state="suppressed")
        assert list(rows.values_list("channel", "state").distinct()) == [("email", "queued")]
        assert set(Delivery.objects.filter(channel="sms").values_list("error", flat=True)) == {"over the school's cap"}


def test_another_schools_texts_and_cap_are_theirs():
    ours, theirs = make_school("Ours"), make_school("Theirs")
    budget(theirs, 0)
    with in_school(ours):
        notify(by_text(), family(2), actor=system(ours))

    with in_school(theirs):
        assert costs_of(Reach(segments=1)).used == 0
    with in_school(ours):
        assert Delivery.objects.filter(channel="sms", state="queued").count() == 2


@pytest.mark.parametrize(("cap", "price"), [(-1, ""), (None, "dear"), (None, "-1"), (None, "NaN"), (10**9, "")])
def test_a_cap_or_a_price_that_is_none_is_refused(cap: int | None, price: str):
    school = make_school()
    actor = as_actor(make_admin(school), school)

    with in_school(school), pytest.raises(InvalidError):
        set_budget(cap, price, actor=actor)


def test_the_cap_is_set_on_the_page_of_carriers_by_whoever_sets_them_up():
    school = make_school()
    client = browser(make_admin(school), school)

    kept = client.post(HOME, {"act": "budget", "monthly_cap": "250", "price": "0.05"})
    wrong = client.post(HOME, {"act": "budget", "monthly_cap": "many", "price": ""})

    assert (kept.status_code, wrong.status_code) == (302, 422)
    page = client.get(HOME).content.decode()
    assert 'value="250"' in page
    assert 'value="0.05"' in page
    with in_school(school), pytest.raises(NotAllowedError):
        set_budget(1, "", actor=as_actor(make_user(school), school))
