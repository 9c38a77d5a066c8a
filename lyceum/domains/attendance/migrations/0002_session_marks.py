"""The statutory marks: partitioned by year, behind the same wall as every school-owned table.

Written by hand because Django makes no partitioned tables. A partition is a table of its own, so it has its own wall.
"""

from django.db import migrations

from lyceum.core.postgresql.schema import wall_statements

FIRST_YEAR, LAST_YEAR = 2015, 2045

_COLUMNS = """
  school_id int NOT NULL, student_id uuid NOT NULL, "on" date NOT NULL, session varchar(3) NOT NULL,
  symbol varchar(4) NOT NULL, meaning varchar(20) NOT NULL, register_id uuid, method varchar(14) NOT NULL,
  minutes_late smallint, recorded_at timestamptz NOT NULL
"""
_STUDENT = (
    "FOREIGN KEY (school_id, student_id) REFERENCES people_student (school_id, id) DEFERRABLE INITIALLY IMMEDIATE"
)
_REGISTER = (
    "FOREIGN KEY (school_id, register_id) REFERENCES attendance_register (school_id, id) DEFERRABLE INITIALLY IMMEDIATE"
)


def _tables() -> list[str]:
    statements = [
        f"CREATE TABLE attendance_sessionmark ({_COLUMNS}, "
        f'PRIMARY KEY (school_id, student_id, "on", session), {_STUDENT}, {_REGISTER}) PARTITION BY RANGE ("on")',
        f"CREATE TABLE attendance_sessionmarkpast ({_COLUMNS}, replaced_at timestamptz NOT NULL, "
        f'PRIMARY KEY (school_id, student_id, "on", session, recorded_at), {_STUDENT}, {_REGISTER})',
        "CREATE TABLE attendance_daysummary (school_id int NOT NULL, student_id uuid NOT NULL, "
        '"on" date NOT NULL, possible smallint NOT NULL, attended smallint NOT NULL, authorised smallint NOT NULL, '
        "unauthorised smallint NOT NULL, late smallint NOT NULL, minutes smallint NOT NULL DEFAULT 0, "
        f'PRIMARY KEY (school_id, student_id, "on"), {_STUDENT})',
    ]
    walled = ["attendance_sessionmark", "attendance_sessionmarkpast", "attendance_daysummary"]
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        name = f"attendance_sessionmark_y{year}"
        statements.append(
            f"CREATE TABLE {name} PARTITION OF attendance_sessionmark "
            f"FOR VALUES FROM ('{year}-08-01') TO ('{year + 1}-08-01')"
        )
        walled.append(name)
    statements += [statement for table in walled for statement in wall_statements(table)]
    return [
        *statements,
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON attendance_markchange "
        "FOR EACH ROW EXECUTE FUNCTION journal_append_only()",
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON attendance_sessionmarkpast "
        "FOR EACH ROW EXECUTE FUNCTION journal_append_only()",
    ]


class Migration(migrations.Migration):
    dependencies = [("attendance", "0001_initial"), ("journal", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            _tables(),
            "DROP TRIGGER append_only ON attendance_markchange; "
            "DROP TABLE attendance_sessionmark, attendance_sessionmarkpast, attendance_daysummary",
        ),
    ]
