# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate
from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

_lt = LazyTranslate(__name__)
_logger = logging.getLogger(__name__)

READ_API = "pdd.goods.skus.get"
WRITE_API = "pdd.goods.quantity.update"
FULL_UPDATE = 1
BATCH = 10  # SKUs of one shop taken at once
STALE = timedelta(minutes=2)  # longer than two calls and their timeouts
RETRY = timedelta(seconds=5)
RETRY_MOST = timedelta(minutes=15)
RETRY_REFUSED = timedelta(hours=1)
RECHECK_EXTRA = timedelta(seconds=60)
SETTLE_TRIES = 8
ALARM_ATTEMPTS = 3  # a fault that passes by itself is no trouble before


class PddStockPublication(models.Model):
    """The sender: reads what the platform shows, then tells the full quantity.

    Why the full quantity and no difference: a difference whose answer is lost may have
    been applied or not, and two workers or one that died in between leave it applied
    twice; then the quantity stays wrong. The full quantity may be repeated.

    What a full quantity overwrites are sales the computation did not know of. They
    are looked for twice: orders are read before anything is worked out, and the
    platform's own quantity is read right before it is overwritten. Where it is lower
    than it should be, somebody has bought and the lists do not show it yet: as many
    pieces are told less. What remains is the time between this reading and the writing
    that follows at once: the way there and back of one call.

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
    def _publish(self, shops, seconds=None):
        """Publish for some shops; a shop that fails waits, the others go on.

        :param seconds: how long a person is ready to wait; the rest is done later
        """
        commit_progress = self.env["ir.cron"]._commit_progress
        deadline = time.monotonic() + seconds if seconds else float("inf")
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
            if worked and (not time_left or time.monotonic() > deadline):
                self._wake()  # go on at once, other actions in turn
                break
        self.env["pdd.goods.offsale"]._send_approved(shops)

    @api.model
    def _compute_safely(self):
        """Work out what is marked; a collision with another worker is tried again."""
        try:
            done = self.env["pdd.stock.level"]._compute_marked()
        except OperationalError:
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

        :return: how many were dealt with; None when the shop has to wait
        """
        try:
            batch = self._claim(shop)
        except (OperationalError, UniqueViolation):
            self.env.cr.rollback()  # another worker takes the same rows
            return 1
        self.env["ir.cron"]._commit_progress()
        for number, publication in enumerate(batch):
            if not publication._send():
                batch[number + 1 :]._give_back()
                return None
        return len(batch)

    @api.model
    def _has_queue(self):
        """Return whether a publication waits to be sent."""
        states = ("to_send", "unknown")
        return bool(self.search([("state", "in", states)], limit=1, order="id"))

    # --- claim

    @api.model
    def _claim(self, shop):
        """Take the next publications of a shop: closest to zero first.

        Of several that wait for one SKU the newest is taken, the older ones are
        superseded; where one of them got no answer, its quantity is kept in mind.
        """
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE pdd_stock_publication AS taken
                   SET state = 'sending', attempts = attempts + 1,
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
                              SELECT FROM pdd_stock_publication AS other
                               WHERE other.sku_id = queue.sku_id
                                 AND (other.state = 'sending'
                                      OR (other.id > queue.id
                                          AND other.state IN ('to_send', 'unknown'))))
                        ORDER BY queue.quantity, queue.id
                        LIMIT %(limit)s
                          FOR UPDATE OF queue SKIP LOCKED)
             RETURNING taken.id
                """,
                shop=shop.id,
                limit=BATCH,
            )
        )
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
        for row in older:
            newest = taken[row.sku_id]
            if row.id < newest.id and row.state == "unknown":
                newest.write({"maybe_qty": row.quantity, "is_maybe": True})
        older.filtered(lambda row: row.id < taken[row.sku_id].id).state = "superseded"

    def _note_expected(self):
        """Note what the platform should show now, by what it was told last."""
        for publication in self:
            base = publication.sku_id.publication_id
            if base:
                publication.expected_qty = base._get_expected(publication.sold_total)
                publication.is_expected = True

    @api.model
    def _recover_stale(self):
        """Take up what a worker that died was sending: its outcome is unknown."""
        limit_date = fields.Datetime.now() - STALE
        stale = self.search(
            [("state", "=", "sending"), ("claim_date", "<", limit_date)]
        )
        for publication in stale.try_lock_for_update():
            publication._set_unknown(self.env._("The sending was interrupted."))

    def _give_back(self):
        """Put claimed publications back that were not begun."""
        self._settle({"state": "to_send"})

    # --- one publication

    def _send(self):
        """Tell one quantity and keep the outcome.

        :return bool: whether the shop may go on
        """
        shop = self.shop_id
        facts = {"may_be_applied": False}
        try:
            vals = self._tell(facts)
        except pop.PddError as error:
            return self._settle_failure(error, facts)
        except UserError as error:
            self.env.cr.rollback()
            self._settle({"state": "to_send", "message": error.args[0]})
            return False
        except Exception as error:  # noqa: BLE001 one SKU must not stop the others
            self.env.cr.rollback()
            sentence = self.env["pdd.issue"]._report_exception(
                shop, f"publishing SKU {self.sku_id.sku_id}", error
            )
            self._settle({"state": "error", "message": sentence})
            return True
        self._end_snapshot()
        self._settle(vals)
        return True

    def _end_snapshot(self):
        """End the transaction that was open during the call: nothing is written in it.

        Else what others wrote meanwhile would make the writing of the outcome fail.
        """
        self.env["ir.cron"]._commit_progress()

    def _tell(self, facts):
        """Ask and tell the platform; no row is locked, nothing is written.

        :param dict facts: filled with what has to survive an error
        :return dict: values of this publication
        """
        keys = {
            "goods_id": int(self.sku_id.goods_id.goods_id),
            "sku_id": int(self.sku_id.sku_id),
        }
        target, vals = self.target_qty, {}
        if target or self.is_check:
            facts["read"] = self._ask(keys)
            vals = self._decide(**facts["read"])
            if vals["quantity"] == vals["read_qty"]:
                return {**vals, **self._known_vals("equal", vals["quantity"])}
            if vals["quantity"] > vals["read_qty"] and not self._may_raise():
                return {**vals, **self._wait_vals()}
            target = vals["quantity"]
        facts["may_be_applied"] = True
        answer = self.shop_id._call(
            WRITE_API, **keys, quantity=target, update_type=FULL_UPDATE
        )
        if answer.get("is_success") is not True:
            raise pop.PddBusinessError(0, self.env._("No success was reported."))
        return {**vals, "quantity": target, **self._known_vals("sent", target)}

    def _ask(self, keys):
        """Return what the platform shows of the SKU, and when it was asked."""
        read_date = self._platform_now()
        answer = self.shop_id._call(READ_API, **keys)
        quantity = pop.parse_field(answer, "quantity", pop.parse_int32)
        return {"read_qty": quantity, "read_date": read_date}

    def _platform_now(self):
        return fields.Datetime.now() + timedelta(seconds=self.shop_id.clock_skew)

    def _decide(self, read_qty, read_date):
        """Return the quantity to tell, now that the platform's own is known."""
        known = []
        if not self.is_check:
            known += [self.expected_qty] if self.is_expected else []
            known += [self.maybe_qty] if self.is_maybe else []
        unseen = count_unseen(read_qty, known)
        return {
            "read_qty": read_qty,
            "read_date": read_date,
            "is_read": True,
            "unseen_qty": unseen,
            "quantity": max(0, self.target_qty - unseen),
            **self._prepare_drift_vals(read_qty),
        }

    def _prepare_drift_vals(self, read_qty):
        """Return how far the platform was from what was expected, found by a check."""
        drift = read_qty - self.expected_qty if self.is_expected else 0
        if not drift or not self.is_check:
            return {"drift_qty": 0, "drift_cause": False}
        base = self.sku_id.publication_id
        if self.is_maybe:
            cause = "lost"
        elif base.state == "refused":
            cause = "refused"
        else:
            cause = "raised" if drift > 0 else "lowered"
        return {"drift_qty": drift, "drift_cause": cause}

    def _may_raise(self):
        """Return whether orders were read lately: else more might be sold already."""
        return self.shop_id._has_fresh_orders()

    def _wait_vals(self):
        return {
            "state": "to_send",
            "quantity": self.target_qty,
            "retry_date": fields.Datetime.now() + RETRY,
            "message": self.env._(
                "Waits until the shop's orders are read: more may be sold than known."
            ),
        }

    def _known_vals(self, state, quantity):
        """Return the values of an attempt after which the platform's figure is known."""
        return {
            "state": state,
            "after_qty": quantity,
            "sent_date": self._platform_now(),
            "is_maybe": False,
            "message": False,
            "retry_date": False,
        }

    # --- failures

    def _settle_failure(self, error, facts):
        """Keep what a failed call means; return whether the shop may go on."""
        self._end_snapshot()
        sentence = self.shop_id._explain(error)
        if error.outcome_unknown and facts["may_be_applied"]:
            self._set_unknown(sentence)
            return not isinstance(error, pop.PddTransportError)
        if isinstance(error, pop.PddBusinessError):
            self._settle_refusal(error, facts)
            return True
        if isinstance(error, pop.PddParameterError) and not isinstance(
            error, pop.PddClockError
        ):
            self._settle({"state": "error", "message": sentence})
            return True
        self._settle_pause(error, sentence)
        return False

    def _settle_refusal(self, error, facts):
        """Keep a refusal by the platform's business rules.

        Goods on a promotional slot may not be reduced: the shop goes on selling
        what Odoo has not got, so this is an alarm of its own.
        """
        read = facts.get("read", {})
        sentence = self.shop_id._explain(error)
        vals = {"message": sentence, "is_maybe": False, "retry_date": False}
        if not facts["may_be_applied"]:
            self._settle({**vals, "state": "error"})
            self._report_error(sentence)
            return
        shown = read.get("read_qty", self._get_shown())
        if self.target_qty < shown:
            vals.update(
                state="refused",
                after_qty=shown,
                unseen_qty=0,
                sent_date=self._platform_now(),
                **{**read, "is_read": bool(read)},
            )
            self._settle(vals)
        else:
            self._settle({**vals, "state": "error"})
            self._report_error(sentence)

    def _get_shown(self):
        return self.expected_qty if self.is_expected else self.sku_id.platform_qty

    def _settle_pause(self, error, sentence):
        """Put the publication back; the shop's problem has to end first."""
        seconds = getattr(error, "retry_after", None)
        pause = timedelta(seconds=seconds) if seconds else self._get_pause()
        retry_date = fields.Datetime.now() + pause
        self._settle(
            {"state": "to_send", "retry_date": retry_date, "message": sentence}
        )
        self._wake(retry_date)
        passing = (pop.PddThrottledError, pop.PddTransportError, pop.PddBusyError)
        if not isinstance(error, passing) or self.attempts >= ALARM_ATTEMPTS:
            self.shop_id._report_stock_trouble(sentence)

    def _set_unknown(self, sentence):
        """Keep that nobody knows whether the platform took the quantity."""
        retry_date = fields.Datetime.now() + self._get_pause()
        self._settle(
            {
                "state": "unknown",
                "maybe_qty": self.quantity,
                "is_maybe": True,
                "retry_date": retry_date,
                "message": sentence,
            }
        )
        self._wake(retry_date)

    def _get_pause(self):
        """Return how long to wait, longer with each attempt."""
        return min(RETRY * 2 ** min(max(self.attempts, 1) - 1, 10), RETRY_MOST)

    @api.model
    def _wake(self, moment=None):
        self.env.ref("pdd_connector_stock.ir_cron_stock_publish")._trigger(moment)

    # --- outcome

    def _settle(self, vals):
        """Write what came of these publications, whatever other workers do meanwhile.

        The platform knows it already, so it must not get lost: tried again when another
        transaction wrote the same rows.
        """
        for attempt in range(SETTLE_TRIES):
            try:
                self.write(vals)
                for publication in self:
                    publication._after_settle()
                self.env["ir.cron"]._commit_progress()
                return
            except OperationalError:
                self.env.cr.rollback()
                if attempt + 1 == SETTLE_TRIES:
                    raise
                _logger.info("PDD publications %s: written again", self.ids)

    def _after_settle(self):
        """Write what follows for the SKU: what it was told, alarms, a later look."""
        self.ensure_one()
        sku = self.sku_id.with_context(tracking_disable=True)
        had_alarm = sku.stock_outcome in ("refused", "error")
        if self.state in ("sent", "equal"):
            sku.write(
                {
                    "publication_id": self.id,
                    "published_qty": self.after_qty,
                    "platform_qty": self.after_qty,
                    "stock_outcome": self.state,
                }
            )
            self._settle_alarms(had_alarm)
        elif self.state == "refused":
            sku.write(
                {
                    "publication_id": self.id,
                    "platform_qty": self.after_qty,
                    "stock_outcome": "refused",
                }
            )
            self._report_refused()
            self._look_again(fields.Datetime.now() + RETRY_REFUSED)
        elif self.state in ("error", "unknown"):
            sku.stock_outcome = self.state
        if self.unseen_qty and self.state in ("sent", "equal"):
            margin = timedelta(seconds=self.shop_id.order_margin) + RECHECK_EXTRA
            self._look_again(fields.Datetime.now() + margin)

    def _look_again(self, due_date):
        """Have the SKU worked out once more at a later moment."""
        self.env["pdd.stock.mark"]._mark("drift", skus=self.sku_id, due_date=due_date)
        self._wake(due_date)

    def _report_refused(self):
        """Raise the alarm: more is on offer than there is."""
        name = _lt(
            "Pinduoduo does not let the stock of %(sku)s be reduced (promotional slot): "
            "%(shown)s pieces are on offer, %(target)s are there. Take the goods off the "
            "slot, or buy the difference.",
            sku=self.sku_id.display_name,
            shown=self.after_qty,
            target=self.target_qty,
        )
        self.env["pdd.issue"]._report(
            self.shop_id,
            "stock_refused",
            self.sku_id,
            name,
            detail=self.message,
            sku_id=self.sku_id.id,
        )

    def _report_error(self, detail):
        name = _lt(
            "The stock of %s could not be published: see the answer, check the goods in "
            "the merchant backend and read the goods again.",
            self.sku_id.display_name,
        )
        self.env["pdd.issue"]._report(
            self.shop_id,
            "stock_error",
            self.sku_id,
            name,
            detail=detail,
            sku_id=self.sku_id.id,
        )
        self.env["ir.cron"]._commit_progress()

    def _settle_alarms(self, had_alarm):
        """End the alarms of a SKU that was told, and the trouble of its shop."""
        Issue = self.env["pdd.issue"]
        for cause in ("stock_refused", "stock_error") if had_alarm else ():
            Issue._settle(self.shop_id, cause, [self.sku_id.id])
        if self.shop_id.stock_trouble:
            self.shop_id._settle_stock_trouble()


def count_unseen(read, known):
    """Return how many pieces are missing on the platform without a known reason.

    :param int read: what it shows
    :param list known: what it should show; two values after an attempt without answer
    """
    if not known or read in known:
        return 0
    return max(0, max(known) - read)
