"""`python -m tests.contracts`: try the contract's tables, and print rows × roles with the number of differences."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def main() -> int:
    """The table, then what pytest has to say of it."""
    return int(pytest.main(["-q", "-s", "--tb=line", "--no-header", str(HERE / "test_contracts.py")]))


if __name__ == "__main__":
    sys.exit(main())
