# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .. import pop
from .row_age import SKIP, TAKE, judge_row, read_change

# the buyer's return parcel as the detail names it (refunds.md 2)
RETURN_PARCEL = {"express_no": "tracking_number", "shipping_name": "shipping_name"}


class PddRefund(models.Model):
    """How old what we know of an after-sale is; the newest is kept.

    Source: refunds.md 1 and 2: list and detail both say when a case was changed.
    """

    _inherit = "pdd.refund"

    detail_date = fields.Datetime(
        string="Detail Read On",
        readonly=True,
        copy=False,
        help="When the case was asked for by its number; empty once a list has said "
        "something newer.",
    )
    is_undated = fields.Boolean(
        readonly=True,
        copy=False,
        help="The platform sent no time of the last change that can be; the time of "
        "reading stands for it.",
    )

    @api.model
    def _prepare_age_vals(self, row, now):
        """Return when a row was changed, and whether the platform says so.

        :param datetime now: the platform's time, naive UTC
        """
        change_date, is_undated = read_change(row.get("updated_time"), now)
        return {
            "platform_update_date": change_date,
            "is_undated": is_undated,
            "detail_date": False,
        }

    def _get_known_date(self, now):
        """Return when the platform changed the case last; None: we cannot say."""
        self.ensure_one()
        known = self.platform_update_date
        return known if not self.is_undated and pop.is_past(known, now) else None

    def _judge_row(self, vals, now):
        """Return what to do with a row of the list.

        :return: a verdict of :func:`~.row_age.judge_row`
        """
        self.ensure_one()
        if vals["digest"] == self.digest:
            return SKIP
        if vals["is_undated"]:
            return TAKE
        new = vals["platform_update_date"]
        return judge_row(new, self._get_known_date(now), self.detail_date)

    def _prepare_detail_age_vals(self, detail):
        """Return what the detail says about the last change: it is never the older one.

        :return dict: values; those of the status only where it has moved on
        """
        self.ensure_one()
        now = self.shop_id._get_platform_now()
        vals = {"detail_date": now}
        change_date, is_undated = read_change(detail.get("updated_time"), now)
        known = self._get_known_date(now)
        if is_undated or (known and change_date < known):
            return vals
        vals.update(platform_update_date=change_date, is_undated=False)
        for name, target in RETURN_PARCEL.items():
            text = pop.parse_text(detail.get(name)).strip()
            if text:
                vals[target] = text
        try:
            status = pop.parse_field(detail, "after_sales_status", pop.parse_int32)
        except ValueError:
            return vals
        if status != self.after_sales_status:
            vals["after_sales_status"] = status
        return vals
