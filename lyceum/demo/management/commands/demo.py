"""`lyceum demo`: two invented schools to try Lyceum with."""

from typing import Any

from lyceum.core.commands import Answer, RuleCommand, table
from lyceum.core.errors import MalformedError, NotFoundError
from lyceum.demo.accounts import DemoAccount, list_accounts
from lyceum.demo.load import load_demo
from lyceum.demo.plan import HILLCREST, LITTLE_OAK, sized
from lyceum.demo.wipe import wipe_demo


class Command(RuleCommand):
    """Parses, calls, prints."""

    help = "Load, show or take away the two demo schools."

    def add_acts(self) -> None:
        load = self.add_act("load", "make the demo schools: 600 and 120 students, three years")
        load.add_argument("--students", type=int, default=HILLCREST.students, help="about how many at Hillcrest")
        load.add_argument("--years", type=int, default=3, help="how many school years, this one among them")
        load.add_argument("--days", type=int, help="registers of so many school days only")
        wipe = self.add_act("wipe", "take the demo schools away")
        wipe.add_argument("--yes", action="store_true", help="do not ask")
        self.add_act("accounts", "who can sign in, and what to try")

    def act_load(self, options: dict[str, Any]) -> Answer:
        size = {"days": options["days"], "past_years": options["years"] - 1}
        plans = (
            sized(HILLCREST, students=options["students"], **size),
            sized(LITTLE_OAK, students=LITTLE_OAK.students, **size),
        )
        loaded = load_demo(self._say, plans=plans)
        accounts = list_accounts()
        lines = [f"Loaded {loaded.marks:,} marks in {loaded.seconds:.0f} s.", "", *_lines(accounts)]
        return Answer(lines, {"marks": loaded.marks, "seconds": round(loaded.seconds, 1), "accounts": accounts})

    def act_wipe(self, options: dict[str, Any]) -> Answer:
        if not options["yes"] and input("Delete both demo schools and everything in them? [y/N] ").lower() != "y":
            raise MalformedError("Nothing was deleted. Answer y, or say --yes.")
        rows = wipe_demo(self._say)
        return Answer([f"Deleted {rows:,} rows."], {"rows": rows})

    def act_accounts(self, _options: dict[str, Any]) -> Answer:
        accounts = list_accounts()
        if not accounts:
            raise NotFoundError("There is no demo school here. `lyceum demo load` makes one.")
        return Answer(_lines(accounts), accounts)

    def _say(self, line: str) -> None:
        """Progress goes beside the answer, which may be read by a program."""
        self.stderr.write(line, str)  # as it is: progress is no error, and not red
        self.stderr.flush()


def _lines(accounts: list[DemoAccount]) -> list[str]:
    lines = []
    for slug in dict.fromkeys(account.school_slug for account in accounts):
        here = [account for account in accounts if account.school_slug == slug]
        lines.append(f"{here[0].school} (school: {slug}), everybody's password: {here[0].password}")
        rows = table((a.role, a.name, a.username or "-", a.email or "-", a.what_to_try) for a in here)
        lines += [*(f"  {row}" for row in rows), ""]
    return lines[:-1]
