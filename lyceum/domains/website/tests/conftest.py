"""A school with a site, its office and somebody who comes along."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image

from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import Caller, software
from lyceum.testing.factories import make_admin, make_school


@pytest.fixture
def school() -> School:
    make_school("Oak School")
    return make_school("Hill School")


@pytest.fixture
def admin(school: School) -> Caller:
    return software(make_admin(school), school)


def photo(width: int = 1000, height: int = 800, kind: str = "JPEG") -> io.BytesIO:
    """A picture as a telephone makes it."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (42, 63, 143)).save(out, format=kind)
    out.seek(0)
    out.name = "photo.jpg"
    return out


@pytest.fixture
def make_photo() -> Callable[..., io.BytesIO]:
    return photo
