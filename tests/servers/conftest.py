import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/servers" in str(item.path):
            item.add_marker(pytest.mark.servers)
