# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class PddSkuCreateProduct(models.TransientModel):
    """Create the products that selected SKUs lack.

    Goods with several SKUs become one product with variants, made from the platform's
    specifications; only the combinations that exist on the platform are created.
    """

    _name = "pdd.sku.create.product"
    _description = "Create Missing Products"

    sku_ids = fields.Many2many(
        "pdd.sku", string="SKUs", default=lambda self: self._default_sku_ids()
    )
    categ_id = fields.Many2one("product.category", string="Product Category")
    sku_count = fields.Integer(compute="_compute_counts")
    goods_count = fields.Integer(compute="_compute_counts")
    skipped_count = fields.Integer(compute="_compute_counts")

    @api.model
    def _default_sku_ids(self):
        return self.env["pdd.sku"].browse(self.env.context.get("active_ids", []))

    @api.depends("sku_ids")
    def _compute_counts(self):
        for wizard in self:
            wanted = wizard._get_wanted()
            wizard.sku_count = len(wanted)
            wizard.goods_count = len(wanted.goods_id)
            wizard.skipped_count = len(wizard.sku_ids) - len(wanted)

    def action_create(self):
        """Create the products and show the SKUs they were mapped to."""
        wanted = self._get_wanted()
        if not wanted:
            raise UserError(
                self.env._(
                    "Nothing to create: the selected SKUs are mapped already, or "
                    "several products have their code and one must be chosen by hand."
                )
            )
        for goods, skus in wanted.grouped("goods_id").items():
            self._create_products(goods, skus)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_sku_action"
        )
        return action | {"domain": [("id", "in", wanted.ids)], "context": {}}

    def _get_wanted(self):
        return self.sku_ids.filtered(lambda sku: sku.mapping_state == "unmapped")

    def _create_products(self, goods, skus):
        """Create the products of one listing and map them."""
        specs = {sku: sku._get_specifications() for sku in skus}
        same_attributes = len({tuple(spec) for spec in specs.values()}) == 1
        if len(goods.sku_ids) == 1 or not same_attributes:
            for sku in skus:
                vals = self._prepare_template_vals(goods, sku)
                vals["name"] = (
                    goods.name if len(goods.sku_ids) == 1 else sku.display_name
                )
                template = self.env["product.template"].create(vals)
                self._map(sku, template.product_variant_id)
            return
        template = self._get_template(goods, skus)
        self._add_attribute_values(template, specs.values())
        for sku, spec in specs.items():
            self._map(sku, self._create_variant(template, spec))

    def _get_template(self, goods, skus):
        """Return the product whose variants earlier SKUs became, else a new one."""
        siblings = goods.sku_ids.filtered(
            lambda sku: sku.mapping_method == "created" and sku.product_id
        )
        templates = siblings.product_id.product_tmpl_id
        if len(templates) == 1:
            return templates
        return self.env["product.template"].create(
            self._prepare_template_vals(goods, skus[:1])
        )

    def _prepare_template_vals(self, goods, sku):
        """Return the values of a new product; extended by the stock add-on."""
        vals = {
            "name": goods.name,
            "type": "consu",
            "sale_ok": True,
            "list_price": sku.group_price or sku.single_price,
            "company_id": False,
        }
        if self.categ_id:
            vals["categ_id"] = self.categ_id.id
        return vals

    def _add_attribute_values(self, template, specs):
        """Give the product the attributes and values of some specifications."""
        values_by_attribute = {}
        for spec in specs:
            for name, value in spec.items():
                attribute = self._get_attribute(name)
                values = values_by_attribute.setdefault(attribute, set())
                values.add(self._get_attribute_value(attribute, value).id)
        for attribute, value_ids in values_by_attribute.items():
            line = template.attribute_line_ids.filtered(
                lambda line, attribute=attribute: line.attribute_id == attribute
            )
            links = [Command.link(value_id) for value_id in value_ids]
            if line:
                line.value_ids = links
            else:
                template.attribute_line_ids = [
                    Command.create({"attribute_id": attribute.id, "value_ids": links})
                ]

    def _get_attribute(self, name):
        """Return the attribute of that name whose variants are made on demand."""
        Attribute = self.env["product.attribute"]
        domain = [("name", "=", name), ("create_variant", "=", "dynamic")]
        return Attribute.search(domain, limit=1) or Attribute.create(
            {"name": name, "create_variant": "dynamic"}
        )

    def _get_attribute_value(self, attribute, name):
        value = attribute.value_ids.filtered(lambda value: value.name == name)
        return value[:1] or value.create({"attribute_id": attribute.id, "name": name})

    def _create_variant(self, template, spec):
        combination = self.env["product.template.attribute.value"]
        for line in template.attribute_line_ids:
            combination += line.product_template_value_ids.filtered(
                lambda value, line=line: value.name == spec.get(line.attribute_id.name)
            )
        return template._create_product_variant(combination)

    def _map(self, sku, product):
        sku.write({"product_id": product.id, "mapping_method": "created"})
        if sku.outer_id:
            product.default_code = sku.outer_id
