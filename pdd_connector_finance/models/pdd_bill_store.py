# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import contextlib
import hashlib
import io
import os
import tempfile
import zipfile

from odoo import api, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError

from ..bill_file import BillFileError

MAX_FILE = 256 * 1024 * 1024  # bytes, as it arrives
CHUNK = 1024 * 1024


class PddBill(models.Model):
    """Keeping: the file as it came, once, packed."""

    _inherit = "pdd.bill"

    @api.model
    def _store_file(self, shop, file, name, source):
        """Keep a file; return its bill, the known one when the file came before.

        :param file: binary file that can seek
        :raise UserError: the file is too large
        """
        try:
            checksum = _checksum(file)
        except BillFileError as error:
            raise UserError(self._explain(error)) from error
        bill = self.search([("shop_id", "=", shop.id), ("checksum", "=", checksum)])
        if bill:
            return bill
        bill = self.create(
            {
                "name": pop.parse_text(name, limit=200) or checksum[:12],
                "shop_id": shop.id,
                "source": source,
                "checksum": checksum,
            }
        )
        bill._attach(file)
        return bill

    def _attach(self, file):
        """Keep the file as it came, packed: the evidence of what is posted."""
        with tempfile.TemporaryFile() as packed:
            _pack(file, packed, self.name.replace("/", "_"))
            self.env["ir.attachment"].create(
                {
                    "name": f"{self.name}.zip",
                    "raw": packed.read(),
                    "mimetype": "application/zip",
                    "res_model": self._name,
                    "res_id": self.id,
                    "res_field": "file",
                }
            )
        self.invalidate_recordset(["file"])

    @contextlib.contextmanager
    def _open_file(self):
        """Yield the stored file, unpacked, as it came."""
        attachment = (
            self.env["ir.attachment"]
            .sudo()  # an attachment of a field is found by the system only
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("res_field", "=", "file"),
                ],
                limit=1,
            )
        )
        with contextlib.ExitStack() as stack:
            if attachment.store_fname:
                path = attachment._full_path(attachment.store_fname)
                packed = stack.enter_context(open(path, "rb"))
            else:
                packed = io.BytesIO(attachment.raw or b"")
            archive = stack.enter_context(zipfile.ZipFile(packed))
            yield stack.enter_context(archive.open(archive.namelist()[0]))


def _pack(file, target, name):
    """Write a zip file with one member, in pieces, and go back to its start."""
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as member,
    ):
        while chunk := file.read(CHUNK):
            member.write(chunk)
    target.seek(0)


def _checksum(file):
    """Return the SHA-256 of a file and go back to its start.

    :raise BillFileError: it is too large to be a bill
    """
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if size > MAX_FILE:
            raise BillFileError("too_large", megabytes=MAX_FILE // 1024 // 1024)
    file.seek(os.SEEK_SET)
    return digest.hexdigest()
