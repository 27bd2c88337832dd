# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import io

from odoo import fields, models
from odoo.fields import Domain


class PddBillUpload(models.TransientModel):
    """Upload a bill that the merchant backend exported."""

    _name = "pdd.bill.upload"
    _description = "Upload a PDD Bill"

    shop_id = fields.Many2one(
        "pdd.shop",
        required=True,
        default=lambda self: self.env["pdd.shop"].search(Domain.TRUE, limit=1),
    )
    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()

    def action_upload(self):
        """Keep and read the file; a wrong one is shown with its reason."""
        self.ensure_one()
        self.env["pdd.bill"].check_access("read")
        self.shop_id.check_access("read")
        file = io.BytesIO(base64.b64decode(self.file))
        # the mirror belongs to the connector: accountants have no write access to it
        Bill = self.env["pdd.bill"].sudo()
        bill = Bill._store_file(self.shop_id, file, self.file_name, "upload")
        if bill.state == "new":
            bill._read()
        return self.shop_id._open_bills(bill)
