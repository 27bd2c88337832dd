# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The page on which a merchant allows an application its shop (auth.md 2)."""

from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from werkzeug.wrappers import Response

from .pages import document


def serve_consent(platform, request):
    """Show the page; on the button, give a code and go back to the application."""
    wanted = request.values
    problem = _problem(platform, wanted)
    if problem:
        body = f"<h1>授权失败 <small>Cannot authorise</small></h1><p>{problem}</p>"
        return _page(body, status=400)
    if request.method == "POST":
        return _consent(platform, wanted)
    return _page(_form(platform, wanted))


def _problem(platform, wanted):
    if wanted.get("response_type") != "code":
        return "response_type must be <code>code</code>."
    if wanted.get("client_id") not in platform.apps:
        return "client_id is not known to the platform."
    if not urlsplit(wanted.get("redirect_uri", "")).scheme:
        return "redirect_uri is missing."
    return ""


def _consent(platform, wanted):
    """Void older tokens of this application and shop, and redirect with a code."""
    try:
        shop = platform.shop(wanted.get("mall_id") or 0)
    except ValueError:
        return _page("<h1>请选择店铺 <small>Choose a shop</small></h1>", status=400)
    with platform.lock:
        now = platform.clock.now()
        code = platform.tokens.consent(wanted["client_id"], shop.mall_id, now)
    answer = {"code": code}
    if "state" in wanted:
        answer["state"] = wanted["state"]
    target = _with_query(wanted["redirect_uri"], answer)
    return Response(status=302, headers={"Location": target})


def _with_query(address, values):
    parts = urlsplit(address)
    query = urlencode(
        [*parse_qsl(parts.query, keep_blank_values=True), *values.items()]
    )
    return urlunsplit(parts._replace(query=query))


def _form(platform, wanted):
    kept = ("response_type", "client_id", "redirect_uri", "state", "view")
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(wanted[name])}">'
        for name in kept
        if name in wanted
    )
    choices = "".join(
        _choice(shop, checked=not place)
        for place, shop in enumerate(platform.shops.values())
    )
    return f"""
<h1>店铺授权 <small>Authorise an application</small></h1>
<p>应用 <code>{escape(wanted["client_id"])}</code> 申请访问您的店铺数据：
订单、商品、库存、物流、售后、账单。<br>
<small>The application asks for access to orders, goods, stock, logistics,
after-sales and bills of your shop.</small></p>
<form method="post" action="/service-market/auth">{hidden}
<fieldset><legend>选择店铺 <small>Shop</small></legend>{choices}</fieldset>
<button type="submit" name="authorise" value="1">同意授权 Authorise</button>
</form>"""


def _choice(shop, checked):
    mark = " checked" if checked else ""
    return (
        f'<label><input type="radio" name="mall_id" value="{shop.mall_id}"{mark}> '
        f"{escape(shop.name)} <small>{shop.mall_id}</small></label><br>"
    )


def _page(body, status=200):
    html = document("拼多多服务市场", f'<main class="narrow">{body}</main>')
    return Response(html, status=status, content_type="text/html;charset=UTF-8")
