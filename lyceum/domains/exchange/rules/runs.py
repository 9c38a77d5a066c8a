"""Imports before anything happens: taken in, and told what they mean."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, invalid_field
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.schools import school_scope
from lyceum.core.text import tidy
from lyceum.domains.exchange.errors import AlreadyAppliedError, ImportRunningError
from lyceum.domains.exchange.models import ImportMapping, ImportRun
from lyceum.domains.exchange.readers.dates import DateOrder
from lyceum.domains.exchange.readers.formats import STUDENTS, kind_of
from lyceum.domains.exchange.readers.mapping import find_faults, propose
from lyceum.domains.exchange.readers.tables import key_of
from lyceum.domains.exchange.rules.stored import delete_copy, opened_copy, store_copy
from lyceum.domains.journal.rules import Target, record

_CHANGEABLE = frozenset({ImportRun.State.UPLOADED, ImportRun.State.MAPPED, ImportRun.State.PREVIEWED})
SYSTEMS = {"students": "list"}


def start_import(source: Path | BinaryIO, *, file_name: str, actor: Actor) -> ImportRun:
    """Take a file in. Passwords in it are dropped before anything is kept."""
    actor.require_all(Permission.IMPORTS_RUN)
    name = tidy(PurePosixPath(file_name.replace("\\", "/")).name)[:200] or "import"
    run = ImportRun(pk=new_id(), school_id=actor.school, file_name=name)
    run.stored, taken = store_copy(source, name=run.file_name, school=actor.school, run=run.pk)
    try:
        with school_scope(actor.school):
            run.started_by = actor.id
            with opened_copy(run) as bundle:
                run.kind = kind_of(bundle)
                run.system = SYSTEMS.get(run.kind, run.kind)
                headers = bundle.only().headers
                tables = {table.name: table.headers for name in bundle.names if (table := bundle.find(name))}
            run.files = [{"name": t.name, "lines": t.lines, "headers": list(tables[t.name])} for t in taken]
            if run.kind == STUDENTS:
                _use_known_mapping(run, headers)
            run.save(force_insert=True)
            record("exchange.import.start", target=Target.of(run), actor=actor)
    except BaseException:
        delete_copy(run.stored)
        raise
    return run


def _use_known_mapping(run: ImportRun, headers: Sequence[str]) -> None:
    """The mapping saved last for these very columns; else what the headers suggest, to be confirmed."""
    wanted = {key_of(header) for header in headers if header}
    for mapping in ImportMapping.objects.filter(kind=run.kind).order_by("-updated_at"):
        if {key_of(header) for header in mapping.columns} <= wanted and not find_faults(mapping.columns, headers):
            run.columns, run.date_order, run.state = mapping.columns, mapping.date_order, ImportRun.State.MAPPED
            return
    run.columns = propose(headers)
    if not find_faults(run.columns, headers):
        run.state = ImportRun.State.MAPPED


def get_run(run_id: UUID, *, actor: Actor, lock: bool = False) -> ImportRun:
    """The import, for somebody who may run imports."""
    actor.require_all(Permission.IMPORTS_RUN)
    rows = ImportRun.objects.select_for_update(of=("self",)) if lock else ImportRun.objects.all()
    try:
        return rows.select_related("job").get(pk=run_id)
    except ImportRun.DoesNotExist:
        raise NotFoundError from None


def refuse_begun(run: ImportRun) -> None:
    """Refuse to touch an import that has begun to write."""
    if run.state == ImportRun.State.APPLYING:
        raise ImportRunningError(_("This import is being applied. Wait for it, or cancel it."))
    if run.state not in _CHANGEABLE:
        raise AlreadyAppliedError(
            _("This import is %(state)s. Bring the file in again to change something.")
            % {"state": _(run.get_state_display())}
        )


@transaction.atomic
def map_import(
    run_id: UUID,
    *,
    columns: Mapping[str, str] | None = None,
    date_order: str | None = None,
    orgs: Sequence[str] | None = None,
    duplicates: str | None = None,
    save_as: str = "",
    actor: Actor,
) -> ImportRun:
    """Say what the columns mean, how dates are written, which school of the file is meant; what is not named stays."""
    run = get_run(run_id, actor=actor, lock=True)
    refuse_begun(run)
    if columns is not None:
        _set_columns(run, columns)
    if date_order is not None:
        if date_order not in ("", *DateOrder):
            raise invalid_field("/date_order", "choice", _("Choose one of: dmy, mdy, ymd."))
        run.date_order = date_order
    if orgs is not None:
        run.orgs = [tidy(org) for org in orgs]
    if duplicates is not None:
        if duplicates not in ("ask", "link", "new"):
            raise invalid_field("/duplicates", "choice", _("Choose one of: ask, link, new."))
        run.duplicates = duplicates
    run.state = ImportRun.State.MAPPED
    run.save()
    if save_as:
        _save_mapping(run, save_as)
    record("exchange.import.map", target=Target.of(run), actor=actor)
    return run


def _set_columns(run: ImportRun, columns: Mapping[str, str]) -> None:
    if run.kind != STUDENTS:
        raise invalid_field("/columns", "not_mapped", _("The columns of this format have fixed meanings."))
    headers = [header for file in run.files for header in file["headers"]]
    faults = find_faults(columns, headers)
    if faults:
        raise InvalidError(faults[0], errors=[FieldError("/columns", "mapping", fault) for fault in faults])
    run.columns = {header: field for header, field in columns.items() if field}


def _save_mapping(run: ImportRun, name: str) -> None:
    values: dict[str, Any] = {"columns": run.columns, "date_order": run.date_order}
    ImportMapping.objects.update_or_create(kind=run.kind, name=tidy(name)[:80], defaults=values)
