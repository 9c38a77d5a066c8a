"""The one error that every part of setting up and starting Lyceum raises."""


class SetupError(Exception):
    """The machine or its settings are not fit to run Lyceum; the message says what to change."""
