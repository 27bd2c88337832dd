# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The message channel: a WebSocket an application opens (messages.md 2 and 3)."""

import base64
import contextlib
import hashlib
import hmac
import json
import re
import socket
import threading
from urllib.parse import unquote

from simple_websocket import ConnectionClosed, Server
from werkzeug.wrappers import Response

PREFIX = "/message/"
#: Longest pause between two looks at the line, in seconds.
TICK = 0.2
#: Seconds a client has to answer the end of a line.
GOODBYE = 2
#: Close code of a line that fell silent; the notes do not know it.
SILENT = 1000
LONGEST_FRAME = 64 * 1024


def digest(client_id, millis, secret):
    """Return the digest of the address, not yet URL-encoded.

    It is base64 over the 32 hexadecimal characters, not over the 16 bytes.
    """
    text = f"{client_id}{millis}{secret}".encode()
    return base64.b64encode(hashlib.md5(text).hexdigest().encode()).decode()


class Channel:
    """The open lines of all applications.

    :param Platform platform: applications, mailbox, clock, settings
    """

    def __init__(self, platform):
        self._platform = platform
        self.lines = set()

    def refuse(self, environ):
        """Return why a connection is refused, as a response; None when it is welcome.

        The platform's own answers are not known; HTTP 403 refuses the handshake.
        """
        if environ.get("HTTP_UPGRADE", "").lower() != "websocket":
            return Response("this address speaks WebSocket", status=400)
        reason = self._problem(environ["REQUEST_URI"].split("?")[0])
        return Response(reason, status=403) if reason else None

    def _problem(self, path):
        found = re.fullmatch(r"/message/([^/]+)/(\d{13})/(.+)", path)
        app = self._platform.apps.get(found[1]) if found else None
        if not app:
            return "unknown application, or not /message/client_id/millis/digest"
        right = digest(app.client_id, found[2], app.client_secret)
        if not hmac.compare_digest(right.encode(), unquote(found[3]).encode()):
            return "wrong digest"
        distance = abs(self._platform.clock.now() - int(found[2]) / 1000)
        if distance > self._platform.settings.push_freshness:
            return "the millis are too old"
        return ""

    def serve(self, environ):
        """Serve a welcome connection until it ends."""
        client_id = environ["REQUEST_URI"].split("/")[2]
        line = Line(self._platform, client_id, environ)
        self.lines.add(line)
        try:
            line.run()
        finally:
            self.lines.discard(line)
            self._platform.mailbox.drop_line(client_id, line)

    def drop_all(self):
        """Break every line without a word."""
        for line in list(self.lines):
            line.cut()

    def describe(self):
        """Return the open lines and what waits, for the control interface."""
        now = self._platform.clock.now()
        return {
            "lines": [line.describe() for line in list(self.lines)],
            "waiting": {
                client_id: self._platform.mailbox.backlog(client_id, now)
                for client_id in self._platform.apps
            },
        }


class Line:
    """One open connection of an application: letters go out, answers come in."""

    def __init__(self, platform, client_id, environ):
        self._platform = platform
        self._mailbox = platform.mailbox
        self.client_id = client_id
        self._socket = Server.accept(environ, max_message_size=LONGEST_FRAME)
        self._sending = threading.Lock()
        self._heard = platform.clock.running()
        self.counts = dict.fromkeys(("sent", "acked", "failed", "refused"), 0)

    def run(self):
        """Send what is due until the line ends or falls silent."""
        reader = threading.Thread(target=self._read, daemon=True)
        reader.start()
        with contextlib.suppress(ConnectionClosed, OSError):
            while self._socket.connected and not self._is_silent():
                letter = self._mailbox.wait(self.client_id, self, TICK)
                if letter:
                    self._deliver(letter)
            self._socket.close(SILENT)
        reader.join(GOODBYE)
        self.cut()
        reader.join()

    def cut(self):
        """Break the connection without a word."""
        self._socket.connected = False
        with contextlib.suppress(OSError):
            self._socket.sock.shutdown(socket.SHUT_RDWR)

    def describe(self):
        """Return the line for the control interface."""
        return {"client_id": self.client_id, **self.counts}

    def _is_silent(self):
        silence = self._platform.clock.running() - self._heard
        return silence > self._platform.settings.push_silence

    def _deliver(self, letter):
        event = letter.event
        self._send(
            {
                "id": event.event_id,
                "commandType": "Common",
                "time": self._millis(),
                "sendTime": int(event.moment * 1000),
                "message": {
                    "type": event.topic,
                    "mallID": event.mall_id,
                    "content": json.dumps(event.content, separators=(",", ":")),
                },
            }
        )
        self.counts["sent"] += 1

    def _send(self, frame):
        text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
        with self._sending:
            self._socket.send(text)

    def _read(self):
        with contextlib.suppress(ConnectionClosed, OSError):
            while True:
                text = self._socket.receive()
                self._heard = self._platform.clock.running()
                problem = self._handle(text)
                if problem:
                    self.counts["refused"] += 1
                    self._send(
                        {
                            "commandType": "Fail",
                            "time": self._millis(),
                            "message": {"content": problem},
                        }
                    )

    def _handle(self, text):
        """Do what a frame asks for; return what is wrong with it."""
        try:
            frame = json.loads(text)
            kind = frame["commandType"]
        except (ValueError, KeyError, TypeError):
            return "not a frame"
        if kind == "HeartBeat":
            self._send({"commandType": "HeartBeat", "time": self._millis()})
            return ""
        if kind not in ("Ack", "Fail"):
            return f"unknown commandType {kind}"
        if not all(
            name in frame for name in ("id", "time", "sendTime", "type", "mallID")
        ):
            return f"{kind} lacks a field"
        if kind == "Ack":
            self._mailbox.acknowledge(self.client_id, frame["id"])
            self.counts["acked"] += 1
        else:
            self._mailbox.return_failed(self.client_id, frame["id"])
            self.counts["failed"] += 1
        return ""

    def _millis(self):
        return int(self._platform.clock.now() * 1000)
