"""Adding materials on the pages of what they belong to."""

from typing import Any, BinaryIO, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from lyceum.core.actor import Actor
from lyceum.domains.learning.models import Material
from lyceum.domains.learning.rules.materials import add_document, add_material


def add_typed_material(request: HttpRequest, owner: dict[str, UUID], actor: Actor) -> Material:
    """What a form says of a material: a file, or an address."""
    form = request.POST
    values: dict[str, Any] = {
        "title": form.get("material_title", ""),
        "description": form.get("material_description", ""),
        **owner,
    }
    given = request.FILES.get("file")
    if isinstance(given, UploadedFile):
        return add_document(given=cast(BinaryIO, given.file), name=given.name or "", values=values, actor=actor)
    return add_material(values=values | {"kind": form.get("kind", ""), "url": form.get("url", "")}, actor=actor)
