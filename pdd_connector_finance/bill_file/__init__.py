# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The platform's bill files: plain Python, no Odoo, nothing kept in memory."""

from .download import DownloadError, download
from .errors import CODES, BillFileError
from .parser import ORDER_NUMBER, BillParser, Row, find_order_number, parse_amount
from .source import open_rows
from .table import Column, TableReader

__all__ = [
    "CODES",
    "ORDER_NUMBER",
    "BillFileError",
    "BillParser",
    "Column",
    "DownloadError",
    "Row",
    "TableReader",
    "download",
    "find_order_number",
    "open_rows",
    "parse_amount",
]
