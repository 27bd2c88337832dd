# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long a button works before a scheduled action takes over.

A web server ends a request that takes too long. A button runs the same loops as the
scheduled actions; they ask ``ir.cron._commit_progress`` how much time is left, and for a
button that is at most :data:`BUTTON_SECONDS`.
"""

import time

from odoo.tools import split_every

# at most ten seconds in all: what was begun when these end takes some more
BUTTON_SECONDS = 6
KEY = "pdd_end_time"  # as core's cron_end_time, for a person who waits


def for_a_moment(records):
    """Return records whose loops end soon; an earlier end that is set already stays."""
    end = time.monotonic() + BUTTON_SECONDS
    return records.with_context(**{KEY: min(end, records.env.context.get(KEY, end))})


def get_time_left(env):
    """Return the seconds a button has left; no limit where no button was pressed."""
    return max(env.context.get(KEY, float("inf")) - time.monotonic(), 0)


def hand_over(records, *xmlids):
    """Wake scheduled actions when a button's time is over; return whether it is.

    :param records: as :func:`for_a_moment` has returned them
    :param str xmlids: the scheduled actions that go on
    """
    if get_time_left(records.env):
        return False
    for xmlid in xmlids:
        records.env.ref(xmlid)._trigger()
    return True


def work_for_a_moment(records, size, work):
    """Work on records of a button in parts; return those there was no time for.

    :param records: as :func:`for_a_moment` has returned them
    :param int size: records of a part
    :param work: called with the records of a part
    """
    left = records
    for part in split_every(size, records.ids, records.browse):
        if not get_time_left(records.env):
            break
        work(part)
        left -= part
    return left


def notify(env, message, *, is_over=False, kind="success", title=None):
    """Return the notification of a button; it says when the work goes on.

    :param str message: what was done, for the reader
    :param bool is_over: the time is over, a scheduled action goes on
    """
    if is_over:
        rest = env._("The rest goes on in the background: look again in a minute.")
        message, kind = f"{message} {rest}".strip(), "info"
    params = {
        "type": kind,
        "message": message,
        "next": {"type": "ir.actions.client", "tag": "soft_reload"},
    }
    if title:
        params["title"] = title
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": params,
    }
