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

        The reader's rights decide which he gets; the labels are encrypted. None is
        handed out when an order among them was stopped meanwhile.
        """
        ids = [int(number) for number in numbers.split(",") if number.isdecimal()]
        waybills = request.env["pdd.waybill"].search(
            [("id", "in", ids), ("state", "=", "sent")]
        )
        return request.make_response(
            json.dumps(waybills._prepare_labels(), ensure_ascii=False),
            [
                ("Content-Type", "application/json"),
                ("Content-Disposition", 'attachment; filename="waybills.json"'),
                ("Cache-Control", "no-store"),
            ],
        )
