"""`lyceum webhook`: see on this machine what webhooks bring."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from lyceum.core import clock
from lyceum.core.commands import Answer, RuleCommand
from lyceum.domains.journal.signing import fault_of


class Command(RuleCommand):
    """Parses, listens, prints."""

    help = "Listen for webhooks on this machine, and check who sent them."

    def add_acts(self) -> None:
        listen = self.add_act("listen", "print every message that arrives, and whether its signature is good")
        listen.add_argument("--port", type=int, default=4400, help="where to listen, on 127.0.0.1 (4400)")
        listen.add_argument("--key", default="", help="the secret (whsec_…) or the public key (whpk_…) of the webhook")
        listen.add_argument("--count", type=int, default=0, help="stop after so many messages")

    def act_listen(self, options: dict[str, Any]) -> Answer:
        arrived: list[dict[str, str]] = []
        say: Callable[[str], object] = _say_nothing if options["json"] else self.stdout.write
        server = HTTPServer(("127.0.0.1", options["port"]), _taking(options["key"], arrived, say))
        say(f"Listening at http://127.0.0.1:{server.server_port}/ until Ctrl-C.")
        try:
            while not options["count"] or len(arrived) < options["count"]:
                server.handle_request()
        except KeyboardInterrupt:
            pass
        finally:
            server.server_close()
        return Answer([f"{len(arrived)} messages arrived."], arrived)


def _say_nothing(_line: str) -> None:
    """Where what arrived is printed as JSON in the end."""


def _taking(key: str, arrived: list[dict[str, str]], say: Callable[[str], object]) -> type[BaseHTTPRequestHandler]:
    class Taking(BaseHTTPRequestHandler):
        """Takes what is signed well; without a key, everything."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = fault_of(body, dict(self.headers.items()), key, at=clock.now()) if key else "not checked"
            self.send_response(204 if fault in ("", "not checked") else 401)
            self.end_headers()
            message = {
                "id": self.headers.get("webhook-id") or "",
                "fault": fault,
                "body": body.decode(errors="replace"),
            }
            arrived.append(message)
            say(f"{message['id']} {fault or 'good'} {message['body']}")

        def log_message(self, *_: object) -> None:
            """Says nothing of its own."""

    return Taking
