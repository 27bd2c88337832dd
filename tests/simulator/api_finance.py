# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The one bill call merchants have (finance.md 1)."""

import re

from .account import day_rows
from .bill import is_ready, make_link
from .clock import day_of, day_start
from .errors import business, wrong
from .registry import method


@method(
    "pdd.finance.balance.daily.bill.url.get",
    "finance_balance_daily_bill_url_get_response",
)
def get_bill_url(call):
    """Return where one day's account rows can be fetched for a while."""
    day = call.arguments.text("bill_date", required=True)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        raise wrong("bill_date")
    try:
        start = day_start(day)
    except ValueError as error:
        raise wrong("bill_date") from error
    if day_of(start) > day_of(call.now):
        raise wrong("bill_date")
    if not is_ready(call.settings, day, call.now):
        raise business("bill_not_ready")
    if call.settings.empty_bill_refused and not day_rows(call.platform, call.shop, day):
        raise business("bill_empty")
    path = make_link(call.platform, call.shop, day, call.now)
    return {"download_url": f"{call.base_url}{path}"}
