"""Registering with an address that somebody has and with one that nobody has: whether the clock tells them apart."""

from __future__ import annotations

import random
from statistics import median
from time import perf_counter

from bench.people import school
from bench.place import Place
from bench.results import Result
from lyceum.core.permissions import Role
from lyceum.testing.clients import nobody
from lyceum.testing.factories import make_user

TRIES, WARM_UP, SHUFFLES = 200, 5, 2000
PATH = "/api/v1/register/"


def run(place: Place) -> Result:
    """So many tries of each kind in a random order, and how often chance alone makes a difference as large."""
    del place
    result, here, chosen = Result("registering"), school(), random.Random(7)
    for n in range(TRIES):
        make_user(here, Role.GUARDIAN, email=f"known{n}@bench.example")
    for n in range(WARM_UP):
        _register(here.slug, f"warm{n}", 100_000 + n)
    tries = [(kind, n) for kind in ("known", "unknown") for n in range(TRIES)]
    chosen.shuffle(tries)
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for place_in_turn, (kind, n) in enumerate(tries):
        took[kind].append(_register(here.slug, f"{kind}{n}", place_in_turn))
    known, unknown = took["known"], took["unknown"]
    apart = median(known) - median(unknown)
    chance = _by_chance(known + unknown, abs(apart), chosen)
    guessed = _guessed_right(known, unknown)
    result.keep("milliseconds", {kind: round(median(each), 2) for kind, each in took.items()})
    result.keep("apart_ms", round(apart, 3))
    result.keep("by_chance", round(chance, 3))
    result.keep("guessed_right", round(guessed, 3))
    result.say(f"{TRIES} tries of each: known {median(known):.2f} ms, unknown {median(unknown):.2f} ms")
    result.say(f"{abs(apart):.3f} ms apart; chance alone gives as much in {chance:.0%} of {SHUFFLES} shuffles")
    result.say(
        f"who takes the longer of two for the known one is right in {guessed:.0%} of all pairs (50% is guessing)"
    )
    return result


def _register(slug: str, name: str, place: int) -> float:
    """Milliseconds of one registration; each comes from an address of its own, as in a house each has one."""
    client = nobody(REMOTE_ADDR=f"10.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}")
    body = {
        "email": f"{name}@bench.example",
        "password": "seven green tall horses",
        "first_name": "Ana",
        "last_name": "Lund",
        "school": slug,
    }
    began = perf_counter()
    answer = client.send(PATH, body)
    ended = perf_counter()
    if answer.status_code != 201:
        raise SystemExit(f"{name}: {answer.status_code} {answer.content[:300]!r}")
    return 1000 * (ended - began)


def _by_chance(both: list[float], apart: float, chosen: random.Random) -> float:
    """In which share of shuffles two halves of all times have medians as far apart."""
    half, as_far = len(both) // 2, 0
    for _n in range(SHUFFLES):
        chosen.shuffle(both)
        as_far += abs(median(both[:half]) - median(both[half:])) >= apart
    return as_far / SHUFFLES


def _guessed_right(known: list[float], unknown: list[float]) -> float:
    """In which share of all pairs the known address took longer."""
    return sum(a > b for a in known for b in unknown) / (len(known) * len(unknown))
