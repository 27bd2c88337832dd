# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Label templates and the platform's cloud printers (logistics.md 5)."""

from .errors import business
from .registry import method
from .waybills import SUBSCRIBED, templates

#: Labels of one call; the limit is not published.
MOST_LABELS = 100


@method("pdd.cloudprint.stdtemplates.get", "pdd_cloudprint_stdtemplates_get_response")
def list_templates(call):
    """Return the standard templates of one carrier or of all."""
    wanted = call.arguments.text("wp_code")
    return {
        "result": {
            "datas": [
                {
                    "wp_code": wp_code,
                    "standard_templates": [
                        {
                            "standard_template_id": number,
                            "standard_template_name": name,
                            "standard_template_url": address,
                            "standard_waybill_type": kind,
                        }
                        for number, name, address, kind in templates(wp_code)
                    ],
                }
                for wp_code in SUBSCRIBED
                if wanted in (None, wp_code)
            ]
        }
    }


@method("pdd.cloudprint.customares.get", "pdd_cloudprint_customares_get_response")
def list_custom_areas(call):
    """Return no custom area: the form of one is not in the notes."""
    return {"result": {"datas": []}}


@method("pdd.cloud.print", "cloud_print_response")
def cloud_print(call):
    """Print labels on a bound printer; what was printed is kept for a look."""
    request = call.arguments.nested("cloud_print_request")
    printer = request.text("printer_id", required=True)
    code = request.text("share_code", required=True)
    if call.settings.printers.get(printer) != code:
        raise business("printer_unbound")
    labels = [_label(row) for row in request.objects("print_data_list", MOST_LABELS)]
    for label in labels:
        call.shop.prints.append({"printer_id": printer, "at": call.now, **label})
    return {}


def _label(row):
    """Return template and content of one label."""
    data = row.nested("waybill_printer_data")
    return {
        "template_url": data.text("template_url", required=True),
        "data": data.text("data", required=True),
        "signature": data.text("signature"),
        "encrypted": data.text("encrypted"),
    }
