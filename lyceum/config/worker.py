"""The worker process: takes jobs from the queue, and gives back those it cannot finish in time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app as django_app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.job_context import JobContext

from lyceum.config.children import fork_child, wait_for
from lyceum.core.queues import LONG, SOON, TELL, TELL_SLOW
from lyceum.core.room import RoomyThreads

logger = logging.getLogger("lyceum.worker")

CONCURRENCY = 2
"""Jobs of a worker at the same time, the long ones not counted."""
AT_ONCE = {SOON: CONCURRENCY, LONG: 2, TELL: 6, TELL_SLOW: 4}
HEARS_AGAIN_AFTER = 0.2
"""Seconds in which what several acts announce becomes one job a school."""
OUTBOX = "lyceum_outbox"
"""The channel on which `record()` names a school that has facts for a webhook."""
GRACE_SECONDS = 15.0
GIVE_BACK_SECONDS = 3.0
GIVES_WAY = 10
"""Niceness: behind everybody, and yet not so far that a run that waits for it waits for ever."""


def serve_jobs(*, readies_engine: bool = False) -> None:
    """Work until SIGTERM."""
    if readies_engine:
        threading.Thread(target=wait_for, args=(fork_child(_ready_engine),), daemon=True).start()
    asyncio.run(_work())


def _ready_engine() -> None:
    """Compile the timetabling engine in a process that gives way to others, unless that was done before."""
    os.nice(GIVES_WAY)
    import lyceum.solver.search.worker  # noqa: F401 - compiled as it is imported; the worker itself never needs it


class RunningJobs:
    """Which jobs run right now; passed to the worker as a middleware around every job."""

    def __init__(self) -> None:
        self.ids: set[int] = set()

    async def __call__(
        self,
        run_job: Callable[[], Awaitable[Any]],
        context: JobContext,
        worker: object,
    ) -> Any:  # whatever the job returns
        del worker
        job_id = context.job.id
        if job_id is None:
            return await run_job()
        self.ids.add(job_id)
        try:
            return await run_job()
        finally:
            self.ids.discard(job_id)


async def wait_where_closed(
    run_job: Callable[[], Awaitable[Any]],
    context: JobContext,
    worker: object,
) -> Any:  # whatever the job returns
    """A middleware around every job: work of a closed school is put off until the school is open again, or gone."""
    from lyceum.domains.tenancy.closing import LOOKS_AGAIN_AFTER, PAUSED_UNTIL  # models are ready only now

    del worker
    job = context.job
    found = []
    if "school_id" in job.task_kwargs:
        found = await context.app.connector.execute_query_all_async(
            PAUSED_UNTIL, school_id=job.task_kwargs["school_id"], again=LOOKS_AGAIN_AFTER
        )
    if not found:
        return await run_job()
    # The same job once more, with all its tries before it, and this one is done.
    later = context.app.configure_task(
        job.task_name,
        schedule_at=found[0]["until"],
        queue=job.queue,
        priority=job.priority,
        lock=job.lock,
        queueing_lock=job.queueing_lock,
    )
    with contextlib.suppress(AlreadyEnqueued):
        await later.defer_async(**job.task_kwargs)
    return None


async def _work() -> None:
    # A worker needs connections of its own, to fetch jobs and to hear of new ones; a pooler that hands a
    # connection to another client after each transaction would not let it hear.
    connector = PsycopgConnector(conninfo=os.environ["DATABASE_DIRECT_URL"], min_size=1, max_size=8)
    app = django_app.with_connector(connector)
    running = RunningJobs()
    threads = RoomyThreads(sum(AT_ONCE.values()) + 2, thread_name_prefix="job")
    asyncio.get_running_loop().set_default_executor(threads)
    async with app.open_async():
        hearing = asyncio.create_task(_hear_outbox(app))
        workers = [asyncio.create_task(_serve(app, queue, running)) for queue in AT_ONCE]
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        told_to_stop = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([*workers, told_to_stop], return_when=asyncio.FIRST_COMPLETED)
        hearing.cancel()
        for worker in workers:
            worker.cancel()
        await _finish_or_give_back(app, workers, running)
        for each in done:
            each.result()


async def _hear_outbox(app: App) -> None:
    """Enqueue the relay of a school as soon as it has facts for a webhook. What is not heard the sweep finds."""
    from lyceum.api.live_sources import Source  # models are ready only now
    from lyceum.domains.journal.rules.relaying import RELAY, relay_lock

    heard: asyncio.Queue[str] = asyncio.Queue()
    listening = asyncio.create_task(Source(heard.put_nowait, channel=OUTBOX).run())
    try:
        while True:
            notes = {await heard.get()}
            await asyncio.sleep(HEARS_AGAIN_AFTER)
            while not heard.empty():
                notes.add(heard.get_nowait())
            for school_id in sorted(int(note) for note in notes if note.isdecimal()):
                job = app.configure_task(RELAY, queue=TELL, queueing_lock=relay_lock(school_id))
                with contextlib.suppress(AlreadyEnqueued, ConnectorException):
                    await job.defer_async(school_id=school_id)
    finally:
        listening.cancel()


async def _serve(app: App, queue: str, running: RunningJobs) -> None:
    await app.run_worker_async(
        queues=[queue],
        name=queue,
        concurrency=AT_ONCE[queue],
        listen_notify=True,
        install_signal_handlers=False,
        worker_middleware=[running, wait_where_closed],
    )


async def _finish_or_give_back(app: App, workers: Sequence[asyncio.Task[None]], running: RunningJobs) -> None:
    """Jobs get `GRACE_SECONDS` to finish; the others go back to the queue and start anew elsewhere.

    Without a database that is left to the next worker, which finds jobs whose worker is silent.
    """
    _, unfinished = await asyncio.wait(workers, timeout=GRACE_SECONDS)
    if not unfinished:
        for worker in workers:
            with contextlib.suppress(asyncio.CancelledError, ConnectorException):
                worker.result()
        return
    with contextlib.suppress(TimeoutError, ConnectorException):
        await asyncio.wait_for(_give_back(app, running.ids), GIVE_BACK_SECONDS)
    # A job in a thread cannot be interrupted, and would be waited for.
    os._exit(0)


async def _give_back(app: App, job_ids: set[int]) -> None:
    unfinished = list(job_ids)
    for job_id in unfinished:
        with contextlib.suppress(UniqueViolation):  # the same work waits already: the next worker ends this job
            await app.job_manager.retry_job_by_id_async(job_id, retry_at=datetime.now(UTC))
    if unfinished:
        logger.warning("Gave %s unfinished jobs back to the queue.", len(unfinished))
