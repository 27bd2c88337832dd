# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Contacts of receivers in the hands of people, and of Odoo's own senders."""

from lxml import etree
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .parcel_common import ParcelCase
from .walk import is_shown


class ReceiverCase(ParcelCase):
    def _contact(self, order):
        return order.sale_order_id.partner_shipping_id

    def _receivers(self):
        return (
            self.env["res.partner"]
            .with_context(active_test=False)
            .search([("pdd_address_key", "!=", False)])
        )


@tagged("post_install", "-at_install")
class TestMerge(ReceiverCase):
    """*Contacts > Merge* with a receiver, in each direction."""

    def setUp(self):
        super().setUp()
        self.person = self.platform.order_maker.person(3)
        self.order = self._make_orders(receiver=self.person)
        self.receiver = self._contact(self.order)
        self.ordinary = self.env["res.partner"].create(
            {"name": "Zhang San", "street": "Nanjing Road 1", "email": "z@example.com"}
        )

    def _merge(self, source, target):
        user = new_test_user(
            self.env, "keeper", "base.group_partner_manager,base.group_system"
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(user)
        partners = source | target
        wizard.create(
            {
                "partner_ids": [Command.set(partners.ids)],
                "dst_partner_id": target.id,
            }
        ).action_merge()
        self.env.invalidate_all()
        self.assertFalse(source.exists())

    def _order_again(self):
        """Let the same receiver order twice; return the delivery contacts."""
        orders = self._make_orders(2, receiver=self.person)
        self.assertEqual(set(orders.mapped("open_address_id")), {self._key})
        return [self._contact(order) for order in orders]

    @property
    def _key(self):
        return self.order.open_address_id

    def test_a_receiver_becomes_an_ordinary_contact_that_stays_as_it_was(self):
        self._merge(self.receiver, self.ordinary)
        self.assertEqual(self._contact(self.order), self.ordinary)
        self.assertFalse(self.ordinary.pdd_address_key)
        self.assertFalse(self.ordinary.pdd_shop_id)
        first, second = self._order_again()
        self.assertEqual(first, second)
        self.assertEqual(first.pdd_address_key, self._key)
        self.assertEqual(self._receivers(), first)
        self.assertEqual(self.ordinary.street, "Nanjing Road 1")
        self.assertEqual(self.ordinary.name, "Zhang San")

    def test_an_ordinary_contact_joins_a_receiver_that_later_orders_find(self):
        self._merge(self.ordinary, self.receiver)
        self.assertEqual(self.receiver.pdd_address_key, self._key)
        self.assertEqual(set(self._order_again()), {self.receiver})
        self.assertEqual(self._receivers(), self.receiver)

    def test_two_receivers_become_one_and_neither_is_doubled_later(self):
        other = self._make_orders(receiver=self.platform.order_maker.person(4))
        self._merge(self.receiver, self._contact(other))
        self.assertEqual(self._contact(self.order), self._contact(other))
        first, second = self._order_again()
        self.assertEqual(first, second)
        self.assertEqual(len(self._receivers()), 2)

    def test_an_address_changed_after_the_merge_is_asked_about(self):
        self._merge(self.receiver, self.ordinary)
        self._happen(self.order, "address_change", number=17)
        change = self.order.change_ids.filtered(lambda c: c.kind == "address")
        self.assertEqual(change.state, "asked")
        self.assertEqual(self._contact(self.order), self.ordinary)


@tagged("post_install", "-at_install")
class TestSenders(ReceiverCase):
    """Nobody writes to the buyers of a platform."""

    def setUp(self):
        super().setUp()
        self.shop._get_buyer_partner().email = "buyers@example.com"
        self.product = self.env["product.product"].create({"name": "Flyer"})

    def _set_template(self):
        mail = self.env.ref("sale.email_template_edi_sale").copy({"auto_delete": False})
        self.env.company.sale_order_template_id = self.env[
            "sale.order.template"
        ].create(
            {
                "name": "With a flyer",
                "note": "<p>Our terms</p>",
                "number_of_days": 3,
                "require_payment": True,
                "mail_template_id": mail.id,
                "sale_order_template_line_ids": [
                    Command.create({"product_id": self.product.id})
                ],
            }
        )

    def _sent(self):
        """Return the mails written since, to whomever."""
        return self.env["mail.mail"].search([("id", ">", self.last_mail)])

    def _remember(self):
        newest = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.last_mail = newest.id or 0

    def test_a_quotation_template_is_not_for_orders_of_a_platform(self):
        self._set_template()
        self._remember()
        sale_order = self._make_orders().sale_order_id
        self.assertFalse(sale_order.sale_order_template_id)
        self.assertNotIn("Our terms", sale_order.note or "")
        self.assertNotIn(self.product, sale_order.order_line.product_id)
        self.assertFalse(self._sent())

    def test_an_ordinary_order_keeps_its_template_and_its_mail(self):
        self._set_template()
        self._remember()
        customer = self.env["res.partner"].create(
            {"name": "Customer", "email": "customer@example.com"}
        )
        sale_order = self.env["sale.order"].create({"partner_id": customer.id})
        self.assertTrue(sale_order.sale_order_template_id)
        sale_order.action_confirm()
        self.assertEqual(self._sent().recipient_ids, customer)

    def test_the_whole_life_of_an_order_leaves_no_mail(self):
        self._set_template()
        self.env.company.stock_move_email_validation = True
        contacts = self.shop.partner_id
        self._remember()
        order = self._make_orders()
        contact = self._contact(order)
        contact.email = "receiver@example.com"
        contacts |= contact
        sale_order = order.sale_order_id
        sale_order.message_subscribe(contacts.ids)
        sale_order.picking_ids.message_subscribe(contacts.ids)
        sale_order._send_order_confirmation_mail()
        sale_order._send_payment_succeeded_for_order_mail()
        self._ship(order)
        invoice = sale_order._create_invoices()
        invoice.action_post()
        template = self.env.ref("account.email_template_edi_invoice")
        template.send_mail(invoice.id)
        sale_order.message_post(
            body="Hello",
            partner_ids=contacts.ids,
            subtype_xmlid="mail.mt_comment",
        )
        written = self._sent().filtered(
            lambda mail: (
                mail.recipient_ids & contacts or "@example.com" in (mail.email_to or "")
            )
        )
        self.assertFalse(written.filtered(lambda mail: mail.state != "cancel"))

    def test_sending_is_not_offered_on_an_order_of_a_platform(self):
        order = self._make_orders().sale_order_id
        arch = etree.fromstring(order.get_view(view_type="form")["arch"])
        buttons = arch.xpath("//button[@name='action_quotation_send']")
        self.assertTrue(buttons)
        for button in buttons:
            self.assertFalse(is_shown(button, order), button.get("id"))

    def test_colleagues_are_written_to_as_ever(self):
        self._remember()
        order = self._make_orders()
        colleague = new_test_user(self.env, "colleague", "base.group_user").partner_id
        colleague.email = "colleague@example.com"
        order.sale_order_id.message_post(
            body="Look",
            partner_ids=(colleague | self.shop.partner_id).ids,
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(self._sent().recipient_ids, colleague)


@tagged("post_install", "-at_install")
class TestAddress(ReceiverCase):
    """A receiver that changes goes on to the goods and to the paper."""

    def _moved(self, order):
        self._happen(order, "address_change", number=17)
        self.assertEqual(
            order.change_ids.filtered(lambda c: c.kind == "address").state, "applied"
        )
        return self._contact(order)

    def test_transfer_and_slip_get_the_new_receiver(self):
        order = self._make_orders()
        picking = order.sale_order_id.picking_ids
        contact = self._moved(order)
        self.assertEqual(picking.partner_id, contact)
        self.assertEqual(picking.move_ids.partner_id, contact)
        slip = self.env["ir.actions.report"]._render_qweb_html(
            "stock.report_deliveryslip", picking.ids
        )[0]
        self.assertIn(contact.name, slip.decode())

    def test_each_step_of_three_gets_it_and_no_activity_asks_for_it(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        order = self._make_orders()
        pickings = order.sale_order_id.picking_ids
        contact = self._moved(order)
        self.assertEqual(set(pickings.move_ids.partner_id), {contact})
        self.assertFalse(pickings.activity_ids)

    def test_what_left_or_comes_back_keeps_the_receiver_of_its_day(self):
        order = self._make_orders(items=[{"count": 3}])
        picking = order.sale_order_id.picking_ids
        before = self._contact(order)
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True, skip_sms=True)._action_done()
        rest = order.sale_order_id.picking_ids - picking
        change = self.env["pdd.order.change"].create(
            {
                "order_id": order.id,
                "kind": "address",
                "stage": "picked",
                "state": "asked",
            }
        )
        self.platform.event(order.order_sn, "address_change", number=17)
        self.shop.action_sync_orders()
        change.action_apply()
        self.assertEqual(rest.partner_id, self._contact(order))
        self.assertEqual(picking.partner_id, before)

    def test_paper_that_is_printed_is_named_to_the_packer(self):
        order = self._make_orders()
        picking = order.sale_order_id.picking_ids
        picking.printed = True
        self._moved(order)
        self.assertFalse(picking.printed)
        self.assertIn("print", picking.activity_ids.note)

    def test_a_paper_that_is_not_printed_yet_asks_for_nothing(self):
        order = self._make_orders()
        self._moved(order)
        self.assertFalse(order.sale_order_id.picking_ids.activity_ids)
