# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.addons.pdd_connector.backoff import (
    is_failed_call,
    pause_after,
    pause_of_api,
)
from odoo.addons.pdd_connector.models.pdd_shop_call import PATIENCE
from odoo.addons.pdd_connector.races import RACES
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)
_logger = logging.getLogger(__name__)

RETRY = timedelta(seconds=5)
RETRY_MOST = timedelta(minutes=15)
RETRY_REFUSED = timedelta(hours=1)
RECHECK_EXTRA = timedelta(seconds=60)
SETTLE_TRIES = 8
ALARM_ATTEMPTS = 3  # a fault that passes by itself is no trouble before


class PddStockPublication(models.Model):
    """What came of a publication: outcome, retries, alarms."""

    _inherit = "pdd.stock.publication"

    def _settle_failure(self, error, facts):
        """Keep what a failed call means; return whether the shop may go on."""
        self._end_snapshot()
        sentence = self.shop_id._explain(error)
        if error.outcome_unknown and facts["may_be_applied"]:
            self._set_unknown(sentence, facts["decided"])
            return not isinstance(error, pop.PddTransportError)
        if isinstance(error, pop.PddBusinessError):
            self._settle_refusal(error, facts)
            return True
        if isinstance(error, pop.PddParameterError) and not isinstance(
            error, pop.PddClockError
        ):
            self._settle({"state": "error", "message": sentence})
            self._report_error(sentence)
            return True
        return self._settle_pause(error, sentence)

    def _settle_refusal(self, error, facts):
        """Keep a refusal by the platform's business rules.

        Goods on a promotional slot may not be reduced: the shop goes on selling
        what Odoo has not got, so this is an alarm of its own.
        """
        sentence = self.shop_id._explain(error)
        vals = {"message": sentence, "is_maybe": False, "retry_date": False}
        if not facts["may_be_applied"]:
            self._settle({**vals, "state": "error"})
            self._report_error(sentence)
            return
        decided = facts["decided"]
        if decided["quantity"] < decided["read_qty"]:
            vals.update(
                decided,
                state="refused",
                after_qty=decided["read_qty"],
                sent_date=self._platform_now(),
            )
            self._settle(vals)
        else:
            self._settle({**vals, "state": "error"})
            self._report_error(sentence)

    def _settle_pause(self, error, sentence):
        """Put the publication back; the shop's problem has to end first.

        It is no problem of this SKU: not the row waits, but the API. Afterwards the row
        that is most urgent goes first, however often it has failed.

        :return bool: whether the pause is so short that the next call waits for its end
        """
        failures = self.attempts + is_failed_call(error)
        pause = pause_of_api(error) or self.shop_id._pause_publishing()
        self._settle(
            {
                "state": "to_send",
                "attempts": failures,
                "retry_date": False,
                "message": sentence,
            }
        )
        self._wake(fields.Datetime.now() + pause)
        passing = (pop.PddThrottledError, pop.PddTransportError, pop.PddBusyError)
        if not isinstance(error, passing) or failures >= ALARM_ATTEMPTS:
            self.shop_id._report_stock_trouble(sentence)
        return pause.total_seconds() <= PATIENCE

    def _set_unknown(self, sentence, decided=None):
        """Keep that nobody knows whether the platform took the quantity.

        It shows what was read before or what was told, less what is bought since.

        :param dict decided: what was read and told; a worker that died has not said it,
            so it is the most it can have told
        """
        if decided:
            vals = {
                **decided,
                "expected_qty": decided["read_qty"],
                "is_expected": True,
                "maybe_qty": decided["quantity"],
            }
        else:
            told = max(0, self.target_qty - self.unseen_qty)
            vals = {"maybe_qty": max(told, self.maybe_qty if self.is_maybe else 0)}
        failures = self.attempts + bool(decided)
        retry_date = fields.Datetime.now() + self._get_pause(failures)
        vals.update(
            state="unknown",
            is_maybe=True,
            attempts=failures,
            retry_date=retry_date,
            message=sentence,
        )
        self._settle(vals)
        self._wake(retry_date)

    @api.model
    def _get_pause(self, failures):
        """Return how long to wait after so many failed calls."""
        return pause_after(failures, RETRY, RETRY_MOST)

    @api.model
    def _wake(self, moment=None):
        # whoever publishes or approves need not know of the scheduled action
        publish = self.env.ref("pdd_connector_stock.ir_cron_stock_publish").sudo()
        publish._trigger(moment)

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
            except RACES:
                self.env.cr.rollback()
                if attempt + 1 == SETTLE_TRIES:
                    raise
                _logger.info("PDD publications %s: written again", self.ids)

    def _after_settle(self):
        """Write what follows for the SKU: what it was told, alarms, a later look."""
        self.ensure_one()
        sku = self.sku_id.with_context(tracking_disable=True)
        # an answer that was lost later does not end an alarm
        had_alarm = sku.stock_outcome in ("refused", "error", "unknown")
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
            self._look_again(self.sku_id, fields.Datetime.now() + RETRY_REFUSED)
        elif self.state in ("error", "unknown"):
            sku.stock_outcome = self.state
        if self.unseen_qty and self.state in ("sent", "equal", "refused"):
            margin = timedelta(seconds=self.shop_id.order_margin) + RECHECK_EXTRA
            self._look_again(self.sku_id, fields.Datetime.now() + margin)

    @api.model
    def _look_again(self, skus, due_date):
        """Have SKUs worked out once more at a later moment."""
        self.env["pdd.stock.mark"]._mark("drift", skus=skus, due_date=due_date)
        self._wake(due_date)

    @api.model
    def _postpone_look(self, sku_ids):
        """Look later at SKUs with missing pieces: the orders are not read that far."""
        skus = self.env["pdd.sku"].browse(sku_ids)
        if skus:
            self._look_again(skus, fields.Datetime.now() + RECHECK_EXTRA)

    def _report_refused(self):
        """Raise the alarm: more is on offer than there is."""
        name = _lt(
            "Pinduoduo does not let the stock of %(sku)s be reduced (promotional slot): "
            "pieces on offer: %(shown)s, there: %(target)s. Take the goods off the slot, "
            "or buy the difference.",
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
