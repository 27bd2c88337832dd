# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What PostgreSQL raises when another worker has written the same rows.

Neither transaction is wrong: who gets it rolls back, and starts over or leaves the
rows to the other one.
"""

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

RACES = (OperationalError, UniqueViolation)
