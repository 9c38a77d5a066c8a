"""Where webhooks go: to the open internet alone, and not for ever."""

import socket
import threading

import pytest

from lyceum.core import outgoing
from lyceum.domains.journal.tests.conftest import Telling

HOOKS = "/api/v1/webhooks/"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://93.184.216.34/", "not_https"),
        ("https://user:secret@93.184.216.34/", "not_https"),
        ("https://93.184.216.34:22/", "port"),
        ("ftp://93.184.216.34/", "not_https"),
        ("https:///nowhere", "not_https"),
        ("https://93.184.216.34:99999/", "not_https"),
        ("https://ex ample.org/", "not_https"),
        ("https://127.0.0.1/", "not_public"),
        ("https://10.1.2.3/", "not_public"),
        ("https://192.168.1.1:8443/", "not_public"),
        ("https://169.254.169.254/latest/", "not_public"),  # where clouds keep their secrets
        ("https://100.64.0.1/", "not_public"),
        ("https://0.0.0.0/", "not_public"),
        ("https://[::1]/", "not_public"),
        ("https://[fe80::1]/", "not_public"),
        ("https://[fd00::1]/", "not_public"),
        ("https://[::ffff:10.0.0.1]/", "not_public"),
        ("https://[64:ff9b::10.0.0.1]/", "not_public"),
        ("https://2130706433/", "not_public"),  # 127.0.0.1 as one number
    ],
)
def test_an_address_inside_a_network_is_refused_and_not_told(telling: Telling, settings, url, reason):
    answer = telling.client.send(HOOKS, {"url": url, "types": ["*"]})

    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["reason"]) == (422, "url_not_allowed", reason)
    assert [error["pointer"] for error in problem["errors"]] == ["/url"]


def test_this_machine_is_told_only_where_the_settings_say_so(telling: Telling, settings):
    settings.WEBHOOKS_TO_LOOPBACK = False

    answer = telling.client.send(HOOKS, {"url": telling.receiver.url, "types": ["*"]})

    assert (answer.status_code, answer.json()["reason"]) == (422, "not_https")


def test_a_name_that_leads_elsewhere_later_is_not_followed(telling: Telling, monkeypatch):
    """Rebinding: public when the webhook is made, private when it is told."""
    answers = iter(["93.184.216.34", "10.0.0.1"])
    asked = []

    def resolve(host, port, **_kind):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", resolve)
    endpoint = telling.make(url="https://rebinding.example/").endpoint
    telling.happen()
    telling.work(endpoint)

    assert asked == ["rebinding.example"] * 2  # once for each act, never a second time for the same
    assert telling.rows(endpoint)[0].error == "not_public"


def test_within_one_attempt_a_name_is_looked_up_once_and_that_address_is_used(monkeypatch):
    asked, connected = [], []

    def resolve(host, port, **_kind):
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(address, timeout):
        connected.append((address, timeout <= outgoing.TELL_SECONDS))
        raise ConnectionRefusedError

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(outgoing.socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError):
        outgoing.tell("https://rebinding.example:8443/x", b"{}", {})

    assert (asked, connected) == (["rebinding.example"], [(("93.184.216.34", 8443), True)])


def test_who_answers_too_slowly_is_cut_off(monkeypatch):
    """A byte now and then keeps a connection awake; not for longer than the whole is given."""
    monkeypatch.setattr(outgoing, "TELL_SECONDS", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            taken, _ = server.accept()
            with taken:
                taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                for _ in range(20):
                    try:
                        taken.sendall(b"x")
                    except OSError:
                        return
                    threading.Event().wait(0.1)

        threading.Thread(target=drip, daemon=True).start()
        with pytest.raises(outgoing.TooSlowError):
            outgoing.tell(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, loopback=True)
