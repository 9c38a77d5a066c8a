"""Where the parts of the door meet."""

from typing import Any
from uuid import UUID

from ninja import Router, Schema

router = Router(tags=["timetable"])


class Named(Schema):
    """Something with a name."""

    id: UUID
    name: str


def named(row: Any) -> dict[str, Any] | None:
    """A row by its id and its name, of whatever model."""
    return {"id": row.pk, "name": str(row)} if row else None
