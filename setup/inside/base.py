# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fill an empty database: Odoo's own modules, a Chinese company, two languages."""

import odoo.tools

from environment import configure, environment, refuse_half_installed, registry

MODULES = (
    *("sale_management", "stock", "account", "l10n_cn"),
    *("sale_stock", "stock_delivery"),
)
COMPANY = {
    "name": "上海示例百货有限公司",
    "street": "南京东路 100 号",
    "city": "上海市",
    "zip": "200001",
    "phone": "+86 21 5555 0100",
    "email": "hello@example.com",
}


def main():
    configure()
    # the first is the default, the second is for who switches
    odoo.tools.config._cli_options["load_language"] = "en_US,zh_CN"
    with environment(registry(update_module=True, install_modules=["base"])) as env:
        country = env.ref("base.cn")
        country.currency_id.active = True
        env.company.write(
            {
                **COMPANY,
                "country_id": country.id,
                "state_id": env.ref("base.state_cn_SH").id,
                "currency_id": country.currency_id.id,
            }
        )
        env["res.users"].with_context(active_test=False).search([]).tz = "Asia/Shanghai"
    with environment(registry(update_module=True, install_modules=MODULES)) as env:
        refuse_half_installed(env)
        company = env.company
        if company.chart_template != "cn":
            env["account.chart.template"].try_loading("cn", company, install_demo=False)


if __name__ == "__main__":
    main()
