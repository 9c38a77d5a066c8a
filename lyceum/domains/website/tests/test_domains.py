"""A host name of one's own: proved by its record, lost with it, and never another school's."""

import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from lyceum.core.actor import system_actor
from lyceum.domains.notifications.models import Notification
from lyceum.domains.tenancy.models import School
from lyceum.domains.website.dns import resolve_txt
from lyceum.domains.website.models import SiteDomain
from lyceum.domains.website.rules.domains import (
    DomainNotVerifiedError,
    HostTakenError,
    check_domain,
    check_domains,
    claim_domain,
    make_primary,
    remove_domain,
)
from lyceum.domains.website.tests.making import make_site
from lyceum.testing.clients import nobody, stranger
from lyceum.testing.factories import in_school, make_admin

pytestmark = pytest.mark.django_db
HOST = "www.hill.example"


class Zone(dict[str, list[str]]):
    """A resolver that knows what it was told."""

    def __call__(self, name: str) -> list[str]:
        return self.get(name, [])


def claimed(school: School) -> SiteDomain:
    with in_school(school):
        return claim_domain(HOST, actor=system_actor(school.pk))


def test_a_domain_goes_live_after_its_record_and_still_answers_at_the_platform_when_that_is_gone(school):
    oak = School.objects.get(name="Oak School")
    make_site(school)
    make_admin(school)
    zone, actor = Zone(), system_actor(school.pk)
    domain, theirs = claimed(school), claimed(oak)
    assert nobody(SERVER_NAME=HOST).get("/about-us/").status_code == 404

    with in_school(school), pytest.raises(DomainNotVerifiedError) as refused:
        check_domain(domain.pk, resolve=zone, actor=actor)
    assert domain.record_value in refused.value.detail
    zone[f"_lyceum.{HOST}"] = ["other", domain.record_value]
    with in_school(school):
        check_domain(domain.pk, resolve=zone, actor=actor)
        make_primary(domain.pk, actor=actor)
    assert "Hill School" in nobody(SERVER_NAME=HOST).get("/about-us/").content.decode()
    zone[f"_lyceum.{HOST}"].append(theirs.record_value)
    with in_school(oak), pytest.raises(HostTakenError):
        check_domain(theirs.pk, resolve=zone, actor=system_actor(oak.pk))

    del zone[f"_lyceum.{HOST}"]
    for missed in range(3):
        assert stranger(school).get("/about-us/").status_code == 301, missed
        with in_school(school):
            assert check_domains(resolve=zone, actor=actor) == 1

    assert nobody(SERVER_NAME=HOST).get("/about-us/").status_code == 404
    assert "Hill School" in stranger(school).get("/about-us/").content.decode()
    with in_school(school):
        assert SiteDomain.objects.get().state == "failing"
        (told,) = Notification.objects.filter(template="site_host_failing")
        assert HOST in told.subject


def test_a_name_that_was_given_up_leads_to_nobody_and_is_free_for_another(school):
    oak = School.objects.get(name="Oak School")
    make_site(school)
    zone, actor = Zone(), system_actor(school.pk)
    domain = claimed(school)
    zone[f"_lyceum.{HOST}"] = [domain.record_value]
    with in_school(school):
        check_domain(domain.pk, resolve=zone, actor=actor)
    with in_school(oak), pytest.raises(HostTakenError):
        claim_domain(HOST, actor=system_actor(oak.pk))

    with in_school(school):
        remove_domain(domain.pk, actor=actor)

    assert nobody(SERVER_NAME=HOST).get("/about-us/").status_code == 404
    zone[f"_lyceum.{HOST}"] = [claimed(oak).record_value]
    with in_school(oak):
        assert check_domains(resolve=zone, actor=system_actor(oak.pk)) == 0


@pytest.fixture
def name_server() -> Iterator[tuple[str, int]]:
    """Answers every question with two texts, one of them in two pieces."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind(("127.0.0.1", 0))

    def text(*pieces: bytes) -> bytes:
        said = b"".join(bytes([len(each)]) + each for each in pieces)
        return b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, len(said)) + said

    def serve() -> None:
        question, whom = listening.recvfrom(512)
        answer = question[:2] + struct.pack(">HHHHH", 0x8180, 1, 2, 0, 0) + question[12:]
        listening.sendto(answer + text(b"lyceum-", b"verify=abc") + text(b"v=spf1"), whom)

    threading.Thread(target=serve, daemon=True).start()
    yield listening.getsockname()
    listening.close()


def test_texts_are_read_from_a_name_server(name_server):
    assert resolve_txt("_lyceum.www.hill.example", server=name_server) == ["lyceum-verify=abc", "v=spf1"]


def test_a_name_that_cannot_be_one_is_not_asked_for():
    assert resolve_txt("a..b") == []
