# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fetch a bill by the link the platform gave; the link is a secret for its life."""

from urllib.parse import unquote, urlsplit

import requests

TIMEOUT = 20  # seconds, for the connection and for each silence while reading
CHUNK = 256 * 1024


class DownloadError(Exception):
    """The file was not received; it can be asked for again.

    :ivar str reason: ``link``, ``connection``, ``timeout``, ``http`` or ``too_large``
    :ivar status: the HTTP status, or None
    """

    def __init__(self, reason, status=None):
        super().__init__(reason)
        self.reason = reason
        self.status = status


def download(url, target, *, limit, get=requests.get):
    """Write what a link leads to into a file.

    :param str url: http or https
    :param target: binary file to write to
    :param int limit: most bytes to accept
    :param get: ``requests.get`` or what stands for it in a test
    :return str: name of the file as the link says
    :raise DownloadError: without the link, which must not reach a log
    """
    parts = urlsplit(url or "")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise DownloadError("link")
    size = 0
    try:
        with get(url, stream=True, timeout=TIMEOUT) as response:
            if response.status_code != 200:
                raise DownloadError("http", response.status_code)
            for chunk in response.iter_content(CHUNK):
                size += len(chunk)
                if size > limit:
                    raise DownloadError("too_large")
                target.write(chunk)
    except requests.Timeout:
        raise DownloadError("timeout") from None
    except requests.RequestException:
        raise DownloadError("connection") from None
    return unquote(parts.path.rsplit("/", 1)[-1])
