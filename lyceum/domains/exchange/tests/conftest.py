"""Where the tests of this folder keep files."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def stored_files(tmp_path: Path, settings) -> Path:
    """The folder of stored files: each test has its own."""
    folder = tmp_path / "files"
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    settings.STORAGES = settings.STORAGES | {"default": files}
    return folder
