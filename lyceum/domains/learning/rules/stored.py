"""Files of materials in the store: gone once it is certain that nothing points at them."""

from functools import partial

from django.db import transaction
from django.db.models import Q

from lyceum.core.files import delete_file
from lyceum.domains.learning.models import Material


def forget_files_of(materials: Q) -> None:
    """Delete the files of materials that are about to go."""
    for name in Material.objects.filter(materials).exclude(file="").values_list("file", flat=True):
        transaction.on_commit(partial(delete_file, name))
