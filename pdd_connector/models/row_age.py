# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which of two versions of a row is the newer one; by whole seconds, as they are sent."""

from datetime import timedelta

from .. import pop

# A detail that was written so long after a second was asked for after that second ended
DETAIL_SECONDS = timedelta(minutes=2)
TAKE, ASK_AND_TAKE, ASK, SKIP = "take", "ask and take", "ask", "skip"


def read_change(value, now):
    """Return when a row was changed.

    :param value: the time as it came
    :param datetime now: the platform's time, naive UTC
    :return tuple: the moment; whether it had to be replaced by the one of reading,
        because what came is missing or cannot be
    """
    moment = pop.parse_past(value, now)
    return moment or now, moment is None


def newest_first(rows, key_of, date_of):
    """Return the newest row of each key.

    :param list rows: newest first: of two of the same second the first one counts
    :param key_of: row -> key
    :param date_of: row -> when it was changed
    :return dict: key -> row
    """
    newest = {}
    for row in rows:
        other = newest.get(key_of(row))
        if other is None or date_of(row) > date_of(other):
            newest[key_of(row)] = row
    return newest


def judge_row(new_date, old_date, detail_date):
    """Return what to do with a row of a list that differs from what we have.

    Lists are read from the last page to the first, so of the same second the row that
    comes later is the newer one. Only a row that is read again may be older: then the
    detail decides, which is of the moment it is asked for.

    :param datetime new_date, old_date: of the row; of what we have, None: not known
    :param detail_date: when the detail said what we have, or False: a list did
    """
    if not old_date or new_date > old_date:
        return TAKE
    if new_date < old_date:
        return SKIP
    if not detail_date:
        return ASK_AND_TAKE
    return SKIP if detail_date > old_date + DETAIL_SECONDS else ASK
