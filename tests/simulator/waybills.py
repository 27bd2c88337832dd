# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Electronic waybills: subscriptions of a shop and the numbers it drew (logistics.md 5)."""

import base64
import hashlib
import json
import random
from dataclasses import dataclass

from .carriers import BY_CODE

#: Carriers a shop has subscribed to, and where its parcels start.
SUBSCRIBED = ("YTO", "ZTO", "JTSD", "SF")
SENDERS = (
    ("571000", "示例网点", "浙江省", "杭州市", "余杭区", "示例路1号"),
    ("210000", "上海示例网点", "上海市", "上海市", "闵行区", "物流园 1 号"),
    ("510000", "广州示例网点", "广东省", "广州市", "番禺区", "物流园 1 号"),
)
#: (id, name, standard_waybill_type) per carrier, numbered from the sample's 1001.
_SIZES = (("一联单", 1), ("两联单", 2))


@dataclass(slots=True)
class Branch:
    """A carrier's branch that gives the shop numbers for one sender address."""

    code: str
    name: str
    address: dict
    used: int = 0
    cancelled: int = 0


@dataclass(slots=True)
class Waybill:
    """A number that was given out for some orders."""

    wp_code: str
    number: str
    object_id: str
    order_sns: tuple
    template_url: str
    branch: Branch
    is_cancelled: bool = False
    version: int = 1

    @property
    def print_data(self):
        """Return the JSON text for the print component; its inside means nothing."""
        seed = f"{self.number}/{self.version}".encode()
        secret = base64.b64encode(hashlib.shake_256(seed).digest(48)).decode()
        mark = base64.b64encode(hashlib.shake_256(b"sign" + seed).digest(18)).decode()
        return json.dumps(
            {
                "encryptedData": f"AES:{secret}",
                "signature": f"MD:{mark}",
                "templateUrl": self.template_url,
                "ver": "3",
            },
            separators=(",", ":"),
        )


class WaybillBook:
    """The subscriptions and numbers of one shop."""

    def __init__(self, mall_id):
        self._rng = random.Random(f"waybills-{mall_id}")
        self.branches = {
            code: [_branch(*row) for row in SENDERS] for code in SUBSCRIBED
        }
        self.issued = {}
        self._by_object = {}

    def find_branch(self, wp_code, address):
        """Return the branch whose subscribed address this is to the letter, or None."""
        for branch in self.branches[wp_code]:
            if all(address.get(name) == text for name, text in branch.address.items()):
                return branch
        return None

    def earlier(self, wp_code, object_id, order_sns):
        """Return the number drawn before for the same thing, or None."""
        waybill = self._by_object.get((wp_code, object_id, order_sns))
        return waybill if waybill and not waybill.is_cancelled else None

    def draw(self, wp_code, object_id, order_sns, template_url, branch):
        """Give out a new number."""
        number = BY_CODE[wp_code].make_number(self._rng)
        waybill = Waybill(wp_code, number, object_id, order_sns, template_url, branch)
        self.issued[wp_code, number] = waybill
        self._by_object[wp_code, object_id, order_sns] = waybill
        branch.used += 1
        return waybill

    def cancel(self, waybill):
        """Take a number back."""
        waybill.is_cancelled = True
        waybill.branch.cancelled += 1


def _branch(code, name, province, city, district, detail):
    address = {
        "country": "中国",
        "province": province,
        "city": city,
        "district": district,
        "detail": detail,
    }
    return Branch(code, name, address)


def templates(wp_code):
    """Return ``(id, name, address, type)`` of a carrier's standard templates."""
    first = 1001 + 2 * list(BY_CODE).index(wp_code)
    name = BY_CODE[wp_code].name.removesuffix("快递").removesuffix("速递")
    return [
        (
            first + place,
            f"{name}{size}",
            f"https://print.example.invalid/std/{first + place}",
            kind,
        )
        for place, (size, kind) in enumerate(_SIZES)
    ]
