"""A file that came with a form."""

from dataclasses import dataclass
from typing import BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest


@dataclass(frozen=True)
class HandedIn:
    """Its content, and what it was called."""

    content: BinaryIO
    name: str


def handed_in(request: HttpRequest, field: str) -> HandedIn | None:
    """The file of a field, where one was chosen."""
    file = request.FILES.get(field)
    if not isinstance(file, UploadedFile):
        return None
    return HandedIn(cast(BinaryIO, file), file.name or "")
