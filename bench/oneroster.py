"""Makes a OneRoster 1.1 zip of a whole district town: 10,000 students and about 43,000 enrolments, always the same.

python bench/oneroster.py town.zip --students 10000
"""

from __future__ import annotations

import argparse
import csv
import io
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

YEAR = ("2026-09-01", "2027-07-20")
ORG = "org-1"
GRADES = [f"{n:02}" for n in range(1, 13)]
SUBJECTS = (
    "Mathematics",
    "English",
    "Science",
    "History",
    "Geography",
    "Art",
    "Music",
    "Physics",
    "Chemistry",
    "French",
)
GIVEN = (
    ("Amelia", "Oliver", "Isla", "Noah", "Zoë", "Björn", "Renée", "Łukasz", "Íñigo", "Aoife"),
    ("Анна", "Дмитрий", "София", "Иван", "Оксана", "Мария", "Алексей", "Юлия", "Тарас", "Вера"),
    ("مريم", "أحمد", "فاطمة", "يوسف", "ليلى", "عمر", "نور", "خالد", "سارة", "حسن"),
    ("आरव", "अनन्या", "विवान", "दीया", "ईशान", "काव्या", "रोहन", "मीरा", "अर्जुन", "सिया"),
    ("伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "洋", "艳"),
)
FAMILY = (
    ("Smith", "O'Neill", "García-López", "van der Berg", "Müller", "Novák", "Şahin", "Østergård", "Dupont", "Rossi"),
    ("Иванова", "Шевченко", "Кузнецов", "Петренко", "Соколова", "Волков", "Мороз", "Лебедева", "Козлов", "Бондар"),
    ("العلي", "حسين", "منصور", "الحداد", "سليمان", "خوري", "عثمان", "ناصر", "بركات", "شاهين"),
    ("शर्मा", "पटेल", "सिंह", "गुप्ता", "मेहता", "जोशी", "नायर", "वर्मा", "रेड्डी", "खान"),
    ("王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周"),
)
CLASS_SIZE = 28
Rows = Iterable[Sequence[object]]


def make_town(path: Path, *, students: int, with_passwords: bool = True) -> dict[str, int]:
    """Write the zip; returns how many rows each table has."""
    rng = random.Random(students)
    forms, classes = _classes(students)
    tables: dict[str, tuple[str, Rows]] = {
        "manifest": ("propertyName,value", _manifest()),
        "orgs": (
            "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
            [("dist-1", "", "", "Brookfield District", "district", "", ""),
             (ORG, "", "", "Brookfield Town School", "school", "99001", "dist-1")],
        ),
        "academicSessions": (
            "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear",
            [("year-27", "", "", "2026/27", "schoolYear", *YEAR, "", "2027")],
        ),
        "courses": (
            "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
            [(f"course-{g}-{s}", "", "", "year-27", f"{name} {g}", f"{name[:3].upper()}{g}", g, ORG, name, "")
             for g in GRADES for s, name in enumerate(SUBJECTS)],
        ),
        "classes": (
            "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,"
            "schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods",
            [*forms, *classes],
        ),
        "users": (
            "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,"
            "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password",
            _users(rng, students, len(classes), with_passwords),
        ),
        "demographics": (
            "sourcedId,status,dateLastModified,birthDate,sex",
            [(f"s-{n}", "", "", _birth(n, students), ("female", "male")[n % 2]) for n in range(students)],
        ),
        "enrollments": (
            "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
            _enrollments(students, len(classes)),
        ),
    }  # fmt: skip
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        return {name: _write(archive, f"{name}.csv", header, rows) for name, (header, rows) in tables.items()}


def _write(archive: ZipFile, name: str, header: str, rows: Rows) -> int:
    count = 0
    entry = ZipInfo(name, (2026, 9, 1, 0, 0, 0))
    entry.compress_type = ZIP_DEFLATED
    with archive.open(entry, "w") as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(header.split(","))
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def _manifest() -> Rows:
    there = {"academicSessions", "classes", "courses", "demographics", "enrollments", "orgs", "users"}
    every = [*sorted(there), "categories", "classResources", "courseResources", "lineItems", "resources", "results"]
    yield ("manifest.version", "1.0")
    yield ("oneroster.version", "1.1")
    for name in every:
        yield (f"file.{name}", "bulk" if name in there else "absent")
    yield ("source.systemName", "Lyceum bench")


def _grade(n: int) -> int:
    return n % len(GRADES)


def _group(n: int, students: int) -> int:
    """Which of the parallel groups of the grade a student is in."""
    return (n // len(GRADES)) % _groups(students)


def _groups(students: int) -> int:
    return max(1, students // len(GRADES) // CLASS_SIZE)


def _classes(students: int) -> tuple[list[Sequence[object]], list[Sequence[object]]]:
    forms: list[Sequence[object]] = []
    classes: list[Sequence[object]] = []
    for grade in GRADES:
        for group in range(_groups(students)):
            letter = chr(65 + group % 26) + (str(group // 26) if group >= 26 else "")
            forms.append(
                (f"form-{grade}-{group}", "", "", f"{int(grade)}{letter}", grade, f"course-{grade}-0",
                 f"{grade}{letter}", "homeroom", "", ORG, "year-27", "", "", "")
            )  # fmt: skip
            for place in range(3):
                subject = (int(grade) + group + place * 3) % len(SUBJECTS)
                title = f"{SUBJECTS[subject]} {int(grade)}{letter}"
                classes.append(
                    (f"class-{grade}-{group}-{place}", "", "", title, grade, f"course-{grade}-{subject}",
                     f"{grade}{letter}{place}", "scheduled", "", ORG, "year-27", "", "", "")
                )  # fmt: skip
    return forms, classes


def _users(rng: random.Random, students: int, classes: int, with_passwords: bool) -> Rows:
    password = "P@ssw0rd" if with_passwords else ""
    for n in range(max(1, classes // 5)):
        given, family = _name(rng)
        yield (f"t-{n}", "", "", "true", ORG, "teacher", f"t{n}", "", given, family, "", f"T{n:05}",
               f"t{n}@staff.example", "", "", "", "", password)  # fmt: skip
    for n in range(students):
        given, family = _name(rng)
        yield (f"s-{n}", "", "", "true", ORG, "student", f"s{n}", f"{{UPN:H{n:09}}}", given, family, "", f"{n:07}",
               f"s{n}@pupils.example", "", "", f"g-{n // 2}", GRADES[_grade(n)], password)  # fmt: skip
    for n in range((students + 1) // 2):
        given, family = _name(rng)
        yield (f"g-{n}", "", "", "true", ORG, "parent", f"g{n}", "", given, family, "", "", f"g{n}@home.example",
               f"+4477009{n:05}", "", "", "", password)  # fmt: skip


def _name(rng: random.Random) -> tuple[str, str]:
    script = rng.randrange(len(GIVEN))
    return " ".join(rng.sample(GIVEN[script], 2)), rng.choice(FAMILY[script])


def _birth(n: int, students: int) -> str:
    day = n * 28 // max(students, 1) + 1
    return f"{2020 - _grade(n):04}-{n // 12 % 12 + 1:02}-{day:02}"


def _enrollments(students: int, classes: int) -> Rows:
    teachers = max(1, classes // 5)
    serial = 0
    for number, grade in enumerate(GRADES):
        for group in range(_groups(students)):
            for place in range(3):
                teacher = (number * 7 + group * 3 + place) % teachers
                serial += 1
                yield (
                    f"e-{serial}",
                    "",
                    "",
                    f"class-{grade}-{group}-{place}",
                    ORG,
                    f"t-{teacher}",
                    "teacher",
                    "true",
                    "",
                    "",
                )
    for n in range(students):
        grade, group = GRADES[_grade(n)], _group(n, students)
        wanted = [f"form-{grade}-{group}", *(f"class-{grade}-{group}-{place}" for place in range(3))]
        if n % 10 < 3:  # some take one class more, in the next group
            wanted.append(f"class-{grade}-{(group + 1) % _groups(students)}-{n % 3}")
        for name in dict.fromkeys(wanted):
            serial += 1
            yield (f"e-{serial}", "", "", name, ORG, f"s-{n}", "student", "false", "", "")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--students", type=int, default=10_000)
    arguments = parser.parse_args()
    print(make_town(arguments.path, students=arguments.students))
