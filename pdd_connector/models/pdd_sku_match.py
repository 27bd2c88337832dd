# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..button_time import for_a_moment, notify, work_for_a_moment

MATCH_SIZE = 200  # SKUs
MAPPED_FIELDS = {"product_id", "outer_id"}


class PddSku(models.Model):
    """The product a SKU stands for.

    A known SKU keeps its product whatever becomes of its merchant code: the platform
    shows a changed code only after an audit and order lines keep the code of their day.
    """

    _inherit = "pdd.sku"

    product_id = fields.Many2one(
        "product.product",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('sale_ok', '=', True)]",
    )
    mapping_method = fields.Selection(
        [
            ("code", "Internal reference"),
            ("barcode", "Barcode"),
            ("manual", "By hand"),
            ("created", "Product created"),
            ("kit", "Kit created"),
        ],
        string="Mapped By",
        readonly=True,
    )
    mapping_date = fields.Datetime(string="Mapped On", readonly=True)
    former_mapping_ids = fields.One2many(
        "pdd.sku.mapping", "sku_id", string="Former Mappings", readonly=True
    )
    candidate_count = fields.Integer(
        string="Products with This Code",
        readonly=True,
        help="More than one: choose the right product.",
    )
    mapping_state = fields.Selection(
        [
            ("mapped", "Mapped"),
            ("ambiguous", "Several products"),
            ("unmapped", "Not mapped"),
        ],
        string="Mapping",
        compute="_compute_mapping_state",
        store=True,
        index=True,
    )
    waiting_count = fields.Integer(
        string="Orders Waiting",
        compute="_compute_waiting_count",
        help="Held orders that contain this SKU while it has no product.",
    )
    can_be_kit = fields.Boolean(compute="_compute_can_be_kit")
    who_may_create = fields.Char(
        compute="_compute_who_may_create",
        help="Who may create the product, for readers who may not.",
    )

    _unmapped_idx = models.Index("(outer_id) WHERE product_id IS NULL")

    @api.depends("product_id", "candidate_count")
    def _compute_mapping_state(self):
        for sku in self:
            if sku.product_id:
                sku.mapping_state = "mapped"
            elif sku.candidate_count > 1:
                sku.mapping_state = "ambiguous"
            else:
                sku.mapping_state = "unmapped"

    def _compute_waiting_count(self):
        counts = dict(
            self.env["pdd.order.line"]._read_group(
                [
                    ("sku_id", "in", self.ids),
                    ("sku_id.product_id", "=", False),
                    ("order_id.state", "=", "held"),
                ],
                ["sku_id"],
                ["order_id:count_distinct"],
            )
        )
        for sku in self:
            sku.waiting_count = counts.get(sku, 0)

    def _compute_can_be_kit(self):
        self.can_be_kit = "mrp.bom" in self.env and self.env["mrp.bom"].has_access(
            "create"
        )

    @api.depends("product_id")
    @api.depends_context("uid")
    def _compute_who_may_create(self):
        creators = "product.group_product_manager"
        sentence = self.env.user._explain_who_may(creators) or False
        for sku in self:
            sku.who_may_create = not sku.product_id and sentence

    def write(self, vals):
        self._check_writable(vals)
        self._keep_former(vals)
        if "product_id" not in vals:
            return super().write(vals)
        moved = self.filtered(lambda sku: sku.product_id.id != vals["product_id"])
        stamp = {
            "mapping_method": vals["product_id"]
            and vals.get("mapping_method", "manual"),
            "mapping_date": vals["product_id"] and fields.Datetime.now(),
        }
        super(PddSku, self - moved).write(vals)
        super(PddSku, moved).write({**vals, **stamp})
        if vals["product_id"] and not self.env.context.get("pdd_release_later"):
            moved._after_mapping()
        return True

    def _check_writable(self, vals):
        """Keep people from writing what the platform says or the connector notes."""
        if not self.env.su and any(self._fields[name].readonly for name in vals):
            raise AccessError(
                self.env._(
                    "SKUs show what the platform says: choose their product here, "
                    "change all else in the merchant backend."
                )
            )

    def _keep_former(self, vals):
        """Keep what a change of code or product ends."""
        names = vals.keys() & MAPPED_FIELDS
        ended = self.filtered(
            lambda sku: any(
                sku._fields[name].convert_to_write(sku[name], sku)
                not in (False, "", vals[name])
                for name in names
            )
        )
        if not ended:
            return
        # operators map; the history is not theirs to write
        self.env["pdd.sku.mapping"].sudo().create(
            [
                {
                    "sku_id": sku.id,
                    "outer_id": sku.outer_id,
                    "product_id": sku.product_id.id,
                    "product_name": sku.product_id.display_name,
                    "mapping_method": sku.mapping_method,
                    "mapping_date": sku.mapping_date,
                }
                for sku in ended
            ]
        )

    # --- buttons

    def action_match(self):
        """Look for products by merchant code and barcode once more."""
        self.check_access("write")
        # which product has which code is not the operator's to read in all companies
        unseen = work_for_a_moment(
            for_a_moment(self.sudo()), MATCH_SIZE, lambda skus: skus._match()
        )
        left = len(self.filtered(lambda sku: not sku.product_id))
        if unseen:
            return notify(
                self.env,
                self.env._(
                    "%(done)s looked at, %(left)s are left: press Search Products again.",
                    done=len(self) - len(unseen),
                    left=len(unseen),
                ),
                kind="warning",
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": self.env._(
                    "%(mapped)s mapped, %(left)s without a product of their own code.",
                    mapped=len(self) - left,
                    left=left,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_view_candidates(self):
        """Show the products that have this SKU's merchant code."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Products with the code %s", self.outer_id),
            "res_model": "product.product",
            "view_mode": "list,form",
            "domain": list(self._domain_candidates([self.outer_id], self.company_id)),
        }

    def action_view_waiting_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector.pdd_order_action"
        )
        action["domain"] = [("line_ids.sku_id", "=", self.id), ("state", "=", "held")]
        return action

    # --- matching

    @api.model
    def _domain_unmapped(self):
        return Domain("product_id", "=", False)

    @api.model
    def _domain_candidates(self, codes, company):
        """Return the domain of the products that codes may stand for."""
        ours = self.env["product.product"]._check_company_domain(company)
        coded = Domain("default_code", "in", codes) | Domain("barcode", "in", codes)
        return coded & Domain("sale_ok", "=", True) & Domain(ours)

    def _match(self):
        """Map SKUs to the one product that has their code, first by internal reference.

        Nothing is guessed: a code of several products is counted and left to a person.
        """
        unmapped = self.filtered(lambda sku: not sku.product_id)
        for company, skus in unmapped.grouped("company_id").items():
            skus._match_in(company)

    def _match_in(self, company):
        candidates = self._get_candidates(company)
        mapped = self.browse()
        for sku in self.with_context(pdd_release_later=True):
            product_ids, method = candidates.get(sku.outer_id or None, ([], None))
            if len(product_ids) == 1:
                sku.write({"product_id": product_ids[0], "mapping_method": method})
                mapped += sku
            elif sku.candidate_count != len(product_ids):
                sku.candidate_count = len(product_ids)
        if mapped:
            mapped._after_mapping()

    def _get_candidates(self, company):
        """Return the products of these SKUs' codes: code -> (ids, mapping method)."""
        codes = [code for code in set(self.mapped("outer_id")) if code]
        by_reference, by_barcode = defaultdict(list), defaultdict(list)
        domain = self._domain_candidates(codes, company)
        names = ["default_code", "barcode"]
        for product in self.env["product.product"].search_fetch(domain, names):
            by_reference[product.default_code].append(product.id)
            by_barcode[product.barcode].append(product.id)
        # what has the code as its reference hides what has it as its barcode
        return {code: (ids, "barcode") for code, ids in by_barcode.items()} | {
            code: (ids, "code") for code, ids in by_reference.items()
        }

    @api.model
    def _match_codes(self, codes):
        """Match the unmapped SKUs that carry one of these codes."""
        codes = [code for code in codes if code]
        if codes:
            self.search(
                Domain("outer_id", "in", codes) & self._domain_unmapped()
            )._match()

    def _after_mapping(self):
        """Release the orders that waited for these SKUs."""
        # the operator maps; the connector makes the orders
        orders = self.env["pdd.order"].sudo()
        orders.search(
            [("line_ids.sku_id", "in", self.ids), ("state", "=", "held")]
        )._release()
        # what a maker holds just now is not seen from here: it looks again itself
        self.env.ref("pdd_connector.ir_cron_order_make")._trigger()
