"""A webhook."""

from uuid import UUID

from lyceum.domains.journal.models import WebhookEndpoint
from lyceum.domains.journal.signing import new_key, sealed
from tests.doors.rows.cast import Cast


def add(_cast: Cast) -> dict[str, UUID]:
    """What doors are tried on."""
    url = "https://93.184.216.34/hooks/"
    return {"webhook_id": WebhookEndpoint.objects.create(url=url, types=["*"], secret=sealed(new_key())).pk}
