# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Pieces that were bought and that no list of orders shows yet. Plain Python.

The platform takes off what is bought at once, its lists show the order some time later.
In between the quantity it shows is lower than all that is known explains. What is
missing is kept as findings ``[moment, pieces]``, the oldest first: the pieces, and when
they were found missing (the platform's clock, ``YYYY-MM-DD HH:MM:SS``, UTC). A finding
ends when orders turn up that explain it, or when the lists are read beyond its moment:
then it was no sale.
"""


def expected_quantity(after, unseen, sold):
    """Return what the platform should show.

    :param int after: what it showed after the last publication
    :param int unseen: pieces that were missing then without an order
    :param int sold: pieces in orders read since
    """
    return after + unseen - max(sold, unseen)


def count_unseen(read, known):
    """Return how many pieces are missing on the platform without a known reason.

    :param int read: what it shows
    :param list known: what it should show; two values after an attempt without answer
    """
    if not known or read in known:
        return 0
    return max(0, max(known) - read)


def total(findings):
    """Return the pieces of findings."""
    return sum(pieces for _moment, pieces in findings)


def review(findings, sold, until):
    """Compare findings with the orders read since.

    :param list findings: see the module
    :param int sold: pieces in orders read since; they explain the oldest ones first
    :param str until: the lists are read up to this moment; None: nobody knows
    :return tuple: the findings that may still be sales, the pieces that were none
    """
    left = []
    for moment, pieces in findings:
        explained = min(sold, pieces)
        sold -= explained
        if pieces > explained:
            left.append([moment, pieces - explained])
    still_open = [row for row in left if not until or row[0] >= until]
    return still_open, total(left) - total(still_open)
