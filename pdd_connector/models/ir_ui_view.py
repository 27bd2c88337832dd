# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from ast import literal_eval

from odoo import models


class IrUiView(models.Model):
    """The connector's screens link to what their reader may open, and to nothing else.

    Whoever packs sees from which shop an order is and cannot open the shop: Odoo shows
    the name in any case, and would make a link of it that ends in an access error.
    """

    _inherit = "ir.ui.view"

    def _postprocess_tag_field(self, node, name_manager, node_info):
        result = super()._postprocess_tag_field(node, name_manager, node_info)
        model = name_manager.model
        field = model._fields.get(node.get("name"))
        if field and field.type == "many2one" and is_pdd(model, field):
            node.set("pdd_opens", field.comodel_name)
        return result

    def _postprocess_access_rights(self, tree):
        for node in tree.xpath("//field[@pdd_opens]"):
            if not self.env.user._may_open_pdd(node.attrib.pop("pdd_opens")):
                options = literal_eval(node.get("options") or "{}")
                node.set("options", json.dumps({**options, "no_open": True}))
        return super()._postprocess_access_rights(tree)


def is_pdd(model, field):
    """Return whether a field is the connector's, on its own models or on Odoo's."""
    modules = (model._original_module or "", field._module or "")
    return any(name.startswith("pdd_connector") for name in modules)
