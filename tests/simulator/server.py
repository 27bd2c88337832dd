# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""HTTP: the server, its routes, and the Simulator that holds all parts together."""

import contextlib
import http
import io
import socket
import struct
import threading
import time

from werkzeug.serving import DechunkedInput, ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Request, Response

from . import store
from .bill import serve_bill
from .channel import PREFIX, Channel
from .consent import serve_consent
from .control import Control
from .faults import WIRE, Faults
from .gateway import Gateway
from .invoices import serve_pdf
from .journal import Journal
from .limits import Throttle
from .loading import Live, Loader
from .pages import serve_page
from .platform import Platform
from .registry import METHODS
from .render import order_text
from .settings import Settings

GOODS_PER_SHOP = 25
#: Reset instead of a clean close: linger on, zero seconds.
_LINGER = struct.pack("ii", 1, 0)


class Handler(WSGIRequestHandler):
    """One connection: HTTP/1.1 kept alive, dated by the platform's clock.

    Werkzeug's own handler closes each connection because the application might not
    read the body; here the body is always read first.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    #: Answers leave in one packet.
    wbufsize = -1

    def setup(self):
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self):
        self.server.connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def date_time_string(self, timestamp=None):
        moment = self.server.clock.now() if timestamp is None else timestamp
        return super().date_time_string(moment)

    def log(self, type, message, *args):
        if self.server.verbose:
            super().log(type, message, *args)

    def run_wsgi(self):
        """Read the whole request, let the application answer, send the answer."""
        self.environ = environ = self.make_environ()
        if environ["PATH_INFO"].startswith(PREFIX):
            self._open_line(environ)
            return
        body = self._read_body(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        answer = []
        chunks = self.server.app(environ, lambda *head: answer.extend(head))
        self._send(answer[0], dict(answer[1]), b"".join(chunks))

    def _open_line(self, environ):
        """Leave the connection to the message channel, or refuse it."""
        channel = self.server.channel
        refusal = channel.refuse(environ)
        self.close_connection = True
        if refusal:
            self._send(refusal.status, dict(refusal.headers), refusal.get_data())
        else:
            channel.serve(environ)

    def _read_body(self, environ):
        if isinstance(environ["wsgi.input"], DechunkedInput):
            return environ["wsgi.input"].read()
        return self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))

    def _send(self, status, headers, body):
        wire = headers.pop(WIRE, "")
        if wire == "reset":
            self._reset()
            return
        code = int(status.split()[0])
        self.send_response(code, http.HTTPStatus(code).phrase)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if wire == "half" else body)
        self.wfile.flush()
        self.close_connection = self.close_connection or wire == "half"

    def _reset(self):
        """Give the connection up without a word.

        :raise ConnectionResetError: always; ``handle`` ends with it
        """
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        self.rfile.close()
        self.wfile.close()
        raise ConnectionResetError


class Server(ThreadedWSGIServer):
    """A threaded server that can close the connections it keeps alive."""

    def __init__(self, host, port, app, clock, channel, verbose):
        super().__init__(host, port, app, Handler)
        self.clock = clock
        self.channel = channel
        self.verbose = verbose
        self.connections = set()

    def close_connections(self):
        """Break every open connection."""
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Simulator:
    """A Pinduoduo for one machine.

    :param int seed: makes shops, goods, orders and tokens reproducible
    :param int shops: number of shops
    :param int orders: orders the shops start with, over all shops
    :param float days: how far back those orders reach
    :param Settings settings: facts nobody is sure about; default ``Settings()``
    :param int goods: goods of each shop
    :param float live: new orders per hour while it runs
    :param str host: address to listen on
    :param int port: 0 picks a free one
    :param state_file: path of a saved state to go on from, when it exists
    """

    def __init__(
        self,
        seed=7,
        shops=1,
        orders=0,
        days=3,
        settings=None,
        goods=GOODS_PER_SHOP,
        live=0,
        host="127.0.0.1",
        port=0,
        state_file=None,
        verbose=False,
    ):
        self._address = (host, port)
        self._state_file = state_file
        self._verbose = verbose
        self._live = live
        self.platform = store.load(state_file) if state_file else None
        if self.platform is None:
            settings = settings or Settings()
            self.platform = Platform(settings, seed, shops, goods, sorted(METHODS))
            Loader(self.platform).seed(orders, days, live=bool(live))
            self._let_time_run(settings)
        self.platform.planner.active = bool(live)
        self.loader = Loader(self.platform)
        self.clock = self.platform.clock
        self.faults = Faults()
        self.journal = Journal()
        self.channel = Channel(self.platform)
        self.throttle = Throttle(self.platform.settings, self.clock.running)
        self._gateway = Gateway(self.platform, self.throttle, self.faults, self.journal)
        self._control = Control(self)
        self._server = None
        self._threads = []

    def _let_time_run(self, settings):
        """End the standstill in which the past was made."""
        clock = self.platform.clock
        clock.freeze(settings.clock_frozen)
        if settings.clock_start is None:
            clock.set(time.time())

    # -- start and stop ------------------------------------------------------------
    def start(self):
        """Listen and answer in a thread of its own; return the simulator."""
        self._server = Server(
            *self._address, self, self.clock, self.channel, self._verbose
        )
        self._server.daemon_threads = True
        serving = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name="simulator",
            daemon=True,
        )
        serving.start()
        self._threads = [serving]
        if self._live:
            self._arrivals = Live(self.platform, self._live)
            self._arrivals.start()
        return self

    def prepare(self):
        """Make the lists' rows now, so that a first reading is not slower than others."""
        for shop in self.shops:
            for order in shop.order_shelf.rows.values():
                order_text(order, self.platform.settings)
        return self

    def stop(self):
        """Stop listening, break open connections, save the state if asked to."""
        if not self._server:
            return
        self.faults.close()
        if self._live:
            self._arrivals.stop()
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        for thread in self._threads:
            thread.join()
        self._server = None
        if self._state_file:
            store.save(self.platform, self._state_file)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_error):
        self.stop()

    @property
    def url(self):
        """Return the address to call, without a path."""
        host, port = self._server.server_address[:2]
        return f"http://{host}:{port}"

    @property
    def gateway_url(self):
        """Return the address of the router."""
        return f"{self.url}/api/router"

    @property
    def shops(self):
        """Return the shops in the order they were opened."""
        return list(self.platform.shops.values())

    def change_token(self, shop, action, api=None, seconds=None):
        """Do something to a shop's tokens.

        :param str action: ``expire``, ``revoke``, ``remove_scope`` and
            ``restore_scope`` (of ``api``; restoring without one restores all), or
            ``life`` (the access token ends in ``seconds``)
        :raise ValueError: unknown action, or no consent to change
        """
        now = self.clock.now()
        grant = shop.grant
        if not grant:
            raise ValueError("the shop has withdrawn its consent")
        if action == "expire":
            grant.access_expires = now - 1
        elif action == "revoke":
            self.platform.tokens.revoke(shop.client_id, shop.mall_id)
        elif action == "remove_scope":
            grant.scope.discard(api)
        elif action == "restore_scope":
            grant.scope.update([api] if api else METHODS)
        elif action == "life":
            grant.access_expires = now + float(seconds)
        else:
            raise ValueError(f"unknown action {action}")

    # -- answering -----------------------------------------------------------------
    def __call__(self, environ, start_response):
        """Answer as a WSGI application."""
        request = Request(environ)
        request.max_content_length = None
        response = self._route(request)
        return response(environ, start_response)

    def _route(self, request):
        path = request.path
        if path == "/api/router":
            return self._gateway.answer(request)
        if path == "/api/upload":
            return self._gateway.answer(request, on_upload=True)
        if path.startswith("/_sim/"):
            return self._control.answer(request)
        if path == "/service-market/auth":
            return serve_consent(self.platform, request)
        if path.startswith("/bill/"):
            return serve_bill(self.platform, path)
        if path.startswith("/invoice/"):
            return serve_pdf(self.platform, path)
        if path == "/" or path.startswith("/shop/"):
            return serve_page(self.platform, request)
        return Response("not found", status=404)
