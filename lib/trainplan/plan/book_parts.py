"""The parts of a workbook's archive, measured before any reader of workbooks is let to it.

What the archive says of sizes, and a part of its cells, is not believed: parts are unpacked and their tags counted.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

MOST_PARTS = 2_000
MOST_BYTES = 100_000_000  # of all parts, unpacked
MOST_MARKS = 1_500_000  # tags of all parts, four or more a cell: some seconds to read
MOST_SPREAD = 1_100_000  # cells that merged ranges and links lie over, or that are repeats of others
KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
SPREAD = re.compile(rb"<(?:\w+:)?(?:mergeCell|hyperlink)\s[^<>]*?\bref\s*=\s*[\"']([^\"']*)")
RANGE = re.compile(r"\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)", re.IGNORECASE)


class BookRefused(Exception):
    """A workbook that is not read: `code` is `workbook_too_large` or `workbook_damaged`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def unpack_book(data: bytes) -> dict[str, bytes]:
    """The parts of a workbook that are XML, by name; BookRefused where it is out of all measure, or no sound archive.

    A part that declares entities, or hides its tags in another encoding than UTF-8, is damage: no office program
    writes it.
    """
    try:
        parts = dict(_parts(data))
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError):
        raise BookRefused("workbook_damaged") from None
    if any(
        b"<!DOCTYPE" in part or b"\0" in part or not part.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        for part in parts.values()
    ):
        raise BookRefused("workbook_damaged")
    spread = sum(
        _area(html.unescape(found[1].decode("utf-8", "replace")))
        for part in parts.values()
        for found in SPREAD.finditer(part)
    )
    if sum(part.count(b"<") for part in parts.values()) > MOST_MARKS or spread > MOST_SPREAD:
        raise BookRefused("workbook_too_large")
    return parts


def _parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    room = MOST_BYTES
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS:
            raise BookRefused("workbook_too_large")
        for part in parts:
            if part.compress_type not in KINDS:
                raise BookRefused("workbook_damaged")
            part.file_size = MOST_BYTES + 1  # what it says would end the reading
            with archive.open(part) as file:
                content = file.read(room + 1)
            room -= len(content)
            if room < 0:
                raise BookRefused("workbook_too_large")
            if content and part.filename.casefold().endswith((".xml", ".rels", ".vml")):
                yield part.filename, content


def _area(reference: str) -> int:
    """How many cells a range has; 0 of what is none."""
    found = RANGE.fullmatch(reference.strip())
    if not found:
        return 0
    left, right = column_number(found[1]), column_number(found[3])
    return (abs(int(found[4]) - int(found[2])) + 1) * (abs(right - left) + 1)


def column_number(letters: str) -> int:
    """The number from 0 of a column as Excel calls it."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
