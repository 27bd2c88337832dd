# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain

NAMED_PEOPLE = 5


class ResUsers(models.Model):
    """What somebody may open or do on the connector's screens, and who else may."""

    _inherit = "res.users"

    @api.model
    def _get_pdd_openers(self):
        """Return whose screens show documents whose forms need more than reading them.

        :return dict: model name -> groups, separated by commas; any of them is enough
        """
        return {
            "pdd.shop": "pdd_connector.group_pdd_user",
            "pdd.sku": "pdd_connector.group_pdd_user",
            "sale.order": "sales_team.group_sale_salesman_all_leads,"
            "account.group_account_invoice",
        }

    def _may_open_pdd(self, model_name):
        """Return whether a link to such a record leads this user to its form."""
        if not self.env[model_name].with_user(self).has_access("read"):
            return False
        groups = self._get_pdd_openers().get(model_name)
        return not groups or self.has_groups(groups)

    def _explain_who_may(self, group_xmlid):
        """Return who may do what this user may not; nothing if the user may, too.

        :param str group_xmlid: the right it needs
        """
        if self.has_group(group_xmlid):
            return ""
        # names of colleagues are no secret; their rights only administrators read
        group = self.env.ref(group_xmlid).sudo()
        people = group.all_user_ids.search(
            Domain("all_group_ids", "in", group.ids)
            & Domain("share", "=", False)
            & Domain("company_ids", "in", self.env.company.ids),
            limit=NAMED_PEOPLE,
        )
        return self.env._(
            "This needs the right “%(right)s”. Ask: %(people)s.",
            right=group.full_name,
            people=", ".join(people.mapped("name")) or self.env._("an administrator"),
        )
