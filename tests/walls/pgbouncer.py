"""A real PgBouncer in front of a database, as large installations run it."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from lyceum.config.postgres.isolation import end_with_parent, unprivileged_prefix

_INI = """
[databases]
{database} = host={host} port={port} dbname={database}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen_port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/userlist.txt
pool_mode = transaction
default_pool_size = {server_connections}
max_client_conn = 200
logfile = {folder}/pgbouncer.log
"""


@contextmanager
def transaction_pooler(url: str, folder: Path, *, server_connections: int) -> Iterator[int]:
    """PgBouncer in transaction mode in front of the database of `url`, as its role; gives the port."""
    target = conninfo_to_dict(url)
    listen_port = _free_port()
    user, password = target["user"], target["password"]
    (folder / "userlist.txt").write_text(f'"{user}" "{password}"\n')
    (folder / "pgbouncer.ini").write_text(
        _INI.format(
            database=target["dbname"],
            host=target.get("host") or "127.0.0.1",
            port=target.get("port") or 5432,
            listen_port=listen_port,
            folder=folder,
            server_connections=server_connections,
        )
    )
    child = subprocess.Popen(
        [*unprivileged_prefix(), "pgbouncer", "--quiet", str(folder / "pgbouncer.ini")],
        preexec_fn=lambda: end_with_parent(signal.SIGTERM),
    )
    try:
        _wait_until_it_listens(child, listen_port, folder)
        yield listen_port
    finally:
        child.terminate()
        child.wait(timeout=10)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_until_it_listens(child: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    for _ in range(200):
        if child.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    log = folder / "pgbouncer.log"
    raise RuntimeError(f"PgBouncer does not listen: {log.read_text() if log.exists() else 'it wrote no log'}")
