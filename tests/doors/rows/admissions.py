"""Registration, applications and admission."""

from uuid import UUID

from tests.doors.rows.cast import Cast


def add(cast: Cast) -> dict[str, UUID]:
    """What doors are tried on."""
    del cast
    return {}
