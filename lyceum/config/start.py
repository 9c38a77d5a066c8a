"""`lyceum start`: from nothing to an address that answers, and back to nothing."""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import socket
from functools import partial
from types import FrameType
from typing import NoReturn

from django.apps import apps
from django.core.management import call_command, get_commands

import lyceum
from lyceum.config.catalogues import compile_catalogues
from lyceum.config.children import HANDLED, fork_child, wait_for
from lyceum.config.database import ReadyDatabase, ready_database
from lyceum.config.environment import Environment
from lyceum.config.loading import load_django
from lyceum.config.migrate import apply_migrations, list_unapplied_migrations
from lyceum.config.static import collect_static_files
from lyceum.config.supervisor import Part, Supervisor
from lyceum.config.web import bind_port, load_application, serve_web
from lyceum.config.worker import serve_jobs
from lyceum.core.owner import OWNER

logger = logging.getLogger("lyceum.start")

FINE, FAILED = 0, 1


class _ToldToStop(BaseException):
    """SIGTERM or Ctrl-C before there is anything to stop in order."""


def start(environment: Environment, *, only: str | None = None) -> int:
    """Run until told to stop; returns the exit code.

    `only` is "web" or "worker" where those run on machines of their own.
    """
    for number in HANDLED:
        signal.signal(number, _stop_at_once)
    try:
        listeners: list[socket.socket] = []
        if only != "worker":
            listeners = bind_port(environment.host, environment.port, processes=environment.web_processes)
        _say(f"Lyceum {lyceum.__version__}")
        if environment.is_embedded and not (environment.data_folder / "postgres").exists():
            _say(f"  Making a database in {environment.data_folder} …")
        with ready_database(environment) as database:
            load_django()
            if code := wait_for(fork_child(partial(_prepare, environment))):
                return code
            return _run_parts(environment, database, listeners, only)
    except _ToldToStop:
        return FINE


def _prepare(environment: Environment) -> None:
    """Tables, files and the demo school; in a child, so that the parent forks without connections."""
    if list_unapplied_migrations():
        _say("  Bringing the tables up to date …")
        apply_migrations()
    if compile_catalogues():
        _say("  Compiled the languages.")
    if collect_static_files():
        _say("  Collected style sheets and scripts.")
    if environment.loads_demo and "demo" in get_commands() and (not _has_school() or _is_demo_cut_off()):
        _say("  Loading the demo school …")
        try:
            call_command("demo", "load")
        except (Exception, SystemExit):  # the command ends so where it is refused, as while somebody else loads it
            logger.exception("The demo school could not be loaded; Lyceum starts without it.")


def _run_parts(
    environment: Environment, database: ReadyDatabase, listeners: list[socket.socket], only: str | None
) -> int:
    ready, says_ready = os.pipe()
    parts: list[Part] = []
    if listeners:
        load_application()
        parts += [Part("web", partial(serve_web, listener, ready=says_ready)) for listener in listeners]
    if only != "web":
        parts.append(Part("worker", partial(serve_jobs, readies_engine=environment.readies_engine)))
    # What is loaded by now stays shared with the children: the collector would write to all of it.
    gc.collect()
    gc.freeze()
    supervisor = Supervisor(parts, database.embedded)
    supervisor.start()
    has_started = supervisor.wait_until(lambda: not listeners or _has_news(ready))
    if has_started:
        _tell_how_to_use(environment, only)
        supervisor.run()
        _say("\nStopping; requests in progress are finished first.")
    elif not supervisor.is_told_to_stop:
        _say("Lyceum cannot start; the lines above say why.")
    for listener in listeners:
        listener.close()
    supervisor.stop()
    return FINE if has_started or supervisor.is_told_to_stop else FAILED


def _tell_how_to_use(environment: Environment, only: str | None) -> None:
    if only == "worker":
        _say("The worker runs. Press Ctrl-C to stop it.")
        return
    _say(f"\nLyceum runs at {environment.url}\n")
    wait_for(fork_child(_tell_who_can_sign_in))
    kept = "data is" if environment.is_embedded else "files are"
    _say(f"Its {kept} in {environment.data_folder}. Press Ctrl-C to stop.")


def _tell_who_can_sign_in() -> None:
    if "demo" in get_commands() and _has_school(is_demo=True):
        call_command("demo", "accounts")
        _say("")


def _has_school(**conditions: bool) -> bool:
    schools = apps.get_model("tenancy", "School")._base_manager.using(OWNER)
    return schools.filter(**conditions).exists()


def _is_demo_cut_off() -> bool:
    from lyceum.demo.load import is_cut_off  # only where there is a demo

    return is_cut_off()


def _has_news(pipe: int) -> bool:
    return bool(select.select([pipe], [], [], 0)[0])


def _say(line: str) -> None:
    print(line, flush=True)


def _stop_at_once(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    raise _ToldToStop
