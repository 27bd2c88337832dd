# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What PostgreSQL raises when another worker has written the same rows.

Neither transaction is wrong: who gets it rolls back, and starts over or leaves the
rows to the other one.
"""

from psycopg2 import OperationalError
from psycopg2.errorcodes import SERIALIZATION_FAILURE
from psycopg2.errors import SerializationFailure, UniqueViolation

RACES = (OperationalError, UniqueViolation)


class LostRace(SerializationFailure):
    """Another worker has just written what this request was about to write.

    Odoo repeats a request that ends so: then it finds what the other one made, and
    nobody reads of a key that exists already.
    """

    pgcode = SERIALIZATION_FAILURE
