"""The clean copies of what was given, kept in the school's folder until an import can no longer be undone."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

from lyceum.domains.exchange.models import ImportRun
from lyceum.domains.exchange.readers.intake import TakenFile, take_in
from lyceum.domains.exchange.readers.tables import Bundle


def store_copy(source: Path | BinaryIO, *, name: str, school: int, run: UUID) -> tuple[str, list[TakenFile]]:
    """Write the clean copy; returns its stored name and the tables in it."""
    with tempfile.TemporaryFile() as copy:
        taken = take_in(source, name=name, largest=settings.IMPORT_LARGEST_BYTES, out=cast("BinaryIO", copy))
        copy.seek(0)
        return default_storage.save(f"schools/{school}/imports/{run}.zip", File(copy)), taken


@contextmanager
def opened_copy(run: ImportRun) -> Iterator[Bundle]:
    """The tables of a run, for as long as the block runs."""
    with default_storage.open(run.stored, "rb") as stored:
        yield Bundle(cast("BinaryIO", stored))


def delete_copy(stored: str) -> None:
    """Delete a clean copy."""
    if stored:
        default_storage.delete(stored)
