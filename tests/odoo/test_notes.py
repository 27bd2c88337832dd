# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import PddCase


@tagged("post_install", "-at_install")
class TestNotes(PddCase):
    """Notes written in Odoo reach the platform through the outbox."""

    def setUp(self):
        super().setUp()
        self.shop.action_sync_goods()
        self.order = self._order(
            items=[{"sku_id": next(iter(self.platform.shop(None).skus)), "count": 1}]
        )

    def _write(self, text, **vals):
        return self.env["pdd.order.note"].create(
            {"order_id": self.order.id, "note": text, **vals}
        )

    def _send(self):
        self.env["pdd.order.note"]._cron_send()

    def _on_platform(self):
        return self.platform.find_order(self.order.order_sn)

    def test_a_note_with_its_colour_reaches_the_platform_after_the_commit(self):
        note = self._write("周一发货", tag="2", tag_name="待发")
        self.assertFalse(self._on_platform().remark)
        self._send()
        self.assertEqual(note.state, "sent")
        self.assertEqual(self._on_platform().remark, "周一发货")
        self.assertEqual(self._on_platform().remark_tag, 2)

    def test_the_last_note_counts(self):
        first, last = self._write("first"), self._write("last")
        self._send()
        self.assertEqual((first.state, last.state), ("replaced", "sent"))
        self.assertEqual(self._on_platform().remark, "last")

    def test_a_lost_answer_is_sent_again(self):
        note = self._write("once")
        self.sim.faults.add("half_body", api="pdd.order.note.update", times=1)
        self._send()
        self.assertEqual(note.state, "to_send")
        self.assertEqual(note.attempt_count, 1)
        self._send()
        self.assertEqual(note.state, "to_send")  # not before its time
        note.retry_date = False
        self._send()
        self.assertEqual(note.state, "sent")

    def test_one_failing_note_lets_the_shop_rest_and_counts_for_itself_only(self):
        orders = self.order + self._order(
            items=[{"sku_id": next(iter(self.platform.shop(None).skus)), "count": 1}]
        )
        notes = self.env["pdd.order.note"].create(
            [{"order_id": order.id, "note": "x"} for order in orders]
        )
        self.sim.faults.add("http_5xx", api="pdd.order.note.update", times=-1)
        self.env.ref("pdd_connector.ir_cron_note_send").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(notes.mapped("attempt_count"), [1, 0])
        self.assertEqual(len(self.sim.journal.entries("pdd.order.note.update")), 1)

    def test_a_refusal_is_shown_and_can_be_tried_again(self):
        note = self._write("refused")
        self.sim.faults.add(
            "error",
            api="pdd.order.note.update",
            times=1,
            error_code=50001,
            sub_code="12345",
            sub_msg="order is closed",
        )
        self._send()
        self.assertEqual(note.state, "error")
        self.assertIn("order is closed", note.error_message)
        note.action_retry()
        self._send()
        self.assertEqual(note.state, "sent")

    def test_the_platforms_limits_are_checked_at_once(self):
        with self.assertRaises(ValidationError):
            self._write("x", tag="1", tag_name="too long")
