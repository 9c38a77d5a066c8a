"""What was given becomes tables: encodings, separators, dates, and what is refused."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from lyceum.core.errors import RuleError
from lyceum.core.files import FileKindError, FileTooLargeError, FileUnsafeError
from lyceum.domains.exchange.errors import (
    ColumnMissingError,
    DateAmbiguousError,
    EncodingUnreadableError,
    FileEmptyError,
    FileMissingError,
    RowUnreadableError,
)
from lyceum.domains.exchange.queries import escaped
from lyceum.domains.exchange.readers.dates import DateReader
from lyceum.domains.exchange.readers.formats import kind_of, open_source
from lyceum.domains.exchange.readers.intake import is_secret
from lyceum.domains.exchange.readers.mapping import find_faults, propose
from lyceum.domains.exchange.readers.records import Trouble
from lyceum.domains.exchange.tests.bringing import SDS_1, SDS_2, taken, text_of, zip_of

NAMES = "Id,Name\n007,Zoë Ångström\n"


def rows_of(content: bytes | io.BytesIO, name: str = "list.csv") -> list[tuple[int, list[str]]]:
    """The lines and cells below the header of what was taken in."""
    return [(row.line, row.cells) for row in taken(content, name)[1].only()]


@pytest.mark.parametrize(
    "content",
    [
        NAMES.encode(),
        NAMES.encode("utf-8-sig"),  # with a byte order mark
        NAMES.encode("utf-16"),
        b"\xfe\xff" + NAMES.encode("utf-16-be"),  # the other byte order
        NAMES.encode("cp1252"),
        NAMES.replace("\n", "\r\n").encode(),
        NAMES.replace(",", ";").encode(),
        NAMES.replace(",", "\t").encode(),
        NAMES.replace(",", "\t").encode("utf-16"),  # Excel's "Unicode text"
        b'"Id","Name"\n"007","Zo\xc3\xab \xc3\x85ngstr\xc3\xb6m"\n',
    ],
)
def test_list_reads_alike_in_every_encoding_and_with_every_separator(content: bytes) -> None:
    files, bundle = taken(content)

    assert [(file.name, file.lines) for file in files] == [("list.csv", 1)]
    assert bundle.only().headers == ("Id", "Name")
    assert [(row.line, row.cells) for row in bundle.only()] == [(2, ["007", "Zoë Ångström"])]


def test_first_line_of_excel_that_names_the_separator_is_no_row() -> None:
    assert rows_of(b"sep=;\nId;Name\n1;Ada\n") == [(3, ["1", "Ada"])]


def test_separator_inside_quotes_does_not_count() -> None:
    assert rows_of(b'"Name, first, last, known as";Id\n"Ada, Countess";1\n') == [(2, ["Ada, Countess", "1"])]


def test_line_numbers_hold_after_a_quoted_line_break_and_an_empty_line() -> None:
    content = b'Id,Note\r\n1,"one\r\ntwo"\r\n\r\n2,plain\r\n'

    assert rows_of(content) == [(2, ["1", "one\ntwo"]), (5, ["2", "plain"])]


def test_short_and_long_rows_keep_their_cells() -> None:
    assert rows_of(b"Id,Name\n1\n2,Ada,more\n") == [(2, ["1"]), (3, ["2", "Ada", "more"])]


@pytest.mark.parametrize("header", ["Password", "pass word", "User_PASSWORD", "Kennwort", "PIN", "Contraseña", "pwd"])
def test_column_that_speaks_of_a_password_loses_its_values(header: str) -> None:
    content = text_of(["Id", header, "Name"], ["1", "hunter2", "Ada"]).encode()

    assert is_secret(header)
    assert rows_of(content) == [(2, ["1", "", "Ada"])]


@pytest.mark.parametrize("header", ["Spinning class", "Passport number", "Compass group"])
def test_column_whose_name_only_holds_such_letters_keeps_its_values(header: str) -> None:
    assert not is_secret(header)


def _zip_with(name: str) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), NAMES)
    out.seek(0)
    return out


def _zip_with_link() -> io.BytesIO:
    out = io.BytesIO()
    link = zipfile.ZipInfo("users.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "../../secret")
    out.seek(0)
    return out


def _encrypted_zip() -> io.BytesIO:
    whole = bytearray(_zip_with("users.csv").getvalue())
    entry = whole.index(b"PK\x01\x02")
    whole[entry + 8] |= 1
    return io.BytesIO(bytes(whole))


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", FileEmptyError, "list.csv is empty."),
        (b"Id,Name\n", FileEmptyError, "list.csv holds no rows below its header."),
        (b"\n\n\n", FileEmptyError, "list.csv holds no rows below its header."),
        (b"Id,Name\n1,\x81\x8d\n", EncodingUnreadableError, "neither UTF-8, UTF-16 nor Windows-1252"),
        (b"%PDF-1.7\n", FileKindError, "is a PDF"),
        (b"\x89PNG\r\n\x1a\n", FileKindError, "is a picture (PNG)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", FileKindError, "an old or an encrypted Excel or Word file"),
        (b"<!DOCTYPE html><table>", FileKindError, "a web page or XML"),
        (b'{"students": []}', FileKindError, "is JSON"),
        (b"Id\x00,Name", FileKindError, "is not text"),
        (b"PK\x03\x04 but no zip", FileKindError, "is a damaged zip archive"),
        (zip_of({"word/document.xml": "<xml/>"}), FileKindError, "is a Word document"),
        (zip_of({"xl/workbook.xml": "<xml/>", "xl/vbaProject.bin": b"x"}), FileKindError, "with macros"),
        (zip_of({"xl/workbook.xml": "<xml/>"}), FileKindError, "is a damaged Excel file"),
        (zip_of({"readme.md": "hello"}), FileEmptyError, "There is no CSV file in list.csv."),
        (zip_of({"users.csv": b"%PDF-1.7"}), FileKindError, "users.csv is a PDF"),
        (_zip_with("../users.csv"), FileUnsafeError, "a path that leads outside itself: ../users.csv."),
        (_zip_with("a/../../users.csv"), FileUnsafeError, "a path that leads outside itself"),
        (_zip_with("/etc/users.csv"), FileUnsafeError, "a path that leads outside itself: /etc/users.csv."),
        (_zip_with("C:\\users.csv"), FileUnsafeError, "a path that leads outside itself"),
        (_zip_with_link(), FileUnsafeError, "holds a link instead of a file: users.csv."),
        (_encrypted_zip(), FileUnsafeError, "is encrypted"),
        (zip_of({"users.csv": b"a" * 1_000_000}), FileUnsafeError, "grows more than 100 times when opened"),
        (zip_of({f"{n}.csv": "" for n in range(1001)}), FileUnsafeError, "holds 1001 files; at most 1000 are opened."),
        (zip_of({"inner.csv": zip_of({"users.csv": NAMES}).getvalue()}), FileUnsafeError, "holds another archive"),
        (zip_of({"a/users.csv": NAMES, "b/Users.csv": NAMES}), FileUnsafeError, "holds Users.csv twice"),
        (b'Id,Note\n1,"' + b"x" * 1_100_000, RowUnreadableError, "Look for a quote that is not closed."),
    ],
)
def test_file_that_is_no_table_or_unsafe_is_refused_in_words(
    content: bytes | io.BytesIO, error: type[RuleError], words: str
) -> None:
    with pytest.raises(error) as refusal:
        taken(content)

    assert words in refusal.value.detail


class _Counting(io.BytesIO):
    """A file that counts what is read of it."""

    read_bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.read_bytes += len(found)
        return found


def test_file_that_is_too_large_is_refused_without_reading_it() -> None:
    source = _Counting(b"Id,Name\n" + b"1,Ada\n" * 100_000)

    with pytest.raises(FileTooLargeError) as refusal:
        taken(source, largest=500_000)

    assert (refusal.value.status, refusal.value.extra) == (413, {"largest": 500_000})
    assert source.read_bytes == 0


def test_zip_that_is_too_large_when_opened_is_refused() -> None:
    text = "".join(f"{n},{n * 7919 % 10007}\n" for n in range(20_000))

    with pytest.raises(FileTooLargeError):
        taken(zip_of({"users.csv": "Id,Code\n" + text}), largest=len(text) - 1)


def test_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileEmptyError) as refusal:
        taken(tmp_path)

    assert refusal.value.detail == f"There is no CSV file in the folder {tmp_path.name}."


def test_excel_keeps_dates_leading_zeros_and_whole_numbers() -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["Id", "Code", "Born", "Seen", "Size", "Here", "Name"])
    sheet.append([7, "0042", date(2015, 4, 2), datetime(2026, 9, 1, 8, 45), 3.0, True, "Zoë"])
    sheet["A2"].number_format = "00000"
    content = io.BytesIO()
    book.save(content)

    rows = rows_of(content, "list.xlsx")

    assert rows == [(2, ["00007", "0042", "2015-04-02", "2026-09-01T08:45:00", "3", "TRUE", "Zoë"])]


def test_first_sheet_that_holds_something_is_read() -> None:
    book = Workbook()
    second = book.create_sheet("People")
    second.append([])
    second.append(["Id", "Name"])
    second.append([None, None])
    second.append([1, "Ada"])
    content = io.BytesIO()
    book.save(content)

    assert rows_of(content, "list.xlsx") == [(4, ["1", "Ada"])]


def dates_of(*columns: list[str], order: str = "") -> list[list[date | None]]:
    """The dates of columns side by side, as they are read."""
    lines = [list(cells) for cells in zip(*columns, strict=True)]
    table = taken(text_of([f"d{n}" for n in range(len(columns))], *lines).encode())[1].only()
    reader = DateReader([(table, n) for n in range(len(columns))], given=order)
    return [[reader.read(table, row, n, []) for row in table] for n in range(len(columns))]


SECOND_OF_APRIL, FOURTH_OF_FEBRUARY = date(2015, 4, 2), date(2015, 2, 4)


@pytest.mark.parametrize(
    ("written", "order", "expected"),
    [
        ("2015-04-02", "", SECOND_OF_APRIL),
        ("2015/4/2", "", SECOND_OF_APRIL),
        ("20150402", "", SECOND_OF_APRIL),
        ("2015-04-02T00:00:00Z", "", SECOND_OF_APRIL),
        ("02.04.2015", "", SECOND_OF_APRIL),  # with points the day is first
        ("02.04.2015", "mdy", SECOND_OF_APRIL),  # even where somebody says otherwise
        ("02/04/2015", "dmy", SECOND_OF_APRIL),
        ("02/04/2015", "mdy", FOURTH_OF_FEBRUARY),
        ("4-2-2015", "mdy", SECOND_OF_APRIL),
        ("04/04/2015", "", date(2015, 4, 4)),  # the same either way
        ("31/04/2015", "", None),  # no such day
        ("02/04/15", "dmy", None),  # which century?
        ("soon", "", None),
    ],
)
def test_date_is_read_as_it_is_written(written: str, order: str, expected: date | None) -> None:
    assert dates_of([written], order=order) == [[expected]]


def test_one_value_proves_the_order_of_its_column() -> None:
    assert dates_of(["02/04/2015", "13/04/2015"]) == [[SECOND_OF_APRIL, date(2015, 4, 13)]]
    assert dates_of(["04/02/2015", "04/13/2015"]) == [[SECOND_OF_APRIL, date(2015, 4, 13)]]


def test_column_that_proves_its_order_speaks_for_the_others_of_the_file() -> None:
    assert dates_of(["02/04/2015"], ["25/12/2015"]) == [[SECOND_OF_APRIL], [date(2015, 12, 25)]]


@pytest.mark.parametrize(
    "columns",
    [
        [["04/04/2015", "02/04/2015"]],  # nothing proves the order
        [["x", "02/04/2015"], ["13/01/2015", "01/13/2015"]],  # the other column contradicts itself
        [["x", "02/04/2015"], ["13/01/2015", "x"], ["01/13/2015", "x"]],  # two columns prove different orders
    ],
)
def test_dates_that_can_be_read_in_two_ways_are_refused_with_column_and_line(columns: list[list[str]]) -> None:
    with pytest.raises(DateAmbiguousError) as refusal:
        dates_of(*columns)

    assert refusal.value.code == "date_ambiguous"
    assert refusal.value.extra == {"file": "list.csv", "column": "d0", "line": 3}


def test_unreadable_date_names_its_column_and_what_is_written() -> None:
    table = taken(b"Born\nsoon\n")[1].only()
    troubles: list[Trouble] = []

    found = DateReader([(table, 0)]).read(table, next(iter(table)), 0, troubles)

    assert found is None
    assert troubles == [
        Trouble(
            "Born",
            "date_unreadable",
            "“soon” is no date. Write it as 2026-09-01, with four digits for the year.",
        )
    ]


@pytest.mark.parametrize(("folder", "kind", "name"), [(SDS_1, "sds", "sds_v1"), (SDS_2, "sds", "sds_v2p1")])
def test_sample_set_is_known_by_its_tables(folder: Path, kind: str, name: str) -> None:
    bundle = taken(folder, folder.name)[1]

    assert (kind_of(bundle), open_source(bundle, columns={}).format) == (kind, name)


@pytest.mark.parametrize("missing", ["School.csv", "Section.csv", "Student.csv", "Teacher.csv", "TeacherRoster.csv"])
def test_set_that_lacks_a_table_is_refused_by_its_name(missing: str) -> None:
    tables = {path.name: path.read_bytes() for path in SDS_1.glob("*.csv") if path.name != missing}
    bundle = taken(zip_of(tables), "sds.zip")[1]

    with pytest.raises(FileMissingError) as refusal:
        _ = kind_of(bundle), open_source(bundle, columns={})

    assert refusal.value.extra == {"file": missing}


def test_table_that_lacks_a_column_is_refused_by_its_name() -> None:
    tables = {path.name: path.read_bytes() for path in SDS_1.glob("*.csv")}
    tables["Section.csv"] = tables["Section.csv"].replace(b"Section Name", b"Caption")

    with pytest.raises(ColumnMissingError) as refusal:
        open_source(taken(zip_of(tables), "sds.zip")[1], columns={})

    assert refusal.value.extra == {"file": "Section.csv", "column": "Section Name"}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Forename", "first_name"),
        ("SURNAME", "last_name"),
        ("Date of Birth", "birth_date"),
        ("date_of_birth", "birth_date"),
        ("Adno", "number"),
        ("UPN", "official_id"),
        ("Year Group", "grade"),
        ("Reg Form", "form"),
    ],
)
def test_meaning_of_a_usual_header_is_proposed(header: str, field: str) -> None:
    assert propose([header]) == {header: field}


def test_each_field_is_proposed_once() -> None:
    assert propose(["Name", "Full name", "Colour of eyes"]) == {"Name": "full_name"}


@pytest.mark.parametrize(
    ("columns", "faults"),
    [
        ({"Name": "full_name"}, []),
        ({"Who": "full_name"}, ["There is no column “Who” in the file."]),
        ({"Name": "shoe_size"}, ["There is no field “shoe_size” here.", "Say which column holds the name."]),
        ({"Name": "full_name", "Id": "full_name"}, ["Two columns are to be Full name."]),
        ({"Id": "number"}, ["Say which column holds the name."]),
    ],
)
def test_faults_of_a_mapping_are_told_in_words(columns: dict[str, str], faults: list[str]) -> None:
    assert find_faults(columns, ["Id", "Name"]) == faults


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_cell_that_a_spreadsheet_would_calculate_is_escaped(cell: str) -> None:
    assert escaped(cell) == f"'{cell}"
    assert escaped(f"a{cell}") == f"a{cell}"
