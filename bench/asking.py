"""Requests over HTTP, one after the other on one connection, each with its time."""

from __future__ import annotations

import http.client
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

IDLE_SECONDS = 3.0


@dataclass(frozen=True)
class Times:
    """How long things took, in milliseconds."""

    count: int
    median: float
    p95: float
    p99: float
    worst: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        ordered = sorted(1000 * s for s in seconds)

        def at(share: float) -> float:
            return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

        return cls(len(ordered), statistics.median(ordered), at(0.95), at(0.99), ordered[-1])

    def as_json(self) -> dict[str, float]:
        return {name: round(value, 2) for name, value in vars(self).items()}


class Connection:
    """A kept-alive connection of one client."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = dict(headers)
        self._used_at = time.monotonic()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes, float]:
        """Status, body and seconds of one request."""
        sent = None if body is None else json.dumps(body).encode()
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self._connection.close()  # the server is about to; the next request opens it again
        began = time.perf_counter()
        self._connection.request(method, path, body=sent, headers=self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        self._used_at = time.monotonic()
        return answer.status, content, time.perf_counter() - began

    def time(self, method: str, path: str, body: Any = None) -> float:
        """The seconds of a request that must succeed."""
        status, content, seconds = self.ask(method, path, body)
        if status >= 300:
            raise SystemExit(f"{method} {path} answered {status}: {content[:300].decode(errors='replace')}")
        return seconds

    def close(self) -> None:
        self._connection.close()
