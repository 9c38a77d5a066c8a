"""Where files that people hand in are kept: under the data folder, or in a bucket of any S3-compatible service."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from lyceum.config.errors import SetupError


def read_file_store(url: str, folder: Path) -> dict[str, Any]:
    """Django's storage for `FILES_URL`. Raises SetupError naming what is wrong, and never the secret.

    `s3://key:secret@bucket/prefix?region=eu-west-2&endpoint=https://s3.example.org`; without key and secret the rights
    of the machine hold, without an endpoint it is Amazon's.
    """
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    try:
        parts = urlsplit(url)
    except ValueError:
        raise SetupError("FILES_URL is no address.") from None
    if parts.scheme != "s3" or not parts.hostname:
        raise SetupError("FILES_URL must begin with s3:// and name a bucket, as in s3://key:secret@bucket/prefix.")
    if find_spec("storages") is None:
        raise SetupError("FILES_URL: install Lyceum with its part for S3: pip install 'lyceum[s3]'.")
    more = dict(parse_qsl(parts.query))
    endpoint = more.get("endpoint", "")
    options: dict[str, Any] = {
        # The bucket as it is written: a host name would be in lower case.
        "bucket_name": parts.netloc.rpartition("@")[2],
        "location": parts.path.strip("/"),
        "region_name": more.get("region") or None,
        "endpoint_url": endpoint or None,
        "addressing_style": "path" if endpoint else "auto",
        "signature_version": "s3v4",
        "default_acl": None,  # as the bucket says: private
        "file_overwrite": False,
        "querystring_auth": True,
    }
    if parts.username:
        options |= {"access_key": unquote(parts.username), "secret_key": unquote(parts.password or "")}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
