import pytest

WORKER = """
from lyceum.config.loading import load_django
load_django()
from lyceum.config.worker import serve_jobs
serve_jobs()
"""
"""What a worker's process runs."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/servers" in str(item.path):
            item.add_marker(pytest.mark.servers)
