# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Invented receivers, their ciphertexts and masks (privacy.md 1 to 3).

A ciphertext is derived from the order number, the field and the version of the
address, so nothing needs to be stored and the same receiver has different
ciphertexts in different orders. Nothing can be decrypted from the text itself.
"""

import base64
import hashlib

from .model import Receiver
from .regions import PLACES, REMOTE

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英玉兰建华文博子轩欣怡"
_ROADS = ("示例路", "样板街", "虚构大道", "测试巷", "演示路", "模拟街")
#: How many receivers a shop's buyers are drawn from: some buy again.
RECEIVERS = 4000
#: data_type of privacy.md 3 per field.
DATA_TYPES = {
    "receiver_name": 5,
    "receiver_phone": 6,
    "contact_mobile": 6,
    "address": 7,
    "receiver_address": 8,
}


def make_receiver(number, remote=False):
    """Return the receiver with this number; the same number, the same person.

    :param int number: any number
    :param bool remote: live in a province that is consolidated
    """
    digest = hashlib.sha256(f"receiver-{number}-{remote}".encode()).digest()
    places = _REMOTE_PLACES if remote else PLACES
    province, city, town = places[int.from_bytes(digest[0:2]) % len(places)]
    name = _SURNAMES[digest[2] % len(_SURNAMES)]
    for byte in digest[3 : 4 + digest[5] % 2]:
        name += _GIVEN[byte % len(_GIVEN)]
    phone = f"1{digest[6] % 10}0000{int.from_bytes(digest[7:10]) % 100000:05d}"
    road = _ROADS[digest[10] % len(_ROADS)]
    detail = f"{road}{digest[11] + 1}号{digest[12] % 30 + 1}栋{digest[13] % 90 + 101}室"
    key = base64.b64encode(digest[14:29]).decode()
    return Receiver(f"oaid_{key}", name, phone, province, city, town, detail)


_REMOTE_PLACES = [place for place in PLACES if place[0].region_id in REMOTE]


def plain_fields(receiver):
    """Return the plain text behind each encrypted field."""
    return {
        "receiver_name": receiver.name,
        "receiver_phone": receiver.phone,
        "contact_mobile": receiver.phone,
        "receiver_address": receiver.detail,
        "address": receiver.full_address,
    }


def encrypt(text, field, seed, with_index=True):
    """Return the ciphertext of a text in the platform's format.

    :param str text: plain text
    :param str field: name of the order's field; phones have their own format
    :param str seed: what makes the ciphertext of this order its own
    :param bool with_index: include the search index
    """
    is_phone = DATA_TYPES[field] == 6
    body = hashlib.shake_256(f"{seed}/{field}/{text}".encode())
    size = 30 if is_phone else 24 + 6 * len(text)
    cipher = "AgAAAA" + base64.b64encode(body.digest(size)).decode()
    if not with_index:
        return f"${cipher}$2$" if is_phone else f"~{cipher}~2~"
    size = 9 if is_phone else 3 * len(text)
    index = hashlib.shake_256(f"index/{text}".encode()).digest(size)
    index = base64.b64encode(index).decode()
    if is_phone:
        return f"${index}${cipher}$2$$"
    return f"~{cipher}~{index}~2~~"


def fraction(text):
    """Return a number in [0, 1) that depends on a text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 2**32


def ciphertexts(order, settings):
    """Return the encrypted fields of an order as it shows them now, else ``""``."""
    if not order.shows_receiver:
        return dict.fromkeys(DATA_TYPES, "")
    return receiver_ciphertexts(order, settings, order.address_version)


def receiver_ciphertexts(order, settings, version):
    """Return the encrypted fields of an order's receiver, shown or not.

    :param version: of the address; makes the texts differ
    """
    fields = dict.fromkeys(DATA_TYPES, "")
    plain = plain_fields(order.receiver)
    shown = ["receiver_name", "receiver_phone", "receiver_address", "address"]
    if order.contact_only:
        shown = ["contact_mobile"]
    seed = f"{order.order_sn}/{version}"
    with_index = fraction(seed) >= settings.without_index_share
    for name in shown:
        fields[name] = encrypt(plain[name], name, seed, with_index)
    return fields


def masks(receiver):
    """Return the masked plain texts of an order."""
    place = f"{receiver.province.name}{receiver.city.name}{receiver.town.name}"
    return {
        "receiver_name_mask": receiver.name[0] + "*" * (len(receiver.name) - 1),
        "receiver_phone_mask": "1**********",
        "receiver_address_mask": "***路***号",
        "address_mask": f"{place}***",
    }


def mask(field, receiver):
    """Return the mask of one encrypted field."""
    name = "receiver_phone" if field == "contact_mobile" else field
    return masks(receiver)[f"{name}_mask"]


def decrypted_phone(order, settings):
    """Return ``(text, extension)``; a relay number carries an extension."""
    phone = order.receiver.phone
    if fraction(f"virtual/{order.order_sn}") >= settings.virtual_number_share:
        return phone, ""
    extension = f"{int(fraction(f'extension/{order.order_sn}') * 10000):04d}"
    return f"{phone}#{extension}#", extension
