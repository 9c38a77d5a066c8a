"""Row ids: UUIDv7, so that rows made one after the other lie side by side in an index."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return uuid7()
