"""Lists as every page shows them: filter and sort in the address, columns by choice, bulk acts, export, print."""

from lyceum.core.lists.bulk import BulkAct, Planned
from lyceum.core.lists.columns import Column, Filter, Table
from lyceum.core.lists.page import answer_list
from lyceum.core.lists.with_form import answer_list_with_form, is_about_list

__all__ = [
    "BulkAct",
    "Column",
    "Filter",
    "Planned",
    "Table",
    "answer_list",
    "answer_list_with_form",
    "is_about_list",
]
