# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError
from odoo.fields import Domain
from psycopg2 import OperationalError

from ..const import SIGNED_ACTIONS, TRACE_API

BUDGET = 300  # calls of one run
PAUSE = timedelta(hours=4)  # between two looks at the same parcel
MOST_AGE = timedelta(days=30)  # afterwards nobody waits for news any more


class PddParcel(models.Model):
    """Where a parcel is: the first scan, the signature, and the alarm without a scan."""

    _inherit = "pdd.parcel"

    first_scan_date = fields.Datetime(string="Picked Up On", readonly=True, copy=False)
    signed_date = fields.Datetime(string="Signed On", readonly=True, copy=False)
    trace_text = fields.Char(string="Last News", readonly=True, copy=False)
    trace_date = fields.Datetime(string="Last News On", readonly=True, copy=False)
    trace_check_date = fields.Datetime(readonly=True, copy=False)
    lacks_scan = fields.Boolean(
        string="No Pick-up Scan",
        compute="_compute_lacks_scan",
        search="_search_lacks_scan",
        help="Told, but the carrier has not scanned it within the shop's time.",
    )

    @api.depends("state", "sent_date", "first_scan_date", "signed_date")
    def _compute_lacks_scan(self):
        lacking = self.filtered_domain(self._domain_lacks_scan(self.shop_id))
        for parcel in self:
            parcel.lacks_scan = parcel in lacking

    def _search_lacks_scan(self, operator, value):
        if operator != "in":
            return NotImplemented
        # shops are compared by their setting, whoever searches
        Shop = self.env["pdd.shop"].sudo()
        shops = Shop.search([("company_id", "in", self.env.companies.ids)])
        domain = self._domain_lacks_scan(shops)
        return domain if True in value else ~domain

    @api.model
    def _domain_lacks_scan(self, shops):
        """Return the parcels of shops that the carrier should have scanned by now."""
        now = fields.Datetime.now()
        domain = Domain("state", "=", "sent") & Domain("first_scan_date", "=", False)
        domain &= Domain("signed_date", "=", False) & Domain("is_main", "=", True)
        return domain & Domain.OR(
            Domain("shop_id", "=", shop.id)
            & Domain("sent_date", "<", now - timedelta(hours=shop.scan_alarm_hours))
            & Domain("sent_date", ">", now - MOST_AGE)
            for shop in shops
        )

    @api.model
    def _cron_trace(self):
        """Look after the parcels that are on their way, the longest unseen first."""
        commit_progress = self.env["ir.cron"]._commit_progress
        now = fields.Datetime.now()
        domain = Domain("state", "=", "sent") & Domain("signed_date", "=", False)
        domain &= Domain("told_number", "!=", False) & Domain(
            "told_logistics_id.code", "!=", False
        )
        domain &= Domain("sent_date", ">", now - MOST_AGE)
        domain &= Domain("shop_id.state", "=", "authorised")
        domain &= Domain("trace_check_date", "=", False) | Domain(
            "trace_check_date", "<", now - PAUSE
        )
        parcels = self.search(
            domain, order="trace_check_date NULLS FIRST, id", limit=BUDGET
        )
        time_left = commit_progress(remaining=len(parcels))
        groups = parcels.grouped(lambda p: (p.told_logistics_id, p.told_number))
        resting_shops = self.env["pdd.shop"]
        for same in groups.values():
            if not time_left:
                break
            if same.shop_id[:1] not in resting_shops:
                resting_shops |= same._trace()
            time_left = commit_progress(len(same))
        parcels.shop_id._review_scan_alarm()

    def _trace(self):
        """Ask for the news about parcels with one number and write them.

        :return: shops whose other parcels must wait
        """
        parcel = self[0]
        try:
            vals = parcel._fetch_trace()
        except (pop.PddBusinessError, ValueError):
            vals = {}  # no trace yet, or none that can be read
        except (pop.PddError, UserError):
            return parcel.shop_id
        try:
            self.write({"trace_check_date": fields.Datetime.now(), **vals})
            self.env.cr.flush()
        except OperationalError:
            self.env.cr.rollback()  # changed meanwhile; it is asked for again
        return self.env["pdd.shop"]

    def _fetch_trace(self):
        """Return the news about this parcel as field values.

        :raise pop.PddBusinessError: there are none yet
        """
        answer = self.shop_id._call(
            TRACE_API,
            company_code=self.told_logistics_id.code,
            mail_no=self.told_number,
        )
        steps = []
        for row in pop.parse_objects(answer, "trace_list"):
            moment = pop.parse_time(row.get("status_time") or row.get("time"))
            if moment:
                steps.append((moment, row))
        if not steps:
            return {}
        steps.sort(key=lambda step: step[0])
        signed = [
            moment for moment, row in steps if row.get("action") in SIGNED_ACTIONS
        ]
        last_date, last = steps[-1]
        return {
            "first_scan_date": steps[0][0],
            "signed_date": signed[0] if signed else False,
            # the full texts may name people and phones: only the state is kept
            "trace_text": pop.parse_text(last.get("status_desc"), limit=100),
            "trace_date": last_date,
        }
