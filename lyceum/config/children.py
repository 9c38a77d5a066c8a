"""Child processes made by forking: what they leave behind of their parent, and how they end."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import NoReturn

from lyceum.config.errors import SetupError
from lyceum.config.postgres.isolation import end_with_parent

logger = logging.getLogger("lyceum.supervisor")

HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def fork_child(run: Callable[[], None]) -> int:
    """Start a process that runs `run` and ends; returns its number.

    It is killed when the parent dies, however the parent dies, so that nothing outlives it; and it gets no
    Ctrl-C from the terminal: the parent decides when it ends.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _become_child(run, parent)
    return child


def has_ended(child: int) -> int | None:
    """The exit code of a child that has ended (128 + n for signal n), None while it runs."""
    try:
        ended, status = os.waitpid(child, os.WNOHANG)
    except ChildProcessError:
        return 0
    return _exit_code(status) if ended else None


def wait_for(child: int) -> int:
    """Wait until the child has ended, and end it when the wait is cut short."""
    try:
        return _exit_code(os.waitpid(child, 0)[1])
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)
        raise


def _become_child(run: Callable[[], None], parent: int) -> NoReturn:
    code = 1
    try:
        os.setpgid(0, 0)
        for number in HANDLED:
            signal.signal(number, signal.SIG_DFL)
        end_with_parent(signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        if sys.platform != "linux":
            threading.Thread(target=_end_without_parent, args=(parent,), daemon=True).start()
        run()
        code = 0
    except SetupError as error:
        print(f"lyceum: {error}", file=sys.stderr)
        code = 2
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else 1
    except BaseException as error:
        logger.critical("A process ended by itself: %s", error, exc_info=error)
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        # Neither the parent's clean-up nor threads that still wait may hold this process.
        os._exit(code)


def _end_without_parent(parent: int) -> None:
    """Where the kernel does not tell of a parent's death."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)


def _exit_code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
