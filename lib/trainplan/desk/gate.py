"""Voilà behind one gate: this machine's own names, the token, and of the project's files those below outputs/."""

from __future__ import annotations

import os
import re
import secrets
import signal
import threading
import webbrowser
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import ensure_async, url_path_join
from tornado.ioloop import IOLoop
from tornado.web import ErrorHandler, HTTPError, RequestHandler, StaticFileHandler
from voila.app import Voila
from voila.static_file_handler import AllowListFileHandler
from voila.tornado.handler import TornadoVoilaHandler

from trainplan.text.catalog import LANGUAGES, say

TAKE_UP = 20  # s that a kernel may take to compare its files
OWN_NAMES = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?", re.IGNORECASE)


class Gate(JupyterHandler):
    """Stands before every handler: nothing is answered under a foreign name, nor without the token."""

    known = False

    async def prepare(self, **_: Any) -> None:
        if not OWN_NAMES.fullmatch(self.request.headers.get("Host", "")):
            raise HTTPError(403)
        if await ensure_async(self.identity_provider.get_user(self)) is None:
            raise HTTPError(403)
        self.known = True
        await ensure_async(super().prepare())
        _ = self.xsrf_token  # asking for it sets the cookie that the page sends when it is left

    def write_error(self, status_code: int, **_: Any) -> None:
        """In words: how the address is to be opened, to whoever has no token."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        refused = "".join(f"{say('desk.refused', language)}\n" for language in LANGUAGES)
        self.finish(f"{status_code} {self._reason}\n" if self.known else refused)


def put_behind_gate(handler: type[RequestHandler]) -> type[RequestHandler]:
    """The handler behind the gate."""
    return type(handler.__name__, (Gate, handler), {})


class DeskPage(TornadoVoilaHandler):
    """The page of a desk that was made in advance, unless the files have changed since: then of another one."""

    async def get(self, path: str | None = None) -> None:
        """The page; as ever, the next desk is made in advance once this one is given away."""
        kernels = self.kernel_manager
        for waiting in list(getattr(kernels, "_pools", {}).get(self.notebook_path, [])):
            id = (await waiting)["kernel_id"]
            if not await self._take_up(id, (await waiting)["task"]) and id in kernels:
                await kernels.shutdown_kernel(id)
                kernels.fill_if_needed(delay=0, notebook_name=self.notebook_path)
        await super().get(path)

    async def _take_up(self, id: str, making: Awaitable[object]) -> bool:
        """Whether the desk of a kernel is as one made now would be, once it is made."""
        await making
        client = self.kernel_manager.get_kernel(id).client()
        client.start_channels()
        try:
            asked = {"current": "__import__('trainplan.desk.app').desk.app.take_up()"}
            reply = await client.execute("", store_history=False, user_expressions=asked, reply=True, timeout=TAKE_UP)
        except TimeoutError:
            return False
        finally:
            client.stop_channels()
        return reply["content"].get("user_expressions", {}).get("current", {}).get("data") == {"text/plain": "True"}


class Outputs(StaticFileHandler):
    """Files below a folder, links resolved before the folder is compared; none whose path has a name with a dot."""

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        """The file itself; an error 404 for what is no path, or is kept for the program alone."""
        try:
            file = os.path.realpath(os.path.join(root, path))  # noqa: PTH118 - the base class compares strings
        except (OSError, ValueError) as error:
            raise HTTPError(404) from error
        if any(part.startswith(".") for part in Path(os.path.relpath(file, root)).parts if part not in (".", "..")):
            raise HTTPError(404)
        return file


class DeskServer(Voila):
    """Voilà for one notebook; a signal ends it and its kernels, once."""

    def initialize(self, argv: Sequence[str] | None = None) -> None:
        """Sets the server up, an end by signal included."""
        super().initialize(argv)
        self.ioloop = IOLoop.current()  # Voilà sets it last of all, and a signal may come before
        signal.signal(signal.SIGINT, self._handle_signal_stop)

    def _handle_signal_stop(self, sig: int, frame: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):  # a second one would stop the loop that ends the kernels
            signal.signal(number, signal.SIG_IGN)
        super()._handle_signal_stop(sig, frame)

    def init_settings(self) -> dict[str, Any]:
        """Voilà\'s settings, with a token whatever the options say."""
        settings = super().init_settings()
        if not self.identity_provider.token:  # switched off by an option or the person's settings
            self.identity_provider.token = secrets.token_hex(24)
            self.identity_provider.token_generated = True
        return settings | {
            "default_handler_class": put_behind_gate(ErrorHandler),
            "default_handler_args": {"status_code": 404},
        }

    def init_handlers(self) -> list[tuple[Any, ...]]:
        """Voilà\'s handlers, every one behind the gate."""
        rules = map(self._ours, super().init_handlers())
        return [(address, put_behind_gate(handler), *rest) for address, handler, *rest in rules]

    def _ours(self, rule: tuple[Any, ...]) -> tuple[Any, ...]:
        """Voilà's rule, but the page at its own address alone, and of the files those below outputs/."""
        if rule[1] is TornadoVoilaHandler:
            return (self.server_url, DeskPage, *rule[2:])
        if rule[1] is AllowListFileHandler:
            folder = os.path.realpath(Path(self.root_dir, "outputs"))
            return url_path_join(self.server_url, "/voila/files/outputs/(.*)"), Outputs, {"path": folder}
        return rule

    def launch_browser(self) -> None:
        """Opens the desk by way of a file of this person's: the token does not stand in the list of processes."""
        page = Path(self.connection_dir, "desk.html")
        page.write_text(f'<meta http-equiv="refresh" content="0;url={self.address}">', encoding="utf-8")
        try:
            browser = webbrowser.get(self.browser or None)
        except webbrowser.Error:
            return
        threading.Thread(target=browser.open, args=[page.as_uri()], daemon=True).start()

    @property
    def address(self) -> str:
        """Where the desk is, with the token."""
        return f"{self.connection_url}?token={self.identity_provider.token}"
