# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.translate import LazyTranslate

from ..batches import do_safely, work_through
from ..const import ORDER_TO_SHIP

_lt = LazyTranslate(__name__)
BATCH_SIZE = 100


class PddOrder(models.Model):
    """Gifts that stand on the wrong order: they get an order of their own later.

    So it is when the platform creates the gift order after its main order was made, and
    with orders of earlier versions, which packed the gift with the main order and took
    the gift order for a price difference. What has not left is put right; else a person
    is asked to look.
    """

    _inherit = "pdd.order"

    is_old_gift = fields.Boolean(
        readonly=True,
        copy=False,
        help="A gift order that an earlier version made as a price difference.",
    )

    _old_gift_idx = models.Index("(id) WHERE is_old_gift")

    def _update_lines(self, wanted):
        """Leave gifts on a made order until its documents can follow."""
        gifts = self.line_ids.filtered("is_gift")
        if gifts and self.sale_order_id:
            are_left = not self._packs_gifts(self.payload or {})
            gifts.filtered(lambda g: g.is_left_gift != are_left).is_left_gift = are_left
            if are_left:
                wanted += [
                    {"order_id": self.id, "sku_id": gift.sku_id.id, "is_gift": True}
                    for gift in gifts
                ]
                self.env.ref("pdd_connector.ir_cron_order_make")._trigger()
        return super()._update_lines(wanted)

    @api.model
    def _cron_make(self):
        self._put_gifts_right()
        return super()._cron_make()

    @api.model
    def _put_gifts_right(self):
        """Take gifts off orders they have left, then make their own orders."""
        env = self.env
        work_through(
            env["pdd.order.line"],
            Domain("is_left_gift", "=", True),
            BATCH_SIZE,
            lambda lines: do_safely(
                lines.order_id,
                lambda orders: [order._drop_left_gifts() for order in orders],
                lambda order, error: order._report_left_gifts(),
            ),
        )
        work_through(
            env["pdd.order"],
            Domain("is_old_gift", "=", True),
            BATCH_SIZE,
            lambda orders: do_safely(
                orders,
                lambda some: [order._remake_old_gift() for order in some],
                lambda order, error: order._report_old_gift(),
            ),
        )

    # --- the main order

    def _drop_left_gifts(self):
        """Take the gifts off this order that have an order of their own.

        :raise UserError: they have left, or a person has edited the sales order
        """
        gifts = self.line_ids.filtered("is_left_gift")
        if self.sale_order_id.state == "sale":
            sale_lines = gifts.sale_line_id
            edited = any(line._explain_pdd_edit() for line in sale_lines)
            if edited or self._get_stage() != "confirmed":
                raise UserError(self.env._("The gift has left, or was edited."))
            for gift in gifts:
                gift.cut_quantity = gift.quantity
            self._write_sale_lines(gifts)
        gifts.unlink()

    def _report_left_gifts(self):
        """Name an order whose parcel holds a gift that has an order of its own."""
        self.line_ids.is_left_gift = False
        gift_sns = sorted(
            {*self._get_gift_sns(), *self.gift_order_ids.mapped("order_sn")}
        )
        name = _lt(
            "The gift of order %(main)s was packed with it, or its sales order was "
            "edited, and the gift also has an order of its own (%(gift)s): look at both, "
            "so that the gift is sent once, and mark the gift order as shipped.",
            main=self.order_sn,
            gift=", ".join(gift_sns) or "?",
        )
        for key in gift_sns or [self.order_sn]:
            self.env["pdd.issue"]._report(self.shop_id, "gift", key, name)

    # --- the gift order

    def _remake_old_gift(self):
        """Make the sales order of a gift order again, with its goods.

        :raise UserError: the gift may have left with its main order
        """
        sale_order = self.sale_order_id
        is_open = self.order_status == ORDER_TO_SHIP and self.state in ("done", "held")
        if not sale_order or not is_open:
            self.is_old_gift = False
            return
        main = self.related_order_id
        if main.line_ids.filtered("is_gift"):
            raise UserError(self.env._("The gift is packed with its main order."))
        with sale_order._pdd_unlocked():
            sale_order._action_cancel()
        self.line_ids.sale_line_id = False
        self.write({"is_old_gift": False, "state": "pending", "sale_order_id": False})
        self.env.ref("pdd_connector.ir_cron_order_make")._trigger()

    def _report_old_gift(self):
        """Name a gift order that a person has to mark as shipped.

        It stays an order without goods, since its gift may be on its way.
        """
        self.is_old_gift = False
        name = _lt(
            "The gift order %(gift)s was made without goods, because an earlier version "
            "packed its gift with order %(main)s. Mark it as shipped in the merchant "
            "backend, with the carrier and number of that order.",
            gift=self.order_sn,
            main=self.gift_main_sn,
        )
        self.env["pdd.issue"]._report(self.shop_id, "gift", self.order_sn, name)
