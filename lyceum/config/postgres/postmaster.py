"""What PostgreSQL's own `postmaster.pid` says about the server of a cluster, and whether it is true."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PID_LINE, PORT_LINE, STATUS_LINE = 0, 3, 7


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The process that serves a cluster."""

    pid: int
    port: int
    status: str
    """`starting`, `ready`, `stopping`, or empty while the file is being written."""

    @classmethod
    def find(cls, cluster: Path) -> Self | None:
        """The live server of the cluster; None if the file is missing or was left by a dead one."""
        try:
            lines = (cluster / "postmaster.pid").read_text().splitlines()
            pid = int(lines[PID_LINE])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        if not _serves(pid, cluster):
            return None
        port = lines[PORT_LINE] if len(lines) > PORT_LINE else "0"
        status = lines[STATUS_LINE].strip() if len(lines) > STATUS_LINE else ""
        return cls(pid=pid, port=int(port), status=status)

    @property
    def is_ready(self) -> bool:
        return self.status == "ready"


def _serves(pid: int, cluster: Path) -> bool:
    """Whether that process is this cluster's server, and not another that got the number since."""
    process = Path("/proc") / str(pid)
    if Path("/proc/self").exists():
        try:
            return (process / "cwd").readlink() == cluster.resolve()
        except OSError:
            return False
    command = subprocess.run(  # noqa: S603 - a number and fixed words
        ["ps", "-o", "command=", "-p", str(pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return "postgres" in command and str(cluster) in command
