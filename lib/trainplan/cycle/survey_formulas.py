"""The formulas of a survey form: what a unit asks for on its other sheets, set against the need by the target path."""

from __future__ import annotations

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from trainplan.cycle.survey_layout import CODES, GROUPS, NEEDS, PERSONS, STAFF, SurveyForm
from trainplan.sheets.form import Calculated, Filled

FAR_OFF = 0.2  # of the need by the path: a difference beyond it wants a reason


class SurveyFormulas:
    """The formulas of `form`, the rows of whose tables begin in the row `first` of their sheets, from 0."""

    def __init__(self, form: SurveyForm, first: int) -> None:
        self.form, self.first = form, first
        self.lists = [head for name in form.choices for head in (f"{name}_key", name)]

    def codes(self) -> dict[str, list[Filled | Calculated]]:
        """The columns of the hidden sheet of lists: each list's keys and words, and how many persons chose a pair."""
        columns: dict[str, list[Filled | Calculated]] = {}
        for name, texts in self.form.choices.items():
            columns |= {f"{name}_key": list(texts), name: list(texts.values())}
        chosen, word = self._column(PERSONS, "pair"), self.lists.index("pair")
        rows = range(1, 1 + len(self.form.choices["pair"]))
        counts = [f"=SUMPRODUCT(--({chosen}={xl_rowcol_to_cell(row, word)}))" for row in rows]
        return {**columns, "persons": [Calculated(formula, 0) for formula in counts]}

    def choice_cells(self, choices: str) -> str:
        """The cells of a list's words, as a formula; nothing where the list is empty."""
        return f"={self._list_cells(choices)}" if self.form.choices[choices] else ""

    def need(self, column: str, r: int, model_need: float) -> Calculated | None:
        """The formula of a column of the needs in its row `r`, from 0; None where what it takes is left out."""
        if column == "present":
            return self._present(r)
        if column == "requested":
            return self._sum_of_requests(r)
        at = self._row(r)
        if column == "difference":
            return Calculated(f"={at['requested']}-{at['model_need']}", -model_need)
        if "reached" not in at:
            return None
        present, reached = at["present"], at["reached"]
        result = f"{present}-{reached}" if column == "lacking" else f'IF({present}>0,{reached}/{present},"")'
        return Calculated(f'=IF(COUNT({present},{reached})=2,{result},"")')

    def reason_wanted(self) -> str:
        """The condition that the first row of the needs lacks a reason: something is asked for, and far off."""
        at = self._row(0)
        asked, need, reason = (at.get(column, "") for column in ("requested", "model_need", "reason"))
        return f'=AND({asked}>0,ABS({asked}-{need})>{FAR_OFF}*{need},{reason}="")'

    def _present(self, r: int) -> Calculated:
        """What the staff sheet has for the group of the row."""
        staff, group = self.form.tables[STAFF], self.form.tables[NEEDS].rows[r].group
        row = self.first + [one.key for one in staff.rows].index(group)
        cell = f"{_quote(staff.name)}!{xl_rowcol_to_cell(row, staff.places['present'])}"
        return Calculated(f'=IF({cell}="","",{cell})')

    def _sum_of_requests(self, r: int) -> Calculated:
        """Whom both kinds of request ask for in the pairs of the objective of the row."""
        key = xl_rowcol_to_cell(self.first + r, 0)
        parts = (
            (self._column(GROUPS, ""), self._column(GROUPS, "people")),
            (self._list_cells("pair_key"), self._list_cells("persons")),
        )
        sums = (f'SUMPRODUCT(--(LEFT({keys},LEN({key})+1)={key}&"/"),{people})' for keys, people in parts)
        return Calculated("=" + "+".join(sums), 0)

    def _row(self, r: int) -> dict[str, str]:
        """The cells of a row of the needs by their columns; a condition is shifted by whole rows alone."""
        places = self.form.tables[NEEDS].places
        return {column: xl_rowcol_to_cell(self.first + r, place, col_abs=True) for column, place in places.items()}

    def _column(self, sheet: str, column: str) -> str:
        """The cells of a column of a table, or of its keys where no column is named."""
        table = self.form.tables[sheet]
        rows = len(table.rows) if table.has_keys else table.blank_rows
        return _cells(table.name, self.first, rows, table.places[column] if column else 0)

    def _list_cells(self, head: str) -> str:
        rows = len(self.form.choices["pair" if head == "persons" else head.removesuffix("_key")])
        return _cells(self.form.names[CODES], 1, rows, [*self.lists, "persons"].index(head))


def _cells(sheet: str, first: int, rows: int, column: int) -> str:
    return f"{_quote(sheet)}!{xl_range_abs(first, column, first + rows - 1, column)}"


def _quote(sheet: str) -> str:
    return "'{}'".format(sheet.replace("'", "''"))
