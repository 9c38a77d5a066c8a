"""`lyceum doctor` on machines that are well and on machines that are not."""

import json
import socket
from dataclasses import replace

import psycopg
import pytest

from lyceum.config.database import ReadyDatabase
from lyceum.config.database_checks import check_database
from lyceum.config.doctor import examine, report
from lyceum.config.environment import Environment
from lyceum.config.findings import Finding, Verdict
from lyceum.config.postgres.cluster import find_free_port


@pytest.fixture
def environment(tmp_path, fresh_database):
    return Environment.read(
        {
            "LYCEUM_DATA": str(tmp_path),
            "LYCEUM_PORT": str(find_free_port()),
            "DATABASE_URL": fresh_database.owner_url,
            "DATABASE_APP_URL": fresh_database.app_url,
        }
    )


@pytest.fixture(autouse=True)
def _keep_variables(monkeypatch):
    """`examine` tells Django about its database through the environment."""
    for name in ("LYCEUM_DATA", "LYCEUM_URL", "LYCEUM_SECRET_KEY"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def verdicts(findings):
    return {finding.check: finding.verdict for finding in findings}


def finding(findings, check):
    return next(each for each in findings if each.check == check)


def test_sound_installation_has_nothing_to_put_right(environment):
    findings = examine(environment)

    assert set(verdicts(findings).values()) == {Verdict.OK}
    assert report(findings, as_json=False) == 0
    assert {"python", "data folder", "port", "database", "app role", "tables"} <= set(verdicts(findings))


def test_unreachable_database_is_one_problem_and_the_other_checks_still_run(environment, capsys):
    findings = examine(replace(environment, database_url="postgresql://o:x@127.0.0.1:1/school"))

    assert finding(findings, "database").verdict is Verdict.PROBLEM
    assert finding(findings, "port").verdict is Verdict.OK
    assert report(findings, as_json=True) == 1
    assert {"check", "verdict", "says", "to_do"} == set(json.loads(capsys.readouterr().out)[0])


def test_taken_port_is_a_problem(environment):
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", environment.port))
        squatter.listen()
        squatter.settimeout(5)

        found = finding(examine(environment), "port")

    assert found.verdict is Verdict.PROBLEM
    assert "LYCEUM_PORT" in found.to_do


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.OK),
        ({"url": "https://school.example", "host": "0.0.0.0"}, Verdict.OK),
        ({"url": "http://school.example"}, Verdict.WARNING),
        ({"host": "0.0.0.0"}, Verdict.WARNING),  # others on the network sign in without https
    ],
)
def test_sign_in_without_https_from_elsewhere_is_a_warning(environment, changes, verdict):
    assert finding(examine(replace(environment, **changes)), "address").verdict is verdict


def test_several_processes_need_no_redis(environment):
    found = finding(examine(replace(environment, web_processes=3)), "processes")

    assert found.verdict is Verdict.OK
    assert "fine without Redis" in found.says


def test_app_role_that_may_truncate_is_a_problem(environment, fresh_database):
    with psycopg.connect(fresh_database.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE loose (id int)")
        owner.execute("GRANT TRUNCATE ON loose TO PUBLIC")

    found = finding(examine(environment), "app role")

    assert found.verdict is Verdict.PROBLEM
    assert "may TRUNCATE 1 tables" in found.says


def test_owner_used_as_app_role_is_a_problem(environment, fresh_database):
    database = ReadyDatabase(fresh_database.owner_url, fresh_database.owner_url, embedded=None)

    found = finding(check_database(environment, database), "app role")

    assert found.verdict is Verdict.PROBLEM
    assert "owns" in found.says


def test_key_that_others_can_read_is_a_problem(environment, tmp_path):
    (tmp_path / "secret.key").write_text("k" * 50)
    (tmp_path / "secret.key").chmod(0o644)

    found = finding(examine(environment), "secret key")

    assert (found.verdict, found.to_do) == (Verdict.PROBLEM, f"Run: chmod 600 {tmp_path / 'secret.key'}")


def test_report_says_what_to_do(capsys):
    report(
        [Finding.warning("address", "not https", "Set LYCEUM_URL."), Finding.ok("port", "free")],
        as_json=False,
    )

    assert capsys.readouterr().out.splitlines() == [
        "warning  address  not https",
        "                  → Set LYCEUM_URL.",
        "ok       port     free",
        "",
        "1 ok, 1 to think about, 0 to put right.",
    ]
