"""Reading imports: runs, their rows, and the file of the rows that are wrong."""

import csv
import io
from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db.models import Case, IntegerField, Model, QuerySet, Value, When

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import fold
from lyceum.domains.academics.models import Class, ClassMembership, ClassTeacher
from lyceum.domains.accounts.models import EmailAddress, SchoolLogin, User
from lyceum.domains.exchange.models import ImportMapping, ImportRow, ImportRun
from lyceum.domains.exchange.rules.stored import opened_copy
from lyceum.domains.people.models import Person, Staff, Student

ACTION_ORDER = ("error", "end", "update", "create", "skip")
"""Errors first: they need somebody."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def list_runs(actor: Actor, *, state: str = "", text: str = "") -> QuerySet[ImportRun]:
    """The school's imports, newest first: all, or those in a state or of a file with the text in its name."""
    actor.require_all(Permission.IMPORTS_RUN)
    rows = ImportRun.objects.select_related("job").order_by("-created_at", "pk")
    if state:
        rows = rows.filter(state=state)
    return rows.filter(file_name__icontains=text) if text else rows


def get_run(run_id: UUID, *, actor: Actor) -> ImportRun:
    """One import."""
    run = list_runs(actor).filter(pk=run_id).first()
    if run is None:
        raise NotFoundError
    return run


def list_rows(
    run: ImportRun, *, actor: Actor, action: str = "", kind: str = "", state: str = ""
) -> QuerySet[ImportRow]:
    """The rows of an import: those that are wrong first, then by what they do, then as in the file."""
    actor.require_all(Permission.IMPORTS_RUN)
    rows = ImportRow.objects.filter(run=run)
    if action:
        rows = rows.filter(action=action)
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    places = [When(action=name, then=Value(place)) for place, name in enumerate(ACTION_ORDER)]
    ranked = rows.annotate(rank=Case(*places, default=Value(9), output_field=IntegerField()))
    return ranked.order_by("rank", "position").defer("image")


_NAMED: dict[str, tuple[type[Model], str]] = {
    "class": (Class, "name"),
    "staff": (Staff, "person__full_name"),
    "student": (Student, "person__full_name"),
    "adult": (Person, "full_name"),
    "teacher": (ClassTeacher, "staff__person__full_name"),
    "member": (ClassMembership, "student__person__full_name"),
}


def names_of_targets(rows: Sequence[ImportRow]) -> dict[UUID, str]:
    """What the rows that are in the school already are called there; one statement for each kind among them."""
    names: dict[UUID, str] = {}
    for kind, (model, path) in _NAMED.items():
        targets = [row.target for row in rows if row.kind == kind and row.target]
        if targets:
            names |= dict(model._default_manager.filter(pk__in=targets).values_list("pk", path))
    return names


def has_more_to_do(run: ImportRun) -> bool:
    """Whether applying a plan would do anything. Ask only after the import was found."""
    return ImportRow.objects.filter(run=run, state=ImportRow.State.PLANNED).exists()


def list_mappings(actor: Actor) -> QuerySet[ImportMapping]:
    """The saved meanings of columns, by name."""
    actor.require_all(Permission.IMPORTS_RUN)
    return ImportMapping.objects.order_by("name")


def error_file(run: ImportRun, *, actor: Actor) -> Iterator[str]:
    """The wrong rows as CSV: columns kept, and why. With several tables, one after the other with its name above."""
    actor.require_all(Permission.IMPORTS_RUN)
    reasons: dict[tuple[str, int], list[str]] = {}
    wrong = ImportRow.objects.filter(run=run, action=ImportRow.Action.ERROR).order_by("position")
    for file, line, troubles in wrong.values_list("file", "line", "troubles"):
        words = [_reason(*trouble[:3]) for trouble in troubles if not trouble[3]]
        reasons.setdefault((file, line), []).extend(words)
    with opened_copy(run) as bundle:
        for number, name in enumerate(bundle.names):
            table = bundle.find(name)
            if table is None or not any(file == table.name for file, _ in reasons):
                continue
            if len(bundle.names) > 1:
                yield ("\r\n" if number else "") + f"{table.name}\r\n"
            yield _line([*table.headers, "reason"])
            for row in table:
                found = reasons.get((table.name, row.line))
                if found:
                    cells = [*row.cells, *[""] * (len(table.headers) - len(row.cells))]
                    yield _line([*cells[: len(table.headers)], "; ".join(dict.fromkeys(found))])


def _reason(column: str, code: str, message: str) -> str:
    return f"{column}: {message} ({code})" if column else f"{message} ({code})"


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([escaped(cell) for cell in cells])
    return text.getvalue()


def escaped(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def find_user(name: str) -> User | None:
    """The user of the school in scope by user name, or by a verified address."""
    login = SchoolLogin.objects.filter(school_id=current_school(), username_folded=fold(name)).select_related("user")
    found = login.first()
    if found:
        return found.user
    address = EmailAddress.objects.filter(address=name.lower(), verified_at__isnull=False).select_related("user")
    known = address.first()
    return known.user if known else None
