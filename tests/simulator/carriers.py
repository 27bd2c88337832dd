# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Carriers (logistics.md 2) and the form of their tracking numbers."""

import re
from dataclasses import dataclass

#: Ids and names of the notes' table.
_NAMES = """
1 申通快递|3 百世快递|44 顺丰速运|85 圆通速递|115 中通快递|117 优速|118 邮政EMS
119 天天|120 京东配送|121 韵达快递|122 国通快递|129 宅急送|130 如风达
131 德邦快递|132 邮政快递包裹|133 龙邦|135 联邦|136 九曳供应链|148 安达信
155 速尔|156 亚马逊物流|157 黑猫宅急便|165 汇通小红马|180 其他|183 跨越速运
186 USPS|187 青岛安捷|195 贝海国际|197 环球速运|201 全一|205 远成快运|208 安能
210 天地华宇|211 中邮速递|213 EMS国际件|214 中铁物流|216 新邦|217 Flash Express
226 EWE|227 日日顺|228 苏宁|229 百世快运|230 德邦物流|232 AAE|233 Aramex
239 DHL中国|246 UPS|262 传喜|263 大田|264 递四方|268 飞豹|273 恒路|275 加运美
276 佳吉|277 佳怡|281 京广|285 联昊通|291 民航|305 盛丰|306 盛辉|312 万家
315 信丰|317 亚风|319 燕文|324 邮政标准快递|325 邮政国际包裹|332 中铁快运
335 优邦|336 天际|337 飞洋|338 斑马|339 易客满|340 京东大件|341 速必达
343 中通快运|344 韵达快运|346 安得|347 中粮我买网|348 壹米滴答|349 当当|350 品骏
351 承诺达|352 安迅|354 D速|355 申通国际|356 一智通|358 顺心捷达|359 群航
360 中外运|361 卓志|362 加州猫|363 高捷|364 商桥|365 复融|366 中远|367 韵达国际
368 美快|370 威时沛运|371 中通国际|372 顺丰快运|374 HKE|375 新西兰平安
384 极兔速递
"""
#: Codes of the notes: 44, 85, 131, 384 confirmed [B/C], the others [M]. A carrier
#: without a known code gets ``WP<id>``, invented.
_CODES = {
    1: "STO",
    3: "HT",
    44: "SF",
    85: "YTO",
    115: "ZTO",
    117: "YS",
    118: "EMS",
    119: "TT",
    120: "JD",
    121: "YUNDA",
    122: "GTO",
    131: "DB",
    132: "YZXB",
    384: "JTSD",
}
#: Carriers the platform no longer takes; only 122 stands in a sample, rest invented.
_UNAVAILABLE = {119, 122, 130, 133, 155, 165, 205, 347, 349, 350, 351}
#: Forms of numbers [M]; other carriers take 8 to 24 letters and digits.
_FORMS = {
    44: r"(SF)?\d{12,13}",
    85: r"(YT|D|R)?\d{10,15}",
    384: r"JT\d{13}",
    120: r"JD[A-Z0-9]{10,18}",
}
_ANY_FORM = r"[A-Za-z0-9]{8,24}"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A logistics company: ``carrier_id`` to ship with, ``code`` to trace with."""

    carrier_id: int
    name: str
    code: str
    available: bool

    def accepts(self, number, strict=True):
        """Tell whether a tracking number has the form this carrier uses."""
        form = _FORMS.get(self.carrier_id, _ANY_FORM) if strict else _ANY_FORM
        return bool(re.fullmatch(form, number))

    def make_number(self, rng):
        """Return an invented tracking number of this carrier's form."""
        prefix = {44: "SF", 85: "YT", 384: "JT", 120: "JD"}.get(self.carrier_id, "7")
        return f"{prefix}{rng.randrange(10**12, 10**13)}"


def _build():
    carriers = {}
    for cell in _NAMES.replace("\n", "|").strip("|").split("|"):
        number, name = cell.split(" ", 1)
        key = int(number)
        code = _CODES.get(key, f"WP{key}")
        carriers[key] = Carrier(key, name, code, key not in _UNAVAILABLE)
    return carriers


CARRIERS = _build()
BY_CODE = {carrier.code: carrier for carrier in CARRIERS.values()}
#: Carriers a merchant of the simulator ships with.
USUAL = [CARRIERS[key] for key in (44, 85, 115, 121, 1, 384, 132)]
