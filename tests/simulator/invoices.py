# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Invoices buyers ask for (finance.md 5): who asks, and what the automatic system issues."""

import re

from werkzeug.wrappers import Response

from .model import Invoice
from .people import fraction

BY_MERCHANT, AUTOMATIC = 0, 1
#: Most goods carry this rate, included in the price.
VAT_PERCENT = 13
AUTOMATIC_SHARE = 0.3
COMPANY_SHARE = 0.4
LINK_LIFE = 1800
_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def apply_for(order, moment, company=None):
    """Let the buyer of an order ask for an invoice.

    :param bool company: for a company or a person; by chance when not given
    """
    place = fraction(f"invoice/{order.order_sn}")
    is_company = place < COMPANY_SHARE if company is None else company
    order.wants_invoice = True
    order.invoice = Invoice(
        applied=moment,
        updated=moment,
        way=int(fraction(f"automatic/{order.order_sn}") < AUTOMATIC_SHARE),
        is_company=is_company,
        payer_name="示例贸易有限公司" if is_company else "个人",
        register_no="91000000EXAMPLE000" if is_company else "",
    )


def issue(order, moment):
    """Let the automatic system issue the invoice it is asked for."""
    invoice = order.invoice
    if not invoice or invoice.way != AUTOMATIC or invoice.number:
        return
    invoice.number = f"26{int(fraction(f'number/{order.order_sn}') * 10**18):018d}"
    invoice.issued = invoice.updated = moment
    invoice.status = 2


def split_tax(amount):
    """Return ``(net, tax)`` of an amount that holds the tax, in fen."""
    tax = (2 * amount * VAT_PERCENT + 100 + VAT_PERCENT) // (2 * (100 + VAT_PERCENT))
    return amount - tax, tax


def make_pdf_link(base_url, invoice, now):
    """Return the address of an invoice's file, good for half an hour."""
    return f"{base_url}/invoice/{int(now) + LINK_LIFE}/{invoice.number}.pdf"


def serve_pdf(platform, path):
    """Answer the download of an invoice: 403 when the link has expired."""
    found = re.fullmatch(r"/invoice/(\d+)/\d+\.pdf", path)
    if not found:
        return Response("not found", status=404)
    if int(found[1]) < platform.clock.now():
        return Response("expired", status=403)
    return Response(_PDF, content_type="application/pdf")
