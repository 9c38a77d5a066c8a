"""Files in a bucket: a server that really listens, and each school below a prefix of its own."""

import io
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from lyceum.config.errors import SetupError
from lyceum.config.files import read_file_store
from lyceum.core.files import delete_file, read_file, store_file, take_file
from lyceum.core.ids import new_id
from lyceum.testing.factories import in_school, make_school

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def bucket(settings) -> Iterator[object]:
    """A bucket of a local service."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    made = boto3.resource(
        "s3", endpoint_url=endpoint, aws_access_key_id="key", aws_secret_access_key="hush", region_name="eu-west-2"
    ).create_bucket(Bucket="School-files", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    url = f"s3://key:hush@School-files/lyceum?region=eu-west-2&endpoint={endpoint}"
    settings.STORAGES = settings.STORAGES | {"default": read_file_store(url, Path())}
    yield made
    server.stop()


@pytest.mark.django_db
def test_each_school_keeps_its_files_below_its_own_prefix_and_reads_no_others(bucket):
    ours, theirs = make_school("Ours"), make_school("Theirs")
    row = new_id()
    taken = take_file(io.BytesIO(PDF), name="letter.pdf")
    with in_school(ours):
        stored = store_file(taken, area="evidence", row=row)
        again = store_file(taken, area="evidence", row=row)

    keys = sorted(each.key for each in bucket.objects.all())
    with in_school(theirs):
        with pytest.raises(RuntimeError):
            read_file(stored)
        delete_file(stored)
    with in_school(ours):
        content = read_file(stored)
        delete_file(stored)

    assert keys == sorted(f"lyceum/{name}" for name in (stored, again))
    assert stored.startswith(f"schools/{ours.pk}/evidence/")
    assert content == PDF
    assert [each.key for each in bucket.objects.all()] == [f"lyceum/{again}"]
    assert storages["default"].exists(again)


@pytest.mark.parametrize("url", ["https://key:hush@bucket", "s3://", "s3://[", "bucket"])
def test_an_address_that_names_no_bucket_is_refused_without_its_secret(url: str):
    with pytest.raises(SetupError, match="FILES_URL") as refused:
        read_file_store(url, Path())

    assert "hush" not in str(refused.value)
