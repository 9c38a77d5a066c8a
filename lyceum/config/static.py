"""Style sheets, scripts and pictures, collected where the web server takes them from."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from lyceum.config.fonts import make_fonts

UNUSED = ["*.js.map", "redoc*"]
"""Of other people's files: megabytes that no page asks for."""


def collect_static_files() -> bool:
    """Collect them if any has changed since the last time; returns whether that was so."""
    make_fonts(settings.DATA / "fonts")
    folder = Path(settings.STATIC_ROOT)
    mark = folder / ".collected"
    fingerprint = _fingerprint()
    try:
        if mark.read_text() == fingerprint:
            return False
    except FileNotFoundError:
        pass
    folder.mkdir(parents=True, exist_ok=True)
    mark.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, skip_checks=True, ignore_patterns=UNUSED)
    # Last: a start that was cut off in the middle collects again.
    mark.write_text(fingerprint)
    return True


def _fingerprint() -> str:
    """Changes with every file's name, size and time, and with the way of storing them."""
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list(ignore_patterns=[]), key=lambda found: found[0]):
            status = os.stat(storage.path(path))  # noqa: PTH116 - hundreds of files at every start
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
