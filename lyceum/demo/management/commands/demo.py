"""`lyceum demo`: two invented schools to try Lyceum with."""

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lyceum.core.errors import RuleError
from lyceum.demo.accounts import DemoAccount, list_accounts
from lyceum.demo.load import load_demo
from lyceum.demo.plan import HILLCREST, LITTLE_OAK, sized
from lyceum.demo.wipe import wipe_demo


class Command(BaseCommand):
    help = "Load, show or take away the two demo schools."
    requires_system_checks = ()  # it starts a school, not a server

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        load = acts.add_parser("load", help="make the demo schools: 600 and 120 students, three years")
        load.add_argument("--students", type=int, default=HILLCREST.students, help="about how many at Hillcrest")
        load.add_argument("--years", type=int, default=3, help="how many school years, this one among them")
        load.add_argument("--days", type=int, help="registers of so many school days only")
        wipe = acts.add_parser("wipe", help="take the demo schools away")
        wipe.add_argument("--yes", action="store_true", help="do not ask")
        accounts = acts.add_parser("accounts", help="who can sign in, and what to try")
        accounts.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['act']}")(options)
        except RuleError as refusal:
            raise CommandError(refusal.detail) from None

    def _load(self, options: dict[str, Any]) -> None:
        size = {"days": options["days"], "past_years": options["years"] - 1}
        plan = sized(HILLCREST, students=options["students"], **size)
        small = sized(LITTLE_OAK, students=LITTLE_OAK.students, **size)
        loaded = load_demo(self._say, plans=(plan, small))
        self._say(f"Loaded {loaded.marks:,} marks in {loaded.seconds:.0f} s.\n")
        self._print_table(list_accounts())

    def _wipe(self, options: dict[str, Any]) -> None:
        if not options["yes"] and input("Delete both demo schools and everything in them? [y/N] ").lower() != "y":
            raise CommandError("Nothing was deleted.")
        self._say(f"Deleted {wipe_demo(self._say):,} rows.")

    def _accounts(self, options: dict[str, Any]) -> None:
        accounts = list_accounts()
        if options["json"]:
            self._say(json.dumps([account.as_json() for account in accounts], ensure_ascii=False, indent=2))
        elif not accounts:
            raise CommandError("There is no demo school here. `lyceum demo load` makes one.")
        else:
            self._print_table(accounts)

    def _print_table(self, accounts: list[DemoAccount]) -> None:
        width = {name: max(len(getattr(a, name)) for a in accounts) for name in ("role", "name", "username", "email")}
        for slug in dict.fromkeys(a.school_slug for a in accounts):
            rows = [a for a in accounts if a.school_slug == slug]
            self._say(f"{rows[0].school} (school: {slug}), password of everybody here: {rows[0].password}")
            for row in rows:
                cells = (f"{getattr(row, name) or '-':{width[name]}}" for name in width)
                self._say(f"  {'  '.join(cells)}  {row.what_to_try}")
            self._say("")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
