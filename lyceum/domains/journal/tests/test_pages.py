"""The pages of webhooks, as a school admin uses them."""

import pytest

from lyceum.domains.journal.models import WebhookEndpoint
from lyceum.domains.journal.tests.conftest import Telling
from lyceum.testing.clients import browser, statements_for
from lyceum.testing.factories import in_school
from lyceum.testing.pages import text_of

HERE = "/settings/webhooks/"


@pytest.fixture
def page(telling: Telling):
    return browser(telling.admin, telling.school)


def test_a_webhook_is_made_tried_given_a_new_secret_switched_and_taken_away(telling: Telling, page):
    form = {"url": telling.receiver.url, "description": "Catering", "types": ["people.*", "attendance.marked"]}
    made = text_of(page.post(f"{HERE}new/", form))
    with in_school(telling.school):
        endpoint = WebhookEndpoint.objects.get()
    at = f"{HERE}{endpoint.pk}/"
    page.post(at, {"act": "test"})
    telling.work(endpoint)
    log = text_of(page.get(at))
    fact = telling.rows(endpoint)[0].fact_id
    page.post(at, {"act": "again", "fact": str(fact)})
    telling.work(endpoint)
    rotated = text_of(page.post(at, {"act": "rotate"}))
    page.post(at, {"act": "off"})
    off = text_of(page.get(at))
    page.post(at, {"act": "on"})
    on = text_of(page.get(at))
    gone = page.post(at, {"act": "delete"})

    assert "whsec_" in made
    assert "An admin tries whether a webhook arrives" in log
    assert "Is told Students" in log
    assert [got.headers["webhook-id"] for got in telling.receiver.got] == [str(fact)] * 2
    assert "whsec_" in rotated
    assert made != rotated
    assert ("Somebody switched it off." in off, "Switch on" in off, "Send a test" in on) == (True, True, True)
    assert (gone.status_code, gone["Location"], page.get(at).status_code) == (302, HERE, 404)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((500, {}), "It answered with an error."),
        ((302, {"Location": "https://elsewhere.example/"}), "Lyceum does not follow."),
        ((410, {}), "Its address answered that it is gone for good."),
    ],
)
def test_the_log_says_plainly_why_a_message_was_not_taken(telling: Telling, page, answer, words):
    status, headers = answer
    telling.receiver.answer(status, body=b"<b>no</b>", **headers)
    endpoint = telling.make().endpoint
    telling.happen()
    telling.work(endpoint)

    shown = page.get(f"{HERE}{endpoint.pk}/")

    assert words in text_of(shown)
    assert b"&lt;b&gt;no&lt;/b&gt;" in shown.content


def test_a_refusal_keeps_what_was_typed_and_chosen(telling: Telling, page):
    form = {"url": "https://10.0.0.1/", "description": "Catering", "types": ["attendance.marked"]}

    answer = page.post(f"{HERE}new/", form)

    content = answer.content.decode()
    assert (answer.status_code, "This address is not on the open internet." in content) == (422, True)
    assert 'value="https://10.0.0.1/"' in content
    assert 'value="attendance.marked" checked' in content


def test_what_it_is_told_is_changed_on_a_page(telling: Telling, page):
    endpoint = telling.make("accounts.*").endpoint
    at = f"{HERE}{endpoint.pk}/edit/"
    shown = page.get(at).content.decode()

    page.post(at, {"url": endpoint.url, "description": "Payroll", "types": ["*"]})

    now = telling.now(endpoint)
    assert 'value="accounts.*" checked' in shown
    assert (now.description, now.types) == ("Payroll", ["*"])


def test_pages_take_the_same_statements_for_one_and_for_three(telling: Telling, page):
    endpoint = telling.make().endpoint
    telling.happen()
    telling.work(endpoint)
    paths = [HERE, f"{HERE}{endpoint.pk}/"]
    for_one = [statements_for(page, path) for path in paths]
    for _ in range(2):
        telling.make()
        telling.happen()
    telling.work(endpoint)

    assert [statements_for(page, path) for path in paths] == for_one
