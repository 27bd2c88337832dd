# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError

from ..const import SUBSCRIPTION_API

ADDRESS_PARTS = ("country", "province", "city", "district", "detail")


class PddWaybillAccount(models.Model):
    """A subscription of electronic waybills: a carrier's branch and a sender address.

    The address is used to the letter as it is subscribed; the platform refuses any
    other. The sender's name and phone, the label's template and the printer are ours.
    """

    _name = "pdd.waybill.account"
    _description = "PDD Waybill Account"
    _order = "shop_id, sequence, id"
    _rec_name = "branch_name"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    logistics_id = fields.Many2one(
        "pdd.logistics.company",
        string="Carrier",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    branch_code = fields.Char(readonly=True)
    branch_name = fields.Char(readonly=True)
    quantity_left = fields.Integer(string="Numbers Left", readonly=True)
    address = fields.Json(readonly=True, export_string_translation=False)
    address_key = fields.Char(readonly=True)
    address_text = fields.Char(string="Sender Address", compute="_compute_address_text")

    sender_name = fields.Char(help="Printed as the sender.")
    sender_phone = fields.Char()
    template_id = fields.Many2one(
        "pdd.waybill.template",
        string="Label",
        domain="[('logistics_id', '=', logistics_id)]",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        check_company=True,
        help="Parcels from this warehouse use the account; empty: from all others.",
    )
    printer_id = fields.Char(
        string="Cloud Printer", help="Number of a printer bound on the platform."
    )
    printer_code = fields.Char(
        groups="pdd_connector.group_pdd_manager",
        copy=False,
        exportable=False,
        help="Share code of the printer.",
    )

    _account_uniq = models.UniqueIndex(
        "(shop_id, logistics_id, branch_code, address_key)",
        "This subscription exists already.",
    )

    @api.depends("address")
    def _compute_address_text(self):
        for account in self:
            parts = (account.address or {}).get
            account.address_text = "".join(parts(name) or "" for name in ADDRESS_PARTS)

    # --- choice

    @api.model
    def _find(self, picking, shop):
        """Return the account for the parcel of a transfer.

        :raise UserError: there is none, or it is not complete
        """
        logistics = picking.carrier_id.pdd_logistics_id
        if not logistics:
            raise UserError(
                self.env._(
                    "%s: choose a delivery method that has a Pinduoduo carrier.",
                    picking.name,
                )
            )
        warehouse = picking.picking_type_id.warehouse_id
        accounts = self.search(
            [
                ("shop_id", "=", shop.id),
                ("logistics_id", "=", logistics.id),
                ("warehouse_id", "in", (warehouse.id, False)),
            ]
        ).sorted(lambda account: (not account.warehouse_id, account.sequence))
        account = accounts[:1]
        if not account:
            raise UserError(
                self.env._(
                    "%(transfer)s: the shop %(shop)s has no electronic waybills with "
                    "%(carrier)s. Subscribe in the merchant backend, then read the "
                    "waybill accounts on the shop.",
                    transfer=picking.name,
                    shop=shop.name,
                    carrier=logistics.name,
                )
            )
        account._check_complete()
        return account

    def _check_complete(self):
        missing = [
            self._fields[name]._description_string(self.env)
            for name in ("sender_name", "sender_phone", "template_id")
            if not self[name]
        ]
        if missing:
            raise UserError(
                self.env._(
                    "Fill in %(fields)s on the waybill account %(account)s.",
                    fields=", ".join(missing),
                    account=self.display_name,
                )
            )

    # --- intake

    @api.model
    def _fetch(self, shop):
        """Ask for the shop's subscriptions; nothing is locked yet."""
        return pop.parse_objects(
            shop._call(SUBSCRIPTION_API), "waybill_apply_subscription_cols"
        )

    @api.model
    def _intake(self, shop, rows):
        """Write the subscriptions; those that are gone are archived."""
        accounts = self.with_context(active_test=False)
        known = {
            (account.logistics_id, account.branch_code, account.address_key): account
            for account in accounts.search([("shop_id", "=", shop.id)])
        }
        wanted = self._prepare_vals(shop, rows)
        for key, vals in wanted.items():
            if key in known:
                known[key].write(vals)
        self.create([vals for key, vals in wanted.items() if key not in known])
        gone = [account.id for key, account in known.items() if key not in wanted]
        self.browse(gone).active = False

    @api.model
    def _prepare_vals(self, shop, rows):
        """Map subscriptions: (carrier, branch, address) -> values."""
        carriers = self.env["pdd.logistics.company"]._get_by_code()
        wanted = {}
        for row in rows:
            carrier = carriers.get(row.get("wp_code"))
            if not carrier:
                continue
            for branch in pop.parse_objects(row, "branch_account_cols"):
                code = pop.parse_text(branch.get("branch_code"))
                for address in pop.parse_objects(branch, "shipp_address_cols"):
                    address = pop.storable(address)
                    key = json.dumps(address, sort_keys=True, ensure_ascii=False)
                    wanted[carrier, code, key] = {
                        "shop_id": shop.id,
                        "logistics_id": carrier.id,
                        "branch_code": code,
                        "branch_name": pop.parse_text(branch.get("branch_name")),
                        "quantity_left": pop.parse_int32(branch.get("quantity"), 0),
                        "address": address,
                        "address_key": key,
                        "active": True,
                    }
        return wanted
