# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Goods of an invented shop: names, specifications, merchant codes, prices.

Category ids below 900000 come from the public dump (goods.md 5); those from 900000
up are invented, as are specification parents from 9001 up.
"""

from dataclasses import dataclass

from .model import Goods, Sku, Spec

#: (cat_id, name, parent_id, level)
CATEGORIES = [
    (239, "男装", 0, 1),
    (246, "T恤", 239, 2),
    (435, "T恤", 246, 3),
    (245, "衬衫", 239, 2),
    (423, "衬衫", 245, 3),
    (16548, "餐饮具", 0, 1),
    (16556, "杯子/水杯/水壶", 16548, 2),
    (16557, "保温杯", 16556, 3),
    (6398, "零食/坚果/特产", 0, 1),
    (900101, "坚果", 6398, 2),
    (900102, "混合坚果", 900101, 3),
    (16989, "居家日用", 0, 1),
    (900201, "收纳用品", 16989, 2),
    (900202, "收纳箱", 900201, 3),
    (2933, "3C数码配件", 0, 1),
    (900301, "充电配件", 2933, 2),
    (900302, "数据线", 900301, 3),
    (9313, "床上用品", 0, 1),
    (900401, "床品套件", 9313, 2),
    (900402, "四件套", 900401, 3),
    (17285, "洗护清洁", 0, 1),
    (900501, "清洁用品", 17285, 2),
    (900502, "洗衣液", 900501, 3),
    (16288, "宠物", 0, 1),
    (900601, "宠物用品", 16288, 2),
    (900602, "猫砂", 900601, 3),
]
_PATHS = {
    435: (239, 246, 435, 0),
    423: (239, 245, 423, 0),
    16557: (16548, 16556, 16557, 0),
    900102: (6398, 900101, 900102, 0),
    900202: (16989, 900201, 900202, 0),
    900302: (2933, 900301, 900302, 0),
    900402: (9313, 900401, 900402, 0),
    900502: (17285, 900501, 900502, 0),
    900602: (16288, 900601, 900602, 0),
}
CATEGORY_NAMES = {cat_id: name for cat_id, name, _parent, _level in CATEGORIES}
#: Specification parents: 1215, 1216 and 1218 stand in samples.
SPEC_PARENTS = {
    "颜色": 1215,
    "尺寸": 1216,
    "容量": 1218,
    "口味": 9001,
    "规格": 9002,
    "长度": 9003,
}
#: Values with a known id; all others are numbered as they come, from 1001.
_SPEC_IDS = {
    ("颜色", "白色"): 20,
    ("颜色", "黑色"): 21,
    ("尺寸", "L"): 5,
    ("尺寸", "XL"): 6,
    ("容量", "500ml"): 77,
}
MOST_SKUS = 6


@dataclass(frozen=True)
class Template:
    """What a goods is made from: prices in fen, weight in grams.

    ``options``: (specification, ((value, code part, extra fen), ...)) at most two.
    """

    code: str
    name: str
    cat_id: int
    multi_price: int
    weight: int
    options: tuple


_COLORS = ("颜色", (("白色", "W", 0), ("黑色", "B", 0), ("灰色", "GY", 0)))
_SIZES = ("尺寸", (("L", "L", 0), ("XL", "XL", 0)))
_ONE = ("规格", (("默认", "", 0),))


def _spec(name, *values):
    return (name, tuple(values))


TEMPLATES = (
    Template("TS-01", "纯棉短袖T恤 男女同款", 435, 3990, 250, (_COLORS, _SIZES)),
    Template(
        "CUP-01",
        "不锈钢保温杯",
        16557,
        12900,
        480,
        (
            _spec("颜色", ("黑色", "BK", 0), ("白色", "WH", 0)),
            _spec("容量", ("500ml", "500", 0), ("750ml", "750", 2000)),
        ),
    ),
    Template("SHIRT-02", "免烫商务长袖衬衫", 423, 8900, 320, (_COLORS, _SIZES)),
    Template(
        "NUT-03",
        "每日坚果混合装 独立小包",
        900102,
        5990,
        750,
        (_spec("规格", ("15包", "15", 0), ("30包", "30", 4000)),),
    ),
    Template(
        "BOX-04",
        "家用折叠收纳箱 带盖加厚",
        900202,
        2590,
        1200,
        (
            _spec("颜色", ("灰色", "GY", 0), ("米色", "BE", 0)),
            _spec("规格", ("中号", "M", 0), ("大号", "L", 1000)),
        ),
    ),
    Template(
        "CABLE-05",
        "编织快充数据线 Type-C",
        900302,
        1290,
        40,
        (_spec("长度", ("1米", "1", 0), ("2米", "2", 400), ("3米", "3", 900)),),
    ),
    Template(
        "BED-06",
        "全棉四件套 北欧简约",
        900402,
        19900,
        2600,
        (_spec("尺寸", ("1.5米床", "15", 0), ("1.8米床", "18", 2000)),),
    ),
    Template(
        "WASH-07",
        "香氛洗衣液 家庭装",
        900502,
        3680,
        3100,
        (_spec("容量", ("3L", "3L", 0), ("3L*2", "6L", 3000)),),
    ),
    Template(
        "CAT-08",
        "豆腐猫砂 除臭少尘",
        900602,
        2990,
        2500,
        (
            _spec("口味", ("原味", "N", 0), ("绿茶", "G", 0)),
            _spec("规格", ("1袋", "1", 0), ("4袋", "4", 7800)),
        ),
    ),
    Template("MUG-09", "陶瓷马克杯 办公室", 16557, 2190, 400, (_COLORS,)),
    Template("POLO-10", "珠地网眼POLO衫 男", 435, 5990, 280, (_COLORS, _SIZES)),
    Template("ALM-11", "奶香巴旦木 大颗粒", 900102, 3290, 500, (_ONE,)),
    Template(
        "HANG-12",
        "无痕衣架 加粗防滑",
        900202,
        990,
        600,
        (_spec("规格", ("10个", "10", 0), ("30个", "30", 1500)),),
    ),
    Template(
        "PLUG-13",
        "氮化镓充电头",
        900302,
        6900,
        120,
        (_spec("规格", ("33W", "33", 0), ("67W", "67", 5000)),),
    ),
    Template("PILLOW-14", "记忆棉护颈枕", 900402, 7900, 1100, (_ONE,)),
    Template(
        "WIPE-15",
        "厨房湿巾 去油污",
        900502,
        1590,
        900,
        (_spec("规格", ("3包", "3", 0), ("6包", "6", 1200)),),
    ),
    Template("BOWL-16", "宠物双碗 防打翻", 900602, 1890, 300, (_COLORS,)),
    Template("FLASK-17", "儿童吸管杯 双手柄", 16557, 4590, 260, (_ONE,)),
    Template("HOOD-18", "连帽卫衣 宽松款", 435, 9900, 620, (_COLORS, _SIZES)),
    Template("CASHEW-19", "盐焗腰果 罐装", 900102, 4590, 450, (_ONE,)),
    Template(
        "BAG-20",
        "真空压缩袋 棉被收纳",
        900202,
        2290,
        700,
        (_spec("规格", ("6件套", "6", 0), ("11件套", "11", 1400)),),
    ),
    Template("HUB-21", "四口扩展坞 铝合金", 900302, 8800, 90, (_ONE,)),
    Template(
        "SHEET-22",
        "床笠单件 全棉防滑",
        900402,
        6900,
        900,
        (_spec("尺寸", ("1.5米床", "15", 0), ("1.8米床", "18", 1000)),),
    ),
    Template("SOAP-23", "内衣皂 抑菌 4块", 900502, 1990, 820, (_ONE,)),
    Template("TOY-24", "猫抓板 瓦楞纸", 900602, 1290, 800, (_ONE,)),
)


class SpecBook:
    """Ids of specification values, given out as they are first used."""

    def __init__(self):
        self._ids = dict(_SPEC_IDS)

    def get(self, parent, value):
        """Return the Spec for a value of a parent named in Chinese."""
        key = (parent, value)
        if key not in self._ids:
            self._ids[key] = 1001 + len(self._ids)
        return Spec(SPEC_PARENTS.get(parent, 9099), parent, self._ids[key], value)


def _combinations(options):
    """Return the option values of each SKU of a template."""
    rows = [()]
    for name, values in options:
        rows = [(*row, (name, *value)) for row in rows for value in values]
    return rows[:MOST_SKUS]


def _sku_code(template, round_number, row):
    prefix = template.code if not round_number else f"{template.code}-{round_number}"
    parts = [code for _name, _value, code, _extra in row if code]
    return "-".join([prefix, *parts])


class GoodsMaker:
    """Makes the catalogue of one shop.

    :param random.Random rng: source of stock figures and dates
    :param int mall_number: 1 for the first shop; ids of shops do not overlap
    :param int mall_id: the shop
    :param Settings settings: ``promoted_share``, ``untidy_codes``
    """

    def __init__(self, rng, mall_number, mall_id, settings):
        self._rng = rng
        self._mall_id = mall_id
        self._settings = settings
        self._next_goods = 700_100_000_000 + mall_number * 1_000_000_000
        self._next_sku = 1_500_100_000_000 + mall_number * 1_000_000_000
        self._specs = SpecBook()

    def catalogue(self, count, now):
        """Return so many goods; templates repeat with a series number."""
        goods = [self._from_template(number, now) for number in range(count)]
        if self._settings.untidy_codes:
            self._make_untidy(goods)
        return goods

    def make(self, name, cat_id, options, price, code, now, weight=500):
        """Return one goods by hand (control interface); ``price`` fen, group."""
        template = Template(code, name, cat_id, price, weight, options or (_ONE,))
        return self._build(template, 0, now)

    def _from_template(self, number, now):
        round_number, place = divmod(number, len(TEMPLATES))
        created = now - self._rng.randrange(20, 400) * 86400
        return self._build(TEMPLATES[place], round_number, created)

    def _build(self, template, round_number, created):
        self._next_goods += self._rng.randrange(1, 90)
        goods_id = self._next_goods
        series = f" {round_number + 1}代" if round_number else ""
        skus = [
            self._sku(goods_id, template, round_number, row)
            for row in _combinations(template.options)
        ]
        promoted = self._rng.random() < self._settings.promoted_share
        return Goods(
            goods_id=goods_id,
            mall_id=self._mall_id,
            name=template.name + series,
            outer_goods_id=_sku_code(template, round_number, ()),
            categories=_PATHS.get(template.cat_id, (template.cat_id, 0, 0, 0)),
            market_price=template.multi_price * 2,
            created_at=int(created),
            skus=skus,
            is_promoted=promoted,
        )

    def _sku(self, goods_id, template, round_number, row):
        self._next_sku += 1
        multi_price = template.multi_price + sum(item[3] for item in row)
        return Sku(
            sku_id=self._next_sku,
            goods_id=goods_id,
            outer_id=_sku_code(template, round_number, row),
            specs=[self._specs.get(item[0], item[1]) for item in row],
            price=multi_price + max(100, multi_price // 5 // 100 * 100),
            multi_price=multi_price,
            quantity=self._rng.randrange(60, 900),
            reserve_quantity=self._rng.choice((0, 0, 0, 0, 2, 4)),
            weight=template.weight,
        )

    def _make_untidy(self, goods):
        """Leave one code out and give one code twice, as merchants do."""
        if len(goods) < len(TEMPLATES):
            return
        goods[24].skus[0].outer_id = ""
        goods[23].skus[0].outer_id = goods[21].skus[0].outer_id
