# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

KIT_LEVELS = 3  # kits of kits of kits are followed when a bill of theirs changes
BOM_FIELDS = (
    *("active", "type", "sequence", "company_id", "product_tmpl_id", "product_id"),
    *("product_qty", "product_uom_id"),
)
LINE_FIELDS = (
    *("product_id", "product_qty", "product_uom_id"),
    *("bom_product_template_attribute_value_ids", "product_id.is_storable"),
)


class PddSku(models.Model):
    """What a SKU takes from the stock: its product, or the components of a kit.

    A kit has a bill of materials of the type *kit*. Those are of Manufacturing, which
    this add-on does not depend on: where it is installed, the ORM keeps the components
    up to date, as it does with any stored field. Whatever changes a bill recomputes them
    in its own transaction and marks the SKU.
    """

    _inherit = "pdd.sku"

    # component id -> pieces in one SKU; empty for a plain product
    kit_components = fields.Json(
        compute="_compute_kit_components",
        store=True,
        exportable=False,
        export_string_translation=False,
    )

    _kit_components_idx = models.Index(
        "USING gin (kit_components) WHERE kit_components IS NOT NULL"
    )

    @api.model
    def _get_kit_dependencies(self):
        """Return what decides about the components; bills where there are any."""
        names = ["product_id", "company_id"]
        place = "product_id.product_tmpl_id.bom_ids"
        for _level in range(KIT_LEVELS if "mrp.bom" in self.env else 0):
            lines = f"{place}.bom_line_ids"
            names += [f"{place}.{name}" for name in BOM_FIELDS]
            names += [f"{lines}.{name}" for name in LINE_FIELDS]
            place = f"{lines}.product_id.product_tmpl_id.bom_ids"
        return names

    @api.depends(lambda self: self._get_kit_dependencies())
    def _compute_kit_components(self):
        for company, skus in self.grouped("company_id").items():
            kits = skus.product_id._get_pdd_kits(company)
            for sku in skus:
                sku.kit_components = kits.get(sku.product_id)

    def _compute_field_value(self, field):
        """Have SKUs worked out whose components were."""
        result = super()._compute_field_value(field)
        # while modules are installed there is nobody yet to work anything out
        if field.name == "kit_components" and self.env.registry.ready:
            skus = self.filtered("id").filtered("product_id")
            self.env["pdd.stock.mark"]._mark("product", skus=skus)
        return result

    @api.model
    def _review_kits(self):
        """Look at all kits anew: Manufacturing may be gone, or a kit very deep."""
        kits = self.search([("kit_components", "!=", False)])
        self.env.add_to_compute(self._fields["kit_components"], kits)

    def _get_components(self):
        """Return what one SKU takes from the stock.

        :return list: ``(product id, pieces)``
        """
        self.ensure_one()
        return read_components(self.product_id.id, self.kit_components)

    @api.model
    def _get_sharing(self, product_ids):
        """Return the products whose stock depends on these ones, themselves included.

        :param product_ids: ids of products
        :return set: ids of products: these, their components, the kits with them
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH parts AS (
                    SELECT unnest(%(ids)s::int[]) AS product_id
                     UNION
                    SELECT jsonb_object_keys(kit_components)::int
                      FROM pdd_sku
                     WHERE product_id = ANY(%(ids)s) AND kit_components IS NOT NULL
                )
                SELECT product_id FROM parts
                 UNION
                SELECT product_id
                  FROM pdd_sku
                 WHERE kit_components IS NOT NULL
                   AND kit_components ?| (SELECT array_agg(product_id::text) FROM parts)
                """,
                ids=[*product_ids],
                to_flush=self._fields["kit_components"],
            )
        )
        return {product_id for (product_id,) in rows} - {None}


def read_components(product_id, kit):
    """Return ``(product id, pieces)`` of a SKU's product and stored components."""
    if kit:
        return [(int(component), pieces) for component, pieces in kit.items()]
    return [(product_id, 1.0)]
