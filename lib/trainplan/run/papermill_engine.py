"""A papermill engine that runs a notebook's cells in this process: one InteractiveShell, everything already imported.

A notebook gets a process of its own (`workers`), forked from one that has imported pandas, matplotlib and the
workbook. That costs a quarter of what a kernel does, and one notebook's state cannot leak into another. A second
shell in one process would silently draw no figures, hence `start_shell` refuses to do it twice.

Papermill finds the engine by its entry point, `papermill --engine trainplan`, and loads it as it is itself imported:
whoever imports this module imports papermill first.
"""

from __future__ import annotations

import base64
import io
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import nbformat
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from papermill.engines import Engine, papermill_engines

from trainplan.text.catalog import both

Output = Any  # a notebook's output, as nbformat has it
ENGINE = "trainplan"


class CellOutputs:
    """The outputs of the cell that is running, in the order in which they come."""

    def __init__(self) -> None:
        self.cell: list[Output] = []
        self.named: dict[str, list[Output]] = {}
        self.clear_next = False

    def start(self) -> None:
        """A cell begins: it has no outputs yet."""
        self.cell = []
        self.clear_next = False

    def add(self, output: Output) -> None:
        """Appends an output, after a clearing that was to wait for it."""
        if self.clear_next:
            self.clear()
        self.cell.append(output)

    def clear(self, wait: bool = False) -> None:
        """Drops what the cell has left so far; with `wait` only when its next output comes."""
        self.clear_next = wait
        if not wait:
            self.cell.clear()

    def text(self, stream: str, text: str) -> None:
        """Text of stdout or stderr; pieces that follow one another become one output, as in Jupyter."""
        last = self.cell[-1] if self.cell and not self.clear_next else None
        if last is not None and last.output_type == "stream" and last.name == stream:
            last.text += text
        else:
            self.add(nbformat.v4.new_output("stream", name=stream, text=text))

    def show(self, data: dict[str, Any], metadata: dict[str, Any], display_id: str | None, update: bool) -> None:
        """A displayed object, or the new content of one displayed earlier under the same id."""
        if update:
            for shown in self.named.get(display_id or "", []):
                shown.data, shown.metadata = json_safe(data), metadata
            return
        output = nbformat.v4.new_output("display_data", data=json_safe(data), metadata=metadata)
        self.add(output)
        if display_id:
            self.named.setdefault(display_id, []).append(output)


def json_safe(data: dict[str, Any]) -> dict[str, Any]:
    """The representations of an output, by MIME type, as JSON can hold them: bytes become base64."""
    return {k: base64.b64encode(v).decode("ascii") if isinstance(v, bytes) else v for k, v in data.items()}


class OutputPublisher(DisplayPublisher):
    """Keeps what `display(...)` shows."""

    kept: CellOutputs

    def publish(self, data: Any, metadata: Any = None, *_: Any, **options: Any) -> None:
        """Keeps a displayed object, or the new content of one shown before."""
        display_id = (options.get("transient") or {}).get("display_id")
        self.kept.show(data, metadata or {}, display_id, bool(options.get("update")))

    def clear_output(self, wait: bool = False) -> None:
        """Drops what the cell has left so far."""
        self.kept.clear(wait)


class LastValueHook(DisplayHook):
    """Keeps the value of a cell's last line."""

    kept: CellOutputs

    def write_output_prompt(self) -> None:
        """No prompt: the notebook has its own."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """Keeps the value in every representation that it has."""
        count = self.prompt_count
        output = nbformat.v4.new_output(
            "execute_result", json_safe(format_dict), metadata=md_dict, execution_count=count
        )
        self.kept.add(output)

    def finish_displayhook(self) -> None:
        """The value is kept; there is no prompt to end."""
        self._is_active = False


class NotebookShell(InteractiveShell):
    """IPython without a terminal: what a cell leaves goes into `kept`."""

    kept: CellOutputs

    def init_display_pub(self) -> None:
        """Sends what is displayed to `kept`."""
        self.kept = CellOutputs()
        self.display_pub = OutputPublisher(parent=self, shell=self)
        self.display_pub.kept = self.kept

    def init_displayhook(self) -> None:
        """Sends the values of last lines to `kept`."""
        super().init_displayhook()
        self.displayhook.kept = self.kept

    def enable_gui(self, gui: Any = None) -> None:
        """There are no windows."""

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        value = f"sys.exit({evalue})" if etype is SystemExit else str(evalue)  # papermill takes an exit 0 for success
        error = nbformat.v4.new_output("error", ename=etype.__name__, evalue=value, traceback=list(stb))
        self.kept.add(error)


class CellStream(io.TextIOBase):
    """Keeps what cells write on stdout or stderr."""

    encoding = "utf-8"

    def __init__(self, name: str, kept: CellOutputs) -> None:
        self.stream, self.kept = name, kept

    def writable(self) -> bool:
        """True: a stream to write on."""
        return True

    def write(self, text: str) -> int:
        """Keeps a piece of text; returns its length."""
        if text:
            self.kept.text(self.stream, text)
        return len(text)


def start_shell() -> NotebookShell:
    """The shell of this process, with figures shown at the end of the cell that draws them."""
    if InteractiveShell.initialized():
        raise RuntimeError(both("run.one_notebook"))
    NotebookShell.displayhook_class = LastValueHook
    shell = NotebookShell.instance()
    shell.colors = "nocolor"
    shell.history_manager.enabled = False
    shell.enable_matplotlib("inline")
    return shell


class TrainplanEngine(Engine):
    """Runs a notebook's cells in this process; stops at the first that fails, those after it stay pending."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **_: Any) -> None:
        """Runs the code cells in their order, and tells papermill of each."""
        shell = start_shell()
        with redirect_stdout(CellStream("stdout", shell.kept)), redirect_stderr(CellStream("stderr", shell.kept)):
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                succeeded = cell.cell_type != "code" or not cell.source.strip() or run_cell(shell, cell)
                if not succeeded:
                    nb_man.cell_exception(cell, index)
                nb_man.cell_complete(cell, index)
                if not succeeded:
                    break


def run_cell(shell: NotebookShell, cell: Any) -> bool:
    """Runs a code cell and gives it its outputs; whether it succeeded."""
    shell.kept.start()
    cell.execution_count = shell.execution_count
    result = shell.run_cell(cell.source, store_history=True)
    cell.outputs = shell.kept.cell
    return bool(result.success)


papermill_engines.register(ENGINE, TrainplanEngine)
