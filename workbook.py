"""Sổ tính kế hoạch đào tạo / The training-plan workbook.

  python workbook.py run        chạy kế hoạch An Giang, nêu trang cần mở / run the An Giang plan, name the page to open
  python workbook.py lab        mở sổ tính trong JupyterLab / open the notebooks in JupyterLab
  python workbook.py test       chạy mọi kiểm thử / run every check and test
  python workbook.py python …   Python của môi trường / the environment's Python
  python workbook.py …          mọi lệnh của `trainplan` / whatever else `trainplan` does: check, tables, compare

Chỉ cần Python 3.11 trở lên. Lần đầu, các gói được cài vào thư mục .venv (cần mạng, vài phút).
It needs Python 3.11 or newer and nothing else. The first time it installs the packages into .venv
(network, a few minutes).
"""

import os
import signal
import sys

SIGNALS = (signal.SIGINT, signal.SIGTERM)
HOLDABLE = hasattr(signal, "pthread_sigmask")  # Windows has no such thing
running = []  # the step of the set-up that this process waits for


def stop(*_: object) -> None:
    """Ctrl+C, or an end asked for: ends at once, also while modules are imported."""
    for process in running:
        process.terminate()
    text = "\nĐã dừng; chạy lại lệnh này để tiếp tục. / Stopped; give the same command again to go on.\n"
    os.write(2, text.encode("utf-8"))
    os._exit(1)


if __name__ == "__main__":
    for number in SIGNALS:
        signal.signal(number, stop)

import hashlib  # what takes its time comes after an interrupt can be answered
import re
import subprocess
import time

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what says so to somebody with an older one
    here = ".".join(str(part) for part in sys.version_info[:2])
    sys.stderr.write(f"Cần Python 3.11 trở lên, ở đây là {here}. / Python 3.11 or newer is needed, this is {here}.\n")
    sys.exit(2)

from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
MARKER = ENVIRONMENT / "made-from.sha256"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
CHECKS = (
    ("ruff", ["-m", "ruff", "check", "."]),
    ("ruff format", ["-m", "ruff", "format", "--check", "."]),
    ("nbstripout", ["-m", "nbstripout", "--verify", "--keep-id", *map(str, sorted(ROOT.glob("notebooks/*.ipynb")))]),
    ("lint-imports", ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]),
    ("mypy", ["-m", "mypy"]),
    ("pytest", ["-m", "pytest", "-n", "auto"]),
)
NO_NETWORK = re.compile(
    "NewConnectionError|Max retries|Temporary failure|getaddrinfo|ConnectTimeout|ReadTimeout|"
    "Network is unreachable|ConnectionResetError|ProxyError|No matching distribution"
)


class SetupError(Exception):
    """The environment could not be made; `str()` is what to tell the person."""


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def made_from(version: str) -> str:
    """What an environment must have been made from to be believed: the lock, the project, its Python, this folder."""
    parts = [LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), version.encode(), os.fsencode(ROOT)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def marker() -> str:
    """What the environment says that it was made from; empty where it was never finished."""
    try:
        return MARKER.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def version_of(python: Path) -> str:
    """The version of the environment's Python, to the last digit, as the lock has packages that depend on it.

    Empty where it does not start or is another than this one's (a system upgrade can take it away).
    """
    question = "import platform, pip; print(platform.python_version())"
    try:
        answer = subprocess.run([python, "-I", "-c", question], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    version = answer.stdout.strip()
    return version if version.split(".")[:2] == [str(part) for part in sys.version_info[:2]] else ""


def run_quietly(command: list, count: int = 0) -> None:
    """Runs a step of the set-up; on a terminal it shows how many packages are through. SetupError where it fails."""
    environment = {**os.environ, "PIP_USER": "0", "PYTHONUTF8": "1"}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        errors="replace",
    )
    running.append(process)
    lines = []
    live = count and sys.stderr.isatty()
    for line in process.stdout:
        lines.append(line.rstrip())
        if live:
            through = min(count, sum(text.startswith("Collecting ") for text in lines))
            sys.stderr.write(f"\r  {through}/{count} ")
            sys.stderr.flush()
    if live:
        sys.stderr.write("\r" + " " * 20 + "\r")
    code = process.wait()
    running.remove(process)
    if code:
        raise SetupError(explain("\n".join(lines)))


def explain(output: str) -> str:
    """What went wrong in a step of the set-up, in words."""
    if NO_NETWORK.search(output):
        head = (
            "Không tải được các gói: hãy kiểm tra kết nối mạng (hoặc proxy) rồi chạy lại lệnh này.\n"
            "The packages could not be downloaded: check the network (or the proxy) and give the same command again."
        )
    elif "ensurepip" in output:
        head = (
            "Python này thiếu mô-đun venv; trên Debian/Ubuntu: apt install python3-venv.\n"
            "This Python lacks its venv module; on Debian or Ubuntu: apt install python3-venv."
        )
    elif "No space left" in output:
        head = "Hết chỗ trên đĩa. / The disk is full."
    else:
        head = "Không cài được môi trường .venv. / The environment .venv could not be set up."
    last = [line for line in output.splitlines() if line.strip()][-3:]
    return "\n".join([head, *(f"  {line}" for line in last)])


def prepare() -> None:
    """Makes .venv where there is none that can be believed; brings it up to date where the lock has changed."""
    before = marker()
    version = version_of(PYTHON)
    if version and before == made_from(version):
        return
    started = time.monotonic()
    count = sum(1 for line in LOCK.read_text(encoding="utf-8").splitlines() if "==" in line)
    say(f"Đang cài {count} gói vào .venv, vài phút… / Installing {count} packages into .venv, a few minutes…")
    MARKER.unlink(missing_ok=True)
    if not (before and version):
        run_quietly([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
    pip = [str(PYTHON), "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "--retries", "2"]
    run_quietly([*pip, "install", "--no-deps", "--require-hashes", "-r", str(LOCK)], count)
    run_quietly([*pip, "install", "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    MARKER.write_text(made_from(version_of(PYTHON)) + "\n", encoding="ascii")
    say(f"Đã cài xong, {time.monotonic() - started:.0f} s. / Installed.")


def call(arguments: list, folder: "Path | None" = None) -> int:
    """Runs the environment's Python with this terminal; what it runs answers Ctrl+C and an end asked for."""
    environment = {**os.environ, "PYTHONUTF8": "1"}
    # Our own command line takes signals that are held back; before it can answer them, they would be a traceback.
    held = HOLDABLE and arguments[1:3] == ["-m", "trainplan"]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS) if held else ()
    process = subprocess.Popen([str(PYTHON), *arguments], env=environment, cwd=folder)
    signal.signal(signal.SIGINT, lambda *_: None)
    for name in ("SIGTERM", "SIGHUP"):  # the second is a closed terminal; Windows has none, `nohup` ignores it
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda number, _: process.send_signal(number))
    if held:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    code = process.wait()
    return code if code >= 0 else 1


def test(arguments: list) -> int:
    """Every check, also after one has failed; further arguments go to pytest."""
    codes = {}
    for name, command in CHECKS:
        say(f"— {name}")
        codes[name] = call(["-P", *command, *(arguments if name == "pytest" else [])], ROOT)
    failed = [name for name, code in codes.items() if code]
    say("Không đạt / failed: " + ", ".join(failed) if failed else "Tất cả đều đạt. / Everything passed.")
    return max(codes.values())


def main(arguments: list) -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__.strip() + "\n", flush=True)
        return call(["-P", "-m", "trainplan", "--help"]) if marker() == made_from(version_of(PYTHON)) else 0
    try:
        prepare()
        if arguments[0] == "test":
            return test(arguments[1:])
        if arguments[0] == "python":
            return call(arguments[1:])
        return call(["-P", "-m", "trainplan", *arguments])
    except SetupError as error:
        say(str(error))
    except OSError as error:
        say(f"Không cài được môi trường .venv. / The environment .venv could not be set up.\n  {error}")
    return 1


if __name__ == "__main__":
    status = main(sys.argv[1:])
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # there is nothing left to stop
    sys.exit(status)
