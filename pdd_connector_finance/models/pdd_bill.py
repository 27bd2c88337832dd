# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError
from odoo.fields import Domain

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


class PddBill(models.Model):
    """A bill file of a shop's account: what the platform sent, and how far it is posted.

    A file that does not add up, or contradicts an earlier one, is kept and refused:
    nothing of it is posted.
    """

    _name = "pdd.bill"
    _description = "PDD Bill"
    _inherit = ["mail.thread"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="File Name", required=True, readonly=True)
    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    currency_id = fields.Many2one(related="shop_id.currency_id")
    source = fields.Selection(
        [("api", "Read from Pinduoduo"), ("upload", "Uploaded")],
        required=True,
        readonly=True,
    )
    bill_date = fields.Date(
        string="Day Asked For",
        readonly=True,
        help="Day in Shanghai whose bill was read from Pinduoduo.",
    )
    date_from = fields.Date(string="First Day", readonly=True)
    date_to = fields.Date(string="Last Day", readonly=True)
    state = fields.Selection(
        [
            ("new", "To read"),
            ("refused", "Refused"),
            ("open", "To post"),
            ("undoing", "Being undone"),
            ("done", "Posted"),
        ],
        required=True,
        readonly=True,
        default="new",
        tracking=True,
    )
    file = fields.Binary(readonly=True, attachment=True, exportable=False)
    checksum = fields.Char(required=True, readonly=True, exportable=False)
    error_message = fields.Text(readonly=True)
    error_code = fields.Char(readonly=True)
    error_line = fields.Integer(string="Wrong Line", readonly=True)
    error_column = fields.Char(string="Wrong Column", readonly=True)
    replaced_by_id = fields.Many2one(
        "pdd.bill",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="A whole file of the same period that was read instead.",
    )

    # --- what the file says
    row_count = fields.Integer(string="Lines in File", readonly=True)
    new_count = fields.Integer(
        string="New Lines", readonly=True, help="Lines no earlier file had."
    )
    missing_count = fields.Integer(
        string="Lines of Other Files",
        readonly=True,
        help="Lines that earlier files have for this period and this one has not.",
    )
    income = fields.Monetary(readonly=True)
    expense = fields.Monetary(readonly=True)
    is_proven = fields.Boolean(
        string="Totals Agree",
        readonly=True,
        help="The file ends with totals, and they agree with its lines.",
    )

    covered_from = fields.Datetime(
        readonly=True, help="From here on the file shows every movement."
    )
    covered_to = fields.Datetime(
        string="Covered Until",
        readonly=True,
        help="End of the file's period, or the moment it was exported before.",
    )

    # --- how far it is
    line_ids = fields.One2many("pdd.bill.line", "bill_id", readonly=True)
    pending_count = fields.Integer(string="To Post", compute="_compute_counts")
    posted_count = fields.Integer(string="Posted", compute="_compute_counts")
    unknown_count = fields.Integer(string="Unknown Codes", compute="_compute_counts")
    held_count = fields.Integer(string="Held", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts", help="Percent of the lines.")

    _checksum_uniq = models.UniqueIndex(
        "(shop_id, checksum)", "This file has been imported already."
    )

    @api.depends("line_ids.state")
    def _compute_counts(self):
        counts = {}
        for bill, state, count in self.env["pdd.bill.line"]._read_group(
            [("bill_id", "in", self.ids)], ["bill_id", "state"], ["__count"]
        ):
            counts.setdefault(bill.id, {})[state] = count
        for bill in self:
            by_state = counts.get(bill.id, {})
            bill.pending_count = by_state.get("pending", 0)
            bill.posted_count = by_state.get("posted", 0)
            bill.unknown_count = by_state.get("unknown", 0)
            bill.held_count = by_state.get("held", 0)
            total = sum(by_state.values())
            open_count = bill.pending_count + bill.held_count
            bill.progress = 100.0 * (total - open_count) / total if total else 100.0

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        if self.env["pdd.bill.line"].search_count(
            [("bill_id", "in", self.ids), ("move_id", "!=", False)], limit=1
        ):
            raise UserError(
                self.env._("Undo the posting of a bill before you delete it.")
            )
        for bill in self.filtered("new_count"):
            later = bill._find_sharing() - self
            if later:
                raise UserError(
                    self.env._(
                        "%(later)s shows movements of %(bill)s too: delete that file "
                        "first, then import it again.",
                        later=later[0].display_name,
                        bill=bill.display_name,
                    )
                )

    def _find_sharing(self):
        """Return later bills that may show movements which came with this one."""
        self.ensure_one()
        bills = self.search(
            Domain("shop_id", "=", self.shop_id.id)
            & Domain("id", "!=", self.id)
            & Domain("date_from", "<=", self.date_to)
            & Domain("date_to", ">=", self.date_from)
            & Domain("state", "not in", ("new", "refused"))
        )
        return bills.filtered(lambda bill: bill.new_count < bill.row_count)

    def unlink(self):
        """A refused file is no trouble any more; the days of others are read again."""
        refused = self.filtered(lambda bill: bill.state == "refused")
        read = (self - refused).filtered(lambda bill: bill._get_first_day())
        first_days = {
            shop: min(bill._get_first_day() for bill in bills)
            for shop, bills in read.grouped("shop_id").items()
        }
        shops = refused.shop_id
        result = super().unlink()
        for shop, day in first_days.items():
            # cursors belong to the connector, whoever deletes a bill
            feed = shop.sudo()._get_feeds("bill")
            feed._go_back_to(pop.to_utc(datetime.combine(day, time.min)))
        shops.sudo()._review_books()  # the connector's own book-keeping
        return result

    def _get_first_day(self):
        """Return the first day (Shanghai) this bill is about, or False."""
        self.ensure_one()
        return self.bill_date or self.date_from

    # --- buttons

    def action_read(self):
        """Read the file once more, e.g. after an earlier file was corrected."""
        self.check_access("read")  # for accountants only
        # the mirror belongs to the connector, as below
        for bill in self.sudo().filtered(lambda b: b.state in ("new", "refused")):
            bill._read()

    def action_post_lines(self):
        """Post what is not posted yet."""
        self.check_access("read")  # for accountants only
        return self.shop_id._post_by_hand()

    def action_preview(self):
        """Show what posting would book, without booking it."""
        self.ensure_one()
        self.check_access("read")  # for accountants only
        # recognising the movements writes the mirror; nothing is posted
        preview = self.env["pdd.bill.preview"].sudo()._make(self.sudo())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview"),
            "res_model": "pdd.bill.preview",
            "res_id": preview.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_view_lines(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector_finance.pdd_bill_line_action"
        )
        action["domain"] = [("bill_id", "=", self.id)]
        action["context"] = {
            name: value
            for name, value in self.env.context.items()
            if name.startswith("search_default_")
        }
        return action

    # --- business methods

    def _get_days(self):
        """Return the days (Shanghai) this bill names."""
        self.ensure_one()
        start, end = self.date_from, self.date_to
        count = (end - start).days + 1 if start and end else 0
        return {start + timedelta(days=number) for number in range(count)}

    def _get_spans(self):
        """Return when these bills, together, show every movement.

        :return list: [first, last] second (naive, the platform's clock), in order and
            apart from each other
        """
        spans = []
        for bill in self:
            if bill.bill_date:  # the platform gives out a day when it is over
                start = datetime.combine(bill.bill_date, time.min)
                spans.append([start, start + DAY - SECOND])
            if bill.covered_from:
                ends = (bill.covered_from, bill.covered_to)
                spans.append([*map(pop.to_local, ends)])
        merged = []
        for start, end in sorted(spans):
            if merged and start <= merged[-1][1] + SECOND:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        return merged

    def _get_whole_days(self):
        """Return the days these bills, together, cover from beginning to end."""
        days = set()
        for start, end in self._get_spans():
            day = (start - SECOND).date() + DAY
            while datetime.combine(day, time.min) + DAY - SECOND <= end:
                days.add(day)
                day += DAY
        return days

    def _update_state(self):
        """Set the state by what is left to post."""
        open_bills = {
            bill
            for (bill,) in self.env["pdd.bill.line"]._read_group(
                [("bill_id", "in", self.ids), ("state", "in", ("pending", "held"))],
                ["bill_id"],
            )
        }
        for bill in self.filtered(lambda bill: bill.state in ("open", "done")):
            state = "open" if bill in open_bills else "done"
            if bill.state != state:
                bill.state = state
