"""A school, and its admin's browser."""

import pytest

from lyceum.testing.clients import browser
from lyceum.testing.factories import make_admin, make_school


@pytest.fixture
def school():
    return make_school()


@pytest.fixture
def admin(school):
    return browser(make_admin(school, name="Ada Head", username="ada"), school)
