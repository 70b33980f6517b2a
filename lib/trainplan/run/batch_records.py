"""What the runs of a batch left: a file a run, named by what it is made from, and the tables put together of them.

A file is all that is noted of a run, so that whatever ends the process leaves a run done or not begun. Every batch that
was run into a folder has a list of its runs there, so that several may work on it: the tables hold the runs of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, TextIO

import pandas as pd

from trainplan.results.registry import RESULTS, Stem
from trainplan.run.manifest import DONE, FAILED, as_json, read_json
from trainplan.storage.files import open_whole, remove_partials, write_text
from trainplan.storage.tables import write_tables

FOLDER = ".runs"
TABLES = "tables"
LIST = "list."  # how the name of a list begins; what follows is that of the batch
BEGUN = "begun"  # the status of a run whose notebooks are still to come
Record = dict[str, Any]
# of a run: its names, changes, status, reason, headline figures, tables as CSV by stem, hashes of files in its folder


class BatchRecords:
    """The records below the folder of a batch's results; `batch` is its name."""

    def __init__(self, output: Path, batch: str) -> None:
        self.output, self.folder = output, output / FOLDER
        self.list = self.folder / f"{LIST}{batch}.json"

    def read(self, key: str) -> dict[str, Any]:
        """The record of a run; nothing where there is none, or it is not whole."""
        return read_json(self.folder / f"{key}.json")

    def status(self, key: str) -> str:
        """`done` or `failed`; empty where the run has not ended."""
        return str(self.read(key).get("status", ""))

    def record(self, key: str, record: Record) -> None:
        """Notes how a run ended; what a batch beside this one has done stays done."""
        if record["status"] == DONE or self.status(key) != DONE:
            self.write(key, record)

    def write(self, key: str, record: Record) -> None:
        """Notes how a run ended, whatever is noted of it."""
        write_text(self.folder / f"{key}.json", as_json(record))

    def last_keys(self) -> dict[str, str]:
        """The keys of the batch's runs, by name, as they were when it was last begun."""
        return {str(name): str(key) for name, key in read_json(self.list).items()}

    def enlist(self, keys: Mapping[str, str]) -> None:
        """Notes which runs the batch has; records of earlier ones that nobody lists go."""
        remove_partials(self.output)
        others = [read_json(path) for path in self.folder.glob(f"{LIST}*.json") if path != self.list]
        listed = {str(key) for some in [keys, *others] for key in some.values()}
        for key in {*self.last_keys().values()} - listed:  # before the list forgets them, lest a kill leave them over
            (self.folder / f"{key}.json").unlink(missing_ok=True)
        write_text(self.list, as_json(keys))

    def _keys(self) -> dict[str, str]:
        """The keys of the runs of all batches, by name, in the order of the batches' names; its own go before."""
        lists = [read_json(path) for path in sorted(self.folder.glob(f"{LIST}*.json"))]
        return {str(name): str(key) for some in lists for name, key in some.items()} | self.last_keys()

    def put_together(self) -> pd.DataFrame:
        """Writes the tables of all runs that have ended, each once; returns their headline figures.

        Afterwards it looks whether a batch beside this one has added a run meanwhile, so that the last one has all.
        """
        headlines, written = pd.DataFrame(), None
        while written != (state := self._state()):
            headlines = self._write()
            written = state
        return headlines

    def _state(self) -> list[tuple[str, int]]:
        found = []
        for key in self._keys().values():
            with suppress(OSError):
                found.append((key, (self.folder / f"{key}.json").stat().st_mtime_ns))
        return found

    def records(self) -> Iterator[dict[str, Any]]:
        """The records of all runs that have ended, in order, one at a time."""
        for key in self._keys().values():
            record = self.read(key)
            if record.get("status") in (DONE, FAILED):
                yield record

    def _write(self) -> pd.DataFrame:
        rows: list[Record] = []
        changed: dict[str, None] = {}
        with ExitStack() as stack:
            files: dict[Stem, TextIO] = {}
            for record in self.records():
                rows.append({name: record[name] for name in ("run", "plan", "scenario", "status", "reason")})
                changes = record.get("changes", {})
                rows[-1] |= record["headline"] | changes
                changed |= dict.fromkeys(changes)
                for stem, text in record["tables"].items():
                    head, _, body = text.partition("\n")
                    if stem not in files:
                        file = open_whole(self.output / TABLES / RESULTS[stem].file_name)
                        files[stem] = stack.enter_context(file)
                        files[stem].write(f"{head}\n")
                    files[stem].write(body)
        for stem in RESULTS.keys() - files:
            (self.output / TABLES / RESULTS[stem].file_name).unlink(missing_ok=True)
        headlines = pd.DataFrame(rows, columns=[*RESULTS["headlines"].column_names, *changed], dtype=object)
        write_tables({"headlines": headlines}, self.output)
        return headlines
