"""An import in words for a terminal, and in values for a program."""

from typing import Any

from lyceum.core.actor import Actor
from lyceum.domains.exchange.models import ImportRun
from lyceum.domains.exchange.queries import list_rows
from lyceum.domains.exchange.rules.starting import count_errors, count_removals, is_over_limit
from lyceum.domains.exchange.words import KIND_WORDS

MOST_SHOWN = 20
WRITTEN = ("create", "update", "end")
ACTIONS = (*WRITTEN, "skip", "error")
_NEXT = {
    "previewed": "Nothing has been written. Run it again with --apply to bring it in.",
    "applied": "Brought in. `{undo}` undoes it for 30 days.",
    "rolled_back": "Undone. Nothing of it is left.",
    "partly_rolled_back": "Undone, but for the rows below, which were changed since or are in use.",
    "failed": "Stopped. Correct the cause; `{resume}` goes on, `{undo}` undoes what was done.",
    "cancelled": "Cancelled. `{undo}` undoes what was done.",
}


def as_values(run: ImportRun, *, actor: Actor) -> dict[str, Any]:
    """Everything a report says."""
    shown = {"partly_rolled_back": {"state": "kept"}}.get(run.state, {"action": "error"})
    rows = list_rows(run, actor=actor, **shown)
    return {
        "run": str(run.pk),
        "file": run.file_name,
        "format": run.format,
        "state": run.state,
        "trouble": run.trouble,
        "schools": run.found.get("schools", []),
        "counts": run.counts,
        "errors": count_errors(run),
        "removals": count_removals(run),
        "too_many_removals": is_over_limit(run),
        "notified": 0,
        "rows": [
            {"file": row.file, "line": row.line, "kind": row.kind, "id": row.key, "action": row.action,
             "troubles": [{"column": t[0], "code": t[1], "message": t[2]} for t in row.troubles]}
            for row in rows[:MOST_SHOWN]
        ],
    }  # fmt: skip


def report(values: dict[str, Any], *, school: str) -> str:
    """The values as a table and lines; the school's short name is for what to type next."""
    lines = [f"{values['file']}: {values['format']}, {values['state'].replace('_', ' ')}"]
    lines += [f"  {'→' if school['here'] else ' '} {school['id']}  {school['name']}" for school in values["schools"]]
    lines += ["", *_table(values["counts"]), ""]
    for row in values["rows"]:
        for trouble in row["troubles"]:
            column = f" {trouble['column']}:" if trouble["column"] else ""
            lines.append(f"  {row['file']} line {row['line']}:{column} {trouble['message']} ({trouble['code']})")
    if values["errors"] > len(values["rows"]):
        lines.append(f"  … and {values['errors'] - len(values['rows']):,} more; --errors FILE writes them all.")
    if values["too_many_removals"]:
        lines.append(
            f"  {values['removals']:,} rows would end, more than one in ten: --allow-removals {values['removals']}"
        )
    if values["trouble"]:
        lines.append(f"  {values['trouble']}")
    lines.append("Nobody is notified.")
    lines.append(_next(values, school))
    return "\n".join(lines)


def _next(values: dict[str, Any], school: str) -> str:
    if values["state"] == "applied" and not any(n.get(action) for n in values["counts"].values() for action in WRITTEN):
        return "Nothing changed."
    command, run = f"lyceum import --school {school}", values["run"]
    return _NEXT.get(values["state"], "").format(undo=f"{command} --rollback {run}", resume=f"{command} --resume {run}")


def _table(counts: dict[str, dict[str, int]]) -> list[str]:
    rows = [f"  {'':16}" + "".join(f"{action:>10}" for action in ACTIONS)]
    for kind, (_one, several) in KIND_WORDS.items():
        if kind in counts:
            rows.append(
                f"  {several!s:16}" + "".join(f"{counts[kind].get(action, 0) or '·':>10}" for action in ACTIONS)
            )
    return rows
