"""Figures: printed beside what they are compared with, and kept as JSON."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "results"


@dataclass
class Result:
    """What one benchmark found."""

    name: str
    figures: dict[str, Any] = field(default_factory=dict)
    path: Path | None = None
    """Where it is written; a name with the time at first."""

    def say(self, line: str) -> None:
        print(f"  {line}", flush=True)

    def keep(self, key: str, value: Any) -> None:
        self.figures[key] = value

    def write(self) -> Path:
        """Write the figures with the machine they were measured on; again, over those written before."""
        FOLDER.mkdir(exist_ok=True)
        path = self.path or FOLDER / f"{self.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
        self.path = path
        machine = {"cpus": os.cpu_count(), "load": os.getloadavg(), "python": platform.python_version()}
        path.write_text(json.dumps({"bench": self.name, "machine": machine, **self.figures}, indent=2, default=str))
        return path
