"""What the server's processes use, read from /proc."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lyceum.config.environment import usual_processes

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Parts:
    """The processes of a running Lyceum."""

    web: list[int]
    worker: list[int]
    postgres: list[int]


def find_parts(server: subprocess.Popen[bytes], folder: Path) -> Parts:
    """The server's children in the order in which they were started: web processes, then the worker; and PostgreSQL."""
    children = sorted(
        pid for pid in _pids() if _parent(pid) == server.pid and _command(pid)
    )  # those that have not ended
    cluster = str(folder / "postgres" / "cluster")
    masters = [pid for pid in _pids() if cluster in _command(pid) and "postgres" in _command(pid)]
    web = usual_processes()
    return Parts(children[:web], children[web : web + 1], masters)


def cpu_seconds(pids: list[int]) -> float:
    """The processor time of processes so far, with that of children that have ended."""
    total = 0
    for pid in pids:
        fields = _read(pid, "stat").rpartition(")")[2].split()
        total += sum(map(int, fields[11:15])) if fields else 0
    return total / TICKS


def backends(parts: Parts) -> list[int]:
    """The processes that PostgreSQL runs for its clients, and its own helpers."""
    return [*parts.postgres, *(pid for pid in _pids() if _parent(pid) in parts.postgres)]


def pss_megabytes(pids: list[int]) -> float:
    """Memory of processes, with what they share divided among those who share it."""
    total = 0
    for pid in pids:
        for line in _read(pid, "smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _parent(pid: int) -> int:
    fields = _read(pid, "stat").rpartition(")")[2].split()
    return int(fields[1]) if fields else 0


def _command(pid: int) -> str:
    return _read(pid, "cmdline").replace("\0", " ")


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except OSError:
        return ""
