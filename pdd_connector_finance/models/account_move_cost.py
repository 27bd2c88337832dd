# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class AccountMove(models.Model):
    """The cost of goods that come back with a credit note: as the sale has booked it.

    Odoo books cost with the documents of a sale when stock is valued perpetually. What
    goods cost today, and how much money went back, says nothing about the cost that was
    booked when they were sold.
    """

    _inherit = "account.move"

    pdd_pieces = fields.Json(
        readonly=True,
        copy=False,
        exportable=False,
        export_string_translation=False,
        help="Quantity that comes back with this credit note, by sales order line.",
    )

    def _stock_account_prepare_realtime_out_lines_vals(self):
        """Take back the cost of what comes back; called where *Inventory* is installed."""
        notes = self.filtered("pdd_refund_id")
        others = super(AccountMove, self - notes)
        return others._stock_account_prepare_realtime_out_lines_vals() + [
            vals for note in notes for vals in note._prepare_pdd_cost_back()
        ]

    def _prepare_pdd_cost_back(self):
        """Return the items that take back the cost of the pieces of this credit note."""
        self.ensure_one()
        vals_list, given = [], set()
        for item in self.invoice_line_ids:
            line = item.sale_line_ids[:1]
            pieces = (self.pdd_pieces or {}).get(str(line.id), 0.0)
            if not pieces or line in given:
                continue
            given.add(line)
            before = line._get_pdd_pieces_back(leave_out=self)
            costs, sold = line._get_pdd_booked_costs()
            vals_list += [
                item._prepare_pdd_cost_back(cost, before, pieces, sold)
                for cost in costs
                if sold > 0
            ]
        return vals_list


class AccountMoveLine(models.Model):
    """Items of cost."""

    _inherit = "account.move.line"

    def _prepare_pdd_cost_back(self, cost, before, pieces, sold):
        """Return what takes back a part of an item of cost.

        What comes back little by little adds up to what was booked, to the fen.

        :param cost: item of an invoice, on stock or on expense
        :param float before: quantity that has come back before
        :param float pieces: quantity that comes back with this line
        :param float sold: quantity the item is about
        """
        self.ensure_one()
        amounts = {
            name: currency.round(cost[name] * before / sold)
            - currency.round(cost[name] * (before + pieces) / sold)
            for name, currency in (
                ("amount_currency", cost.currency_id),
                ("balance", cost.company_currency_id),
            )
        }
        return {
            **amounts,
            "name": cost.name,
            "move_id": self.move_id.id,
            "partner_id": self.move_id.commercial_partner_id.id,
            "product_id": cost.product_id.id,
            "product_uom_id": cost.product_uom_id.id,
            "quantity": pieces,
            "price_unit": cost.price_unit,
            "account_id": cost.account_id.id,
            "analytic_distribution": cost.analytic_distribution,
            "display_type": "cogs",
            "tax_ids": [],
            "cogs_origin_id": self.id,
        }


class SaleOrderLine(models.Model):
    """What was booked of a sales order line, and how much of it came back."""

    _inherit = "sale.order.line"

    def _get_pdd_pieces_back(self, leave_out=None):
        """Return the quantity that came back with posted credit notes of after-sales.

        :param leave_out: a credit note that does not count
        """
        self.ensure_one()
        notes = self.order_id.pdd_order_ids.refund_ids.credit_note_id
        notes = notes.filtered(lambda note: note.state == "posted")
        return sum(
            (note.pdd_pieces or {}).get(str(self.id), 0.0)
            for note in notes - (leave_out or notes.browse())
        )

    def _get_pdd_booked_costs(self):
        """Return the items of cost of this line's sale, and the quantity they are about.

        What a person has reversed as a whole counts for nothing, another credit note is
        taken off. An invoice of many orders has
        one cost per product: each piece has its part of it.
        """
        self.ensure_one()
        documents = self.invoice_lines.move_id.filtered(
            lambda move: (
                move.state == "posted"
                and move.is_sale_document(include_receipts=True)
                and not move.pdd_refund_id
            )
        )
        reversed_ones = documents.filtered(lambda move: move._is_pdd_reversed())
        documents -= reversed_ones + reversed_ones.reversal_move_ids
        costs = documents.line_ids.filtered(
            lambda item: (
                item.display_type == "cogs"
                and self in item.cogs_origin_id.sale_line_ids
            )
        )
        sold = sum(
            -item.quantity if item.move_id.move_type == "out_refund" else item.quantity
            for item in costs.cogs_origin_id
        )
        return costs, sold
