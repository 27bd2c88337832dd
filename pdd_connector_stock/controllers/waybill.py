# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import http
from odoo.http import request


class WaybillController(http.Controller):
    @http.route(
        "/pdd/waybills/<string:numbers>", type="http", auth="user", methods=["GET"]
    )
    def download(self, numbers):
        """Return the labels of waybills as a file for the print component.

        The reader's rights decide which he gets; the labels are encrypted.
        """
        ids = [int(number) for number in numbers.split(",") if number.isdecimal()]
        waybills = request.env["pdd.waybill"].search(
            [("id", "in", ids), ("state", "=", "sent")]
        )
        labels = [
            {"waybill_code": w.tracking_number, "print_data": w.print_data}
            for w in waybills
        ]
        return request.make_response(
            json.dumps(labels, ensure_ascii=False),
            [
                ("Content-Type", "application/json"),
                ("Content-Disposition", 'attachment; filename="waybills.json"'),
                ("Cache-Control", "no-store"),
            ],
        )
