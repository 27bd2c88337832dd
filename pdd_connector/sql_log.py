# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Keep what the platform sent, and tokens, out of the server's log.

Odoo logs a statement that fails as an error, with all its values, also when nothing is
wrong: two workers have met, one of them starts over. Such a meeting is logged as
information; of every other failure the statement stays, its values do not.
"""

import logging
import re
import sys

from psycopg2 import Error, errors

LOGGER = "odoo.sql_db"
MEETINGS = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    errors.UniqueViolation,
)
OURS = "odoo.addons.pdd_connector"
# these stand between Odoo and itself, whoever works
BETWEEN = frozenset((__name__, f"{OURS}.models.base_race", f"{OURS}.models.ir_cron"))
SHORT = 500  # characters of a statement
_LITERAL = re.compile(r"'(?:[^']|'')*'|\$\$.*?\$\$", re.DOTALL)


class NoValues(logging.Filter):
    """Takes the values out of statements of the connector that have failed."""

    def filter(self, record):
        if not (isinstance(record.args, tuple) and len(record.args) == 2):
            return True
        error = record.args[1]
        if not isinstance(error, Error) or not str(record.msg).startswith("bad query"):
            return True
        statement, is_ours = _look_around()
        if is_ours or "pdd_" in statement:
            record.args = (_without_values(statement), primary(error))
            if isinstance(error, MEETINGS):
                record.msg = "another worker was faster: %s\n%s"
                record.levelno, record.levelname = logging.INFO, "INFO"
        return True


def primary(error):
    """Return what the database says, without the values in its details."""
    text = error.diag.message_primary or type(error).__name__
    constraint = error.diag.constraint_name
    return f"{text} ({constraint})" if constraint else text


def without_values(error):
    """Return an error fit for a log: those of the database say no values.

    :param Exception error: as caught; the errors that led to it are replaced in place
    """
    cause = error.__cause__ or error.__context__
    if cause:
        error.__cause__ = without_values(cause)
    if not isinstance(error, Error):
        return error
    clean = type(error)(primary(error)).with_traceback(error.__traceback__)
    clean.__cause__ = error.__cause__
    return clean


def _look_around():
    """Return the failed statement before its values were put in, and if it is ours."""
    frame, statement, is_ours = sys._getframe(1), "", False
    while frame and not (statement and is_ours):
        code, name = frame.f_code, frame.f_globals.get("__name__") or ""
        if not statement and name == LOGGER and code.co_name == "execute":
            query = frame.f_locals.get("query") or ""
            is_text = not isinstance(query, bytes)
            statement = str(query) if is_text else query.decode(errors="replace")
        is_ours = is_ours or (name.startswith(OURS) and name not in BETWEEN)
        frame = frame.f_back
    return statement, is_ours


def _without_values(statement):
    """Return a statement on one line, with dots where texts stood."""
    line = " ".join(_LITERAL.sub("'...'", statement).split())
    return line if len(line) <= SHORT else line[:SHORT] + " ..."


def install():
    """Look at what is logged about statements; once, however often it is called."""
    logger = logging.getLogger(LOGGER)
    if not any(isinstance(known, NoValues) for known in logger.filters):
        logger.addFilter(NoValues())
