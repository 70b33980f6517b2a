"""What is done to the files of an input: each mutator changes one thing and says in a few words which."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import openpyxl
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from fuzz_values import NASTY, changed, nasty, number_of

Rows = list[list[str]]


@dataclass
class Case:
    """An input: its files by path, the words of the command line, and where the mutations may be made."""

    files: dict[str, bytes]
    words: list[str]
    fixed: frozenset[str] = field(default_factory=frozenset)

    def named(self, *endings: str) -> list[str]:
        """The files that may be changed, of these endings."""
        return sorted(name for name in self.files if name.endswith(endings) and name not in self.fixed)


Mutator = Callable[[Case, Random], str]


# --- tables


def rows_of(content: bytes) -> Rows:
    text = content.decode("utf-8", "replace").replace("\0", "")
    csv.field_size_limit(10**9)
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row] or [[""]]


def csv_of(rows: Rows) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8", "replace")


def _a_cell(rows: Rows, rng: Random, head: bool = False) -> tuple[int, int]:
    row = rng.randrange(0 if head else min(1, len(rows) - 1), len(rows))
    return row, rng.randrange(len(rows[row]))


def _change_cells(rows: Rows, rng: Random) -> str:
    said = []
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        numbers = [
            (r, c) for r, row in enumerate(rows[:300]) for c, cell in enumerate(row) if number_of(cell) is not None
        ]
        row, column = rng.choice(numbers) if numbers and rng.random() < 0.7 else _a_cell(rows, rng)
        rows[row][column] = changed(rows[row][column], rng)
        said.append(f"{row},{column} = {rows[row][column][:40]!r}")
    return "; ".join(said)


def _change_column(rows: Rows, rng: Random) -> str:
    _, column = _a_cell(rows, rng)
    value = nasty(rng)
    for row in rows[1:]:
        if column < len(row):
            row[column] = value
    return f"column {column} = {value[:40]!r}"


def _swap_cells(rows: Rows, rng: Random) -> str:
    (r, c), (s, d) = _a_cell(rows, rng), _a_cell(rows, rng)
    if rng.random() < 0.6:
        d = min(c, len(rows[s]) - 1)
    rows[r][c], rows[s][d] = rows[s][d], rows[r][c]
    return f"swap {r},{c} {s},{d}"


def _rows_about(rows: Rows, rng: Random) -> str:
    row, other = (rng.randrange(len(rows)) for _ in range(2))
    what = rng.choice(("delete", "repeat", "swap", "short", "long", "all"))
    if what == "delete":
        del rows[row]
    elif what == "repeat":
        rows.insert(other, list(rows[row]))
    elif what == "swap":
        rows[row], rows[other] = rows[other], rows[row]
    elif what == "short":
        rows[row] = rows[row][: rng.randrange(1, len(rows[row]) + 1)]
    elif what == "long":
        rows[row] = rows[row] + [nasty(rng)]
    else:
        del rows[1:]
    return f"{what} row {row}"


def _columns_about(rows: Rows, rng: Random) -> str:
    column, other = (rng.randrange(len(rows[0])) for _ in range(2))
    what = rng.choice(("delete", "repeat", "swap", "rename", "new", "shuffle"))
    order = list(range(len(rows[0])))
    rng.shuffle(order)
    name = nasty(rng)
    for at, row in enumerate(rows):
        if max(column, other) >= len(row):
            continue
        if what == "delete":
            del row[column]
        elif what == "repeat":
            row.insert(other, row[column])
        elif what == "swap":
            row[column], row[other] = row[other], row[column]
        elif what == "shuffle" and len(row) == len(order):
            row[:] = [row[place] for place in order]
        elif what == "new":
            row.append(name)
        elif what == "rename" and at == 0:
            row[column] = name
    return f"{what} column {column}"


def _multiply_rows(rows: Rows, rng: Random) -> str:
    times, row = rng.choice((10, 100, 3000, 30_000)), rng.randrange(min(1, len(rows) - 1), len(rows))
    again, wrong = rng.random() < 0.3, rng.random() < 0.5
    for n in range(times):
        cells = list(rows[row])
        if not again:
            cells[0] = f"{cells[0]}_{n}"
        if wrong:
            cells[-1] = ""
        rows.append(cells)
    return f"row {row} {times} times"


CELLS = (*[_change_cells] * 12, _change_column, _swap_cells, *[_rows_about] * 3, *[_columns_about] * 2)


def change_table(case: Case, rng: Random) -> str:
    """Cells, rows and columns of a table."""
    name = rng.choice(case.named(".csv"))
    rows = rows_of(case.files[name])
    change = _multiply_rows if rng.random() < 0.01 else rng.choice(CELLS)
    said = change(rows, rng)
    case.files[name] = csv_of(rows)
    return f"{name}: {said}"


def move_file(case: Case, rng: Random) -> str:
    """Files that are gone, called otherwise, or have the content of others."""
    names = case.named(".csv", ".yaml", ".xlsx")
    name, other = rng.choice(names), rng.choice(names)
    what = rng.choice(("delete", "swap", "copy", "empty", "rename", "add"))
    files = case.files
    if what == "delete":
        del files[name]
    elif what == "swap":
        files[name], files[other] = files[other], files[name]
    elif what == "copy":
        files[name] = files[other]
    elif what == "empty":
        files[name] = b""
    elif what == "rename":
        files[f"{name[:-4]}{rng.choice(('s', 'x', 'Đ'))}{name[-4:]}"] = files.pop(name)
    else:
        place = name[: name.rfind("/") + 1]
        files[f"{place}{rng.choice(('units.csv', 'levers.csv', '~$a.xlsx', '.a', 'a b.csv', 'scenarios.csv'))}"] = (
            files[other]
        )
    return f"{what} {name} {other}"


# --- YAML


def _plain(content: bytes) -> Any:
    try:
        return YAML(typ="safe", pure=True).load(content.decode("utf-8", "replace"))
    except (YAMLError, ValueError, RecursionError):
        return None


def _places(tree: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The keys that lead to each place of a tree."""
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    found = [above] if above else []
    for key, value in inside:
        found += _places(value, (*above, key))
    return found


def _any_value(rng: Random) -> Any:
    return rng.choice(
        (
            *(
                None,
                True,
                False,
                0,
                -1,
                1e308,
                1e-320,
                10**19,
                float("nan"),
                float("inf"),
                [],
                {},
                [[]],
                {"a": {"a": 1}},
            ),
            *(
                [1] * 1000,
                "x",
                nasty(rng),
                {"value": nasty(rng)},
                {"scale": 10**40},
                {"add": -1e18},
                {"growth": 9},
                2011,
                2e9,
            ),
            *(
                {"scale": 0},
                {"scale": 1.5},
                {"scale": -1},
                {"value": 0},
                {"add": 1},
                "priority",
                "optimal",
                "all",
                "proportional",
            ),
        )
    )


def change_tree(case: Case, rng: Random) -> str:
    """A value, a key or a branch of a plan, scenario or batch."""
    name = rng.choice(case.named(".yaml"))
    tree = None if b"&" in case.files[name] else _plain(case.files[name])  # what repeats itself may be endless
    places = _places(tree)
    if not places:
        return splice_text(case, rng)
    *above, key = rng.choice(places)
    at = tree
    for step in above:
        at = at[step]
    what = rng.choice(("value", "value", "change", "change", "delete", "key", "copy"))
    if what == "delete":
        del at[key]
    elif what == "key" and isinstance(at, dict):
        at[nasty(rng)] = at.pop(key)
    elif what == "copy" and isinstance(at, list):
        at.append(at[key])
    elif what == "change" and isinstance(at[key], str | int | float):
        at[key] = changed(str(at[key]), rng)
        number = at[key]
        at[key] = (
            float(number) if rng.random() < 0.7 and number.replace(".", "").isdigit() and len(number) < 300 else number
        )
    else:
        at[key] = _any_value(rng)
    case.files[name] = (
        json.dumps(tree, ensure_ascii=rng.random() < 0.2, default=str).replace("NaN", ".nan").encode("utf-8", "replace")
    )
    return f"{name}: {what} {'.'.join(map(str, [*above, key]))[:60]}"


BOMBS = (
    "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)),
    "x: " + "[" * 1000,
    "x: " + "[" * 1000 + "]" * 1000 + "\n",
    "x: " + "{a: " * 3000 + "1" + "}" * 3000 + "\n",
    "x: &x [*x]\n",
    "<<: {first: 1}\n",
    "x: 2011-02-30\n",
    'x: !!int "x"\n',
    "x: !!timestamp 1\n",
    "x: !!binary ===\n",
    "x: !!set {a, b}\n",
    "x: !!omap [a: 1]\n",
    "first: " + "9" * 5000 + "\n",
    "last: 100000000\n",
    "first: 0o17\n",
    "due: .inf\n",
    "? [a, b]\n: c\n",
    "%YAML 9.9\n---\nx: 1\n",
    "--- 1\n--- 2\n",
    "x: |\n" + " y\n" * 50_000,
    "".join(f"k{n}: {n}\n" for n in range(20_000)),
    "\tx: 1\n",
    "x: 1:30:59\n",
    "x: \u2028\n",
    "0x1: 1\n1: 2\ntrue: 3\n",
)


def splice_text(case: Case, rng: Random) -> str:
    """Lines put into a text, taken out of it, or out of their order."""
    name = rng.choice(case.named(".yaml", ".csv"))
    lines = case.files[name].decode("utf-8", "replace").splitlines(keepends=True) or ["\n"]
    at = rng.randrange(len(lines))
    what = rng.choice(("bomb", "delete", "repeat", "indent", "value", "word"))
    if what == "bomb":
        lines.insert(rng.choice((0, at, len(lines))), rng.choice(BOMBS))
    elif what == "delete":
        del lines[at]
    elif what == "repeat":
        lines.insert(rng.randrange(len(lines)), lines[at])
    elif what == "indent":
        lines[at] = rng.choice((" ", "\t", "  - ", "- ", "# ", "? ")) + lines[at]
    elif what == "value" and ":" in lines[at]:
        lines[at] = f"{lines[at].split(':')[0]}: {nasty(rng)}\n"
    else:
        lines[at] = f"{nasty(rng)}{lines[at]}"
    case.files[name] = "".join(lines).encode("utf-8", "replace")
    return f"{name}: {what} line {at}"


# --- bytes


def splice_bytes(case: Case, rng: Random) -> str:
    """Bytes that are cut off, changed, put in, or in another encoding."""
    name = rng.choice(case.named(".csv", ".yaml", ".xlsx"))
    content = case.files[name]
    at, to = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    what = rng.choice(("cut", "out", "flip", "zero", "put", "repeat", "encode", "quote", "ends", "long"))
    text = content.decode("utf-8", "replace")
    encoding = rng.choice(("utf-16", "utf-16-le", "utf-8-sig", "cp1258", "latin-1", "utf-32", "utf-7", "shift-jis"))
    made = {
        "cut": lambda: content[:at],
        "out": lambda: content[:at] + content[to:],
        "flip": lambda: bytes(b ^ (rng.random() < 0.01) << rng.randrange(8) for b in content),
        "zero": lambda: content[:at] + b"\0" * rng.choice((1, 1000)) + content[at:],
        "put": lambda: (
            content[:at] + rng.choice((b"\xff\xfe", b"\xed\xa0\x80", b"\xc3", b"\x1a", rng.randbytes(9))) + content[at:]
        ),
        "repeat": lambda: content + content[at:to] * rng.choice((1, 50)),
        "encode": lambda: text.encode(encoding, "replace"),
        "quote": lambda: content[:at] + b'"' + content[at:],
        "ends": lambda: content.replace(b"\n", rng.choice((b"\r", b"\r\n", b"\n\n", b"", b"\x0b", b"\x85"))),
        "long": lambda: content[:at] + b"x" * rng.choice((131_073, 2_000_000)) + content[at:],
    }
    case.files[name] = made[what]()
    return f"{name}: {what} {at}"


# --- workbooks


def members_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name) for name in book.namelist()}


def zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in members.items():
            book.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED, 1)
    return out.getvalue()


XML = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    b'<!DOCTYPE x SYSTEM "http://x.invalid/x.dtd">',
    b"<![CDATA[",
    b"&#0;",
    b"<row/>",
    b"\0",
)
REPLACED = (
    (b'ref="A1:', b'ref="A1:XFD1048576" x="'),
    (b'r="1"', b'r="1048577"'),
    (b'r="2"', b'r="-2"'),
    (b't="s"', b't="n"'),
    (b"<v>", b"<v>9999999"),
    (b"<v>", b"<v>x"),
    (b"<v>", b"<f>1+1</f><v>"),
    (b"<t>", b"<t>" + b"\xc3\xa1" * 9),
    (b'<c r="', b'<c r="ZZZZ'),
    (b"<sheetData>", b"<sheetData>" + b"<row/>" * 100_000),
    (b"sheetId=", b'state="hidden" sheetId='),
    (b'name="', b'name="x'),
    (b"worksheets/sheet1.xml", b"http://x.invalid/sheet1.xml"),
    (b"worksheets/sheet2.xml", b"../../../../etc/passwd"),
)


def settled(content: bytes) -> bytes:
    """A workbook that openpyxl saved, without the time at which it did."""
    members = members_of(content)
    core = "docProps/core.xml"
    return zipped(
        members | {core: re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2020-01-01T00:00:00Z", members[core])}
    )


def change_members(case: Case, rng: Random) -> str:
    """The files within a workbook."""
    name = rng.choice(case.named(".xlsx"))
    try:
        members = members_of(case.files[name])
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return splice_bytes(case, rng)
    inner = rng.choice([*members])
    content = members[inner]
    at = rng.randrange(len(content) + 1)
    what = rng.choice(("delete", "cut", "put", "replace", "replace", "replace", "bomb", "swap", "macro", "link"))
    if what == "delete":
        del members[inner]
    elif what == "cut":
        members[inner] = content[:at]
    elif what == "put":
        members[inner] = content[:at] + rng.choice(XML) + content[at:]
    elif what == "replace":
        old, new = rng.choice(REPLACED)
        members = {key: value.replace(old, new, rng.choice((1, 5, -1))) for key, value in members.items()}
        inner = repr(new[:40])
    elif what == "bomb":
        members[inner] = content + b" " * rng.choice((*[10**6] * 9, 2 * 10**8))
    elif what == "swap":
        other = rng.choice([*members])
        members[inner], members[other] = members[other], members[inner]
    else:
        members[{"macro": "xl/vbaProject.bin", "link": "xl/externalLinks/externalLink1.xml"}[what]] = content
    case.files[name] = zipped(members)
    return f"{name}: {what} {inner}"


def change_sheets(case: Case, rng: Random) -> str:
    """Cells, rows, columns and sheets of a workbook, as a program of spreadsheets writes them."""
    name = rng.choice(case.named(".xlsx"))
    try:
        book = openpyxl.load_workbook(io.BytesIO(case.files[name]))
    except Exception:  # of a workbook that was broken before, anything
        return splice_bytes(case, rng)
    said = []
    for _ in range(rng.choice((1, 2, 5, 20))):
        said.append(_change_sheet(book, rng.choice(book.worksheets), rng))
    out = io.BytesIO()
    book.save(out)
    case.files[name] = settled(out.getvalue())
    return f"{name}: {'; '.join(said)}"


def _change_sheet(book: Any, sheet: Any, rng: Random) -> str:
    row, column = rng.randrange(1, sheet.max_row + 1), rng.randrange(1, min(sheet.max_column, 60) + 1)
    what = rng.choice((*["cell"] * 10, "row", "rows", "column", "columns", "title", "copy", "hide", "merge"))
    if what == "cell":
        cell = sheet.cell(row, column)
        value = (
            changed(str(cell.value), rng) if cell.value is not None else rng.choice(("5", "x", "0", "1.5", nasty(rng)))
        )
        value = "".join(letter for letter in value[:30_000] if letter >= " " and letter < "\ud800")
        number = rng.random() < 0.6 and value.replace(".", "").replace("-", "").isdecimal() and len(value) < 300
        if not isinstance(cell, openpyxl.cell.cell.MergedCell):
            cell.value = float(value) if number and value.count(".") < 2 and "-" not in value[1:] else value
    elif what in ("row", "column"):
        (sheet.delete_rows if what == "row" else sheet.delete_cols)(row if what == "row" else column)
    elif what in ("rows", "columns"):
        (sheet.insert_rows if what == "rows" else sheet.insert_cols)(row if what == "rows" else column)
    elif what == "title":
        sheet.title = rng.choice(("x", "plan", sheet.title.upper(), sheet.title + " ", "groups", "Sheet1"))[:31]
    elif what == "copy":
        book.copy_worksheet(sheet)
    elif what == "hide":
        sheet.sheet_state = "veryHidden"
        book.active = 0
    else:
        sheet.merge_cells(start_row=row, start_column=column, end_row=row + 2, end_column=column + 2)
    return f"{sheet.title[:20]} {what} {row},{column}"


# --- the command line


def change_words(case: Case, rng: Random) -> str:
    """The values of options, and the names of places."""
    free = [at for at, word in enumerate(case.words) if at and not word.startswith("-") and word != "out"]
    options = (["--draws"], ["--seed"], ["--as-of"], ["--scenario"], ["--source"], ["--year"], ["--loop"])
    if not free or rng.random() < 0.4:
        option = rng.choice(options)[0]
        case.words += [option, rng.choice(("1e3", "0", "-1", "2012", "base+base", "2012-06-01", nasty(rng)))]
    else:
        case.words[rng.choice(free)] = rng.choice((nasty(rng), rng.choice(NASTY)))
    case.words[:] = [word.replace("\0", "") for word in case.words]  # no system passes it on
    return f"{' '.join(case.words)[:100]}"
