"""The desk's server, asked by hand: who is answered, with what, and what is left of it when it ends."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from servers import ROOT, TOKEN, WAIT, answers, desk_command, desk_folder, free_port, lab, served

PAGE = "made from the desk"
SECRET = "kept from everybody"
PLAN_FILE = "params/an_giang_2011_2015/plan.yaml"
SPELLINGS = [
    "/voila/files/outputs/../{0}",
    "/voila/files/outputs%2f..%2f{0}",
    "/voila/files/outputs%2F..%2F{0}",
    "/voila/files/outputs/%2e%2e/{0}",
    "/voila/files/outputs/%2E%2E/{0}",
    "/voila/files/outputs/.%2e/{0}",
    "/voila/files/outputs%252f..%252f{0}",
    "/voila/files/outputs/%252e%252e/{0}",
    "/voila/files/outputs/..%5c{0}",
    "/voila/files/outputs\\..\\{0}",
    "/voila/files/outputs/plan/../../{0}",
    "/voila/files/outputs/plan/reports/..%2f..%2f..%2f{0}",
    "/voila/files/outputs//../{0}",
    "//voila//files//outputs//..//{0}",
    "/voila/files/outputs/../{0}%00.html",
    "/voila/files/outputs/%00/../../{0}",
    "/voila/files/outputs/.../{0}",
    "/voila/files/outputs/.. /{0}",
    "/voila/files/outputs./../{0}",
    "/voila/files/OUTPUTS/../{0}",
    "/voila/files/outputs/%c0%ae%c0%ae/{0}",
    "/voila/files/{0}",
    "/voila/files/./{0}",
    "/voila/files/%2fetc%2f..{1}",
    "/voila/files/outputs/{1}",
    "/voila/files/outputs/%2f{1}",
    "/voila/files/outputs/leads_out",
    "/voila/files/outputs/leads_up/{0}",
    "/voila/files/outputs_of_another/{0}",
    "/voila/files/outputs/.store/{0}",
    "/voila/files/outputs/plan/..%2f.store/{0}",
    "/voila/files/.git/config",
    "/voila/files/",
    "/voila/files/outputs/",
    "/{0}",
    "/../{0}",
    "/static/../{0}",
    "/static/%2e%2e/{0}",
    "/files/{0}",
    "/voila/static/../../{0}",
    "/voila/static/{1}",
    "/voila/static/%2f{1}",
    "/voila/templates/desk/static/../../../../{0}",
    "/voila/templates/desk/static/{1}",
    "/voila/templates/../static/{0}",
    "/voila/templates/x",
    "/voila/labextensions/..%2f..%2f{0}",
    "/voila/labextensions/{1}",
    "/voila/api/themes/../../{0}",
    "/voila/api/themes/{1}",
    "/voila/api/contents/{0}",
    "/api/contents/{0}",
    "/api/kernels",
    "/voila/tree",
    "/voila/render/{0}",
    "http://127.0.0.1/voila/files/outputs/../{0}",
]
FOREIGN = [
    "Host: evil.example",
    "Host: evil.example:{port}",
    "Host: 127.0.0.1.evil.example:{port}",
    "Host: localhost.evil.example",
    "Host: evil.example@127.0.0.1",
    "Host: 127.0.0.1@evil.example",
    "Host: 127.0.0.1:{port}.evil.example",
    "Host: 192.168.1.2:{port}",
    "Host: 0.0.0.0:{port}",
    "Host: %2Ftmp",
    "Host:",
    "Host: evil.example\r\nX-Forwarded-Host: 127.0.0.1:{port}",
    "Host: evil.example\r\nX-Real-Ip: 127.0.0.1\r\nForwarded: host=127.0.0.1",
    "Host: 127.0.0.1:{port}\r\nHost: evil.example",
    "X-Forwarded-Host: 127.0.0.1:{port}",
]
HANDLERS = [
    "/",
    "/voila/files/outputs/page.html",
    "/voila/static/main.js",
    "/voila/static/style/style.min.css",
    "/voila/templates/base/static/voila.js",
    "/voila/labextensions/@jupyter-widgets/jupyterlab-manager/package.json",
    "/voila/api/themes/@jupyterlab/theme-light-extension/index.css",
    "/voila/api/shutdown/12345678-1234-1234-1234-123456789012",
    "/api/kernels/12345678-1234-1234-1234-123456789012",
    "/api/kernels/12345678-1234-1234-1234-123456789012/channels",
    "/login",
    "/logout",
    "/not/there",
]


ALONE_AT_ONCE = "--VoilaConfiguration.preheat_kernel=False"  # no kernel waits for the next page
UPGRADE = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="


def ask(port: int, target: str, host: str = "Host: 127.0.0.1:{port}", method: str = "GET", more: str = "") -> tuple:
    """(status, head, body) of a request sent as it is written; the status is 0 where the server only hangs up."""
    way = ("HTTP/1.0", "Upgrade") if UPGRADE in more else ("HTTP/1.1", "close")  # either way it hangs up afterwards
    lines = [f"{method} {target} {way[0]}", host.format(port=port), f"Connection: {way[1]}", *filter(None, [more])]
    with closing(socket.create_connection(("127.0.0.1", port), timeout=WAIT / 1000)) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("utf-8"))
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split()[1]) if head else 0
    return status, head.decode("latin-1"), body.decode("utf-8", "replace")


def project(folder: Path) -> Path:
    """A folder with a plan, a page among the outputs, and around them what nobody is to see."""
    desk_folder(folder)
    for name in (".git/config", "outputs_of_another/" + PLAN_FILE, "outputs/.store/" + PLAN_FILE, "secret.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(SECRET, "utf-8")
    with (folder / PLAN_FILE).open("a", encoding="utf-8") as plan:
        plan.write(f"# {SECRET}\n")
    (folder / "outputs" / "plan" / "reports").mkdir(parents=True)
    (folder / "outputs" / "page.html").write_text(PAGE, "utf-8")
    (folder / "outputs" / "plan" / "Kế hoạch.html").write_text(PAGE, "utf-8")
    if os.name != "nt":
        (folder / "outputs" / "leads_out").symlink_to(folder / "secret.yaml")
        (folder / "outputs" / "leads_up").symlink_to(folder)
    return folder


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    folder, port = project(tmp_path_factory.mktemp("desk")), free_port()
    address, log = f"http://127.0.0.1:{port}/", folder / "desk.log"
    with served(desk_command(folder, port), folder, address, log, {"JUPYTER_TOKEN": TOKEN}):
        yield port, folder


def cookies(head: str) -> str:
    """What a browser sends back after this answer."""
    lines = [line.split(": ", 1)[1].split(";")[0] for line in head.split("\r\n") if line.startswith("Set-Cookie")]
    return "Cookie: " + "; ".join(lines)


def with_token(target: str) -> str:
    return f"{target}?token={TOKEN}"


def test_the_page_and_a_file_among_the_outputs_are_answered(desk: tuple[int, Path]) -> None:
    port, _ = desk
    for host in ("Host: 127.0.0.1:{port}", "Host: localhost:{port}", "Host: [::1]:{port}", "Host: LOCALHOST"):
        assert ask(port, with_token("/voila/files/outputs/page.html"), host)[::2] == (200, PAGE)
    assert ask(port, with_token("/voila/files/outputs/plan/K%E1%BA%BF%20ho%E1%BA%A1ch.html"))[::2] == (200, PAGE)
    status, head, body = ask(port, with_token("/"))
    assert status == 200 and "tp-desk" in body
    cookie = cookies(head)
    assert ask(port, "/voila/files/outputs/page.html", more=cookie)[::2] == (200, PAGE)
    assert ask(port, "/voila/files/outputs/page.html", "Host: evil.example", more=cookie)[0] == 403


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_reaches_a_file_outside_the_outputs(desk: tuple[int, Path], spelling: str) -> None:
    port, folder = desk
    target = spelling.format(PLAN_FILE, (folder / "secret.yaml").as_posix()).replace(" ", "%20")
    status, _, body = ask(port, with_token(target))
    assert status >= 400 and SECRET not in body and len(body) < 300
    assert ask(port, target)[0] in (400, 403)


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("target", ["/", "/voila/files/outputs/page.html", "/voila/static/main.js", "/not/there"])
def test_no_foreign_host_is_answered(desk: tuple[int, Path], target: str, host: str) -> None:
    port, _ = desk
    for method in ("GET", "HEAD", "POST"):
        status, head, _ = ask(port, with_token(target), host, method)
        assert status in (400, 403) and "Set-Cookie" not in head


@pytest.mark.parametrize("target", HANDLERS)
def test_nothing_is_answered_without_the_token(desk: tuple[int, Path], target: str) -> None:
    port, _ = desk
    wrong = ["Authorization: token no", f"Cookie: username-127-0-0-1-{port}=x", f"Referer: http://127.0.0.1:{port}/"]
    tries = [("", ""), ("?token=", ""), ("?token=no", ""), (f"?Token={TOKEN}", ""), *(("", more) for more in wrong)]
    for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS"):
        for query, more in tries:
            status, head, body = ask(port, target + query, method=method, more=more)
            assert status == 403 and f'username-127-0-0-1-{port}="2|' not in head, (method, query, more)
            assert method == "HEAD" or "Hãy mở địa chỉ có token" in body, (method, query, more)


def test_a_token_switched_off_is_put_back(tmp_path: Path) -> None:
    folder, port = project(tmp_path), free_port()
    with served(desk_command(folder, port, "--token="), folder, f"http://127.0.0.1:{port}/", tmp_path / "desk.log"):
        assert ask(port, "/voila/files/outputs/page.html")[0] == 403


def test_jupyterlab_answers_nobody_else(tmp_path: Path) -> None:
    with lab(project(tmp_path)) as address:
        port = int(address.split(":")[2].split("/")[0])
        for target in ("/files/secret.yaml", "/api/contents/secret.yaml", "/lab", "/files/..%2f..%2fetc%2fpasswd"):
            status, _, body = ask(port, target)
            assert status in (302, 403, 404) and SECRET not in body
            assert ask(port, with_token(target), "Host: evil.example")[0] == 403


def below(process: psutil.Process) -> list[psutil.Process]:
    return process.children(recursive=True)


def kernels(process: psutil.Process) -> list[psutil.Process]:
    return [child for child in below(process) if "ipykernel_launcher" in command_of(child)]


def command_of(process: psutil.Process) -> str:
    """What a process was started with; nothing of one that has ended meanwhile."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT / 1000
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_kernel_ends_when_nobody_shows_it_and_not_before(tmp_path: Path) -> None:
    folder, port = desk_folder(tmp_path), free_port()
    # longer than a kernel takes to start on a slow machine: it counts as idle until it runs its first cell
    soon = ("--MappingKernelManager.cull_idle_timeout=15", "--MappingKernelManager.cull_interval=1", ALONE_AT_ONCE)
    command, log = desk_command(folder, port, *soon), tmp_path / "desk.log"
    with served(command, folder, f"http://127.0.0.1:{port}/", log, {"JUPYTER_TOKEN": TOKEN}):
        (server,) = (child for child in psutil.Process().children() if child.cmdline() == command)
        _, head, body = ask(port, with_token("/"))
        shown = re.search(r'"kernelId": "([^"]+)"', body)[1]
        channels = f"/api/kernels/{shown}/channels"
        assert ask(port, channels, more=UPGRADE)[0] == 403
        assert ask(port, with_token(channels), "Host: evil.example", more=UPGRADE)[0] == 403
        assert ask(port, channels, more=f"{UPGRADE}\r\n{cookies(head)}\r\nOrigin: http://evil.example")[0] == 403
        with closing(socket.create_connection(("127.0.0.1", port))) as page:
            start = f"GET {with_token(channels)} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\n"
            page.sendall(f"{start}{UPGRADE}\r\n\r\n".encode())
            assert b" 101 " in page.recv(65536)
            (stays,) = kernels(server)
            ask(port, with_token("/"))
            (goes,) = (kernel for kernel in kernels(server) if kernel != stays)
            assert psutil.wait_procs([goes], WAIT / 1000)[1] == []
            assert stays.is_running() and "with 0 connections" in log.read_text("utf-8")
        assert psutil.wait_procs([stays], WAIT / 1000)[1] == []


TERMINAL = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
CALL = "import sys, workbook; workbook.PYTHON = sys.executable; sys.exit(workbook.call(sys.argv[1:]))"
ALONE = [sys.executable, "-P", "-m", "trainplan"]
IN_WORKBOOK = [sys.executable, "-c", CALL, *ALONE[1:]]
WAYS = {
    "desk": [*ALONE, "desk", "--Voila.port_retries=0"],
    "desk of the workbook": [*IN_WORKBOOK, "desk", "--Voila.port_retries=0"],
    "lab of the workbook": [*IN_WORKBOOK, "lab", "--ServerApp.port_retries=0", "--allow-root"],
}


class Terminal:
    """A terminal of its own in which one command runs, and what it said."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.near, far = pytest.importorskip("pty").openpty()
        environment = {**os.environ, "JUPYTER_TOKEN": TOKEN, "JUPYTER_CONFIG_DIR": str(folder), "PYTHONUTF8": "1"}
        self.process = psutil.Popen(
            [sys.executable, "-c", TERMINAL, *command],
            cwd=ROOT, stdin=far, stdout=far, stderr=far, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(far)
        self.said, self.open = b"", True
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        while self.open:
            try:
                self.said += os.read(self.near, 65536) if select.select([self.near], [], [], 0.1)[0] else b""
            except OSError:  # nobody is at the other end any more
                return

    def close(self) -> None:
        if self.open:
            self.open = False
            self.reader.join()
            os.close(self.near)

    def press_control_c(self) -> None:
        os.write(self.near, b"\x03")


ENDS = {
    "Ctrl+C": Terminal.press_control_c,
    "SIGTERM": lambda terminal: terminal.process.send_signal(signal.SIGTERM),
    "SIGHUP": lambda terminal: terminal.process.send_signal(signal.SIGHUP),
    "closed": Terminal.close,
    "the whole group": lambda terminal: os.killpg(terminal.process.pid, signal.SIGTERM),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_left_when_it_is_ended(tmp_path: Path, way: str, end: str) -> None:
    port = free_port()
    terminal = Terminal([*WAYS[way], f"--port={port}", "--no-browser"], tmp_path)
    everything = [terminal.process]
    try:
        until(lambda: answers(f"http://127.0.0.1:{port}/api") or not terminal.process.is_running())
        if "lab" in way:
            assert ask(port, with_token("/api/kernels"), method="POST", more="Content-Length: 0")[0] == 201
        else:
            assert "tp-desk" in ask(port, with_token("/"))[2]
        assert len(kernels(terminal.process)) in ((1,) if "lab" in way else (1, 2))  # one may wait for the next page
        everything += below(terminal.process)
        ENDS[end](terminal)
        assert psutil.wait_procs(everything, WAIT / 1000)[1] == [], terminal.said.decode()
        assert "lab" in way or b"Traceback" not in terminal.said, terminal.said.decode()
    finally:
        for process in psutil.wait_procs(everything, 0)[1]:
            process.kill()
        terminal.close()
