# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL
from psycopg2 import OperationalError

MOST_PAUSE = 600  # seconds; pauses of the same API grow up to here
# A call may start at most this many seconds ahead of the steady pace.
BURST_SECONDS = 1.0
ATTEMPTS = 20  # each failure is the success of another worker
PAUSE_QUERY = """
    WITH now AS (SELECT extract(epoch FROM clock_timestamp()) AS moment),
    before AS (
        SELECT COALESCE(pause_count, 0) AS pauses,
               COALESCE(pause_until, 0) > moment AS is_running
          FROM pdd_api_budget, now
         WHERE shop_key = %(shop)s AND api_name = %(api)s
    ),
    pause AS (
        SELECT moment + CASE WHEN %(grows)s THEN LEAST(
                   GREATEST(%(most)s, %(seconds)s),
                   %(seconds)s * 2 ^ LEAST(16, COALESCE(
                       pauses - is_running::int, 0)))
               ELSE %(seconds)s END AS moment,
               COALESCE(pauses + 1 - is_running::int, 1) AS pauses
          FROM now LEFT JOIN before ON TRUE
    )
    INSERT INTO pdd_api_budget AS budget (shop_key, api_name, due_time,
                pause_until, pause_count)
         SELECT %(shop)s, %(api)s, moment, moment, pauses FROM pause
    ON CONFLICT (shop_key, api_name) DO UPDATE
            SET due_time = GREATEST(budget.due_time, EXCLUDED.due_time),
                pause_until = GREATEST(budget.pause_until,
                                       EXCLUDED.pause_until),
                pause_count = EXCLUDED.pause_count
      RETURNING due_time - extract(epoch FROM clock_timestamp())
"""


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
    pause_until = fields.Float(
        digits=(18, 6), help="Unix time until which the platform takes no call."
    )
    pause_count = fields.Integer(
        help="Pauses since the last call that was answered: each is twice as long."
    )

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
        taken, seconds, _pauses = self._take_place(
            shop_key, api_name, calls_per_second, patience
        )
        return taken, seconds

    @api.model
    def _take_place(self, shop_key, api_name, calls_per_second, patience):
        """Reserve a place, see :meth:`_reserve`; tell the pauses before it as well.

        :return tuple: (place taken, seconds until it is due, pauses since an answer)
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
                        - extract(epoch FROM clock_timestamp()),
                        COALESCE(pause_count, 0)
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
            return True, max(0.0, float(row[0])), row[1]
        row = self._execute_apart(
            """SELECT due_time - extract(epoch FROM clock_timestamp())
                 FROM pdd_api_budget WHERE shop_key = %(shop)s AND api_name = %(api)s
            """,
            params,
        )
        return False, max(0.0, float(row[0])) if row else 0.0, 0

    @api.model
    def _block(self, shop_key, api_name, seconds, *, grows=False, most=MOST_PAUSE):
        """Keep an API of a shop untouched: the platform takes no call for a while.

        Several workers may learn of the same pause at once: it counts once.

        :param float seconds: how long
        :param bool grows: the platform named no time: the pause is twice as long each
            time the API is blocked again without an answer in between
        :param float most: seconds up to which it grows
        :return float: seconds until the end of the pause
        """
        row = self._execute_apart(
            PAUSE_QUERY,
            {
                "shop": shop_key,
                "api": api_name,
                "seconds": seconds,
                "grows": grows,
                "most": most,
            },
        )
        return max(0.0, float(row[0]))

    @api.model
    def _end_pauses(self, shop_key, api_name):
        """Note that an API answers again: the next pause is a short one."""
        self._execute_apart(
            """UPDATE pdd_api_budget SET pause_count = 0
                WHERE shop_key = %(shop)s AND api_name = %(api)s RETURNING id""",
            {"shop": shop_key, "api": api_name},
        )

    @api.model
    def _get_pause(self, shop_key, api_names):
        """Return the seconds until all of these APIs of a shop take calls again.

        :param api_names: names of APIs
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT MAX(due_time) - extract(epoch FROM clock_timestamp())
                     FROM pdd_api_budget WHERE shop_key = %s AND api_name = ANY(%s)""",
                shop_key,
                [*api_names],
            )
        )
        return max(0.0, float(rows[0][0] or 0.0))

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
