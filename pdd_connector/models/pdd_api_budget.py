# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from psycopg2 import OperationalError

# A call may start at most this many seconds ahead of the steady pace.
BURST_SECONDS = 1.0
ATTEMPTS = 20  # each failure is the success of another worker


class PddApiBudget(models.Model):
    """Pace of the calls to one API of one shop, shared by all workers.

    One row per shop and API holds the moment at which the next call is due
    (generic cell rate algorithm). Taking a place is one statement in a transaction of
    its own: no lock is held while the call runs. The shop is named by its key
    and not by a foreign key, so that an uncommitted shop can call as well.
    """

    _name = "pdd.api.budget"
    _description = "PDD API Budget"
    _log_access = False
    _rec_name = "api_name"

    shop_key = fields.Char(required=True)
    api_name = fields.Char(string="API", required=True)
    due_time = fields.Float(digits=(18, 6), help="Unix time of the next free place.")

    _shop_api_uniq = models.UniqueIndex("(shop_key, api_name)")

    @api.model
    def _reserve(self, shop_key, api_name, calls_per_second, patience):
        """Reserve the next place of one API.

        :param str shop_key: the shop, as the platform counts it
        :param str api_name: e.g. ``pdd.goods.list.get``
        :param float calls_per_second: pace to keep
        :param float patience: seconds the caller is ready to wait
        :return tuple: (place taken, seconds until it is due)
        """
        query = """
            INSERT INTO pdd_api_budget AS budget (shop_key, api_name, due_time)
                 VALUES (%(shop)s, %(api)s,
                         extract(epoch FROM clock_timestamp()) + %(interval)s)
            ON CONFLICT (shop_key, api_name) DO UPDATE
                    SET due_time = %(interval)s + GREATEST(budget.due_time,
                            extract(epoch FROM clock_timestamp()) - %(burst)s)
                  WHERE budget.due_time
                        <= extract(epoch FROM clock_timestamp()) + %(patience)s
              RETURNING due_time - %(interval)s
                        - extract(epoch FROM clock_timestamp())
        """
        params = {
            "shop": shop_key,
            "api": api_name,
            "interval": 1.0 / calls_per_second,
            "burst": BURST_SECONDS,
            "patience": patience,
        }
        row = self._execute_apart(query, params)
        if row:
            return True, max(0.0, float(row[0]))
        row = self._execute_apart(
            """SELECT due_time - extract(epoch FROM clock_timestamp())
                 FROM pdd_api_budget WHERE shop_key = %(shop)s AND api_name = %(api)s
            """,
            params,
        )
        return False, max(0.0, float(row[0])) if row else 0.0

    @api.model
    def _block(self, shop_key, api_name, seconds):
        """Keep an API of a shop untouched for some seconds: the platform asked for it."""
        self._execute_apart(
            """
            INSERT INTO pdd_api_budget AS budget (shop_key, api_name, due_time)
                 VALUES (%(shop)s, %(api)s,
                         extract(epoch FROM clock_timestamp()) + %(seconds)s)
            ON CONFLICT (shop_key, api_name) DO UPDATE
                    SET due_time = GREATEST(budget.due_time, EXCLUDED.due_time)
              RETURNING id
            """,
            {"shop": shop_key, "api": api_name, "seconds": seconds},
        )

    @api.model
    def _execute_apart(self, query, params):
        """Run one statement in its own short transaction, again if workers collide."""
        for attempt in range(ATTEMPTS):
            try:
                with self.env.registry.cursor() as cr:
                    # losing the last places in a crash costs nothing; one round trip
                    statements = f"SET LOCAL synchronous_commit TO off; {query}"
                    # two workers that meet are no error
                    cr.execute(statements, params, log_exceptions=False)
                    return cr.fetchone()
            except OperationalError:
                if attempt + 1 == ATTEMPTS:
                    raise
