# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The one seam of the electronic waybills: what goes to the platform and the printer.

The outer fields are documented. Not documented, hence only here: that asking again under
the same number of ours returns the same waybill, that a shipped order still gets one (for
what an after-sale sends again), what ``user_id`` means (the shop is taken), and the
inside of ``print_data``, whose names are those of the cloud print call.
How the desktop component is addressed is not documented either: the data is handed over
as a file.
"""

import json

from odoo import models
from odoo.addons.pdd_connector.const import EXCHANGE
from odoo.exceptions import UserError

from ..const import PRINT_API

CHANNEL = "PDD"
MOST_ITEMS = 100
NAME_LIMIT = 60
# of print_data -> of cloud.print
PRINT_FIELDS = {
    "encryptedData": "data",
    "templateUrl": "template_url",
    "signature": "signature",
    "ver": "ver",
}


class PddWaybill(models.Model):
    _inherit = "pdd.waybill"

    # --- numbers

    def _prepare_request(self):
        """Return what the platform is asked for one number, as it is stored."""
        return {
            "wp_code": self.account_id.logistics_id.code,
            "sender": self.account_id._prepare_sender(),
            "parcel": self._prepare_parcel(),
        }

    def _prepare_draw(self):
        """Return the call for the numbers of waybills of one account, as stored."""
        requests = self.mapped("request")
        return {
            "wp_code": requests[0]["wp_code"],
            "need_encrypt": True,
            "sender": requests[0]["sender"],
            "trade_order_info_dtos": [request["parcel"] for request in requests],
        }

    def _ask_again(self):
        """Ask once more for a number that may have been given out; see the top.

        No call finds a number by ours: the stored request is sent again unchanged.

        :return dict: this waybill -> values of its outcome
        """
        return self._call_draw()

    def _prepare_update(self):
        """Return the request that changes the label of a number."""
        return {
            "waybill_code": self.tracking_number,
            "wp_code": self.logistics_id.code,
            "object_id": self.object_id,
            "sender": self.account_id._prepare_sender(),
            "recipient": self.order_ids[:1]._prepare_waybill_recipient(),
            "package_info": self._prepare_package(),
            "template_url": self.account_id.template_id.url,
        }

    def _prepare_parcel(self):
        mall_id = self.shop_id.mall_id or ""
        return {
            "object_id": self.object_id,
            **({"user_id": int(mall_id)} if mall_id.isdecimal() else {}),
            "template_url": self.account_id.template_id.url,
            "order_info": {
                "order_channels_type": CHANNEL,
                "trade_order_list": self.order_ids.mapped("order_sn"),
            },
            "package_info": self._prepare_package(),
            "recipient": self.order_ids[:1]._prepare_waybill_recipient(),
        }

    def _prepare_package(self):
        """Return what is in the parcel; weight in grams, volume in millilitres."""
        moves = self.picking_id.move_ids.filtered(lambda move: move.state != "cancel")
        items = [
            {
                "name": (move.product_id.name or "")[:NAME_LIMIT],
                "count": max(1, round(move.product_uom_qty)),
            }
            for move in moves[:MOST_ITEMS]
        ]
        litres = sum(move.product_id.volume * move.product_qty for move in moves) * 1000
        package = {"id": self.object_id, "items": items, "total_packages_count": 1}
        if litres:
            package["volume"] = round(litres * 1000)
        if self.picking_id.weight:
            package["weight"] = round(self.picking_id.weight * 1000)
        return package

    # --- labels

    def _print_in_cloud(self):
        """Send the labels to the printer that is bound on the platform."""
        account = self.account_id
        secret = account.sudo()  # the printer's code is not for those who print
        self.shop_id._call(
            PRINT_API,
            cloud_print_request={
                "printer_id": secret.printer_id,
                "share_code": secret.printer_code,
                "print_data_list": [waybill._prepare_label() for waybill in self],
            },
        )

    def _prepare_label(self):
        """Return the label of one waybill as the cloud print call wants it."""
        try:
            label = json.loads(self.print_data or "")
        except ValueError:
            label = None
        if not isinstance(label, dict):
            raise UserError(
                self.env._(
                    "The label of %s cannot be read: print it in the merchant backend.",
                    self.tracking_number,
                )
            )
        data = {
            theirs: label[ours]
            for ours, theirs in PRINT_FIELDS.items()
            if ours in label
        }
        return {"waybill_printer_data": {**data, "encrypted": True}}

    def _hand_to_component(self):
        """Hand the labels to the platform's print component, untouched."""
        numbers = ",".join(str(waybill.id) for waybill in self)
        return {
            "type": "ir.actions.act_url",
            "url": f"/pdd/waybills/{numbers}",
            "target": "download",
        }


class PddWaybillAccount(models.Model):
    _inherit = "pdd.waybill.account"

    def _prepare_sender(self):
        """Return the sender; the address to the letter as it is subscribed."""
        return {
            "name": self.sender_name,
            "mobile": self.sender_phone,
            "address": self.address,
        }


class PddOrder(models.Model):
    _inherit = "pdd.order"

    def _check_waybill_receiver(self, picking):
        """Raise when the receiver's ciphertext is not at hand.

        :raise UserError: the platform shows it only while an order waits to ship; of an
            exchange it shows another one, and does not say whether a waybill takes it
        """
        case = picking._get_pdd_exchange_case()
        if case.refund_id.after_sales_type == EXCHANGE:
            raise UserError(
                self.env._(
                    "%s: the buyer may want an exchange at another address, for which "
                    "Pinduoduo gives no waybill here. Print the label in the merchant "
                    "backend and enter its number on the transfer.",
                    picking.name,
                )
            )
        if not (self[:1].receiver_cipher or {}):
            raise UserError(
                self.env._(
                    "%(transfer)s: the receiver of %(order)s is not at hand; the platform "
                    "shows it only while an order waits to be shipped.",
                    transfer=picking.name,
                    order=self[:1].order_sn,
                )
            )

    def _prepare_waybill_recipient(self):
        """Return the receiver as ciphertext; nothing is decrypted to print a label."""
        cipher = self.receiver_cipher or {}
        address = {
            "province": self.province,
            "city": self.city,
            "district": self.town,
            "detail": cipher.get("receiver_address"),
        }
        person = {
            "name": cipher.get("receiver_name"),
            "mobile": cipher.get("receiver_phone") or cipher.get("contact_mobile"),
            "address": {name: text for name, text in address.items() if text},
        }
        return {name: value for name, value in person.items() if value}
