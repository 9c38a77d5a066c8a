"""Where this process hears of live facts: from PostgreSQL itself, or from Redis."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections

logger = logging.getLogger("lyceum.live")

CHANNEL = "lyceum_facts"
AWAY = "away"
"""A note that says: some notes may have been missed."""
FIRST_WAIT, LONGEST_WAIT = 0.2, 15.0
LOOK_EVERY = 20.0
"""Seconds after which a silent connection is asked whether it is still there."""
RELAY_LOCK = 0x4C59_0004
"""Any number, as long as every process takes the same one."""
ASK_FOR_LOCK_EVERY = 3.0
Take = Callable[[str], None]


class Source:
    """Listens to PostgreSQL, and again after the connection was lost."""

    def __init__(self, take: Take, *, channel: str = CHANNEL) -> None:
        self.take = take
        self.channel = channel
        self.hears = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled."""
        await _again_and_again(self._listen)

    async def _listen(self, was_away: bool) -> None:
        async with await connect() as connection:
            await connection.execute(f"LISTEN {self.channel}")
            if was_away:
                self.take(AWAY)
            self.hears.set()
            while True:
                async for note in connection.notifies(timeout=LOOK_EVERY):
                    self.take(note.payload)
                await connection.execute("SELECT 1")


class RedisSource:
    """Listens to Redis, where the process that holds the lock passes on what PostgreSQL announces."""

    def __init__(self, take: Take, url: str) -> None:
        self.take = take
        self.url = url
        self.hears = asyncio.Event()

    async def run(self) -> None:
        """Listen, and pass on where nobody else does, until cancelled."""
        await asyncio.gather(_again_and_again(self._listen), _again_and_again(self._pass_on))

    async def _listen(self, was_away: bool) -> None:
        async with _redis(self.url) as redis, redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(CHANNEL)
            if was_away:
                self.take(AWAY)
            self.hears.set()
            while True:
                message = await channel.get_message(timeout=LOOK_EVERY)
                if message is None:
                    await channel.ping()
                else:
                    self.take(message["data"].decode())

    async def _pass_on(self, _was_away: bool) -> None:
        async with await connect() as connection, _redis(self.url) as redis:
            while not await _is_first(connection):
                await asyncio.sleep(ASK_FOR_LOCK_EVERY)
            await connection.execute(f"LISTEN {CHANNEL}")
            await redis.publish(CHANNEL, AWAY)  # nobody passed anything on since the last one stopped
            while True:
                async for note in connection.notifies(timeout=LOOK_EVERY):
                    await redis.publish(CHANNEL, note.payload)
                await connection.execute("SELECT 1")


async def _is_first(connection: psycopg.AsyncConnection[Any]) -> bool:
    cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", [RELAY_LOCK])
    return (await cursor.fetchone()) == (True,)


def chosen_source(take: Take) -> Source | RedisSource:
    """The source that the settings name."""
    return RedisSource(take, settings.REDIS_URL) if settings.REDIS_URL else Source(take)


def _redis(url: str) -> Any:
    from redis.asyncio import Redis  # only where Redis is used

    return Redis.from_url(url, protocol=2)  # any Redis speaks it


async def connect() -> psycopg.AsyncConnection[Any]:
    """A connection of our own, past any pooler: a pooler would hand what we hear to somebody else."""
    direct = os.environ.get("DATABASE_DIRECT_URL", "")
    if direct:
        return await psycopg.AsyncConnection.connect(direct, autocommit=True, connect_timeout=5)
    params = connections["default"].get_connection_params()
    params = {name: value for name, value in params.items() if isinstance(value, str | int)}
    return await psycopg.AsyncConnection.connect(**params, autocommit=True, connect_timeout=5)


async def _again_and_again(listen: Callable[[bool], Awaitable[None]]) -> None:
    """Listen; when that fails, wait a little longer each time and listen again."""
    wait, was_away = FIRST_WAIT, False
    while True:
        began = asyncio.get_running_loop().time()
        try:
            await listen(was_away)
        except (psycopg.Error, OSError, EOFError, _redis_error()) as error:
            logger.warning("live facts are not heard: %s", error)
        was_away = True
        if asyncio.get_running_loop().time() - began > LONGEST_WAIT:
            wait = FIRST_WAIT
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT)


def _redis_error() -> type[Exception]:
    from redis.exceptions import RedisError  # loaded with the first failure only

    return RedisError
