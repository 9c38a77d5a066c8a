"""How PostgreSQL's programs are run: never as root, never outliving the process that needs them."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys

from lyceum.config.errors import SetupError

NOBODY = 65534
PR_SET_PDEATHSIG = 1
# Loaded before any fork: between fork and exec it is too late to load a library safely.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def unprivileged_prefix() -> list[str]:
    """What to put before a PostgreSQL program, which refuses to run as root.

    As root it runs in a user namespace where it is nobody, so that the files it writes stay root's and
    no account, group or permission on the machine changes.
    """
    if os.geteuid() != 0:
        return []
    unshare = shutil.which("unshare")
    if unshare is None:
        raise SetupError(f"PostgreSQL does not run as root, and `unshare` is not installed. {_way_out()}")
    prefix = [unshare, "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
    attempt = subprocess.run([*prefix, "true"], capture_output=True, check=False)  # noqa: S603
    if attempt.returncode:
        raise SetupError(
            "PostgreSQL does not run as root, and this machine (a container, perhaps) forbids user "
            f"namespaces. {_way_out()}"
        )
    return prefix


def _way_out() -> str:
    return "Start Lyceum as an ordinary user, or set DATABASE_URL to a PostgreSQL that is running."


def end_with_parent(death_signal: signal.Signals) -> None:
    """Ask the kernel to send this process a signal when its parent dies, however it dies.

    Linux only; elsewhere the next start finds and ends what was left behind.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal))


def die_with_parent() -> None:
    """Run between fork and exec of a program whose work is worth nothing without its parent."""
    end_with_parent(signal.SIGKILL)


def shut_down_with_parent() -> None:
    """Run between fork and exec of PostgreSQL: SIGINT is its fast, clean shutdown."""
    end_with_parent(signal.SIGINT)
