"""The whole application on a free port of this machine, served from a thread while a test runs."""

import asyncio
import json
import socket
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import uvicorn
import websockets
from django.db import connections

from lyceum.domains.accounts.cookies import COOKIE

T = TypeVar("T")


async def aside(work, *args, **options):
    """Do something that waits for the database, beside the event loop and with a connection of its own."""

    def work_and_close():
        try:
            return work(*args, **options)
        finally:
            connections.close_all()

    return await asyncio.to_thread(work_and_close)


def run(work: Coroutine[Any, Any, T]) -> T:
    """What it returns. In a thread of its own: in this one a browser's driver may keep an event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class Server:
    """Where it is served."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://{self.host}{path}"

    @asynccontextmanager
    async def socket(self, path, protocol, *, cookie="", origin="own", **options):
        """A WebSocket, as a page of ours opens it unless told otherwise."""
        headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
        chosen = f"http://{self.host}" if origin == "own" else origin
        async with websockets.connect(
            f"ws://{self.host}{path}", subprotocols=[protocol], origin=chosen, additional_headers=headers, **options
        ) as connection:
            yield Frames(connection)


class Frames:
    """JSON in and out."""

    def __init__(self, connection):
        self.connection = connection

    async def send(self, **frame):
        await self.connection.send(json.dumps(frame))

    async def next(self, *, within=5.0):
        """The next frame."""
        async with asyncio.timeout(within):
            return json.loads(await self.connection.recv())

    async def silent(self, *, during=0.4):
        """Whether nothing comes for a while."""
        try:
            await self.next(within=during)
        except TimeoutError:
            return True
        return False

    async def settled(self):
        """Wait until what was sent before has been dealt with."""
        await self.send(type="ping")
        assert (await self.next())["type"] == "pong"

    async def ended(self, *, within=5.0):
        """The code with which the other side closes."""
        async with asyncio.timeout(within):
            try:
                while True:
                    await self.connection.recv()
            except websockets.ConnectionClosed as closed:
                return closed.rcvd.code


@contextmanager
def serving() -> Iterator[Server]:
    """Serve the application until the block ends."""
    from lyceum.config.asgi import application  # reads the settings, which tests change first

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(100)
        config = uvicorn.Config(application, lifespan="on", log_config=None, access_log=False)
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not server.started:
                thread.join(0.02)
                if not thread.is_alive():
                    raise RuntimeError("the server did not start")
            yield Server(listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(10)
