# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What the platform remembers. Money is integer fen, moments are Unix seconds."""

import copy
from dataclasses import dataclass, field


@dataclass(slots=True)
class Spec:
    """One value of a specification, such as colour: white."""

    parent_id: int
    parent_name: str
    spec_id: int
    spec_name: str


@dataclass(slots=True)
class Sku:
    """A variant that can be bought. ``price`` is single purchase, ``multi_price``
    group purchase, both fen; ``weight`` grams."""

    sku_id: int
    goods_id: int
    outer_id: str
    specs: list
    price: int
    multi_price: int
    quantity: int
    reserve_quantity: int
    weight: int
    is_onsale: bool = True

    @property
    def spec_text(self):
        """Return the values joined as orders and lists show them."""
        return ",".join(spec.spec_name for spec in self.specs)


@dataclass(slots=True)
class Goods:
    """A listing with its SKUs."""

    goods_id: int
    mall_id: int
    name: str
    outer_goods_id: str
    categories: tuple
    market_price: int
    created_at: int
    skus: list
    shipment_limit: int = 172800
    template_id: int = 56001
    is_onsale: bool = True
    is_deleted: bool = False
    #: Stands on a promotional slot: its stock may not be cut.
    is_promoted: bool = False

    @property
    def status(self):
        """Return 1 on sale, 2 off sale, 3 sold out, 4 deleted."""
        if self.is_deleted:
            return 4
        if not self.is_onsale:
            return 2
        return 1 if any(sku.quantity for sku in self.skus) else 3

    @property
    def image_url(self):
        """Return the address of the main picture (nothing answers there)."""
        return f"https://img.example.invalid/goods/{self.goods_id}.jpeg"


@dataclass(slots=True)
class Commit:
    """An edit waiting for, or through, the platform's audit.

    ``check_status``: 0 editing, 1 in review, 2 passed, 3 rejected.
    ``prices``: sku_id to ``(single, group, is_onsale or None)``.
    """

    commit_id: int
    goods_id: int
    submitted: float
    prices: dict
    codes: dict = field(default_factory=dict)
    market_price: int | None = None
    check_status: int = 1
    checked: float = 0.0
    reject_comment: str = ""


@dataclass(slots=True)
class Region:
    """A node of the address tree; ``level`` 0 country to 3 district."""

    region_id: int
    parent_id: int
    name: str
    level: int


@dataclass(slots=True)
class Receiver:
    """An invented buyer's address. ``town`` is the district level."""

    key: str
    name: str
    phone: str
    province: Region
    city: Region
    town: Region
    detail: str

    @property
    def full_address(self):
        """Return province to house number in one text."""
        return f"{self.province.name}{self.city.name}{self.town.name}{self.detail}"


@dataclass(slots=True)
class Line:
    """An order line: the snapshot of a SKU at purchase; ``price`` fen a piece."""

    goods_id: int
    sku_id: int
    outer_id: str
    outer_goods_id: str
    goods_name: str
    spec: str
    price: int
    count: int
    image_url: str


@dataclass(slots=True)
class AfterSale:
    """An after-sales case. ``kind`` in the detail coding: 1 refund only, 2 return and
    refund, 3 exchange, 4 resend, 5 repair; ``refund`` fen, 0 for kinds 3 to 5."""

    after_sales_id: int
    order_sn: str
    mall_id: int
    kind: int
    status: int
    reason: str
    remark: str
    refund: int
    created: float
    reopened: float
    updated: float
    shipped: bool
    line: Line
    express_no: str = ""
    shipping_name: str = ""
    user_shipping_status: str = "0"
    operator_role: int = 1
    is_returned: bool = False
    is_fast: bool = False
    #: Pieces the buyer wants back money for; 0: not asked by pieces.
    pieces: int = 0
    #: Exchange: the wanted SKU and what the merchant sends for it.
    exchange_sku: Sku | None = None
    sent_carrier: int = 0
    sent_number: str = ""


@dataclass(slots=True)
class Invoice:
    """A buyer's wish for an invoice; ``status`` 0 refused, 1 applied, 2 agreed.

    ``way`` 0: the merchant uploads it, 1: the platform's automatic system issues it.
    """

    applied: float
    updated: float
    way: int = 0
    status: int = 1
    is_company: bool = False
    payer_name: str = ""
    register_no: str = ""
    serial_no: str = ""
    number: str = ""
    issued: float = 0.0
    is_void: bool = False
    reason: str = ""


@dataclass(slots=True)
class Promise:
    """What customer service promised a buyer (orders.md 1.6)."""

    promise_id: int
    order_sn: str
    kind: int
    level: int
    status: int
    text: str
    detail: dict
    updated: float


@dataclass(slots=True)
class Order:
    """One order of one shop; the amounts that are sums are computed."""

    order_sn: str
    mall_id: int
    lines: list
    receiver: Receiver
    created: float
    paid: float
    confirmed: float
    updated: float
    ship_before: float
    categories: tuple
    group_order_id: int
    order_status: int = 1
    risk: bool = False
    # money, fen
    order_change: int = 0
    platform_discount: int = 0
    seller_discount: int = 0
    leader_discount: int = 0
    postage: int = 0
    payment_reduction: int = 0
    service_fees: list = field(default_factory=list)
    subsidies: list = field(default_factory=list)
    # kinds
    is_presale: bool = False
    presale_until: float = 0.0
    step_status: int | None = None
    step_deposit: int = 0
    step_gain: int = 0
    lucky_flag: int = 1
    group_role: int = 0
    consolidation: int | None = None
    contact_only: bool = False
    #: ``(order_sn of the gift order, once it is created, Line)``
    gifts: list = field(default_factory=list)
    #: 0 gift order to create, 1 created, 2 failed: pack the gift with this order
    #: (orders.md 2.9); None: says nothing.
    gift_status: int | None = None
    #: ``(relation_type, order_sn)``: 3 price difference, 4 gift order of that main order.
    related: list = field(default_factory=list)
    #: The order that pays extra for SF, and the order it pays for.
    additional_link: str = ""
    additional_origin: str = ""
    #: ``order_depot_info`` as shops with depot stock get it.
    depot: dict | None = None
    tags: list = field(default_factory=list)
    wants_invoice: bool = False
    is_stock_out: bool = False
    # notes
    buyer_memo: str = ""
    remark: str = ""
    remark_tag: int | None = None
    remark_tag_name: str = ""
    # shipping
    shipped: float = 0.0
    received: float = 0.0
    urged: float = 0.0
    logistics_id: int = 0
    tracking_number: str = ""
    extra_parcels: dict = field(default_factory=dict)
    #: The carrier never scans the parcel.
    is_traceless: bool = False
    address_version: int = 0
    after_sales: list = field(default_factory=list)
    invoice: Invoice | None = None
    # account, fen
    is_booked: bool = False
    fee_flow: str = ""
    fee_charged: int = 0
    fee_returned: int = 0
    coupon_returned: int = 0
    #: What lists show, as JSON; forgotten when the order changes (``render``).
    text: tuple | None = field(default=None, init=False, repr=False, compare=False)

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)
        if name != "text":
            object.__setattr__(self, "text", None)

    def __getstate__(self):
        names = (slot for slot in self.__slots__ if slot != "text")
        return {name: getattr(self, name) for name in names}

    def __setstate__(self, state):
        for name, value in state.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "text", None)

    @property
    def is_gift(self):
        """Tell whether this is the gift order of another one (orders.md 2.9)."""
        return any(kind == 4 for kind, _order_sn in self.related)

    @property
    def goods_amount(self):
        """Return price x count of all lines minus the merchant's price cut."""
        gross = sum(line.price * line.count for line in self.lines)
        return gross - self.order_change

    @property
    def discount_amount(self):
        """Return the sum of the three discounts."""
        return self.platform_discount + self.seller_discount + self.leader_discount

    @property
    def pay_amount(self):
        """Return what the buyer pays."""
        fees = sum(fee for _name, fee in self.service_fees)
        return self.goods_amount - self.discount_amount + self.postage + fees

    @property
    def refunded(self):
        """Return the money given back so far."""
        return sum(case.refund for case in self.after_sales if case.status == 10)

    @property
    def refund_status(self):
        """Return 1 none or closed, 2 in process, 3 refunding, 4 refunded."""
        if not self.after_sales:
            return 1
        status = self.after_sales[-1].status
        if status in (4, 5):
            return 3
        if status in OPEN_STATUSES:
            return 2
        is_refunded = any(case.status == 10 for case in self.after_sales)
        return 4 if is_refunded else 1  # of a gift order without any money

    @property
    def after_sales_status(self):
        """Return the status of the latest case; 0 without any."""
        return self.after_sales[-1].status if self.after_sales else 0

    @property
    def shows_receiver(self):
        """Tell whether the receiver's ciphertext is given out at all."""
        return self.order_status == 1 and not self.risk

    def snapshot(self):
        """Return a copy that later changes of the order do not reach."""
        other = copy.copy(self)
        other.tags = list(self.tags)
        other.extra_parcels = {k: list(v) for k, v in self.extra_parcels.items()}
        other.after_sales = [copy.copy(case) for case in self.after_sales]
        return other


#: refunds.md 3, class "open".
OPEN_STATUSES = frozenset({2, 3, 6, 7, 8, 14, 15, 18, 21, 22, 27, 31, 32, 33})


@dataclass(slots=True)
class BillRow:
    """One row of the account: ``amount`` fen, negative for expense."""

    moment: float
    order_sn: str
    amount: int
    flow: str
    remark: str = "-"


@dataclass(slots=True)
class Push:
    """What a shop has switched on; ``grant`` is the consent it was done with."""

    topics: list
    grant: object
    created: float
    modified: float


@dataclass(slots=True)
class Event:
    """A message a push channel could deliver (messages.md 4 and 5)."""

    event_id: int
    moment: float
    topic: str
    mall_id: int
    content: dict
