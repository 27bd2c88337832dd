# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector.button_time import get_time_left
from odoo.addons.pdd_connector.races import RACES
from odoo.tools import SQL

from ..const import PUBLISH_APIS
from ..unseen import expected_quantity, review, total

BATCH = 10  # SKUs of one shop taken at once
BATCH_SECONDS = 60  # what is not begun by then goes back to the queue
STALE = timedelta(minutes=2)  # of a claim: the seconds above, two calls, their timeouts
# two conditions, each with an index of its own: one OR makes PostgreSQL read the
# whole queue for each row as long as the first quantities of a shop are not analysed
CLAIM_QUERY = """
    UPDATE pdd_stock_publication AS taken
       SET state = 'sending',
           claim_date = clock_timestamp() AT TIME ZONE 'UTC'
     WHERE taken.id IN (
           SELECT queue.id
             FROM pdd_stock_publication AS queue
             JOIN pdd_sku AS sku ON sku.id = queue.sku_id
            WHERE queue.shop_id = %(shop)s
              AND queue.state IN ('to_send', 'unknown')
              AND sku.stock_stop IS NOT TRUE
              AND (queue.retry_date IS NULL OR queue.retry_date
                   <= clock_timestamp() AT TIME ZONE 'UTC')
              AND NOT EXISTS (
                  SELECT FROM pdd_stock_publication AS claimed
                   WHERE claimed.sku_id = queue.sku_id
                     AND claimed.state = 'sending')
              AND queue.id = (
                  SELECT max(newest.id)
                    FROM pdd_stock_publication AS newest
                   WHERE newest.sku_id = queue.sku_id
                     AND newest.state IN ('to_send', 'unknown'))
            ORDER BY queue.is_raise, queue.quantity, queue.id
            LIMIT %(limit)s
              FOR UPDATE OF queue SKIP LOCKED)
    RETURNING taken.id
"""


class PddStockPublication(models.Model):
    """The queue: what waits is claimed in small batches and sent one by one.

    Nothing is sent while a row is locked: rows are claimed and committed first. Who
    dies in between leaves rows that are being sent; after :data:`STALE` they are read
    back like those without an answer.
    """

    _inherit = "pdd.stock.publication"

    # --- runner

    @api.model
    def _cron_publish(self):
        """Work out what is marked and tell the platform, until nothing is left.

        Several scheduled actions may run this at once, on any number of hosts: marks,
        SKUs and publications are each taken by one of them.
        """
        shops = self.env["pdd.shop"].search(
            [("state", "=", "authorised"), ("stock_publish", "=", True)]
        )
        self._publish(shops)

    @api.model
    def _publish(self, shops):
        """Publish for some shops; a shop that fails waits, the others go on.

        What there is no time for is done by the scheduled action.
        """
        commit_progress = self.env["ir.cron"]._commit_progress
        self._recover_stale()
        paused, worked = set(), 1
        while worked:
            active = shops.filtered(lambda shop: shop.id not in paused)
            active._fetch_before_publishing()
            worked = self._compute_safely()
            for shop in active:
                sent = self._send_batch(shop)
                if sent is None:
                    paused.add(shop.id)
                worked += sent or 0
            time_left = commit_progress(worked, remaining=min(worked, 1))
            if worked and not time_left:
                self._wake()  # go on at once, other actions in turn
                break
        self.env["pdd.goods.offsale"]._send_approved(shops)

    @api.model
    def _compute_safely(self):
        """Work out what is marked; a collision with another worker is tried again."""
        try:
            done = self.env["pdd.stock.level"]._compute_marked()
            self.env.cr.flush()
        except RACES:
            self.env.cr.rollback()  # the marks are still there
            return 1
        self._wake_lanes()
        self.env["ir.cron"]._commit_progress()
        return done

    @api.model
    def _wake_lanes(self):
        """Wake the second lane when several shops wait: it takes one of them."""
        waiting = self._read_group([("state", "=", "to_send")], ["shop_id"])
        if len(waiting) > 1:
            self.env.ref("pdd_connector_stock.ir_cron_stock_publish_lane")._trigger()

    @api.model
    def _send_batch(self, shop):
        """Claim some publications of a shop and send them one by one.

        Nothing is claimed while the platform takes no such call: when the pause is
        over, what lowers a quantity goes first.

        :return: how many were dealt with; None when the shop has to wait
        """
        if pause := shop._get_pause(PUBLISH_APIS):
            if self._has_queue(shop):
                self._wake(fields.Datetime.now() + timedelta(seconds=pause))
            return None
        try:
            batch = self._claim(shop)
            self.env.cr.flush()
        except RACES:
            self.env.cr.rollback()  # another worker takes the same rows
            return 1
        self.env["ir.cron"]._commit_progress()
        return batch._send_claimed()

    def _send_claimed(self):
        """Send claimed publications one by one.

        A slow platform must not outlast the claim: somebody else would take the rest up,
        and what he tells must not be overwritten by what was claimed here before.

        :return: how many were dealt with; None when the shop has to wait
        """
        claims = {publication.id: publication.claim_date for publication in self}
        end = time.monotonic() + min(BATCH_SECONDS, get_time_left(self.env))
        for number, publication in enumerate(self):
            rest = self[number:]
            if time.monotonic() > end:
                rest._give_back(claims)
                break
            if not publication._filter_claimed(claims):
                continue
            if not publication._send():
                rest[1:]._give_back(claims)
                return None
        return len(self)

    def _filter_claimed(self, claims):
        """Return those that nobody else has taken up meanwhile.

        :param dict claims: id -> moment of the claim
        """
        return self.filtered(
            lambda publication: (
                publication.state == "sending"
                and publication.claim_date == claims[publication.id]
            )
        )

    @api.model
    def _has_queue(self, shop=None):
        """Return whether a publication waits to be sent, of a SKU that is not stopped."""
        domain = [
            ("state", "in", ("to_send", "unknown")),
            ("sku_id.stock_stop", "!=", True),
        ]
        if shop:
            domain.append(("shop_id", "=", shop.id))
        return bool(self.search(domain, limit=1, order="id"))

    # --- claim

    @api.model
    def _claim(self, shop):
        """Take the next publications of a shop: reductions first, closest to zero.

        Of several that wait for one SKU the newest is taken, the older ones are
        superseded; where one of them got no answer, its quantity is kept in mind.
        """
        rows = self.env.execute_query(SQL(CLAIM_QUERY, shop=shop.id, limit=BATCH))
        self.invalidate_model()
        batch = self.browse([row_id for (row_id,) in rows])
        batch._supersede_older()
        batch._note_expected()
        return batch.sorted(lambda publication: (publication.quantity, publication.id))

    def _supersede_older(self):
        """End the older publications of the same SKUs."""
        older = self.search(
            [
                ("sku_id", "in", self.sku_id.ids),
                ("state", "in", ("to_send", "unknown", "held")),
                ("id", "not in", self.ids),
            ],
            order="id",
        )
        taken = {publication.sku_id: publication for publication in self}
        older = older.filtered(lambda row: row.id < taken[row.sku_id].id)
        for row in older.filtered("is_maybe"):
            taken[row.sku_id]._build_on(row)
        braked_shops = older.filtered(lambda row: row.state == "held").shop_id
        older.write({"state": "superseded", "drift_qty": 0})
        for shop in braked_shops:
            shop._settle_stock_brake()

    def _note_expected(self):
        """Note what the platform should show now, by what it was told last.

        Where an answer is missing, that was noted before, by :meth:`_set_unknown`.
        """
        for publication in self.filtered(lambda row: not row.is_maybe):
            base = publication.sku_id.publication_id
            if base:
                publication._build_on(base)

    def _build_on(self, base):
        """Note what the platform should show now, and which sales no order shows yet.

        :param base: the publication that was told last, or that got no answer
        """
        self.ensure_one()
        sold = max(0, self.sold_total - base.sold_total)
        until = self.orders_date and fields.Datetime.to_string(self.orders_date)
        unseen, no_sale = review(base.unseen_parts or (), sold, until)
        vals = {
            "unseen_parts": unseen,
            "unseen_qty": total(unseen),
            "drift_qty": -no_sale,
        }
        if base.is_maybe:
            maybe = expected_quantity(base.maybe_qty, base.unseen_qty, sold)
            vals.update(maybe_qty=maybe, is_maybe=True)
        if base.is_maybe and not base.is_expected:
            self.write(vals)
            return
        shown = base.expected_qty if base.is_maybe else base.after_qty
        expected = expected_quantity(shown, base.unseen_qty, sold)
        self.write({**vals, "expected_qty": expected, "is_expected": True})

    @api.model
    def _recover_stale(self):
        """Take up what a worker that died was sending: its outcome is unknown."""
        limit_date = fields.Datetime.now() - STALE
        stale = self.search(
            [("state", "=", "sending"), ("claim_date", "<", limit_date)]
        )
        for publication in stale.try_lock_for_update():
            publication._set_unknown(self.env._("The sending was interrupted."))

    def _give_back(self, claims):
        """Put claimed publications back that were not begun.

        :param dict claims: see :meth:`_filter_claimed`
        """
        self._filter_claimed(claims)._settle({"state": "to_send"})
