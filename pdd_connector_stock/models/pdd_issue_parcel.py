# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddIssue(models.Model):
    _inherit = "pdd.issue"

    cause = fields.Selection(
        selection_add=[
            ("scan", "Pick-up scan missing"),
            ("waybill", "Waybill number not known"),
            ("case", "Goods and money do not agree"),
        ],
        ondelete={"scan": "cascade", "waybill": "cascade", "case": "cascade"},
    )

    def _fix_scan(self):
        """Open the parcels that the carrier has not scanned."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector_stock.pdd_parcel_action"
        )
        domain = [("lacks_scan", "=", True), ("shop_id", "=", self.shop_id.id)]
        return {**action, "domain": domain}

    def _fix_waybill(self):
        """Open the waybill whose number nobody knows."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "pdd.waybill",
            "res_id": int(self.key),
            "view_mode": "form",
        }

    def _fix_archived(self):
        """Open the rule that leads to an archived warehouse or delivery method."""
        kind, _comma, number = (self.key or "").partition(",")
        if kind != "rule":
            return super()._fix_archived()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector_stock.pdd_warehouse_rule_action"
        )
        return {**action, "domain": [("id", "=", int(number))]}

    def _fix_case(self):
        """Open the after-sale's case, which names the next step."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "pdd.case",
            "res_id": int(self.key),
            "view_mode": "form",
        }
