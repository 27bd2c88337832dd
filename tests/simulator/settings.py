# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Settings of the simulator.

What the API notes mark as certain is code. What they mark [C] (one source) or [M]
(memory, inference), and what they do not say, stands here with the likely default.
"""

from dataclasses import dataclass, field, fields

#: Methods that work without ``access_token``: protocol.md 2 names the first five;
#: the address tree holds no shop data either, so it is taken to be alike [M].
TOKENLESS = frozenset(
    {
        "pdd.time.get",
        "pdd.logistics.companies.get",
        "pdd.goods.cats.get",
        "pdd.pop.auth.token.create",
        "pdd.pop.auth.token.refresh",
        "pdd.logistics.address.get",
    }
)


@dataclass
class Settings:
    """Knobs for facts nobody is sure about; durations in seconds, money in fen."""

    # -- clock ---------------------------------------------------------------------
    #: Unix seconds to start the platform's clock at; None: real time.
    clock_start: float | None = None
    #: Leave the clock frozen when the simulator is ready.
    clock_frozen: bool = False

    # -- gateway (protocol.md) -----------------------------------------------------
    #: Accepted distance between ``timestamp`` and the platform's clock [A].
    timestamp_window: int = 600
    #: Largest accepted body; the real limit is not published.
    max_body_bytes: int = 4 * 1024 * 1024
    #: Callers' addresses the applications allow; empty: every address.
    allowed_ips: tuple = ()
    #: Methods that need no token.
    tokenless: frozenset = TOKENLESS
    #: Multiplies every limit of protocol.md 6; 0 switches throttling off.
    rate_scale: float = 1.0
    #: Decryption from outside the platform's cloud is nearly forbidden [A].
    inside_cloud: bool = False
    #: Envelopes that were not captured, by method.
    envelopes: dict = field(
        default_factory=lambda: {
            "pdd.order.merge.ship.order.group": "response",
            "pdd.order.search.order": "response",
        }
    )

    # -- tokens (auth.md 4: sources disagree) --------------------------------------
    access_life: int = 86400
    refresh_life: int = 30 * 86400
    code_life: int = 600
    #: Refreshing gives the refresh token a new full life [M: no].
    refresh_extends: bool = False
    #: Refreshing voids the older access token at once [M: yes].
    refresh_voids_access: bool = True
    #: One application for each shop instead of one for all.
    app_per_shop: bool = False

    # -- lists ---------------------------------------------------------------------
    #: Seconds until a change shows in the list methods.
    list_lag: float = 0.0
    #: ``after_sales_status=1`` of the refund list means "all" [B], or is refused.
    refund_status_1_is_all: bool = True
    #: A missing ``trade_type`` of order.list.get means all; False: ordinary only.
    missing_trade_type_is_all: bool = True
    #: Masks stay when the ciphertext is gone [M].
    masks_stay: bool = True
    #: Share of refunded unshipped orders whose ``confirm_status`` is 2.
    confirm_cancelled_share: float = 0.5
    #: Most numbers one order.status.get or refund.status.check may ask for [M].
    status_batch: int = 100

    # -- shipping (logistics.md 1: the exact set of refusals is [M]) ---------------
    #: Sending the same data again for a shipped order succeeds.
    repeat_send_succeeds: bool = False
    #: A number that already serves another receiver is refused.
    refuse_reused_number: bool = True
    #: Orders tagged ``ship_hold`` are refused.
    refuse_ship_hold: bool = True
    #: Check the form of tracking numbers per carrier, else only letters and digits.
    check_number_form: bool = True

    # -- electronic waybills (logistics.md 5) --------------------------------------
    #: The same ``object_id`` with the same orders gets the same number [M: customary].
    waybill_repeats: bool = True
    #: Numbers each subscription begins with.
    waybill_quota: int = 5000
    #: Printers that can be printed to: printer_id to share_code.
    printers: dict = field(default_factory=lambda: {"PDD-PRINTER-1": "SHARE-0001"})
    #: Decryption needs a report of the kind of label first [A], outside our reach.
    report_before_decrypt: bool = False

    # -- after-sales ---------------------------------------------------------------
    #: From "agreed" (4) to "refunded" (10); 0: at once.
    refund_payout_delay: float = 0.0
    #: A granted refund before shipping puts the pieces back on sale.
    refund_restores_stock: bool = False
    #: Largest refund an application may agree to, fen; 0: no cap [C].
    refund_cap: int = 0
    #: ``confirm_time`` and the like of refund.information in ms (docs) or s [C].
    refund_detail_milliseconds: bool = True

    # -- goods ---------------------------------------------------------------------
    #: Length of a price audit.
    audit_seconds: float = 600.0
    #: Dearest SKU of a goods may cost so many times the cheapest [M].
    price_range_ratio: float = 10.0
    #: Share of goods on a promotional slot, whose stock may not be cut.
    promoted_share: float = 0.08
    #: Goods with missing and duplicate merchant codes are part of the catalogue.
    untidy_codes: bool = True

    # -- money (finance.md) --------------------------------------------------------
    #: From receipt to the booking of the income.
    income_lag: float = 0.0
    #: The platform's discount comes, and goes, up to so many seconds after the money.
    coupon_lag: float = 0.0
    #: What the account holds before its first row.
    opening_balance: int = 0
    #: Shipping after the promised time costs a penalty [C].
    late_penalty: bool = True
    #: Days get rows that no order makes: penalties, transfers, an unknown code.
    shop_rows: bool = True
    #: What goes to the advertising account each day, as far as there is as much.
    daily_top_up: int = 50_000
    #: Base fee in parts per 10,000 of (paid + platform discount) [M].
    base_fee_rate: int = 60
    #: Rows of an order refunded before its income was booked: none, pair or mixed.
    unbooked_refund: str = "mixed"
    #: Hour of the next day from which a day's bill can be had.
    bill_ready_hour: int = 9
    #: Life of a download link.
    bill_link_life: int = 1800
    #: Serve the bill inside a zip file.
    bill_zip: bool = False
    #: The file ends with totals, as "some exports" do.
    bill_footer: bool = True
    #: Order numbers carry a trailing tab.
    bill_order_tab: bool = False
    #: What stands in the one of the two amounts that is none: "0", "0.00" or "".
    bill_zero: str = "0"
    #: A day without rows has no bill at all.
    empty_bill_refused: bool = False

    # -- message channel (messages.md; what is not [B] there is [M]) ---------------
    #: Accepted distance between ``millis`` of the address and the platform's clock.
    push_freshness: float = 600.0
    #: A line without any frame from the client is closed.
    push_silence: float = 180.0
    #: What is not acknowledged comes again after so many seconds...
    push_redelivery: float = 60.0
    #: ...what the client could not handle after these.
    push_retry: float = 30.0
    #: Share of messages that come twice.
    push_duplicate_share: float = 0.05
    #: Share of messages that come so many seconds late, behind younger ones.
    push_disorder_share: float = 0.05
    push_disorder: float = 2.0
    #: The detail call does not know a new order for so many seconds.
    detail_lag: float = 0.0

    # -- shape of generated orders (shares of 1) -----------------------------------
    risk_share: float = 0.04
    small_transfer_share: float = 0.01
    late_refund_share: float = 0.01
    refund_share: float = 0.06
    presale_share: float = 0.03
    step_share: float = 0.02
    gift_share: float = 0.04
    #: Gift orders show the gift's price, which the shop gives as discount; else 0.
    gift_order_priced: bool = False
    consolidation_share: float = 0.03
    subsidy_share: float = 0.015
    multi_line_share: float = 0.015
    contact_mobile_share: float = 0.05
    without_index_share: float = 0.5
    virtual_number_share: float = 0.3
    unknown_tag_share: float = 0.005
    #: Orders that list the tag ``ship_hold`` with value 0, which means nothing.
    zero_tag_share: float = 0.03

    def change(self, values):
        """Set several settings by name.

        :param dict values: name to value
        :raise ValueError: a name is unknown
        """
        known = {entry.name for entry in fields(self)}
        unknown = set(values) - known
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
        for name, value in values.items():
            setattr(self, name, value)

    def describe(self):
        """Return all settings in a form JSON can carry."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in values.items()
        }
