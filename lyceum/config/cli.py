"""The `lyceum` command."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from django.core.management import get_commands, load_command_class

import lyceum
from lyceum.config.database import ready_database, tell_django
from lyceum.config.environment import Environment
from lyceum.config.errors import SetupError
from lyceum.config.loading import load_django
from lyceum.core.room import roomy

FINE, REFUSED, SET_UP_WRONG, INTERRUPTED = 0, 1, 2, 130
OWN_COMMANDS = {
    "start": "run Lyceum here until Ctrl-C",
    "migrate": "bring the database's tables up to date",
    "doctor": "check this machine and this installation, and say what to do",
    "openapi": "print the description of the REST API",
    "help": "show this list",
}


@roomy
def main() -> None:
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 done, 1 refused, 2 set up wrong."""
    name = arguments[0] if arguments else "help"
    try:
        if name in {"help", "-h", "--help"}:
            return _help()
        if name in OWN_COMMANDS or name.startswith("-"):
            return _run_own(arguments)
        return _run_django(list(arguments))
    except SetupError as error:
        print(f"lyceum: {error}", file=sys.stderr)
        return SET_UP_WRONG
    except KeyboardInterrupt:
        return INTERRUPTED


def _run_own(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    environment = Environment.read()
    if options.command == "start":
        # Imported here: the server's parts take longer to load than the other commands take to run.
        from lyceum.config.start import start

        return start(environment, only=options.only)
    if options.command == "doctor":
        from lyceum.config.doctor import examine, report

        return report(examine(environment), as_json=options.json)
    if options.command == "migrate":
        return _migrate(environment, is_check=options.check, as_json=options.json)
    return _openapi(environment)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lyceum")
    parser.add_argument("--version", action="version", version=f"Lyceum {lyceum.__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help=OWN_COMMANDS["start"])
    start.add_argument("--only", choices=["web", "worker"], help="run one part, for several machines")
    migrate = commands.add_parser("migrate", help=OWN_COMMANDS["migrate"])
    migrate.add_argument("--check", action="store_true", help="change nothing; exit 1 if something is due")
    migrate.add_argument("--json", action="store_true", help="print JSON")
    doctor = commands.add_parser("doctor", help=OWN_COMMANDS["doctor"])
    doctor.add_argument("--json", action="store_true", help="print JSON")
    commands.add_parser("openapi", help=OWN_COMMANDS["openapi"])
    return parser


def _migrate(environment: Environment, *, is_check: bool, as_json: bool) -> int:
    # Imported here: it needs Django's settings, which need the database's address.
    with ready_database(environment):
        load_django()
        from lyceum.config.migrate import apply_migrations, list_unapplied_migrations

        names = list_unapplied_migrations() if is_check else apply_migrations()
    if as_json:
        print(json.dumps({"unapplied" if is_check else "applied": names}))
    elif is_check:
        print(f"Not applied yet: {', '.join(names)}" if names else "The tables are up to date.")
    else:
        print(f"Applied {len(names)} changes." if names else "The tables were up to date.")
    return REFUSED if is_check and names else FINE


def _openapi(environment: Environment) -> int:
    """Needs no database, so that a build without one can run it."""
    tell_django(environment)
    load_django()
    from ninja.responses import NinjaJSONEncoder

    from lyceum.api.rest import api

    print(json.dumps(api.get_openapi_schema(), cls=NinjaJSONEncoder, indent=2, ensure_ascii=False))
    return FINE


def _run_django(arguments: list[str]) -> int:
    """Hand the command to the domain, or to Django, that has it."""
    environment = Environment.read()
    with ready_database(environment) as database:
        load_django()
        owner = get_commands().get(arguments[0])
        if owner is None:
            print(f"lyceum: there is no command {arguments[0]!r}; see `lyceum help`.", file=sys.stderr)
            return SET_UP_WRONG
        if str(owner).startswith("lyceum."):
            _require_tables(is_embedded=database.embedded is not None)
        command = load_command_class(owner, arguments[0]) if isinstance(owner, str) else owner
        try:
            command.run_from_argv(["lyceum", *arguments])
        except SystemExit as ending:
            return ending.code if isinstance(ending.code, int) else REFUSED if ending.code else FINE
    return FINE


def _require_tables(*, is_embedded: bool) -> None:
    from lyceum.config.migrate import apply_migrations, list_unapplied_migrations

    if is_embedded:
        apply_migrations()
    elif list_unapplied_migrations():
        raise SetupError("The database's tables are not up to date: run `lyceum migrate` first.")


def _help() -> int:
    tell_django(Environment.read())
    load_django()
    ours = {name: app for name, app in get_commands().items() if str(app).startswith("lyceum.")}
    lines = dict(OWN_COMMANDS)
    for name, app in sorted(ours.items()):
        lines[name] = load_command_class(str(app), name).help
    print(f"Lyceum {lyceum.__version__}\n\nusage: lyceum COMMAND …\n")
    width = max(map(len, lines))
    for name, line in lines.items():
        print(f"  {name:{width}}  {line[:1].lower()}{line[1:].rstrip('.')}")
    print("\nlyceum COMMAND --help tells more about one of them. `lyceum start` is where to begin.")
    return FINE


if __name__ == "__main__":
    main()
