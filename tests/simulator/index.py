# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Rows sorted by time, newest first, and the delay until lists show a change."""

import bisect
from collections import deque


class TimeIndex:
    """Keys ordered by a time; a key has one place at a time."""

    def __init__(self):
        self._places = []
        self._times = {}

    def __len__(self):
        return len(self._places)

    def put(self, key, moment):
        """Place a key at a time (whole seconds), leaving its older place."""
        moment = int(moment)
        old = self._times.get(key)
        if old == moment:
            return
        if old is not None:
            place = bisect.bisect_left(self._places, (old, key))
            del self._places[place]
        bisect.insort(self._places, (moment, key))
        self._times[key] = moment

    def oldest(self):
        """Return the earliest time of all; 0 when there is none."""
        return self._places[0][0] if self._places else 0

    def bounds(self, start, end):
        """Return the slice positions of the closed window ``[start, end]``."""
        low = bisect.bisect_left(self._places, (start,))
        return low, bisect.bisect_left(self._places, (end + 1,))

    def newest_first(self, start, end):
        """Yield the keys of a closed window, newest first."""
        low, high = self.bounds(start, end)
        for position in range(high - 1, low - 1, -1):
            yield self._places[position][1]

    def page(self, start, end, offset, size):
        """Return ``(keys, total)`` of one page of a closed window, newest first."""
        low, high = self.bounds(start, end)
        top = high - offset
        bottom = max(low, top - size)
        keys = [key for _moment, key in self._places[bottom : max(top, low)]]
        return keys[::-1], high - low


class Shelf:
    """What the list methods show of one kind of rows of one shop.

    A row is published as a snapshot; with a lag the snapshot becomes visible later.

    :ivar TimeIndex by_update: keys by time of the last visible change
    :ivar TimeIndex by_deal: keys by deal time
    """

    def __init__(self):
        self.rows = {}
        self.by_update = TimeIndex()
        self.by_deal = TimeIndex()
        self._waiting = deque()

    def publish(self, key, row, updated, deal, visible_at=None):
        """Show a row at once, or from ``visible_at`` on."""
        if visible_at is None and not self._waiting:
            self._show(key, row, updated, deal)
        else:
            self._waiting.append((visible_at or 0, key, row, updated, deal))

    def settle(self, now):
        """Show what has become visible by now."""
        while self._waiting and self._waiting[0][0] <= now:
            self._show(*self._waiting.popleft()[1:])

    def _show(self, key, row, updated, deal):
        self.rows[key] = row
        self.by_update.put(key, updated)
        self.by_deal.put(key, deal)
