# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Decryption and masks (privacy.md 3)."""

from .errors import business, missing, wrong
from .people import (
    DATA_TYPES,
    ciphertexts,
    decrypted_phone,
    mask,
    plain_fields,
)
from .registry import method

MOST_ROWS = 100
#: error_code and text of the sample's refused row.
_REFUSED = (10001, "数据不允许解密")


@method("pdd.open.decrypt.batch", "open_decrypt_batch_response")
def decrypt(call):
    """Return plain text; a refusal concerns one row only."""
    for row in _rows(call):
        reported = row["data_tag"] in call.shop.label_reports
        if call.settings.report_before_decrypt and not reported:
            raise business("label_not_reported")
    return {"data_decrypt_list": [_plain(call, row) for row in _rows(call)]}


@method("pdd.open.decrypt.mask.batch", "open_decrypt_mask_batch_response")
def decrypt_masked(call):
    """Return masked text."""
    return {"data_decrypt_list": [_masked(call, row) for row in _rows(call)]}


@method("pdd.open.virtual.number.check", "open_virtual_number_check_response")
def check_number(call):
    """Tell whether a relay number is the one of an order, and since when."""
    arguments = call.arguments
    order = call.shop.find_order(arguments.text("order_sn", required=True))
    number = arguments.text("virtual_number", required=True)
    given = arguments.text("identify_number")
    text, extension = decrypted_phone(order, call.settings)
    is_virtual = bool(extension)
    fits = number.split("#")[0] == text.split("#")[0] and given in (None, extension)
    return {
        "result": {
            "virtual": is_virtual,
            "match": is_virtual and fits,
            "bind_timestamp": int(order.confirmed * 1000) if is_virtual else 0,
            "error_code": 0,
            "error_msg": "",
        }
    }


def _rows(call):
    rows = call.arguments.json("data_list", list)
    if not rows:
        raise missing("data_list")
    if len(rows) > MOST_ROWS:
        raise wrong("data_list")
    for row in rows:
        fields = row if isinstance(row, dict) else {}
        for name in ("data_tag", "encrypted_data"):
            if not isinstance(fields.get(name), str) or not fields[name]:
                raise wrong(name)
    return rows


def _find(call, row):
    """Return ``(order, field)`` of a ciphertext; None when it is not the order's."""
    order = call.shop.orders.get(row["data_tag"])
    if not order:
        return None
    shown = ciphertexts(order, call.settings)
    field = next((n for n, text in shown.items() if text == row["encrypted_data"]), "")
    return (order, field) if field else None


def _plain(call, row):
    found = _find(call, row)
    answer = {**row, "data_type": 0, "decrypted_data": ""}
    answer.update(virtual_number_type=0, virtual_identify_number="")
    if not found:
        return {**answer, "error_code": _REFUSED[0], "error_msg": _REFUSED[1]}
    order, field = found
    answer["data_type"] = DATA_TYPES[field]
    answer["decrypted_data"] = plain_fields(order.receiver)[field]
    if DATA_TYPES[field] == 6:
        text, extension = decrypted_phone(order, call.settings)
        answer["decrypted_data"] = text
        answer["virtual_number_type"] = int(bool(extension))
        answer["virtual_identify_number"] = extension
    return {**answer, "error_code": 0, "error_msg": ""}


def _masked(call, row):
    found = _find(call, row)
    answer = {**row, "data_type": 0, "decrypted_data": ""}
    if not found:
        return {**answer, "error_code": _REFUSED[0], "error_msg": _REFUSED[1]}
    order, field = found
    answer["data_type"] = DATA_TYPES[field]
    answer["decrypted_data"] = mask(field, order.receiver)
    return {**answer, "error_code": 0, "error_msg": ""}
