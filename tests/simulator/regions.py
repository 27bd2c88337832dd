# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The address tree (logistics.md 3).

Province ids follow the numbering of orders.md 3 [M]; 383/3230, 77/706, 52/500 and
321/2703 are those of the samples; all other city and district ids are counted up here.
"""

from .model import Region

#: ``id province: [id] city: [id] district, ...; city: ...``
_TREE = """
2 北京市: 52 北京市: 500 朝阳区, 海淀区, 丰台区, 通州区
3 安徽省: 合肥市: 蜀山区, 包河区; 芜湖市: 镜湖区
4 福建省: 福州市: 鼓楼区, 仓山区; 泉州市: 丰泽区, 晋江市
5 甘肃省: 兰州市: 城关区
6 广东省: 77 深圳市: 706 南山区, 龙岗区; 广州市: 天河区, 番禺区; 佛山市: 顺德区
7 广西壮族自治区: 南宁市: 青秀区, 西乡塘区
8 贵州省: 贵阳市: 观山湖区, 南明区
9 海南省: 海口市: 龙华区
10 河北省: 石家庄市: 长安区, 裕华区; 保定市: 莲池区
11 河南省: 郑州市: 金水区, 中原区; 洛阳市: 涧西区
12 黑龙江省: 哈尔滨市: 南岗区, 道里区
13 湖北省: 武汉市: 武昌区, 洪山区, 江汉区
14 湖南省: 长沙市: 岳麓区, 雨花区
15 吉林省: 长春市: 朝阳区
16 江苏省: 南京市: 江宁区, 鼓楼区; 苏州市: 吴中区, 昆山市; 无锡市: 滨湖区
17 江西省: 南昌市: 红谷滩区
18 辽宁省: 沈阳市: 和平区; 大连市: 甘井子区
19 内蒙古自治区: 呼和浩特市: 赛罕区
20 宁夏回族自治区: 银川市: 金凤区
21 青海省: 西宁市: 城西区
22 山东省: 济南市: 历下区; 青岛市: 市南区, 黄岛区; 临沂市: 兰山区
23 山西省: 太原市: 小店区
24 陕西省: 西安市: 雁塔区, 未央区, 灞桥区
25 上海市: 321 上海市: 2703 浦东新区, 闵行区, 松江区, 宝山区
26 四川省: 成都市: 武侯区, 成华区, 双流区; 绵阳市: 涪城区
27 天津市: 天津市: 南开区, 西青区
28 西藏自治区: 拉萨市: 城关区
29 新疆维吾尔自治区: 乌鲁木齐市: 沙依巴克区, 天山区
30 云南省: 昆明市: 五华区, 官渡区
31 浙江省: 383 杭州市: 3230 西湖区, 余杭区, 萧山区; 义乌市: 稠城街道; 宁波市: 鄞州区
32 重庆市: 重庆市: 渝北区, 沙坪坝区
"""
#: Provinces that cost extra postage; the first four are consolidated.
REMOTE = {29: 1, 28: 3, 5: 14, 19: 15, 20: 16, 21: 17}
_FIRST_CITY, _FIRST_TOWN = 1001, 10001


def _numbered(text, counter):
    """Split ``[id] name``; without an id the next number is taken."""
    head, _, tail = text.strip().partition(" ")
    if tail and head.isdigit():
        return int(head), tail.strip()
    counter[0] += 1
    return counter[0] - 1, text.strip()


def _build():
    regions = [Region(1, 0, "中国", 0)]
    places = []
    cities, towns = [_FIRST_CITY], [_FIRST_TOWN]
    for text in _TREE.strip().splitlines():
        head, _, tail = text.partition(":")
        province = Region(*_with_parent(_numbered(head, [0]), 1), 1)
        regions.append(province)
        for part in tail.split(";"):
            name, _, districts = part.partition(":")
            city = Region(*_with_parent(_numbered(name, cities), province.region_id), 2)
            regions.append(city)
            for district in districts.split(","):
                found = _numbered(district, towns)
                town = Region(*_with_parent(found, city.region_id), 3)
                regions.append(town)
                places.append((province, city, town))
    return regions, places


def _with_parent(numbered, parent_id):
    return numbered[0], parent_id, numbered[1]


#: Every node, and every ``(province, city, town)``.
REGIONS, PLACES = _build()
BY_ID = {region.region_id: region for region in REGIONS}
