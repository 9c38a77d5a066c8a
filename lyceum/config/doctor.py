"""`lyceum doctor`: what is well, what is not, and what to do about it."""

from __future__ import annotations

import http.client
import json
import os
import platform
import shutil
import socket
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from urllib.parse import urlsplit

from lyceum.config.database import ready_database
from lyceum.config.database_checks import check_database
from lyceum.config.environment import Environment
from lyceum.config.errors import SetupError
from lyceum.config.findings import Finding, Verdict

LEAST_FREE_BYTES = 1_000_000_000
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
FINE, PROBLEMS = 0, 1


def examine(environment: Environment) -> list[Finding]:
    """Run every check; a check that fails never keeps the others from running."""
    findings = [
        _check_python(),
        _check_data_folder(environment),
        _check_secret_key(environment),
        _check_port(environment),
        _check_address(environment),
        _check_processes(environment),
    ]
    try:
        with ready_database(environment) as database:
            findings += check_database(environment, database)
    except SetupError as error:
        findings.append(Finding.problem("database", str(error), "Put that right; nothing works without it."))
    return findings


def report(findings: Sequence[Finding], *, as_json: bool) -> int:
    """Print the findings; the exit code is 0 unless one of them is a problem."""
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for line in _lines(findings):
            print(line)
    return PROBLEMS if any(finding.verdict is Verdict.PROBLEM for finding in findings) else FINE


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        yield f"{finding.verdict:8} {finding.check:{width}}  {finding.says}"
        if finding.to_do:
            yield f"{'':8} {'':{width}}  → {finding.to_do}"
    counts = {verdict: sum(finding.verdict is verdict for finding in findings) for verdict in Verdict}
    yield ""
    yield (
        f"{counts[Verdict.OK]} ok, {counts[Verdict.WARNING]} to think about, {counts[Verdict.PROBLEM]} to put right."
    )


def _check_python() -> Finding:
    return Finding.ok("python", f"Python {platform.python_version()} on {platform.system()}")


def _check_data_folder(environment: Environment) -> Finding:
    folder = environment.data_folder
    place = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(place, os.W_OK):
        return Finding.problem(
            "data folder",
            f"{place} cannot be written to",
            "Give it to the account that runs Lyceum, or set LYCEUM_DATA.",
        )
    free = shutil.disk_usage(place).free
    says = f"{folder}, {free / 1e9:.1f} GB free"
    if free < LEAST_FREE_BYTES:
        return Finding.warning("data folder", says, "Make room: a full disk stops every write.")
    return Finding.ok("data folder", says)


def _check_secret_key(environment: Environment) -> Finding:
    path = environment.data_folder / "secret.key"
    if os.environ.get("LYCEUM_SECRET_KEY") and not path.exists():
        return Finding.ok("secret key", "from LYCEUM_SECRET_KEY")
    if not path.exists():
        return Finding.ok("secret key", "is made at the first start")
    if path.stat().st_mode & 0o077:
        return Finding.problem("secret key", f"{path} can be read by others", f"Run: chmod 600 {path}")
    return Finding.ok("secret key", f"{path}; keep it in every backup")


def _check_port(environment: Environment) -> Finding:
    where = f"{environment.host}:{environment.port}"
    try:
        with socket.create_connection((_reachable(environment.host), environment.port), timeout=2):
            pass
    except OSError:
        return Finding.ok("port", f"{where} is free")
    if _is_lyceum(environment):
        return Finding.ok("port", f"Lyceum is running on {where}")
    return Finding.problem("port", f"Another program uses {where}", "Stop it, or set LYCEUM_PORT.")


def _is_lyceum(environment: Environment) -> bool:
    connection = http.client.HTTPConnection(_reachable(environment.host), environment.port, timeout=2)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        return b'"status"' in answer.read(4096)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _reachable(host: str) -> str:
    """Where this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def _check_address(environment: Environment) -> Finding:
    parts = urlsplit(environment.url)
    if parts.scheme == "https":
        return Finding.ok("address", environment.url)
    if (parts.hostname or "") in LOOPBACK and environment.host in LOOPBACK:
        return Finding.ok("address", f"{environment.url}, from this machine only")
    return Finding.warning(
        "address",
        f"{environment.url} is not https",
        "Put a proxy with a certificate in front and set LYCEUM_URL to its https address: "
        "sign-in cookies need https everywhere but on this machine.",
    )


def _check_processes(environment: Environment) -> Finding:
    count = environment.web_processes
    says = f"{count} web {'process' if count == 1 else 'processes'}, {environment.threads} threads each"
    if count > 1 and environment.redis_url is None:
        says += "; fine without Redis, live updates travel over PostgreSQL"
    return Finding.ok("processes", says)
