# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..button_time import for_a_moment, work_for_a_moment

BATCH_SIZE = 100  # goods


class PddSkuCreateProduct(models.TransientModel):
    """Create the products that selected SKUs lack.

    Goods with several SKUs become one product with variants, made from the platform's
    specifications; only the combinations that exist on the platform are created. SKUs
    with the same merchant code share one product.
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
        """Create the products and show the SKUs they were mapped to.

        Works by batches and commits each of them: what is done stays done. It stops
        before a web server's patience ends; the rest is created by pressing again.
        """
        self.sku_ids.check_access("write")
        wanted = self._get_wanted()
        if not wanted:
            raise UserError(
                self.env._(
                    "Nothing to create: the selected SKUs are mapped already, or "
                    "several products have their code and one must be chosen by hand."
                )
            )
        work_for_a_moment(
            for_a_moment(wanted.goods_id),
            BATCH_SIZE,
            lambda goods: self._create_products_of(wanted, goods),
        )
        return self._show_outcome(wanted)

    def _create_products_of(self, wanted, goods):
        """Create the products of some goods and keep them, whatever comes after."""
        # some may have got the product of an earlier batch, by their code
        self._create_products(
            wanted.filtered(lambda sku: sku.goods_id in goods and not sku.product_id)
        )
        self.env["ir.cron"]._commit_progress()

    def _show_outcome(self, wanted):
        """Tell how many got a product; show these SKUs."""
        left = len(wanted.filtered(lambda sku: not sku.product_id))
        message = self.env._("SKUs that got a product: %s.", len(wanted) - left)
        if left:
            message = self.env._(
                "SKUs that got a product: %(done)s, left: %(left)s. Select them and press "
                "Create Missing Products again.",
                done=len(wanted) - left,
                left=left,
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_sku_action"
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": message,
                "next": action | {"domain": [("id", "in", wanted.ids)], "context": {}},
            },
        }

    def _get_wanted(self):
        return self.sku_ids.filtered(lambda sku: sku.mapping_state == "unmapped")

    # --- products

    def _create_products(self, skus):
        """Create the products of some SKUs and map them, set by set."""
        leaders = self._get_leaders(skus)
        specs = {sku: sku._get_specifications() for sku in leaders}
        variants = self.env["pdd.sku"]
        for siblings in leaders.grouped("goods_id").values():
            if self._are_variants(siblings, specs):
                variants += siblings
        products = self._create_single_products(leaders - variants)
        products |= self._create_variants(variants, specs)
        for sku, product in products.items():
            # how it was mapped is not the user's to write
            sku.sudo().write({"product_id": product.id, "mapping_method": "created"})
        codes = [sku.outer_id for sku in leaders]
        self.env["product.product"]._match_pdd_skus(codes)

    @api.model
    def _get_leaders(self, skus):
        """Return the first SKU of each merchant code, and all without a code."""
        seen, leaders = set(), skus.browse()
        for sku in skus:
            key = (sku.company_id, sku.outer_id)
            if not sku.outer_id or key not in seen:
                leaders += sku
            seen.add(key)
        return leaders

    @api.model
    def _are_variants(self, skus, specs):
        """Return whether SKUs of one listing can be variants of one product."""
        goods = skus.goods_id
        combinations = {frozenset(specs[sku].items()) for sku in skus}
        attributes = {frozenset(specs[sku]) for sku in skus}
        if len(goods.sku_ids) == 1:
            return False
        if len(combinations) < len(skus) or len(attributes) > 1:
            return False  # the specifications do not tell them apart
        template = self._get_template(goods)
        if not template:
            return True
        known = frozenset(template.attribute_line_ids.attribute_id.mapped("name"))
        return known in attributes and not (
            combinations & self._get_combinations(template)
        )

    @api.model
    def _get_template(self, goods):
        """Return the product whose variants earlier SKUs of a listing became."""
        siblings = goods.sku_ids.filtered(lambda sku: sku.mapping_method == "created")
        templates = siblings.product_id.product_tmpl_id.filtered("attribute_line_ids")
        return templates if len(templates) == 1 else templates.browse()

    @api.model
    def _get_combinations(self, template):
        """Return what the variants of a product are: sets of (attribute, value)."""
        variants = template.with_context(active_test=False).product_variant_ids
        return {
            frozenset(
                (value.attribute_id.name, value.name)
                for value in variant.product_template_attribute_value_ids
            )
            for variant in variants
        }

    def _create_single_products(self, skus):
        """Return the new products of SKUs that are not variants: SKU -> product."""
        vals_list = []
        for sku in skus:
            vals = self._prepare_template_vals(sku.goods_id, sku)
            if len(sku.goods_id.sku_ids) > 1:
                vals["name"] = sku.display_name
            vals_list.append({**vals, "default_code": sku.outer_id})
        templates = self._matching_later("product.template").create(vals_list)
        products = [template.product_variant_id for template in templates]
        return dict(zip(skus, products, strict=True))

    def _create_variants(self, skus, specs):
        """Return the new variants: SKU -> product."""
        values = self._get_attribute_values([specs[sku] for sku in skus])
        templates = self._get_templates(skus, specs, values)
        Product = self._matching_later("product.product")
        products = Product.create(
            [
                {
                    "product_tmpl_id": templates[sku.goods_id].id,
                    "default_code": sku.outer_id,
                    "product_template_attribute_value_ids": [
                        Command.set(
                            self._get_combination(
                                templates[sku.goods_id], specs[sku], values
                            ).ids
                        )
                    ],
                }
                for sku in skus
            ]
        )
        return dict(zip(skus, products, strict=True))

    def _get_templates(self, skus, specs, values):
        """Return the products with variants, created or extended: goods -> template."""
        templates, new = {}, {}
        for goods, siblings in skus.grouped("goods_id").items():
            wanted = {}
            for sku in siblings:
                for item in specs[sku].items():
                    wanted.setdefault(values[item].attribute_id, set()).add(
                        values[item]
                    )
            template = self._get_template(goods)
            if template:
                self._extend(template, wanted)
                templates[goods] = template
            else:
                new[goods] = {
                    **self._prepare_template_vals(goods, siblings[:1]),
                    "attribute_line_ids": [
                        Command.create(
                            {
                                "attribute_id": attribute.id,
                                "value_ids": [Command.set([v.id for v in chosen])],
                            }
                        )
                        for attribute, chosen in wanted.items()
                    ],
                }
        created = self._matching_later("product.template").create([*new.values()])
        return templates | dict(zip(new, created, strict=True))

    @api.model
    def _extend(self, template, wanted):
        """Add values to the attributes of a product."""
        for line in template.attribute_line_ids:
            chosen = wanted[line.attribute_id]
            line.value_ids = [Command.link(value.id) for value in chosen]

    @api.model
    def _get_combination(self, template, spec, values):
        """Return what makes the variant of a specification."""
        chosen = [values[item] for item in spec.items()]
        lines = template.attribute_line_ids
        return lines.product_template_value_ids.filtered(
            lambda value: value.product_attribute_value_id in chosen
        )

    def _prepare_template_vals(self, goods, sku):
        """Return the values of a new product."""
        vals = {
            "name": goods.name,
            "type": "consu",
            "sale_ok": True,
            "list_price": sku._get_list_price(),
            "company_id": False,
        }
        if self.categ_id:
            vals["categ_id"] = self.categ_id.id
        return vals

    def _matching_later(self, model):
        """Return a model whose new records are not offered to SKUs one by one."""
        return self.env[model].with_context(pdd_match_later=True)

    # --- attributes

    def _get_attribute_values(self, specs):
        """Return the values of specifications: (attribute name, value name) -> record.

        Attributes are those whose variants are made on demand.
        """
        items = {item for spec in specs for item in spec.items()}
        attributes = self._get_attributes({name for name, _value in items})
        Value = self.env["product.attribute.value"]
        known = Value.search(
            [
                ("attribute_id", "in", [a.id for a in attributes.values()]),
                ("name", "in", [value for _name, value in items]),
            ]
        )
        values = {(v.attribute_id.name, v.name): v for v in reversed(known)}
        missing = sorted(items - values.keys())
        created = Value.create(
            [
                {"attribute_id": attributes[name].id, "name": value}
                for name, value in missing
            ]
        )
        return values | dict(zip(missing, created, strict=True))

    def _get_attributes(self, names):
        """Return the attributes of some names, created where there is none."""
        Attribute = self.env["product.attribute"]
        known = Attribute.search(
            [("name", "in", list(names)), ("create_variant", "=", "dynamic")]
        )
        attributes = {attribute.name: attribute for attribute in reversed(known)}
        missing = sorted(names - attributes.keys())
        created = Attribute.create(
            [{"name": name, "create_variant": "dynamic"} for name in missing]
        )
        return attributes | dict(zip(missing, created, strict=True))
