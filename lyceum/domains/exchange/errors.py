"""Refusals of bringing data in: stable codes, and words that say what to do.

What may be wrong with any file that somebody hands in stands in `core/files.py`.
"""

from lyceum.core.errors import InvalidError, RuleError


class FileEmptyError(InvalidError):
    """There is nothing in the file."""

    code = "file_empty"


class EncodingUnreadableError(InvalidError):
    """The file is text in no encoding that is known here."""

    code = "encoding_unreadable"


class ColumnMissingError(InvalidError):
    """A file lacks a column without which it means nothing."""

    code = "column_missing"


class FileMissingError(InvalidError):
    """A set of files lacks one without which the others mean nothing."""

    code = "file_missing"


class ManifestWrongError(InvalidError):
    """The manifest and the files beside it contradict each other."""

    code = "manifest_wrong"


class RowUnreadableError(InvalidError):
    """A line cannot be cut into cells."""

    code = "row_unreadable"


class DateAmbiguousError(InvalidError):
    """Every date of a column can be read in two ways."""

    code = "date_ambiguous"


class OrgNeededError(InvalidError):
    """The file holds several schools, and none of them is known to be this one."""

    code = "org_needed"


class YearNeededError(InvalidError):
    """The file names no school year, and the school has none that holds today."""

    code = "year_needed"


class MappingNeededError(InvalidError):
    """It is not known what the columns mean."""

    code = "mapping_needed"


class AlreadyAppliedError(RuleError):
    """An import is applied once."""

    code = "already_applied"


class ImportRunningError(RuleError):
    """Another import of this kind is at work in this school."""

    code = "import_running"


class ImportHasErrorsError(RuleError):
    """Some rows are wrong, and nobody chose to bring in the right ones alone."""

    code = "import_has_errors"


class TooManyRemovalsError(RuleError):
    """More of what was brought in before would end than is likely to be meant."""

    code = "too_many_removals"


class NotPreviewedError(RuleError):
    """What would happen has not been looked at yet."""

    code = "not_previewed"


class NothingToRollBackError(RuleError):
    """Nothing of this import stands, or too much time has passed."""

    code = "nothing_to_roll_back"
