"""`lyceum rollover`: over into the next year, and back, by the same rules as from anywhere else."""

import argparse
from datetime import date
from typing import Any

from lyceum.core.commands import REFUSED, Answer, table
from lyceum.core.errors import NotFoundError
from lyceum.domains.academics.models import AcademicYear, RolloverPlan
from lyceum.domains.academics.rollovers import list_blocks, list_kept, list_rollovers, read_copies, tally
from lyceum.domains.academics.rules.rollover.applying import apply_rollover
from lyceum.domains.academics.rules.rollover.beginning import NewYear, begin_rollover
from lyceum.domains.academics.rules.rollover.looking import preview_rollover
from lyceum.domains.academics.rules.rollover.undoing import undo_rollover
from lyceum.domains.accounts.commands import SchoolCommand


class Command(SchoolCommand):
    """Parses, calls, prints."""

    help = "Roll a school year over into the next, and back."

    def add_acts(self) -> None:
        preview = self.add_act("preview", "show what would happen, and what stands in the way; plans it if need be")
        self._describe(preview)
        preview.add_argument("--to", metavar="YEAR", help="into which year; the next one that is there if left out")
        preview.add_argument("--starts", type=date.fromisoformat, metavar="DAY", help="make that year, from this day")
        preview.add_argument("--ends", type=date.fromisoformat, metavar="DAY", help="to this day")
        self._describe(self.add_act("apply", "apply what was previewed: all of it or nothing"))
        self._describe(self.add_act("undo", "take it back, until the first register of the new year is taken"))

    def _describe(self, act: argparse.ArgumentParser) -> None:
        act.add_argument("name", metavar="YEAR", help="the year that ends, as in 2026/27")

    def handle(self, *args: Any, **options: Any) -> None:
        """A preview that finds something in the way is kept, and is refused all the same."""
        self.is_blocked = False
        super().handle(*args, **options)
        if self.is_blocked:
            raise SystemExit(REFUSED)

    def act_preview(self, options: dict[str, Any]) -> Answer:
        plan = self._find(options["name"]) or self._begin(options)
        plan = preview_rollover(plan.pk, actor=self.actor)
        self.is_blocked = plan.state == RolloverPlan.State.DRAFT
        return _shown(plan)

    def act_apply(self, options: dict[str, Any]) -> Answer:
        return _shown(apply_rollover(self._get(options["name"]).pk, actor=self.actor))

    def act_undo(self, options: dict[str, Any]) -> Answer:
        return _shown(undo_rollover(self._get(options["name"]).pk, actor=self.actor))

    def _find(self, name: str) -> RolloverPlan | None:
        """The rollover of that year which stands."""
        plans = list_rollovers(self.actor).exclude(state=RolloverPlan.State.UNDONE)
        return plans.filter(from_year__name=name).first()

    def _get(self, name: str) -> RolloverPlan:
        plan = self._find(name)
        if plan is None:
            raise NotFoundError(f"{name} has no rollover. Begin with `lyceum rollover preview {name}`.")
        return plan

    def _begin(self, options: dict[str, Any]) -> RolloverPlan:
        old = AcademicYear.objects.filter(name=options["name"]).first()
        if old is None:
            raise NotFoundError(f"There is no school year {options['name']} here.")
        if options["to"] and options["starts"] and options["ends"]:
            new = NewYear(options["to"], options["starts"], options["ends"])
            return begin_rollover(old.pk, new, actor=self.actor)
        later = AcademicYear.objects.filter(starts__gt=old.ends).order_by("starts")
        found = later.filter(name=options["to"]).first() if options["to"] else later.first()
        if found is None:
            raise NotFoundError("There is no such next year. Make it with --to NAME --starts DAY --ends DAY.")
        return begin_rollover(old.pk, found.pk, actor=self.actor)


def _shown(plan: RolloverPlan) -> Answer:
    counted, blocks, copies, kept = tally(plan), list_blocks(plan), read_copies(plan), list_kept(plan)
    lines = [f"{plan.from_year} → {plan.to_year}: {plan.state}"]
    lines += [f"  {line}" for line in table([*counted.decisions.items(), ("students", counted.total)])]
    if copies.terms or copies.classes:
        lines.append(f"  {len(copies.terms)} terms, {len(copies.classes)} classes, {len(copies.teachers)} teachers new")
    lines += [f"  ! {each.row.student.person.full_name}: {each.as_values()['message']}" for each in blocks.shown]
    lines += [f"  kept: {each.kind} {each.row} ({each.kept})" for each in kept]
    lines += [f"  {name}: {count}" for name, count in plan.counts.items()]
    lines.append(_next(plan, blocks.count))
    values = {
        "plan": plan.pk,
        "state": plan.state,
        "decisions": counted.decisions,
        "exceptions": [each.as_values() for each in blocks.shown],
        "counts": plan.counts,
        "kept": [{"kind": each.kind, "id": each.row, "why": each.kept} for each in kept],
    }
    return Answer(lines, values)


def _next(plan: RolloverPlan, blocked: int) -> str:
    if blocked:
        return f"{blocked} students stand in the way. Decide on the board under Settings, Years; then preview again."
    return {
        RolloverPlan.State.PREVIEWED: f"Nothing has been written. `lyceum rollover apply {plan.from_year}` does it.",
        RolloverPlan.State.APPLIED: "Applied. It can be undone until the first register of the new year is taken.",
        RolloverPlan.State.UNDONE: "Undone.",
    }.get(RolloverPlan.State(plan.state), "")
