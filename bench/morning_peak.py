"""A quarter to nine: teachers on their registers as fast as they can, then a minute of saves among reading families."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.asking import Connection, Times
from bench.people import SignedIn, form_teachers, guardians, last_registers, office, school
from bench.place import Place
from bench.processes import Parts, backends, cpu_seconds, find_parts, pss_megabytes
from bench.results import Result
from lyceum.core.schools import school_scope

USERS, READERS, SAVES, MINUTE = 8, 300, 37, 60.0
READS_EACH, HANDS = 2, 24
TARGET_P95 = 300.0
"""Milliseconds."""


def run(place: Place, seconds: int = 15) -> Result:
    """Requests a second, times, errors, processor time and memory; then the minute of saves."""
    result, parts = Result("morning_peak"), find_parts(place.server, place.folder)
    teachers = form_teachers(USERS)
    targets = [(f"/registers/{pk}/", who) for who, ids in teachers for pk in ids]
    before = _used(parts)
    peak = _wrk(place, targets, seconds) if shutil.which("wrk") else _threads(place, targets, seconds)
    used = {name: spent - before[name] for name, spent in _used(parts).items()}
    _tell_peak(result, peak, used, seconds)
    _tell_memory(result, parts)
    _tell_minute(result, _minute(place))
    return result


def _used(parts: Parts) -> dict[str, float]:
    return {
        "web": cpu_seconds(parts.web),
        "worker": cpu_seconds(parts.worker),
        "postgres": cpu_seconds(backends(parts)),
    }


_LUA = """
local targets = {%s}
local n = 0
function init() n = math.random(#targets) end
function request()
  n = n + 1
  local target = targets[n %% #targets + 1]
  return wrk.format("GET", target[1], {["Cookie"] = target[2]})
end
function done(summary, latency, requests)
  io.write(string.format('{"requests": %%d, "microseconds": %%d, "errors": %%d, "median": %%f, "p95": %%f, "p99": %%f}',
    summary.requests, summary.duration, summary.errors.status + summary.errors.connect + summary.errors.read
    + summary.errors.write + summary.errors.timeout, latency:percentile(50) / 1000, latency:percentile(95) / 1000,
    latency:percentile(99) / 1000))
end
"""


def _wrk(place: Place, targets: list[tuple[str, SignedIn]], seconds: int) -> dict[str, Any]:
    rows = ", ".join(f'{{"{path}", "{who.page_headers["Cookie"]}"}}' for path, who in targets)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "registers.lua"
        script.write_text(_LUA % rows)
        command = ["wrk", "-t2", f"-c{USERS}", f"-d{seconds}s", "--timeout", "10s", "-s", str(script), place.url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=True)
    found = re.search(r'\{"requests.*\}', done.stdout)
    if found is None:
        raise SystemExit(f"wrk said nothing that can be read:\n{done.stdout[-500:]}")
    peak: dict[str, Any] = json.loads(found.group())
    peak["by"] = "wrk"
    peak["per_second"] = peak["requests"] / (peak.pop("microseconds") / 1e6)
    return peak


def _threads(place: Place, targets: list[tuple[str, SignedIn]], seconds: int) -> dict[str, Any]:
    """Where wrk is missing: as many threads as there are users. They share the processor with the server."""
    until, taken, errors = time.monotonic() + seconds, [], Counter[int]()

    def read(mine: list[tuple[str, SignedIn]]) -> None:
        connections = {path: Connection(place.port, who.page_headers) for path, who in mine}
        while time.monotonic() < until:
            for path, connection in connections.items():
                status, _, spent = connection.ask("GET", path)
                taken.append(spent)
                errors[status] += status >= 300

    users = [threading.Thread(target=read, args=(targets[n::USERS],)) for n in range(USERS)]
    for user in users:
        user.start()
    for user in users:
        user.join()
    times = Times.of(taken)
    return {
        "by": "threads", "requests": times.count, "errors": sum(errors.values()), "median": times.median,
        "p95": times.p95, "p99": times.p99, "per_second": times.count / seconds,
    }  # fmt: skip


def _tell_peak(result: Result, peak: dict[str, Any], used: dict[str, float], seconds: int) -> None:
    each = {name: 1000 * spent / max(1, peak["requests"]) for name, spent in used.items()}
    result.keep("registers", {**peak, "cpu_ms_per_request": each, "seconds": seconds, "users": USERS})
    result.say(
        f"{USERS} users on register pages for {seconds} s ({peak['by']}): {peak['per_second']:.0f} a second, "
        f"median {peak['median']:.1f}, p95 {peak['p95']:.1f}, p99 {peak['p99']:.1f} ms "
        f"(target {TARGET_P95:.0f}), {peak['errors']} errors"
    )
    result.say(f"processor time of a request: web {each['web']:.2f} ms, PostgreSQL {each['postgres']:.2f} ms")


def _tell_memory(result: Result, parts: Parts) -> None:
    memory = {"web": pss_megabytes(parts.web), "worker": pss_megabytes(parts.worker)}
    result.keep("pss_megabytes", memory)
    result.say(f"memory (PSS): {len(parts.web)} web {memory['web']:.0f} MB in all, worker {memory['worker']:.0f} MB")


def _minute(place: Place) -> dict[str, list[tuple[int, float, float]]]:
    """Saves and reads at their appointed times: status, seconds since they were due, seconds of the request."""
    dice = random.Random("a quarter to nine")
    who = office()
    with school_scope(school().pk):
        registers = [str(r.pk) for r in last_registers()]
    plan: list[tuple[float, str, SignedIn, str]] = []
    for n in range(SAVES):
        path = f"/api/v1/registers/{registers[n % len(registers)]}/marks/"
        plan.append((dice.uniform(0, MINUTE), "saves", who, path))
    for reader, child in guardians(READERS):
        plan.append((dice.uniform(0, MINUTE), "reads", reader, "/today/"))
        plan.append((dice.uniform(0, MINUTE), "reads", reader, f"/students/{child}/"))
    began = time.monotonic()
    found: dict[str, list[tuple[int, float, float]]] = {"saves": [], "reads": []}

    def act(turn: tuple[float, str, SignedIn, str]) -> None:
        due, kind, person, path = turn
        time.sleep(max(0.0, began + due - time.monotonic()))
        saving = kind == "saves"
        connection = Connection(place.port, person.api_headers if saving else person.page_headers)
        body = {"rest": "present", "marks": [], "reason": "bench"} if saving else None
        status, _, spent = connection.ask("PUT" if saving else "GET", path, body)
        connection.close()
        found[kind].append((status, time.monotonic() - began - due, spent))

    with ThreadPoolExecutor(HANDS) as hands:
        list(hands.map(act, sorted(plan, key=lambda turn: turn[0])))
    return found


def _tell_minute(result: Result, found: dict[str, list[tuple[int, float, float]]]) -> None:
    for kind, rows in found.items():
        errors = sum(status >= 300 for status, _, _ in rows)
        times = Times.of([since_due for _, since_due, _ in rows])
        result.keep(f"minute, {kind}", {**times.as_json(), "errors": errors})
        result.say(
            f"one minute, {len(rows)} {kind}: median {times.median:.1f}, p95 {times.p95:.1f} ms "
            f"(target {TARGET_P95:.0f}), {errors} errors"
        )
