# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When something that failed is tried again: one ladder for all that calls by itself."""

from datetime import timedelta

from . import pop

MOST_STEPS = 16  # of the ladder: no number grows without end


def pause_after(failures, first, most):
    """Return how long to wait after so many failures in a row.

    :param int failures: 1 after the first one
    :param timedelta first: the pause after the first failure; doubled with each other
    :param timedelta most: the longest pause
    """
    steps = min(max(failures, 1) - 1, MOST_STEPS)
    return min(first * 2**steps, most)


def is_failed_call(error):
    """Return whether a call was made and failed.

    What the shop's own pace or its state kept back never reached the platform.
    """
    if isinstance(error, pop.PddThrottledError):
        return bool(error.code)
    return isinstance(error, pop.PddError)


def pause_of_api(error):
    """Return how long the API of a refused call is paused, None when it is not.

    Only this API of this shop waits, whatever else the shop has to say.
    """
    if not getattr(error, "pauses_api", False):
        return None
    return timedelta(seconds=error.retry_after)
