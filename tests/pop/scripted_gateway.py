# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An HTTP server for one test: it plays back answers, good and bad ones."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qsl


class Answer(NamedTuple):
    """One answer; ``fault`` spoils it.

    ``drop`` closes the line instead of answering, ``hang`` says nothing, ``half``
    sends half of the body and closes, ``stall`` sends half and then nothing.
    """

    body: bytes = b""
    status: int = 200
    headers: dict = {}
    fault: str = ""


class ScriptedGateway(ThreadingHTTPServer):
    """Answers in the order of ``answer()``; the last one is repeated.

    :ivar list forms: the parameters of each call, as received
    :ivar list peers: the client's address of each call
    :ivar list content_types: the header of each call
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers, self.forms, self.peers, self.content_types = [], [], [], []
        self.released = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/api/router"

    def answer(self, body=b"", **options):
        """Queue an answer: bytes as they are, anything else as JSON."""
        if not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        self.answers.append(Answer(body, **options))
        return self

    def refuse(self, code, message="", **node):
        """Queue an ``error_response``."""
        node = {"error_code": code, "error_msg": message, "sub_msg": "", **node}
        return self.answer({"error_response": node})

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        self.released.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """A client that gives up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        pairs = parse_qsl(body, keep_blank_values=True, strict_parsing=True)
        self.server.forms.append(dict(pairs))
        self.server.peers.append(self.client_address)
        self.server.content_types.append(self.headers["Content-Type"])
        answers = self.server.answers
        self._play(answers.pop(0) if len(answers) > 1 else answers[0])

    def _play(self, answer):
        if answer.fault in ("drop", "hang"):
            return self._stop(wait=answer.fault == "hang")
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if not answer.fault:
            return self.wfile.write(answer.body)
        self.wfile.write(answer.body[: len(answer.body) // 2])
        self.wfile.flush()
        return self._stop(wait=answer.fault == "stall")

    def _stop(self, wait):
        if wait:
            self.server.released.wait()
        self.close_connection = True

    def log_message(self, *args):
        """Tests read ``forms``, nobody reads a log."""
