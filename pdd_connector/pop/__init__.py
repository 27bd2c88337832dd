# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Wire protocol of the Pinduoduo Open Platform: plain Python, no Odoo, no state."""

from .apis import READS, Read
from .cipher import cipher_kind, has_index
from .convert import (
    PLATFORM_TZ,
    parse_fen,
    parse_int,
    parse_int32,
    parse_objects,
    parse_text,
    parse_time,
    parse_yuan,
    platform_date,
    storable,
    to_fen,
    to_platform_text,
    to_timestamp,
    to_utc,
)
from .errors import (
    CODES,
    PddApiError,
    PddBusinessError,
    PddBusyError,
    PddClockError,
    PddConfigError,
    PddError,
    PddParameterError,
    PddPermissionError,
    PddStoppedError,
    PddThrottledError,
    PddTokenExpiredError,
    PddTokenRevokedError,
    PddTransportError,
    PddUnexpectedAnswer,
    error_from_body,
)
from .gateway import TIMEOUT, PddClient
from .paging import WindowTooLarge, pages_backward, pages_forward
from .redact import safe_text
from .signing import sign, text_value

__all__ = [
    "CODES",
    "PLATFORM_TZ",
    "READS",
    "TIMEOUT",
    "PddApiError",
    "PddBusinessError",
    "PddBusyError",
    "PddClient",
    "PddClockError",
    "PddConfigError",
    "PddError",
    "PddParameterError",
    "PddPermissionError",
    "PddStoppedError",
    "PddThrottledError",
    "PddTokenExpiredError",
    "PddTokenRevokedError",
    "PddTransportError",
    "PddUnexpectedAnswer",
    "Read",
    "WindowTooLarge",
    "cipher_kind",
    "error_from_body",
    "has_index",
    "pages_backward",
    "pages_forward",
    "parse_fen",
    "parse_int",
    "parse_int32",
    "parse_objects",
    "parse_text",
    "parse_time",
    "parse_yuan",
    "platform_date",
    "safe_text",
    "sign",
    "storable",
    "text_value",
    "to_fen",
    "to_platform_text",
    "to_timestamp",
    "to_utc",
]
