"""A page that follows a file: served to this computer alone, made anew when the file is saved.

A page opened from a file may not look at files, so it asks this server whether it has changed.
"""

from __future__ import annotations

import time
import webbrowser
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from backtrace.cli.report import report
from backtrace.errors import BacktraceError

ADDRESS = "/version"
_EVERY = 0.3


class Served(ThreadingHTTPServer):
    """Serves one page, and at ADDRESS the number of its version."""

    daemon_threads = True

    def __init__(self, page: str) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.page, self.version = page, 1

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{self.host}/"

    @property
    def host(self) -> str:
        """What a browser on this computer calls the server."""
        return f"127.0.0.1:{self.server_port}"

    def put(self, page: str) -> None:
        """Serve another page from now on."""
        self.page, self.version = page, self.version + 1


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Served)
        if self.headers.get("Host") != server.host:  # another site's name that leads here
            self.send_error(403)
            return
        if self.path not in ("/", ADDRESS):
            self.send_error(404)
            return
        is_page = self.path == "/"
        body = (server.page if is_page else str(server.version)).encode()
        self.send_response(200)
        self.send_header("Content-Type", f"text/{'html' if is_page else 'plain'}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


def watch(make: Callable[[str], str], path: Path, *, opens: bool) -> None:
    """Serve the page that `make` makes, and make it anew when the file is saved, until the user interrupts.

    A file that is wrong at the moment is reported, and the page stays as it was.
    """
    seen = _changed(path)
    with Served(make(ADDRESS)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        print(f"{server.url} shows {path}; Ctrl-C ends it", flush=True)
        if opens:
            webbrowser.open(server.url)
        try:
            while True:
                time.sleep(_EVERY)
                now = _changed(path)
                if now not in (seen, None):
                    seen = now
                    _renew(server, make)
        except KeyboardInterrupt:
            print()
        finally:
            server.shutdown()


def _renew(server: Served, make: Callable[[str], str]) -> None:
    try:
        server.put(make(ADDRESS))
    except BacktraceError as error:
        report(error)


def _changed(path: Path) -> int | None:
    """When the file was saved; None while it is not there, as between the two steps of an editor's saving."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
