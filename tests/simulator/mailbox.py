# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Messages waiting for applications, until they are acknowledged (messages.md 1 to 3).

Delivery is at least once: what is not acknowledged comes again, also on another line;
some messages come twice, some out of order. All of it in running time, so a frozen
clock does not stop it.
"""

import heapq
import itertools
import threading
from dataclasses import dataclass

from .people import fraction

DAY = 86400
KEPT = 7 * DAY


@dataclass(slots=True)
class Letter:
    """A message on its way; ``due`` is when it may be sent (again)."""

    event: object
    due: float
    sent: int = 0
    line: object = None


class Mailbox:
    """The letters of all applications.

    :param Settings settings: when letters come again, how many come twice or late
    :param Clock clock: the platform's
    """

    def __init__(self, settings, clock):
        self._settings = settings
        self._clock = clock
        self._letters = {}
        self._due = {}
        self._order = itertools.count()
        self._changed = threading.Condition()

    def post(self, client_id, event):
        """Take a message for an application."""
        late = fraction(f"late-{event.event_id}") < self._settings.push_disorder_share
        due = self._clock.running() + (self._settings.push_disorder if late else 0)
        with self._changed:
            letters = self._letters.setdefault(client_id, {})
            self._forget_old(letters, event.moment)
            letters[event.event_id] = Letter(event, due)
            self._plan(client_id, event.event_id, due)
            self._changed.notify_all()

    def wait(self, client_id, line, seconds):
        """Return the next letter to send over a line; None after some seconds.

        It counts as sent: without an answer it comes again after a while.
        """
        with self._changed:
            letter = self._next(client_id)
            if not letter:
                self._changed.wait(seconds)
                letter = self._next(client_id)
            if letter:
                self._note_sent(client_id, letter, line)
            return letter

    def _next(self, client_id):
        letters, due = self._letters.get(client_id, {}), self._due.get(client_id, [])
        now = self._clock.running()
        while due and due[0][0] <= now:
            moment, _place, key = heapq.heappop(due)
            letter = letters.get(key)
            if letter and letter.due == moment:
                return letter
        return None

    def _note_sent(self, client_id, letter, line):
        letter.sent += 1
        letter.line = line
        key = letter.event.event_id
        share = self._settings.push_duplicate_share
        twice = letter.sent == 1 and fraction(f"twice-{key}") < share
        letter.due = self._clock.running()
        letter.due += 0 if twice else self._settings.push_redelivery
        self._plan(client_id, key, letter.due)

    def _plan(self, client_id, key, moment):
        heap = self._due.setdefault(client_id, [])
        heapq.heappush(heap, (moment, next(self._order), key))

    def acknowledge(self, client_id, key):
        """Forget a letter that was handled.

        :return bool: whether it was still waiting
        """
        with self._changed:
            return self._letters.get(client_id, {}).pop(key, None) is not None

    def return_failed(self, client_id, key):
        """Send a letter again later, because it could not be handled.

        :return bool: whether it was still waiting
        """
        with self._changed:
            letter = self._letters.get(client_id, {}).get(key)
            if letter:
                letter.due = self._clock.running() + self._settings.push_retry
                self._plan(client_id, key, letter.due)
            return letter is not None

    def drop_line(self, client_id, line):
        """Make what was sent over a lost line due at once."""
        with self._changed:
            for key, letter in self._letters.get(client_id, {}).items():
                if letter.line is line:
                    letter.line = None
                    letter.due = self._clock.running()
                    self._plan(client_id, key, letter.due)
            self._changed.notify_all()

    def backlog(self, client_id, now):
        """Return how many letters of the last 7 days are not acknowledged."""
        with self._changed:
            letters = self._letters.get(client_id, {})
            self._forget_old(letters, now)
            return len(letters)

    def _forget_old(self, letters, now):
        """Letters are kept in order of their events, so the oldest come first."""
        while letters:
            key = next(iter(letters))
            if letters[key].event.moment >= now - KEPT:
                return
            del letters[key]

    def __getstate__(self):
        """Save the letters; all of them are due when the state is loaded again."""
        letters = {
            client_id: [letter.event for letter in box.values()]
            for client_id, box in self._letters.items()
        }
        return {"settings": self._settings, "clock": self._clock, "letters": letters}

    def __setstate__(self, state):
        self.__init__(state["settings"], state["clock"])
        for client_id, events in state["letters"].items():
            for event in events:
                self.post(client_id, event)
