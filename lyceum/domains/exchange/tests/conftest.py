"""Where the tests of this folder keep files."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_files(stored_files: Path) -> None:
    """Each test has its own."""
