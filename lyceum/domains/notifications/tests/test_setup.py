"""Who carries a school's messages, and in which words."""

import pytest

from lyceum.core.errors import InvalidError
from lyceum.domains.notifications.models import Delivery, Provider
from lyceum.domains.notifications.rules.carriers import options_of
from lyceum.domains.notifications.rules.notify import notify
from lyceum.domains.notifications.rules.own_texts import reset_text, set_text
from lyceum.domains.notifications.rules.providers import add_provider, send_test, switch_provider
from lyceum.domains.notifications.rules.sending import send_due
from lyceum.domains.notifications.tests.conftest import MailServer, news, somebody, system
from lyceum.testing.clients import browser
from lyceum.testing.factories import as_actor, in_school, make_admin, make_school

pytestmark = pytest.mark.django_db


def test_a_schools_own_server_comes_before_the_installations_and_its_secret_is_sealed(
    mail_server: MailServer, settings
):
    settings.CARRIERS = {}
    school = make_school()
    admin = make_admin(school)
    values = {"host": "127.0.0.1", "port": str(mail_server.port), "username": "", "password": "hush"}
    with in_school(school):
        row = add_provider("smtp", sender="own@school.example", values=values, actor=as_actor(admin, school))
        assert b"hush" not in bytes(row.secrets)
        assert options_of(row)["password"] == "hush"
        Provider.objects.filter(pk=row.pk).update(settings={**row.settings, "use_tls": False}, secrets=b"")
        send_test("email", "somebody@school.example", actor=as_actor(admin, school))

    send_due(school.pk)

    (mail,) = mail_server.got
    assert "own@school.example" in mail["From"]
    page = browser(admin, school).get("/settings/messages/").content.decode()
    assert "own@school.example" in page
    assert "hush" not in page


def test_with_a_paused_server_and_no_other_messages_wait(mail_server: MailServer, settings):
    settings.CARRIERS = {}
    school = make_school()
    actor = as_actor(make_admin(school), school)
    with in_school(school):
        row = add_provider("smtp", sender="a@school.example", values={"host": "127.0.0.1"}, actor=actor)
        switch_provider(row.pk, state="paused", actor=actor)
        notify(news(), [somebody()], actor=system(school))

    send_due(school.pk)

    with in_school(school):
        assert Delivery.objects.get().state == "queued"


def test_a_carrier_without_what_it_needs_is_refused_field_by_field():
    school = make_school()
    actor = as_actor(make_admin(school), school)

    with in_school(school), pytest.raises(InvalidError) as refused:
        add_provider("twilio", sender="", values={}, actor=actor)

    assert [error.pointer for error in refused.value.errors] == ["/sender", "/account", "/token"]


def test_a_school_says_it_in_its_own_words_and_takes_ours_again(mail_server: MailServer):
    school = make_school("Hill School")
    actor = as_actor(make_admin(school), school)
    with in_school(school):
        set_text("test", "email", "es", subject="Hola de {school}", body="Somos {school}.", actor=actor)
        notify(news("a"), [somebody("Rosa", language="es"), somebody("Otto", language="fr")], actor=system(school))
        texts = dict(Delivery.objects.values_list("notification__name", "text"))
        assert texts["Rosa"] == "Somos Hill School."
        assert texts["Otto"] != texts["Rosa"]
        reset_text("test", "email", "es", actor=actor)
        notify(news("b"), [somebody("Rosa", language="es")], actor=system(school))
        assert Delivery.objects.order_by("created_at").last().text != "Somos Hill School."


@pytest.mark.parametrize("body", ["Hello {child}", "Hello {", "{ {school} }", "{School}"])
def test_words_with_a_name_that_is_not_there_are_refused_as_they_are_kept(body: str):
    school = make_school()
    actor = as_actor(make_admin(school), school)

    with in_school(school), pytest.raises(InvalidError) as refused:
        set_text("test", "email", "en", subject="", body=body, actor=actor)

    assert refused.value.errors[0].code == "placeholder"
