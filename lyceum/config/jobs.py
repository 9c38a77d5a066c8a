"""The job queue's set-up: Procrastinate in the same database, enqueued in the caller's transaction."""

from procrastinate import App


def on_app_ready(app: App) -> None:
    """Called once Django is ready: tasks of all domains are found by their `tasks` modules."""
    del app
