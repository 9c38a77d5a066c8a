"""Commands as a door like any other: parse, call a rule, print. A refusal is its words and exit code 1."""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.core.management.base import BaseCommand

from lyceum.core.aftermath import aftermath
from lyceum.core.errors import RuleError

REFUSED = 1


@dataclass(frozen=True)
class Answer:
    """What a command has to say: lines for a person, values for `--json`."""

    lines: Iterable[str]
    values: object = field(default_factory=dict)


class RuleCommand(BaseCommand):
    """A command of acts, as in `lyceum register take`: `act_take` does it, `add_acts` describes it."""

    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        self.acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        self.add_acts()

    def add_acts(self) -> None:
        """Add each act with `add_act`."""
        raise NotImplementedError

    def add_act(self, name: str, what: str) -> argparse.ArgumentParser:
        """An act with the options that every act has."""
        act = self.acts.add_parser(name, help=what, description=what)
        act.add_argument("--json", action="store_true", help="print JSON")
        return act

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            with aftermath():
                answer = self.answer(options)
        except RuleError as refusal:
            self._refuse(refusal, as_json=options["json"])
            raise SystemExit(REFUSED) from None
        if options["json"]:
            self.stdout.write(_json(answer.values))
        else:
            for line in answer.lines:
                self.stdout.write(line)

    def answer(self, options: dict[str, Any]) -> Answer:
        """Do the act that was asked for."""
        answer: Answer = getattr(self, "act_" + options["act"].replace("-", "_"))(options)
        return answer

    def _refuse(self, refusal: RuleError, *, as_json: bool) -> None:
        if as_json:
            errors = [{"pointer": e.pointer, "code": e.code, "message": e.message} for e in refusal.errors]
            document = {"code": refusal.code, "title": refusal.title, "detail": refusal.detail, "errors": errors}
            self.stdout.write(_json(document | refusal.extra))
            return
        self.stderr.write(f"{refusal.title}: {refusal.detail}")
        for error in refusal.errors:
            if error.message != refusal.detail:
                self.stderr.write(f"  {error.pointer}: {error.message} ({error.code})")


def table(rows: Iterable[Iterable[object]]) -> list[str]:
    """Rows as lines whose columns stand under each other; the last column may be of any length."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, [*widths[:-1], 0], strict=True)).rstrip()
        for row in cells
    ]


def _json(values: object) -> str:
    return msgspec.json.format(msgspec.json.encode(values, enc_hook=str)).decode()
