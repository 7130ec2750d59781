"""Files that nobody should send and somebody will: what each is refused for, or read as.

The rows are those of a table with five columns unless a file says more.
"""

import gzip
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

HEADER: Final = "date,transaction_type,symbol,quantity,price"
ROW: Final = "2022-02-01,BUY,NINE,3,5"
TABLE: Final = f"{HEADER}\n{ROW}\n"
_MEBIBYTE: Final = 1024**2
_NOTHING_SAID: Final[Mapping[str, str]] = MappingProxyType({})


class Refused(NamedTuple):
    """A file that is refused.

    Attributes:
        line: of the row; None where the file is refused as a whole.
        cell: that is named.
        reason: a part of what is said: what it is, and how to mend it.
    """

    name: str
    content: str | bytes
    line: int | None
    cell: str
    reason: str
    query: Mapping[str, str] = _NOTHING_SAID


class Read(NamedTuple):
    """A file that is read.

    Attributes:
        rows: what the rows say, as far as it is of interest.
        codes: of the warnings.
    """

    name: str
    content: str | bytes
    rows: list[dict[str, Any]]
    codes: Sequence[str] = ()
    query: Mapping[str, str] = _NOTHING_SAID


def _table(*rows: str, header: str = HEADER) -> str:
    return "".join(f"{line}\n" for line in (header, *rows))


def _cell(**cells: str) -> str:
    """Return a file of one row with these cells; the others are sound."""
    texts = dict(zip(HEADER.split(","), ROW.split(","), strict=True)) | cells
    return "".join(f"{'|'.join(line)}\n" for line in (texts.keys(), texts.values()))


def _zipped(name: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as folder:
        folder.writestr(name, TABLE)
    return archive.getvalue()


_NINE: Final = {"date": "2022-02-01", "symbol": "NINE", "quantity": "3", "price": "5"}
_UMLAUT: Final = f"{HEADER},notes\n{ROW},Köln\n"
_KOELN: Final = [{"quantity": "3"}]
_LAUGHS: Final = (
    '<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n + 1} "{f"&lol{n or str()};" * 10}">' for n in range(9))
    + "]>\n<lolz>&lol9;</lolz>\n"
)

REFUSED: Final = [
    # What is no table.
    Refused("nothing", b"", None, "file", "The file is empty"),
    Refused("only a byte order mark", b"\xef\xbb\xbf", None, "file", "The file is empty"),
    Refused("only UTF-16's mark", b"\xff\xfe", None, "file", "The file is empty"),
    Refused("only blank lines", "\n \n\t\n", None, "file", "The file is empty"),
    Refused("only a separator", "sep=;\n", None, "file", "no header"),
    Refused("gzip", gzip.compress(TABLE.encode()), None, "file", "compressed (gzip): unpack it"),
    Refused("a workbook", _zipped("xl/workbook.xml"), None, "file", "workbook (Excel): save it as"),
    Refused("an archive", _zipped("ledger.csv"), None, "file", "archive (ZIP): unpack it"),
    Refused("an old workbook", b"\xd0\xcf\x11\xe0" + bytes(99), None, "file", "save it as CSV"),
    Refused("a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", None, "file", "This is a PDF"),
    Refused("a picture", b"\x89PNG\r\n\x1a\n" + bytes(99), None, "file", "This is a picture"),
    Refused(
        "an error page", "<!DOCTYPE html>\n<html><body>502</body>", None, "file", "web page (HTML)"
    ),
    Refused("a login page", "\ufeff \n<html lang='de'>", None, "file", "web page (HTML)"),
    Refused("a billion laughs", _LAUGHS, None, "file", "This is XML"),
    Refused("JSON", '{"activities": []}', None, "file", "format=ghostfolio"),
    Refused("JSON in a list", '[{"date": "2022-02-01"}]', None, "file", "This is JSON"),
    Refused("bytes", bytes(range(1, 256)) * 4, None, "file", "Not a text file"),
    Refused("a program", b"\x7fELF" + bytes(99) + b"\x81\x8d", None, "file", "Not a text file"),
    Refused(
        "prose", "Dear all,\n\nas agreed, I send, at last, all.\n", None, "file", "lacks: date"
    ),
    # Encodings.
    Refused("UTF-32", TABLE.encode("utf-32"), None, "file", "This is UTF-32: save it as UTF-8"),
    Refused(
        "half of UTF-16", TABLE.encode("utf-16")[:-1], None, "file", "Not a text file in UTF-16"
    ),
    Refused(
        "two encodings",
        f"{HEADER},notes\n{ROW},Köln\n".encode() + f"{ROW},Köln\n".encode("latin-1"),
        None,
        "file",
        "line 3 is not UTF-8, but others are",
    ),
    Refused(
        "another encoding than is said",
        _UMLAUT.encode("latin-1"),
        None,
        "file",
        "Not a text file in utf-8: line 2",
        {"encoding": "utf-8"},
    ),
    Refused("no UTF-16 though that is said", TABLE, None, "file", "utf-16", {"encoding": "utf-16"}),
    Refused("a NUL in a cell", _cell(symbol="NI\0NE"), 2, "symbol", "Control characters"),
    Refused("a bell in a cell", _cell(symbol="NI\aNE"), 2, "symbol", "Control characters"),
    # Headers.
    Refused("titles that are not known", "a,b,c\n1,2,3\n", None, "file", "The header lacks: date"),
    Refused("no header", f"{ROW}\n", None, "file", "The header lacks: date"),
    Refused(
        "a title twice",
        _table(f"{ROW},4", header=f"{HEADER},Quantity"),
        None,
        "file",
        "A column stands twice in the header: Quantity",
    ),
    Refused(
        "a title misspelt",
        _table(f"{ROW},4", header=f"{HEADER},fes"),
        None,
        "file",
        "fes (did you mean fees?)",
    ),
    Refused(
        "one title for two columns",
        TABLE,
        None,
        "file",
        "symbol is named twice",
        {"columns": '{"isin": "symbol", "asset_name": "symbol"}'},
    ),
    Refused(
        "10,000 columns",
        ",".join(f"c{n}" for n in range(10_000)) + "\n",
        None,
        "file",
        "The header has 10000 columns; at most 500",
    ),
    # Quotes and delimiters.
    Refused(
        "a quote without an end",
        f'{TABLE}2022-02-02,BUY,"NINE,3,5\n{ROW}\n{ROW}\n',
        None,
        "file",
        "line 3: a quotation mark has no end",
    ),
    Refused(
        "text behind a quote",
        _table('2022-02-01,BUY,"NI"NE,3,5'),
        None,
        "file",
        "line 2: behind a quotation mark that closes a cell stands more",
    ),
    Refused("a row too long", _table(ROW, f"{ROW},7"), None, "file", "Line 3 has more cells than"),
    Refused(
        "a row too short", _table("2022-02-01,BUY,NINE"), 2, "quantity", "BUY needs this field"
    ),
    Refused(
        "another delimiter in a row", _table(ROW.replace(",", ";")), 2, "date", "Not a valid date"
    ),
    Refused("a separator that is none", f"sep=;\n{TABLE}", None, "file", "The header lacks: date"),
    Refused("a line of 16 MiB", "x" * (16 * _MEBIBYTE), None, "file", "more than 131,072"),
    Refused(
        "a cell of 1 MiB",
        _table(f"{ROW},{'x' * _MEBIBYTE}", header=f"{HEADER},notes"),
        None,
        "file",
        "line 2: a cell has more than 131,072 characters",
    ),
    Refused(
        "notes of 10,001",
        _table(f"{ROW},{'x' * 10_001}", header=f"{HEADER},notes"),
        2,
        "notes",
        "Longer than 10000",
    ),
    Refused(
        "20,001 rows",
        _table(*["2022-02-01,DEPOSIT,1"] * 20_001, header="date,transaction_type,amount"),
        None,
        "file",
        "20,001 rows; at most 20,000 are taken at once: send it in parts",
    ),
    Refused("a total below", f"{TABLE}Total,,,3,\n", 3, "date", "Not a valid date"),
    # Numbers.
    Refused(
        "numbers of two languages",
        _cell(quantity="1.234,50", price="1,234.50"),
        2,
        "price",
        "1,234.50 in a file that writes , before decimals; say decimal=. if all",
    ),
    Refused(
        "a mark that may group", _cell(price="1,234"), 2, "price", "1.234 or 1234. Say decimal"
    ),
    Refused("an endless number", _cell(quantity="9" * 5000), 2, "quantity", "Longer than 255"),
    Refused("a number too large", _cell(quantity="9" * 13), 2, "quantity", "At most 12 digits"),
    Refused(
        "decimals too many", _cell(quantity="0.123456789"), 2, "quantity", "At most 8 decimals"
    ),
    Refused(
        "money of 25 digits",
        _table(f"{ROW},-{'9' * 25}", header=f"{HEADER},amount"),
        2,
        "amount",
        "At most 15 digits",
    ),
    Refused("a spreadsheet's exponent", _cell(quantity="1.23457E+11"), 2, "quantity", "in full"),
    Refused("an endless exponent", _cell(price="1e-99"), 2, "price", "At most 20 decimals"),
    Refused("NaN", _cell(quantity="NaN"), 2, "quantity", "Not a decimal number"),
    Refused("infinity", _cell(price="-Infinity"), 2, "price", "Not a decimal number"),
    Refused("negative zero", _cell(quantity="-0"), 2, "quantity", "greater than 0"),
    Refused("a hexadecimal number", _cell(quantity="0x1F"), 2, "quantity", "Not a decimal number"),
    Refused("a formula", _cell(quantity="=1+2"), 2, "quantity", "a formula: save its value"),
    Refused("an error of a spreadsheet", _cell(price="#REF!"), 2, "price", "Not a decimal number"),
    Refused("Arabic digits", _cell(quantity="٣"), 2, "quantity", "Not a decimal number"),
    Refused(
        "a fee below zero", _table(f"{ROW},-1", header=f"{HEADER},fees"), 2, "fees", "negative"
    ),
    # Dates.
    Refused("a spreadsheet's day", _cell(date="44593"), 2, "date", "2022-02-01 as a spreadsheet"),
    Refused("a spreadsheet's moment", _cell(date="44593.75"), 2, "date", "2022-02-01 as a spread"),
    Refused("a Unix time", _cell(date="1643673600"), 2, "date", "Not a valid date"),
    Refused("a day that is none", _cell(date="2022-02-30"), 2, "date", "Not a valid date"),
    Refused("a month that is none", _cell(date="2022-13-01"), 2, "date", "Not a valid date"),
    Refused(
        "an ambiguous day", _cell(date="02/01/2022"), 2, "date", "may be 2022-01-02 or 2022-02"
    ),
    Refused(
        "two orders of days",
        _table("01/31/2022,BUY,NINE,3,5", "31/01/2022,BUY,NINE,3,5", "02/03/2022,BUY,NINE,3,5"),
        4,
        "date",
        "may be 2022-03-02 or 2022-02-03",
    ),
    Refused("a year of two digits", _cell(date="01.02.22"), 2, "date", "say date_format"),
    Refused("the year 1", _cell(date="0001-01-01"), 2, "date", "before 1900"),
    Refused("the year 0", _cell(date="0000-01-01"), 2, "date", "Not a valid date"),
    Refused("the year 9999", _cell(date="9999-12-31"), 2, "date", "in the future"),
    Refused("an hour that is none", _cell(date="2022-02-01 25:00"), 2, "date", "time of day"),
    # What a row says.
    Refused("a type that is none", _cell(transaction_type="GIFT"), 2, "transaction_type", "types="),
    Refused(
        "a formula as a type",
        _table("2022-02-01,=cmd|' /C calc'!A0,NINE,3,5"),
        2,
        "transaction_type",
        "Must be one of",
    ),
    Refused(
        "a currency that is none",
        _table(f"{ROW},EURO", header=f"{HEADER},currency"),
        2,
        "currency",
        "ISO 4217",
    ),
    Refused(
        "a ratio of nothing",
        _table("2022-02-01,SPLIT,NINE,1:0", header=("date,transaction_type,symbol,ratio")),
        2,
        "ratio",
        "ratio",
    ),
    Refused("more sold than is held", _cell(transaction_type="SELL"), 2, "quantity", "Only 0 are"),
]

READ: Final = [
    Read("UTF-8 with its mark", TABLE.encode("utf-8-sig"), [_NINE]),
    Read("UTF-16", TABLE.encode("utf-16"), [_NINE]),
    Read("UTF-16 the other way round", b"\xfe\xff" + TABLE.encode("utf-16-be"), [_NINE]),
    Read("UTF-16 without its mark", TABLE.encode("utf-16-le"), [_NINE]),
    Read("UTF-16 so, the other way round", TABLE.encode("utf-16-be"), [_NINE]),
    Read(
        "UTF-16 without its mark, as is said",
        TABLE.encode("utf-16-be"),
        [_NINE],
        query={"encoding": "utf-16"},
    ),
    Read("Latin-1", _UMLAUT.encode("latin-1"), _KOELN, ["encoding_guessed"]),
    Read(
        "the old Macintosh's", _UMLAUT.encode("mac-roman"), _KOELN, query={"encoding": "macintosh"}
    ),
    Read(
        "marks between files",
        TABLE + "\ufeff2022-02-02,BUY,NINE,4,6\n",
        [_NINE, {"date": "2022-02-02", "quantity": "4"}],
    ),
    Read("ends of lines as of old", TABLE.replace("\n", "\r"), [_NINE]),
    Read("all ends of lines", f"{HEADER}\r\n{ROW}\r{ROW}\n{ROW}", [_NINE] * 3),
    Read("ends of lines of a mainframe", _cell(symbol="NI\x85NE"), [{"quantity": "3"}]),
    Read(
        "blanks of every width",
        _cell(quantity="1\u20091\xa0"[:1] + "\u2009234,5\u202f"),
        [{"quantity": "1234.5"}],
    ),
    Read("an ideographic blank", _cell(price="1\u3000234,5"), [{"price": "1234.5"}]),
    Read(
        "what has no width",
        _cell(
            date="\u200e2022-02-01\u200f",
            symbol="\u200bNINE\u2060",
            quantity="\ufeff3",
            price="5\u200b",
        ),
        [_NINE],
    ),
    Read("what has no width in titles", _table(ROW, header=f"\u200b{HEADER}\u200b"), [_NINE]),
    Read(
        "a minus of typographers",
        _table(
            "2022-02-01,FEE,−5",
            "2022-02-01,FEE,–5",
            "2022-02-01,FEE,－5",
            "2022-02-01,FEE,(5)",
            "2022-02-01,FEE,5-",
            header="date,transaction_type,amount",
        ),
        [{"amount": "-5"}] * 5,
    ),
    Read(
        "an exponent of floats",
        _cell(quantity="1e-07", price="2.5E-3"),
        [{"quantity": "0.0000001", "price": "0.0025"}],
    ),
    Read(
        "thousands of two kinds",
        _cell(quantity="1.234,50", price="1'234,5"),
        [{"quantity": "1234.50", "price": "1234.5"}],
    ),
    Read(
        "a fee of negative zero",
        _table(f"{ROW},-0.00", header=f"{HEADER},fees"),
        [_NINE | {"fees": "0"}],
    ),
    Read(
        "a text that is kept from a spreadsheet",
        _table('"=""2022-02-01""",BUY,"=""NINE""","=""3""","=""5"""'),
        [_NINE],
    ),
    Read("so without quotes", _table('="2022-02-01",BUY,="NINE",="3",="5"'), [_NINE]),
    Read(
        "a formula in the notes",
        _table(
            f"{ROW},\"=cmd|' /C calc'!A0\"",
            f"{ROW},＝1＋2",
            f"{ROW},@SUM(A1)",
            header=f"{HEADER},notes",
        ),
        [_NINE] * 3,
    ),
    Read(
        "quotes in quotes",
        _table('2022-02-01,BUY,"NINE",3,5,"a ""b"", c"', header=f"{HEADER},notes"),
        [_NINE],
    ),
    Read("quotes within a cell", _table(f'{ROW},5" pipe', header=f"{HEADER},notes"), [_NINE]),
    Read(
        "lines in a cell",
        _table(f'{ROW},"a\nb\r\nc"', ROW, header=f"{HEADER},notes"),
        [{"line": 2}, {"line": 5}],
    ),
    Read(
        "semicolons and a comma in a cell",
        "date;transaction_type;symbol;quantity;price\n2022-02-01;BUY;NINE;3;5,0\n",
        [{"price": "5.0"}],
    ),
    Read(
        "a separator that is said",
        "sep=|\ndate|transaction_type|symbol|quantity|price\n2022-02-01|BUY|NINE|3|5\n",
        [_NINE],
    ),
    Read(
        "a quoted separator",
        '"sep=;"\ndate;transaction_type;symbol;quantity;price\n2022-02-01;BUY;NINE;3;5\n',
        [_NINE],
    ),
    Read("title lines", f"Statement, page 1\n\n{TABLE}", [_NINE], ["title_lines"]),
    Read("blank rows and cells", f"\n\n{HEADER},,\n,,,,\n{ROW},,\n;\n"[:-2] + "   \n", [_NINE]),
    Read("a header alone", f"{HEADER}\n", [], ["no_rows"]),
    Read(
        "a title of nothing but marks",
        _table(f"{ROW},x", header=f"{HEADER},?*?"),
        [_NINE],
        ["columns_left_out"],
    ),
    Read("equal rows", _table(*[ROW] * 3), [_NINE] * 3),
    Read(
        "days that one row shows",
        _table("31/01/2022,BUY,NINE,3,5", "02/01/2022,BUY,NINE,3,5"),
        [{"date": "2022-01-02"}, {"date": "2022-01-31"}],
    ),
    Read(
        "a year of two digits that is said",
        _cell(date="01.02.22"),
        [_NINE],
        query={"date_format": "DD.MM.YY"},
    ),
    Read("a moment with an offset", _cell(date="2022-02-01T23:30:00-05:00"), [_NINE]),
    Read("the day before 1900's end", _cell(date="1900-01-01"), [{"date": "1900-01-01"}]),
]


def ghostfolio(**activity: Any) -> dict[str, Any]:
    """Return an export of one activity."""
    sound = {"type": "BUY", "symbol": "NINE", "dataSource": "YAHOO", "fee": 0, "quantity": 3,
             "unitPrice": 5, "currency": "USD", "date": "2022-02-01"}  # fmt: skip
    return {"activities": [sound | activity]}


def _export(**activity: Any) -> str:
    return json.dumps(ghostfolio(**activity))


JSON_REFUSED: Final = [
    Refused("nothing", "", None, "file", "The file is empty"),
    Refused("half of it", _export()[:-9], None, "file", "Not a JSON file: line 1, column"),
    Refused("a table", TABLE, None, "file", "Not a JSON file"),
    Refused("a list", "[]", None, "file", "no list of activities"),
    Refused("no list", '{"activities": 3}', None, "file", "no list of activities"),
    Refused("endless depth", "[" * 100_000, None, "file", "nested too deeply"),
    Refused("deep objects", '{"a":' * 50_000, None, "file", "nested too deeply"),
    Refused(
        "a key twice",
        '{"activities": [], "activities": [{}]}',
        None,
        "file",
        "activities stands twice",
    ),
    Refused("NaN", _export(quantity=float("nan")), 1, "quantity", "Not a decimal number"),
    Refused("infinity", _export(unitPrice=float("inf")), 1, "unitPrice", "Not a decimal number"),
    Refused(
        "a huge number",
        _export().replace('"quantity": 3', '"quantity": 1e999999'),
        1,
        "quantity",
        "Not a decimal number",
    ),
    Refused(
        "an endless number",
        _export().replace('"quantity": 3', f'"quantity": {"9" * 9999}'),
        1,
        "quantity",
        "Longer than 255",
    ),
    Refused("half a character", _export(comment="\ud800"), 1, "comment", "Control characters"),
    Refused("half a character in a symbol", _export(symbol="\ud800"), 1, "symbol", "Control char"),
    Refused("NUL", _export(comment="a\0b"), 1, "comment", "Control characters"),
    Refused("an activity that is none", '{"activities": [7]}', 1, "type", "Must be one of"),
    Refused("a day that is none", _export(date="2022-02-30"), 1, "date", "Not a valid date"),
    Refused("a day that is a number", _export(date=1643673600), 1, "date", "Not a valid date"),
    Refused(
        "500,001 values",
        '{"activities": [' + "1," * 500_000 + "1]}",
        None,
        "body",
        "more than 500000 values",
    ),
]
