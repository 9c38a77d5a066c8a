"""The hub: facts as they happen, from the database to the sockets of this process."""


class Hub:
    """Hears of facts and hands them to whoever listens."""

    async def start(self) -> None:
        """Begin to listen."""

    async def stop(self) -> None:
        """Stop listening."""


hub = Hub()
