"""Files of other programs, read by one set of rules: encoding, delimiter, header, numbers, dates.

`read` finds the header of a CSV file and gives its records as texts; `Marks` and `Days` learn from
all cells of a file how its numbers and dates are written, and read each one by that. What is not
found out can be said: `Form`. What can be read in two ways is refused with both.
"""

from shared.files.cells import Cells
from shared.files.columns import Column, Columns, Title, plain_title
from shared.files.dates import Days, Moment, parse_format, parse_time
from shared.files.errors import FileRefused
from shared.files.form import DELIMITERS, ENCODINGS, Form
from shared.files.formulas import bare, defused
from shared.files.notes import Note, notes_of, require_needed
from shared.files.numbers import Marks
from shared.files.tables import Table, read
from shared.files.texts import decoded

__all__ = [
    "DELIMITERS",
    "ENCODINGS",
    "Cells",
    "Column",
    "Columns",
    "Days",
    "FileRefused",
    "Form",
    "Marks",
    "Moment",
    "Note",
    "Table",
    "Title",
    "bare",
    "decoded",
    "defused",
    "notes_of",
    "parse_format",
    "parse_time",
    "plain_title",
    "read",
    "require_needed",
]
