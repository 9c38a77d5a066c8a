"""Where the tests of this folder keep files, and when they take place."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lyceum.core import clock
from lyceum.testing.factories import NOW


@pytest.fixture(autouse=True)
def own_files(stored_files: Path) -> None:
    """Each test has its own."""


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    """On a day of the year that the files are of."""
    with clock.frozen(NOW):
        yield
