# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The methods of the platform, by name."""

from dataclasses import dataclass

from .arguments import Arguments
from .errors import ApiError


@dataclass(frozen=True)
class Method:
    """One method: ``envelope`` None means the fields stand bare (protocol.md 4)."""

    name: str
    envelope: str | None
    handler: object
    is_upload: bool = False


@dataclass
class Call:
    """One authenticated call.

    :ivar Shop shop: None for methods without shop data
    :ivar Arguments arguments: business parameters
    :ivar float now: the platform's time, Unix seconds
    """

    platform: object
    shop: object
    client_id: str
    arguments: Arguments
    now: float
    base_url: str
    files: set

    @property
    def settings(self):
        """Return the platform's settings."""
        return self.platform.settings


METHODS = {}
_LEFT_OUT = """
pdd.order.number.list.get pdd.order.virtual.information.get
pdd.order.promotion.get pdd.order.specific.order.information.get
pdd.order.tradein.info pdd.goods.add
pdd.goods.edit.goods.commit pdd.goods.information.update
pdd.goods.submit.goods.commit pdd.goods.authorization.cats
pdd.goods.cat.rule.get pdd.goods.spec.id.get pdd.goods.country.get
pdd.goods.outer.cat.mapping.get pdd.delete.goods.commit pdd.stock.ware.info.list
pdd.logistics.online.create pdd.logistics.online.status.query
pdd.logistics.isv.trace.notify.sub pdd.logistics.available.company.recommend
pdd.delivery.receipt.image.upload pdd.cloudprint.cmdprint.render
pdd.refund.images.get pdd.open.kms.encrypt.batch pdd.open.kms.search.batch
pdd.ddy.pdp.user.add pdd.ddy.pdp.user.delete
pdd.ddy.pdp.users.get pdd.cloud.isv.page.code pdd.cloud.logistics.online.send
pdd.cloud.wms.order.send pdd.cloud.security.event.tracking.login
pdd.cloud.security.event.tracking.batch.order
"""
#: Methods of the notes that this simulator leaves out.
NOT_SIMULATED = frozenset(_LEFT_OUT.split())
#: Methods of the upload gateway and of the Ark gateway, wrong on the router.
UPLOAD_NAMES = frozenset({"pdd.goods.img.upload", "pdd.goods.filespace.image.upload"})
ARK_NAMES = frozenset({"erp.order.list.get", "erp.refund.list.get"})


def method(name, envelope, is_upload=False):
    """Register a handler ``(call) -> dict`` under a method name."""

    def register(handler):
        METHODS[name] = Method(name, envelope, handler, is_upload)
        return handler

    return register


def find(name, on_upload):
    """Return the method of a gateway.

    :param bool on_upload: asked at the upload gateway
    :raise ApiError: 10017 unknown, 20035 belongs to another gateway
    """
    found = METHODS.get(name)
    is_upload = name in UPLOAD_NAMES
    if name in ARK_NAMES or ((found or is_upload) and is_upload != on_upload):
        raise ApiError(20035)
    if not found:
        known = name in NOT_SIMULATED or is_upload
        raise ApiError(10017, "接口存在，但模拟器未实现" if known else "接口不存在")
    return found
