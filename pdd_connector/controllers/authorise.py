# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from ..models.pdd_shop_authorise import CALLBACK_PATH


class AuthoriseController(http.Controller):
    @http.route(CALLBACK_PATH, type="http", auth="user", methods=["GET"])
    def authorise(self, state="", code="", **_platform_params):
        """Receive the merchant's consent and go back to the shop.

        :param str state: one-time state of :meth:`~.PddShop.action_authorise`
        :param str code: to be exchanged for tokens
        """
        try:
            shop = request.env["pdd.shop"]._finish_consent(state, code)
        except (AccessError, UserError) as error:
            request.env.cr.rollback()
            return request.render(
                "pdd_connector.authorise_failed", {"message": error.args[0]}, status=400
            )
        return request.redirect(f"/odoo/pdd-shops/{shop.id}")
