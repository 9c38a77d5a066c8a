"""A quarter to nine in a town: teachers of many schools open their registers and save them, more of them in each step,
until the answers come too late. The load is what it is, however slow the answers are: a request has its moment, and its
time counts from there."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import resource
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from bench.asking import Times
from bench.people import SignedIn, morning_people, school
from bench.place import Place
from bench.processes import Parts, backends, cpu_seconds, find_parts, pss_megabytes
from bench.results import Result
from bench.town import before_the_bell, grow

SCHOOLS = 3
"""Of the town, where nobody says otherwise; a town on one machine has fifty."""
RATE_OF_SCHOOL = 2.0
"""Requests a second at the peak of each school; in a burst twice as many."""
STEPS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)
"""How many times that."""
TARGET_P95, TARGET_P99, MOST_ERRORS = 300.0, 1000.0, 0.001
"""Milliseconds, milliseconds, share."""
SAVES, OPENS = 0.08, 0.46
"""The share of requests that save a register, and that open one; the others open the day's page."""
CSRF = "c" * 32
PATIENCE = 10.0
"""Seconds until nobody waits for an answer any more."""


@dataclass(frozen=True)
class Teacher:
    """A signed-in teacher and the registers they take."""

    who: SignedIn
    registers: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """What one step of load came to."""

    asked: float
    answered: float
    saves: int
    p50: float
    p95: float
    p99: float
    saves_p95: float
    errors: int
    web_ms: float
    postgres_ms: float

    @property
    def holds(self) -> bool:
        """Whether it is within what is promised."""
        count = max(1.0, self.answered)
        return self.p95 <= TARGET_P95 and self.p99 <= TARGET_P99 and self.errors / count < MOST_ERRORS


def run(place: Place, seconds: int = 15, schools: int = SCHOOLS) -> Result:
    """Step by step until it breaks."""
    _allow_many_connections()
    result, parts = Result("morning_peak"), find_parts(place.server, place.folder)
    grown = grow(place.superuser_url, source=school().pk, schools=schools)
    waiting = before_the_bell(place.superuser_url)
    teachers = [Teacher(who, ids) for who, ids in morning_people(schools)]
    result.say(
        f"{schools} schools ({grown:.0f} s to make), {len(teachers)} teachers signed in, {waiting} registers wait; "
        f"{len(parts.web)} web processes on {os.cpu_count()} cores"
    )
    peak = RATE_OF_SCHOOL * schools
    steps, broke = [], ""
    load = Load(place.port, teachers)
    asyncio.run(load.warm_up())
    for times in STEPS:
        step = _measure(load, parts, peak * times, seconds)
        steps.append(step)
        _tell(result, step, times)
        if not step.holds:
            broke = f"{times:g} times the peak ({step.asked:.0f} a second)"
            break
    held = [step for step in steps if step.holds]
    result.keep("steps", [asdict(step) for step in steps])
    result.keep("schools", schools)
    result.keep("holds_per_second", held[-1].asked if held else 0)
    result.keep("saves_left_without_change", load.repeated)
    result.say(
        f"holds {held[-1].asked:.0f} a second ({held[-1].asked / peak:.2f} times the peak of {schools} schools)"
        if held
        else "holds no step"
    )
    result.say(f"breaks at {broke}" if broke else "does not break in these steps")
    memory = {"web": pss_megabytes(parts.web), "worker": pss_megabytes(parts.worker)}
    result.keep("pss_megabytes", memory)
    result.say(f"memory (PSS): {len(parts.web)} web {memory['web']:.0f} MB in all, worker {memory['worker']:.0f} MB")
    return result


def _allow_many_connections() -> None:
    """A town's teachers have more of them than a process may usually open."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _measure(load: Load, parts: Parts, rate: float, seconds: int) -> Step:
    before = cpu_seconds(parts.web), cpu_seconds(backends(parts))
    began = time.monotonic()
    taken = asyncio.run(load.press(rate, seconds))
    lasted = time.monotonic() - began
    web, postgres = cpu_seconds(parts.web) - before[0], cpu_seconds(backends(parts)) - before[1]
    count = max(1, len(taken))
    times = Times.of([spent for _kind, _fine, spent in taken] or [0.0])
    saves = [spent for kind, _fine, spent in taken if kind == "save"]
    return Step(
        asked=round(rate, 1),
        answered=round(count / max(lasted, seconds), 1),
        saves=len(saves),
        p50=times.median,
        p95=times.p95,
        p99=times.p99,
        saves_p95=Times.of(saves or [0.0]).p95,
        errors=sum(not fine for _kind, fine, _spent in taken),
        web_ms=1000 * web / count,
        postgres_ms=1000 * postgres / count,
    )


def _tell(result: Result, step: Step, times: float) -> None:
    result.say(
        f"{times:5g} × peak: {step.asked:6.1f} asked, {step.answered:6.1f} answered a second, median {step.p50:.0f}, "
        f"p95 {step.p95:.0f}, p99 {step.p99:.0f} ms, {step.errors} errors; {step.saves} saves, p95 "
        f"{step.saves_p95:.0f} ms; processor: web {step.web_ms:.1f}, PostgreSQL {step.postgres_ms:.1f} ms each"
    )


Asked = tuple[str, Teacher, bytes]
Taken = list[tuple[str, bool, float]]


class Load:
    """Requests at their moments, each teacher over a connection of their own, as a browser keeps it."""

    def __init__(self, port: int, teachers: Sequence[Teacher]) -> None:
        self._port, self._teachers = port, teachers
        self._lines: dict[str, Line] = {}
        self._dice = random.Random("a quarter to nine")
        waiting = [(teacher, pk) for teacher in teachers for pk in teacher.registers]
        self._dice.shuffle(waiting)
        self._to_save: Iterator[tuple[Teacher, str]] = itertools.cycle(waiting)
        self._all, self._saved = len(waiting), 0
        self.errors: Counter[str] = Counter()

    @property
    def repeated(self) -> int:
        """Saves of registers that had been saved already: they change nothing."""
        return max(0, self._saved - self._all)

    async def warm_up(self) -> None:
        """What the first request of each kind pays for all."""
        for kind in ("today", "open") * 8:
            await self._ask(self._make(kind), time.monotonic(), [])
        self._hang_up()

    async def press(self, rate: float, seconds: int) -> Taken:
        """That many requests a second, at moments as they fall by chance."""
        taken: Taken = []
        began, due, running = time.monotonic(), 0.0, set()
        while True:
            due += self._dice.expovariate(rate)
            if due >= seconds:
                break
            await asyncio.sleep(max(0.0, began + due - time.monotonic()))
            roll = self._dice.random()
            kind = "save" if roll < SAVES else "open" if roll < SAVES + OPENS else "today"
            task = asyncio.create_task(self._ask(self._make(kind), began + due, taken))
            running.add(task)
            task.add_done_callback(running.discard)
        if running:
            await asyncio.wait(running, timeout=PATIENCE + 5)
        self._hang_up()
        return taken

    def _make(self, kind: str) -> Asked:
        if kind == "save":
            teacher, register = next(self._to_save)
            self._saved += 1
            body = f"csrfmiddlewaretoken={CSRF}&rest=present&reason=bench"
            return kind, teacher, _request("POST", f"/registers/{register}/", teacher.who, body)
        teacher = self._dice.choice(self._teachers)
        path = "/today/" if kind == "today" else f"/registers/{self._dice.choice(teacher.registers)}/"
        return kind, teacher, _request("GET", path, teacher.who)

    async def _ask(self, asked: Asked, due: float, taken: Taken) -> None:
        kind, teacher, request = asked
        line = self._lines.setdefault(teacher.who.cookie, Line(self._port))
        try:
            status = await asyncio.wait_for(line.ask(request), PATIENCE)
        except (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError) as error:
            line.hang_up()
            self.errors[type(error).__name__] += 1
            status = 0
        fine = status == (302 if kind == "save" else 200)
        if not fine and status:
            self.errors[f"{kind} {status}"] += 1
            if sum(self.errors.values()) == 1:
                print(f"  first error: {kind} answered {status}: {line.last[:300]!r}", flush=True)
        taken.append((kind, fine, time.monotonic() - due))

    def _hang_up(self) -> None:
        """Between steps nobody is there."""
        for line in self._lines.values():
            line.hang_up()
        self._lines.clear()


def _request(method: str, path: str, who: SignedIn, body: str = "") -> bytes:
    cookie = f"{who.page_headers['Cookie']}; __Host-lyceum_csrf={CSRF}"
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookie}", "Accept-Encoding: gzip"]
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", body]).encode()


class Line:
    """One browser's connection: one request after the other."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._turn = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.last = b""

    async def ask(self, request: bytes) -> int:
        """The status of the answer. A connection that the server has closed meanwhile is opened again."""
        async with self._turn:
            is_old = self._streams is not None
            try:
                return await self._exchange(request)
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                if not is_old or (isinstance(error, asyncio.IncompleteReadError) and error.partial):
                    raise
                self.hang_up()
                return await self._exchange(request)

    async def _exchange(self, request: bytes) -> int:
        if self._streams is None or self._streams[0].at_eof() or self._streams[1].is_closing():
            self.hang_up()
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        self.last = await _body(reader, head)
        if b"connection: close" in head:
            self.hang_up()
        return int(head.split(b" ", 2)[1])

    def hang_up(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    _before, found, after = head.partition(b"content-length:")
    if found:
        return await reader.readexactly(int(after.split(b"\r\n", 1)[0]))
    if b"transfer-encoding: chunked" not in head:
        return b""
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readline()
    return b"".join(parts)
