# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..formula import plain


class PddStockPublication(models.Model):
    """The formula with its figures, in words."""

    _inherit = "pdd.stock.publication"

    @api.model
    def _explain_inputs(self, inputs, target):
        """Return the formula with its figures, a list of lines."""
        if not inputs:
            return []
        lines = []
        parts = inputs.get("parts") or []
        names = self._get_part_names(parts) if len(parts) > 1 else {}
        for part in parts:
            lines += self._explain_part(inputs, part, names.get(part["product"]))
        if len(parts) > 1:
            lines.append(self.env._("The scarcest component decides."))
        for name, text in (
            ("cap", self.env._("Cap: at most %s")),
            ("floor", self.env._("Floor: fewer than %s are shown as none")),
        ):
            if inputs.get(name):
                lines.append(text % inputs[name])
        lines.append(self.env._("= %s, rounded down", target))
        return lines

    @api.model
    def _get_part_names(self, parts):
        # the names of components are no secret to who may read the shop's stock
        products = self.env["product.product"].sudo()
        found = products.browse([part["product"] for part in parts]).exists()
        return {product.id: product.display_name for product in found}

    @api.model
    def _explain_part(self, inputs, part, name):
        """Return the lines about one component."""
        lines = [self.env._("%(name)s, %(per)g per SKU", name=name, per=part["per"])]
        lines = lines if name else []
        lines.append(
            self.env._(
                "Free: %(free)s = on hand %(hand)s − reserved %(reserved)s − promised, "
                "not reserved %(promised)s",
                free=plain(part["free"]),
                hand=plain(part["on_hand"]),
                reserved=plain(part["reserved"]),
                promised=plain(part["promised"]),
            )
        )
        for value, text in (
            (part.get("expired"), self.env._("of it expired: −%s")),
            (part["incoming"], self.env._("of it arriving in time: %s")),
            (inputs["safety"], self.env._("− safety quantity %s")),
            (part["others"], self.env._("− kept aside for others %s")),
            (part["kept"], self.env._("kept aside for this SKU: %s")),
        ):
            if value:
                lines.append(text % plain(value))
        if inputs["share"] != 100:
            lines.append(self.env._("× share %g %%", inputs["share"]))
        if part["sold"]:
            lines.append(
                self.env._(
                    "− sold and not reserved in Odoo yet %s", plain(part["sold"])
                )
            )
        return lines
