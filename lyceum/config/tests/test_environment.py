"""What the environment says, and what it may not say."""

from pathlib import Path

import pytest

from lyceum.config.environment import Environment, ensure_secret_key, usual_processes
from lyceum.config.errors import SetupError
from lyceum.config.postgres.urls import database_of, password_of, role_of, socket_url, with_database

KEY = "k" * 40


def test_nothing_set_means_a_school_on_this_machine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    environment = Environment.read({})

    assert environment == Environment(
        closing_days=30,
        data_folder=tmp_path / "lyceum-data",
        host="127.0.0.1",
        port=4000,
        url="http://localhost:4000",
        database_url=None,
        database_app_url=None,
        redis_url=None,
        secret_key="",
        prepares=True,
        web_processes=usual_processes(),
        threads=8,
        is_debug=False,
        loads_demo=False,
        readies_engine=True,
        log_level="INFO",
    )


def test_address_follows_the_port_unless_given():
    assert Environment.read({"LYCEUM_PORT": "4100"}).url == "http://localhost:4100"
    assert Environment.read({"LYCEUM_URL": "https://school.example/"}).url == "https://school.example"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LYCEUM_PORT", "http"),
        ("LYCEUM_PORT", "0"),
        ("LYCEUM_PORT", "65536"),
        ("LYCEUM_PORT", "-1"),
        ("LYCEUM_WEB_PROCESSES", "two"),
        ("LYCEUM_THREADS", "0"),
        ("LYCEUM_DEBUG", "maybe"),
        ("LYCEUM_DEMO", "2"),
        ("LYCEUM_LOG_LEVEL", "LOUD"),
        ("LYCEUM_URL", "school.example"),  # no scheme
        ("LYCEUM_URL", "http://[school"),  # not an address at all
        ("LYCEUM_SECRET_KEY", "short"),
        ("DATABASE_URL", "mysql://root:hunter2@localhost/school"),
        ("DATABASE_APP_URL", "postgresql://"),
        ("REDIS_URL", "http://localhost"),
    ],
)
def test_malformed_value_is_refused_in_one_line_that_names_the_variable(name, value):
    with pytest.raises(SetupError) as refusal:
        Environment.read({name: value})

    assert str(refusal.value).startswith(f"{name} must ")
    assert "\n" not in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


def test_secret_key_is_made_once_and_kept_from_others(tmp_path):
    variables = {"LYCEUM_DATA": str(tmp_path / "data")}

    first = ensure_secret_key(Environment.read(variables))
    again = ensure_secret_key(Environment.read(variables))

    assert len(first.secret_key) >= 64
    assert again.secret_key == first.secret_key
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]


def test_secret_key_of_the_environment_wins(tmp_path):
    (tmp_path / "secret.key").write_text("from the file, long enough to be a key\n")

    assert Environment.read({"LYCEUM_DATA": str(tmp_path)}).secret_key.startswith("from the file")
    assert Environment.read({"LYCEUM_DATA": str(tmp_path), "LYCEUM_SECRET_KEY": KEY}).secret_key == KEY


def test_two_processes_that_both_make_the_key_agree(tmp_path):
    """Both read the environment before either has written the key."""
    one, other = (Environment.read({"LYCEUM_DATA": str(tmp_path)}) for _ in range(2))

    assert ensure_secret_key(one).secret_key == ensure_secret_key(other).secret_key


def test_app_role_is_derived_from_the_owner_s_address_and_the_key():
    environment = Environment.read({"LYCEUM_SECRET_KEY": KEY})

    url = environment.app_url("postgresql://owner:secret@db.example:5433/school?sslmode=require")

    password = password_of(url)
    assert url == f"postgresql://lyceum_app:{password}@db.example:5433/school?sslmode=require"
    assert len(bytes.fromhex(password)) == 32
    assert environment.app_url("postgresql://owner@elsewhere/x").count(password) == 1


def test_given_app_role_is_used_as_it_is():
    environment = Environment.read({"DATABASE_APP_URL": "postgresql://app:x@pooler:6432/school"})

    assert environment.app_url("postgresql://owner@db/school") == "postgresql://app:x@pooler:6432/school"


def test_socket_addresses_survive_blanks_and_other_databases():
    url = socket_url(Path("/srv/My School/postgres"), 5433, user="o", password="a/b:c@d", database="lyceum")

    other = with_database(url, "lyceum_test")

    assert (role_of(other), password_of(other), database_of(other)) == ("o", "a/b:c@d", "lyceum_test")
    assert "host=%2Fsrv%2FMy%20School%2Fpostgres&port=5433" in other
