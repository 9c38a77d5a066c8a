"""An automatic run that meets the cap: by the next channel, by the texts that are left, or in a list at once."""

from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.notifications.models import Delivery, Notification
from lyceum.domains.notifications.rules.notify import notify, notify_each
from lyceum.domains.notifications.tests.conftest import somebody, system
from lyceum.domains.notifications.tests.test_budget import budget, by_text, pytestmark  # noqa: F401  # the database
from lyceum.testing.clients import browser
from lyceum.testing.factories import in_school, make_manager, make_school
from lyceum.testing.pages import text_of


def by_number(n: int, **more: list[str]):
    return somebody(f"G{n}", addresses={"sms": [f"+44770090000{n}"], **more})


def test_texts_that_are_left_go_to_those_whom_nothing_else_reaches_and_the_office_hears_of_the_rest_at_once():
    school = make_school()
    office = make_manager(school, "Office")
    budget(school, 2)
    people = [by_number(0, email=["g0@x.org"]), by_number(1), by_number(2), by_number(3)]

    with in_school(school):
        notify(by_text(), people, actor=system(school))

        ways = {
            row.notification.name: (row.channel, row.state)
            for row in Delivery.objects.exclude(state="suppressed").select_related("notification")
            if row.notification.template == "test"
        }
        assert ways == {"G0": ("email", "queued"), "G1": ("sms", "queued"), "G2": ("sms", "queued")}
        (heard,) = Notification.objects.filter(template="texts_stopped", user=office)
        assert (heard.urgency, heard.values["stopped"], heard.values["unreached"]) == ("urgent", "2", "1")
        (said,) = AuditEntry.objects.filter(action="notifications.texts.stop")
        assert said.changes == {"people without a text": [None, 2], "people reached by nothing": [None, 1]}
    listed = text_of(browser(office, school).get(heard.link))
    assert "G3" in listed
    assert "G1" not in listed


def test_a_run_of_several_pieces_of_news_is_counted_as_one_and_told_in_as_many_statements(django_assert_num_queries):
    school = make_school()
    budget(school, 100)
    with in_school(school):
        notify(by_text("warm"), [by_number(9)], actor=system(school))
        counts = []
        for size in (1, 3):
            asked = [(by_text(f"{size}.{n}"), [by_number(n)]) for n in range(size)]
            with django_assert_num_queries(11):
                made = notify_each(asked, actor=system(school))
            counts.append(len(made))
    assert counts == [1, 3]
