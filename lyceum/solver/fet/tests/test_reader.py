"""A FET file comes in as a problem, or is refused with a reason."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lyceum.solver import rules
from lyceum.solver.fet import elements, errors
from lyceum.solver.fet.reader import read
from lyceum.solver.problem import Activity, Lock, StudentSet
from lyceum.solver.rules import Who

SAMPLE = (Path(__file__).parent / "sample.fet").read_bytes()
TEXT = SAMPLE.decode()


def with_constraint(kind: str, inside: str, *, weight: str = "100", place: str = "Time_Constraints_List") -> bytes:
    constraint = f"<Constraint{kind}><Weight_Percentage>{weight}</Weight_Percentage>{inside}</Constraint{kind}>"
    return TEXT.replace(f"</{place}>", f"{constraint}</{place}>").encode()


def rule_of(source: bytes) -> rules.Rule:
    """The one rule more than the sample has."""
    (found,) = [each for each in read(source).rules if each not in read(SAMPLE).rules]
    return found


def test_people_rooms_and_lessons_are_read() -> None:
    problem = read(SAMPLE)

    assert problem.name == "Hillside School"
    assert problem.grid.days == ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    assert len(problem.grid.hours) == 6
    assert [each.name for each in problem.teachers] == ["Ash", "Birch", "Cedar"]
    assert problem.students == (
        StudentSet("7", 24, ("7 girls", "7 boys")),
        StudentSet("7 girls", 13),
        StudentSet("7 boys", 11),
        StudentSet("8", 20),
    )
    assert [(each.name, each.capacity, each.building) for each in problem.rooms] == [
        ("Hall", 60, "North"),
        ("R1", 24, "South"),
        ("R2", 24, "South"),
    ]
    assert problem.activity["2"] == Activity(
        "2", 2, ("Ash",), ("7",), subject="Maths", tags=frozenset({"Hard"}), series="1"
    )
    assert problem.activity["7"].size == 9


def test_lesson_not_active_is_kept_and_not_solved() -> None:
    problem = read(SAMPLE)

    assert "3" not in problem.activity
    assert "3" in {each.name for each in problem.kept if each.kind == "Activity"}
    (spread,) = [each for each in problem.rules if isinstance(each, rules.MinDaysBetween)]
    assert spread.activities == ("1", "2")


def test_constraint_not_active_is_no_rule() -> None:
    assert not [each for each in read(SAMPLE).rules if isinstance(each, rules.MaxDays)]


def test_rule_is_named_by_its_comment_or_in_words() -> None:
    refs = [each.ref for each in read(SAMPLE).rules]

    assert "Ash takes the children to the nursery" in refs
    assert "Teacher interval max days per week: Birch, 13:00, 1" in refs
    assert len(set(refs)) == len(refs)


def test_lock_that_a_person_may_lift_is_no_rule() -> None:
    problem = read(SAMPLE)

    assert problem.locks == {"7": Lock(start=24, room="R2")}
    (permanent,) = [each for each in problem.rules if each.ref.startswith("Activity preferred starting time:")]
    assert isinstance(permanent, rules.PreferredStarts)
    assert (permanent.activities, permanent.slots) == (("6",), frozenset({17}))


def test_filter_for_a_year_reaches_the_lessons_of_its_groups() -> None:
    (found,) = [each for each in read(SAMPLE).rules if each.ref.startswith("Activities preferred")]

    assert isinstance(found, rules.PreferredStarts)
    assert found.activities == ("4", "5")
    assert found.weight == 80


def test_unknown_kind_is_listed_with_its_text() -> None:
    (found,) = read(SAMPLE).unknown

    assert found.kind == "ActivityTagsNotOverlapping"
    assert found.place == "Time_Constraints_List"
    assert "<Activity_Tag>Loud</Activity_Tag>" in found.source


ONE_TWO = "<First_Activity_Id>1</First_Activity_Id><Second_Activity_Id>2</Second_Activity_Id>"
IDS = "<Number_of_Activities>2</Number_of_Activities><Activity_Id>1</Activity_Id><Activity_Id>4</Activity_Id>"
SELECTED = (
    "<Number_of_Selected_Time_Slots>1</Number_of_Selected_Time_Slots><Selected_Time_Slot>"
    "<Selected_Day>Tuesday</Selected_Day><Selected_Hour>09:00</Selected_Hour></Selected_Time_Slot>"
)
ASH, BOTH = Who("teacher", "Ash"), ("1", "4")


@pytest.mark.parametrize(
    ("kind", "inside", "expected"),
    [
        ("StudentsMaxHoursContinuously", "<Maximum_Hours_Continuously>4</Maximum_Hours_Continuously>",
         rules.MaxHoursContinuously(who=Who("students"), hours=4)),
        ("StudentsSetActivityTagMaxHoursDaily",
         "<Maximum_Hours_Daily>2</Maximum_Hours_Daily><Students>7 boys</Students><Activity_Tag>Loud</Activity_Tag>",
         rules.MaxHoursDaily(who=Who("students", "7 boys"), hours=2, tag="Loud")),
        ("StudentsSetMinHoursDaily",
         "<Minimum_Hours_Daily>2</Minimum_Hours_Daily><Students>8</Students><Allow_Empty_Days>false</Allow_Empty_Days>",
         rules.MinHoursDaily(who=Who("students", "8"), hours=2, allow_empty_days=False)),
        ("TeacherMinDaysPerWeek",
         "<Teacher_Name>Ash</Teacher_Name><Minimum_Days_Per_Week>3</Minimum_Days_Per_Week>",
         rules.MinDays(who=ASH, days=3)),
        ("TeacherMaxSpanPerDay", "<Teacher_Name>Ash</Teacher_Name><Max_Span>5</Max_Span>",
         rules.MaxSpanDaily(who=ASH, hours=5)),
        ("TeacherMinRestingHours",
         "<Teacher_Name>Ash</Teacher_Name><Minimum_Resting_Hours>3</Minimum_Resting_Hours><Circular>true</Circular>",
         rules.MinRestHours(who=ASH, hours=3, circular=True)),
        ("TeachersIntervalMaxDaysPerWeek",
         "<Interval_Start_Hour>09:00</Interval_Start_Hour><Interval_End_Hour>11:00</Interval_End_Hour>"
         "<Max_Days_Per_Week>2</Max_Days_Per_Week>",
         rules.IntervalMaxDays(who=Who("teacher"), first=1, last=2, days=2)),
        ("TwoActivitiesConsecutive", ONE_TWO, rules.Consecutive(first="1", second="2")),
        ("TwoActivitiesOrdered", ONE_TWO, rules.Ordered(first="1", second="2")),
        ("TwoActivitiesOrderedIfSameDay", ONE_TWO, rules.OrderedIfSameDay(first="1", second="2")),
        ("ThreeActivitiesGrouped", ONE_TWO + "<Third_Activity_Id>4</Third_Activity_Id>",
         rules.Grouped(activities=("1", "2", "4"))),
        ("ActivitiesSameStartingHour", IDS, rules.SameHour(activities=BOTH)),
        ("MaxDaysBetweenActivities", IDS + "<MaxDays>2</MaxDays>", rules.MaxDaysBetween(activities=BOTH, days=2)),
        ("MinGapsBetweenActivities", IDS + "<MinGaps>2</MinGaps>", rules.MinGapsBetween(activities=BOTH, gaps=2)),
        ("ActivitiesMaxSimultaneousInSelectedTimeSlots",
         IDS + SELECTED + "<Max_Number_of_Simultaneous_Activities>1</Max_Number_of_Simultaneous_Activities>",
         rules.MaxSimultaneous(activities=BOTH, slots=frozenset({7}), most=1)),
        ("ActivitiesEndStudentsDay",
         "<Teacher_Name>Birch</Teacher_Name><Students_Name>8</Students_Name><Subject_Name></Subject_Name>"
         "<Activity_Tag_Name></Activity_Tag_Name>",
         rules.EndsStudentsDay(activities=("8",))),
        # the second component of its series
        ("SubactivitiesPreferredStartingTimes",
         "<Component_Number>2</Component_Number><Teacher_Name></Teacher_Name><Students_Name></Students_Name>"
         "<Subject_Name>Maths</Subject_Name><Activity_Tag_Name></Activity_Tag_Name>"
         + SELECTED.replace("Selected_Time_Slot>", "Preferred_Starting_Time>"),
         rules.PreferredStarts(activities=("2",), slots=frozenset({7}))),
    ],
)  # fmt: skip
def test_kind_becomes_its_rule(kind: str, inside: str, expected: rules.Rule) -> None:
    found = rule_of(with_constraint(kind, inside))

    assert {**vars(found), "ref": ""} == vars(expected)


def test_two_sets_in_order_are_a_rule_for_each_two_lessons() -> None:
    sets = "".join(
        f"<{which}_Activities_Ids_Set>{''.join(f'<Activity_Id>{each}</Activity_Id>' for each in ids)}"
        f"</{which}_Activities_Ids_Set>"
        for which, ids in (("First", "14"), ("Second", "56"))
    )

    found = read(with_constraint("TwoSetsOfActivitiesOrdered", sets)).rules

    pairs = [(each.first, each.second) for each in found if isinstance(each, rules.Ordered)]
    assert pairs == [("1", "5"), ("1", "6"), ("4", "5"), ("4", "6")]


def test_constraint_without_its_fields_is_listed_as_unknown() -> None:
    problem = read(with_constraint("TeachersMaxDaysPerWeek", "<Odd>3</Odd>"))

    assert "TeachersMaxDaysPerWeek" in {each.kind for each in problem.unknown}


def test_kinds_of_other_modes_are_named() -> None:
    problem = read(TEXT.replace("<Mode>Official</Mode>", "<Mode>Terms</Mode>").encode())

    assert problem.unknown[0].kind == "Mode Terms"


def test_old_form_of_days_hours_and_truths_is_read() -> None:
    days = "<Days_List><Number>2</Number><Name>Mon</Name><Name>Tue</Name></Days_List>"
    old = re.sub(r"<Days_List>.*</Days_List>", days, TEXT, flags=re.DOTALL)
    old = re.sub(r"<Time_Constraints_List>.*</Space_Constraints_List>",
                 "<Time_Constraints_List></Time_Constraints_List><Space_Constraints_List></Space_Constraints_List>",
                 old, flags=re.DOTALL)  # fmt: skip
    old = old.replace("<Active>false</Active>", "<Active>no</Active>")

    problem = read(old.encode())

    assert problem.grid.days == ("Mon", "Tue")
    assert "3" not in problem.activity


BOMB = b'<?xml version="1.0"?><!DOCTYPE fet [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><fet>&b;</fet>'


@pytest.mark.parametrize(
    ("source", "refusal"),
    [
        (b"", errors.BrokenXmlError),
        (b"<fet><Days_List>", errors.BrokenXmlError),
        (SAMPLE[:2000], errors.BrokenXmlError),
        (SAMPLE.replace(b'encoding="UTF-8"', b'encoding="klingon"'), errors.BrokenXmlError),
        (b"\xff\xfe\x00<", errors.BrokenXmlError),
        (BOMB, errors.UnsafeXmlError),
        (b'<!DOCTYPE fet SYSTEM "file:///etc/passwd"><fet/>', errors.UnsafeXmlError),
        (b"<html></html>", errors.NotFetError),
        (b"<fet/>", errors.MissingError),
        (TEXT.replace("Activities_List", "Aktivities_List").encode(), errors.MissingError),
        (TEXT.replace("<Subject>Sport</Subject>", "").encode(), errors.MissingError),
        (TEXT.replace("<Name>Birch</Name>", "<Name>Ash</Name>").encode(), errors.DuplicateError),
        (TEXT.replace("<Id>5</Id>", "<Id>4</Id>").encode(), errors.DuplicateError),
        (TEXT.replace("<Name>Birch</Name>", "<Name></Name>").encode(), errors.BadValueError),
        (TEXT.replace("<Duration>2</Duration>", "<Duration>9</Duration>").encode(), errors.BadValueError),
        (TEXT.replace("<Duration>2</Duration>", "<Duration>two</Duration>").encode(), errors.BadValueError),
        (TEXT.replace("<Id>5</Id>", "<Id>-5</Id>").encode(), errors.BadValueError),
        (TEXT.replace("<Weight_Percentage>80<", "<Weight_Percentage>800<").encode(), errors.BadValueError),
        (TEXT.replace("<Weight_Percentage>80<", "<Weight_Percentage>nan<").encode(), errors.BadValueError),
        (TEXT.replace("<Name>Birch</Name>", "<Name>Beech</Name>").encode(), errors.UnknownNameError),
        (TEXT.replace("<Name>7 boys</Name>", "<Name>7 lads</Name>").encode(), errors.UnknownNameError),
        (TEXT.replace("<Name>Hall</Name>", "<Name>Court</Name>").encode(), errors.UnknownNameError),
        (TEXT.replace("<Day>Friday<", "<Day>Sunday<").encode(), errors.UnknownNameError),
        (TEXT.replace("<Activity_Id>4<", "<Activity_Id>44<").encode(), errors.UnknownNameError),
    ],
)
def test_file_that_cannot_be_taken_is_refused(source: bytes, refusal: type[errors.FetError]) -> None:
    with pytest.raises(refusal) as found:
        read(source)

    assert found.value.code == refusal.code
    assert found.value.detail.endswith(".")


def test_huge_file_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(errors.TooLargeError):
        read(b"<fet>" + b" " * elements.LIMIT)


TAGS = sorted(set(re.findall(r"<([A-Za-z_]+)>", TEXT)))
MANGLINGS = st.lists(
    st.one_of(
        st.tuples(st.just("drop"), st.integers(0, 400)),
        st.tuples(st.just("twice"), st.integers(0, 400)),
        st.tuples(st.just("empty"), st.integers(0, 400)),
        st.tuples(st.sampled_from(["-1", "1e9", "Nobody", "\u202e", "7", "0"]), st.integers(0, 400)),
    ),
    min_size=1,
    max_size=4,
)


def mangle(text: str, what: str, at: int) -> str:
    """Drops, doubles, empties or replaces one of the file's innermost elements."""
    found = list(re.finditer(r"<([A-Za-z_]+)>[^<]*</\1>", text))
    if not found:
        return text
    one = found[at % len(found)]
    new = {"drop": "", "twice": one[0] * 2, "empty": f"<{one[1]}></{one[1]}>"}.get(what, f"<{one[1]}>{what}</{one[1]}>")
    return text[: one.start()] + new + text[one.end() :]


@settings(max_examples=60, deadline=None)
@given(MANGLINGS)
def test_mangled_file_is_read_or_refused_and_never_crashes(manglings: list[tuple[str, int]]) -> None:
    text = TEXT
    for what, at in manglings:
        text = mangle(text, what, at)

    try:
        problem = read(text.encode())
    except errors.FetError:
        pass
    else:
        known = set(problem.activity)
        assert all(known >= set(getattr(each, "activities", ())) for each in problem.rules)


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=60))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(errors.FetError):
        read(noise)
