"""As much of Redis as the hub needs: SUBSCRIBE, PUBLISH and PING, over its own protocol."""

import asyncio


class RedisStandIn:
    """A server in this event loop; it can be taken away and come back on the same port."""

    def __init__(self):
        self.port = 0
        self._listening = set()
        self._connections = set()
        self._server = None

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    async def start(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self):
        self._server.close()
        for writer in list(self._connections):
            writer.transport.abort()

    async def _serve(self, reader, writer):
        self._connections.add(writer)
        try:
            while command := await self._command(reader):
                self._answer(writer, *command)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._connections.discard(writer)
            self._listening.discard(writer)
            writer.close()

    async def _command(self, reader):
        head = await reader.readline()
        if not head:
            return None
        parts = []
        for _ in range(int(head[1:])):
            size = int((await reader.readline())[1:])
            parts.append((await reader.readexactly(size + 2))[:-2])
        return parts

    def _answer(self, writer, name, *arguments):
        match name.upper():
            case b"HELLO":
                writer.write(b"-ERR unknown command\r\n")
            case b"SUBSCRIBE":
                self._listening.add(writer)
                writer.write(_array(b"subscribe", arguments[0], 1))
            case b"PUBLISH":
                for other in list(self._listening):
                    other.write(_array(b"message", *arguments))
                writer.write(b":%d\r\n" % len(self._listening))
            case b"PING" if writer in self._listening:
                writer.write(_array(b"pong", b""))
            case _:
                writer.write(b"+OK\r\n")


def _array(*items):
    parts = [b":%d\r\n" % i if isinstance(i, int) else b"$%d\r\n%s\r\n" % (len(i), i) for i in items]
    return b"*%d\r\n" % len(items) + b"".join(parts)
