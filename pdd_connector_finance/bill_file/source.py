# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From a file to rows of cells: CSV, zip and xlsx, read as a stream.

What is in the file decides, not its name. Nothing here knows what a bill is.
"""

import codecs
import contextlib
import csv
import io
import re
import zipfile
import zlib
from datetime import date, datetime, timedelta

from .errors import BillFileError

MAX_BYTES = 512 * 1024 * 1024  # unpacked; about 4 million lines of a bill
MAX_RATIO = 200  # unpacked to packed; a bill reaches about 20
MAX_CELL = 32_767  # characters; the most a spreadsheet allows
MAX_SHEET_ROWS = 1_048_576  # the most a spreadsheet allows
MAX_LINE = 4 * MAX_CELL
MAX_TEXTS = 64 * 1024 * 1024  # bytes; what is no sheet is read into the memory
MAX_LINES_OF_ROW = 50
SAMPLE = 64 * 1024

_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_EMPTY_ZIP = b"PK\x05\x06"
_UNREADABLE = re.compile("[\ud800-\udfff]")  # what stands for a byte that is no text
_TORN = ("incomplete multibyte sequence", "unexpected end of data", "truncated data")


@contextlib.contextmanager
def open_rows(file):
    """Yield an iterable of ``(line number, list of text cells)``.

    Once it is read to its end, its ``is_ended`` says whether the last line has an end;
    a text that lacks it may have broken off there.

    :param file: a binary file that can seek
    :raise BillFileError: the file cannot be read as a table
    """
    head = file.read(8)
    file.seek(0)
    if not head:
        raise BillFileError("empty")
    if head.startswith(_OLD_OFFICE):
        raise BillFileError("old_spreadsheet")
    if head.startswith((_ZIP, _EMPTY_ZIP)):
        with _open_zip(file) as rows:
            yield rows
    else:
        with _open_text(file) as rows:
            yield rows


# --- containers


@contextlib.contextmanager
def _open_zip(file):
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise BillFileError("zip_broken") from error
    with archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        _check_sizes(members)
        if any(info.filename == "[Content_Types].xml" for info in members):
            file.seek(0)
            with _open_spreadsheet(file, archive, members) as rows:
                yield rows
        else:
            with _open_member(archive, members) as rows:
                yield rows


def _check_sizes(members):
    """Refuse what would fill the memory; the library reads no more than is declared."""
    if any(info.flag_bits & 1 for info in members):
        raise BillFileError("zip_encrypted")
    unpacked = sum(info.file_size for info in members)
    packed = sum(info.compress_size for info in members)
    if unpacked > MAX_BYTES or (
        unpacked > 1024 * 1024 and unpacked > MAX_RATIO * max(packed, 1)
    ):
        raise BillFileError("zip_bomb", megabytes=unpacked // 1024 // 1024)


@contextlib.contextmanager
def _open_member(archive, members):
    """Open the one file of an archive; what macOS adds does not count."""
    members = [m for m in members if not m.filename.startswith("__MACOSX/")]
    if len(members) != 1:
        raise BillFileError("zip_content", files=len(members))
    try:
        with archive.open(members[0]) as packed:
            head = packed.read(8)
            if head.startswith((_ZIP, _EMPTY_ZIP, _OLD_OFFICE)):
                raise BillFileError("zip_nested")
            packed.seek(0)
            with _open_text(packed) as rows:
                yield rows
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BillFileError("zip_broken") from error


# --- text


@contextlib.contextmanager
def _open_text(file):
    encoding = _find_encoding(file)
    stream = io.TextIOWrapper(
        file, encoding=encoding, errors="surrogateescape", newline=""
    )
    try:
        yield _TextRows(stream)
    finally:
        stream.detach()  # closing the file is up to the one who opened it


def _find_encoding(file):
    """Return the encoding of a text; a text of the platform is GB18030.

    A file that another program saved again is UTF-8. Chinese in GB18030 practically
    never is correct UTF-8, hence the order.
    """
    sample = file.read(SAMPLE)
    file.seek(0)
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in sample:
        raise BillFileError("not_a_table")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(sample)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


class _TextRows:
    """Rows of a text, each with the number of the line it begins with.

    A quote that is not closed would make one cell of the rest of the file.

    :ivar bool is_ended: the last line read has an end
    """

    def __init__(self, stream):
        self._stream = stream
        self._number = 0
        self._start = 1
        self.is_ended = True

    def __iter__(self):
        try:
            for cells in csv.reader(self._read_lines(), strict=True):
                if any(len(cell) > MAX_CELL for cell in cells):
                    raise BillFileError("cell_too_large", line=self._start)
                yield self._start, cells
                self._start = self._number + 1
        except UnicodeDecodeError as error:
            code = "cut_off" if error.reason in _TORN else "encoding"
            raise BillFileError(code, line=self._start) from error
        except csv.Error as error:
            raise BillFileError(self._explain(error), line=self._start) from error

    def _explain(self, error):
        """Return the code of what the reader of the cells stumbled over."""
        if "unexpected end" in str(error) and not self.is_ended:
            return "cut_off"
        return "cell_too_large" if "limit" in str(error) else "quotes"

    def _read_lines(self):
        while line := self._stream.readline(MAX_LINE):
            self._number += 1
            self.is_ended = line.endswith(("\n", "\r"))
            if len(line) >= MAX_LINE:
                raise BillFileError("cell_too_large", line=self._number)
            if self._number - self._start >= MAX_LINES_OF_ROW:
                raise BillFileError("quotes", line=self._start)
            if found := _UNREADABLE.search(line):
                is_torn = not self.is_ended and len(line) - found.start() < 4
                code = "cut_off" if is_torn else "encoding"
                raise BillFileError(code, line=self._number)
            yield line


# --- spreadsheets


@contextlib.contextmanager
def _open_spreadsheet(file, archive, members):
    import openpyxl  # heavy, and only needed here

    for info in members:
        if "worksheets/" not in info.filename and info.file_size > MAX_TEXTS:
            raise BillFileError("too_large", megabytes=MAX_TEXTS // 1024 // 1024)
        if info.filename.endswith(".xml"):
            with archive.open(info) as part:
                if b"<!DOCTYPE" in part.read(4096):
                    raise BillFileError("spreadsheet_unsafe")
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except Exception as error:  # the library raises what it stumbles over
        raise BillFileError("spreadsheet_broken") from error
    try:
        yield _SheetRows(book)
    finally:
        book.close()


class _SheetRows:
    """Rows of the first sheet of a book; a sheet that is not whole is no book."""

    is_ended = True

    def __init__(self, book):
        self._book = book

    def __iter__(self):
        return _sheet_rows(self._book)


def _sheet_rows(book):
    sheet = next(iter(book.worksheets), None)
    if sheet is None:
        raise BillFileError("spreadsheet_broken")
    sheet.reset_dimensions()  # many programs write none, or only A1
    rows = sheet.iter_rows(values_only=True)
    number = width = 0
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except Exception as error:  # the library raises what it stumbles over
            raise BillFileError("spreadsheet_broken", line=number) from error
        if number > MAX_SHEET_ROWS:  # rows that are left out are empty ones
            raise BillFileError("spreadsheet_broken", line=number)
        cells = [_cell_text(value) for value in row]
        if any(len(cell) > MAX_CELL for cell in cells):
            raise BillFileError("cell_too_large", line=number)
        width = max(width, len(cells))
        yield number, cells + [""] * (width - len(cells))  # the last may be left out


def _cell_text(value):
    """Return what a person sees in a cell, dates as the platform writes them."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        rounded = value + timedelta(milliseconds=500)  # a spreadsheet counts in days
        return rounded.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    return str(value)
