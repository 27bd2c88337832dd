# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.http import request
from psycopg2.errors import UniqueViolation

from ..races import LostRace


class Base(models.AbstractModel):
    """Two who do the same at once: the slower one finds what the faster one made."""

    _inherit = "base"

    def _create(self, data_list):
        """Have the request of a person repeated that another worker has forestalled.

        What the connector writes by itself is unique because two may write it at once;
        of what people enter twice, the constraint's own sentence says so.
        """
        try:
            return super()._create(data_list)
        except UniqueViolation as error:
            if request and self.env.su and self._name.startswith("pdd."):
                raise LostRace from error
            raise
