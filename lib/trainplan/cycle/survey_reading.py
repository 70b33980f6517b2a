"""What a form that came back says: numbers of people, and of money, that are certain, and the cells that are doubtful.

Nothing is guessed: what can be read in two ways is told with its cell, and not taken. Of persons only the program that
each is to attend is counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import NamedTuple

from trainplan.cycle.survey_files import NotRead, RawSheet
from trainplan.cycle.survey_layout import COUNTED, GROUPS, NEEDS, PERSONS, STAFF, SurveyColumn, SurveyForm
from trainplan.cycle.survey_sheets import Table, find_table, words_of
from trainplan.plan.schema import NOT_COMPUTED, excel_dates
from trainplan.plan.workbook import NotCalculated
from trainplan.text.catalog import LANGUAGES, both, say
from trainplan.text.problems import nearest_name

WHOLE = re.compile(r"(\d+)([.,]0{1,2})?", re.ASCII)
TWO_WAYS = re.compile(r"\d{1,3}([., \u00a0\u202f]\d{3})+", re.ASCII)
DATE_PARTS = re.compile(r"[-/. ]")
WIDE_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
NOTHING = ("-", "–", "—")  # in a cell of people: there is no number
MOST = {"people": 1_000_000, "money": 10**13}  # of a unit
UNITS = {"people": "unit.people", "money": "unit.VND"}  # that may stand behind a number
SLIP = 3  # letters by which a misspelt word is longer: one with more has something else in it
LONGEST_SHOWN = 40  # letters of a doubtful cell
WORD = re.compile(r"[^\W\d_]{2,}")

Key = tuple[str, str, str]  # sheet, row, column


@dataclass(frozen=True)
class Doubt:
    """What is not taken: where it stands, what is found there, and what should be, by `survey_doubt.<code>`.

    `cell` is what Excel calls it; a doubt about a whole sheet has none, one about a file no sheet. Nothing that a
    person may be called by is in `found`.
    """

    file: str
    unit: str
    sheet: str
    cell: str
    found: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    def remedy(self, language: str) -> str:
        """What should stand there, in `vi` or `en`."""
        return say(f"survey_doubt.{self.code}", language, **self.values)

    @property
    def reason(self) -> str:
        """What should stand there, in both languages."""
        return both(f"survey_doubt.{self.code}", **self.values)


@dataclass
class Answer:
    """What the form of a unit says: people, or VND, by sheet, row and column, without what is doubtful.

    Persons are counted by the pair that they chose, in the column `people` of their sheet. `unsaid` are cells that are
    filled in and not taken; `places` has the file, the sheet and the cell of every number of a row that is listed.
    """

    unit: str
    year: int
    people: dict[Key, int] = field(default_factory=dict)
    unsaid: set[Key] = field(default_factory=set)
    doubts: list[Doubt] = field(default_factory=list)
    files: tuple[str, ...] = ()
    places: dict[Key, tuple[str, str, str]] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """Whether nothing is filled in."""
        return not (self.people or self.unsaid or self.doubts)

    @property
    def content(self) -> object:
        """What two copies of one form, or of a sheet, have in common."""
        return self.people, self.unsaid, [(doubt.cell, doubt.found, doubt.code) for doubt in self.doubts]

    @property
    def file(self) -> str:
        """What its file is called, or its files where each holds a sheet."""
        return "; ".join(self.files)

    def take(self, part: Answer) -> None:
        """Adds what a sheet says."""
        self.people |= part.people
        self.unsaid |= part.unsaid
        self.doubts += part.doubts
        self.places |= part.places

    def withhold(self, *keys: Key) -> None:
        """Does not take cells, whatever they say."""
        for key in keys:
            self.people.pop(key, None)
        self.unsaid |= set(keys)

    def requests_for(self, objective: str) -> dict[str, int]:
        """People by the program that they are asked to attend, of groups and persons, without what is doubtful."""
        found: dict[str, int] = {}
        for (sheet, pair, column), people in self.people.items():
            own, _, program = pair.partition("/")
            asked = sheet in (GROUPS, PERSONS) and column == "people" and own == objective
            if asked and not {(GROUPS, pair, column), (PERSONS, pair, column)} & self.unsaid:
                found[program] = found.get(program, 0) + people
        return found


class Unclear(Exception):
    """A cell that says no number for certain, by `survey_doubt.<code>`."""

    def __init__(self, code: str) -> None:
        self.code = code


def read_whole(value: object, kind: str = "people") -> int | None:
    """The whole number of `people`, or of VND (`money`), that a cell says; None where it says none.

    Unclear where that is not certain.
    """
    if isinstance(value, NotCalculated):
        raise Unclear("not_calculated")
    if isinstance(value, date | time | timedelta):
        raise Unclear("made_a_date")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if 0 <= value <= MOST[kind] and value == int(value):
            return int(value)
        raise Unclear(kind)
    text = str(value).translate(WIDE_DIGITS).strip()
    if text in NOTHING:
        return None
    unit = next((word for language in LANGUAGES if text.endswith(word := say(UNITS[kind], language))), "")
    text = text.removesuffix(unit).rstrip()
    if (match := WHOLE.fullmatch(text)) and int(match[1]) <= MOST[kind]:
        return int(match[1])
    raise Unclear(_why_unclear(text, kind))


def _why_unclear(text: str, otherwise: str) -> str:
    if TWO_WAYS.fullmatch(text):
        return "two_ways"
    if NOT_COMPUTED.fullmatch(text):
        return "not_computed"
    return "made_a_date" if len(DATE_PARTS.split(text)) > 2 and excel_dates(text) else otherwise


def doubtful_text(value: object) -> str:
    """A doubtful cell of people as it may be told: a text without a digit, or with a name in it, is not."""
    if isinstance(value, NotCalculated):
        return "=…" if '"' in value.formula else f"={value.formula}"[:LONGEST_SHOWN]
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    text = str(value)
    if NOT_COMPUTED.fullmatch(text):
        return text
    visible = any(letter.isdigit() for letter in text) and not any(word[0].isupper() for word in WORD.findall(text))
    return text if visible and len(text) <= LONGEST_SHOWN else "…"


class Known(NamedTuple):
    """The groups that a unit has as far as the plan knows: nobody is sent of others; and those who cannot be nobody."""

    held: frozenset[str] = frozenset()
    sent: frozenset[str] = frozenset()


def read_answer(
    form: SurveyForm, sheets: Iterable[RawSheet | NotRead], check: Callable[[SheetReader, Answer], None]
) -> Answer:
    """What sheets say of which it is known that they are of this form; `check` withholds what cannot be."""
    sheets = list(sheets)
    answer = Answer(form.unit, form.year, files=tuple(dict.fromkeys(sheet.file for sheet in sheets)))
    found: dict[str, list[SheetReader]] = {}
    for raw in sheets:
        if isinstance(raw, NotRead):
            answer.doubts.append(Doubt(raw.file, form.unit, raw.sheet, "", "", raw.code))
        elif table := find_table(raw, form.tables.values()):
            reader = SheetReader(form, table)
            if not reader.part.is_blank:
                found.setdefault(table.sheet.id, []).append(reader)
    taken = [_take_one(answer, found.get(sheet, [])) for sheet in form.tables]
    for reader in filter(None, taken):
        check(reader, answer)
    return answer


def _take_one(answer: Answer, readers: list[SheetReader]) -> SheetReader | None:
    """Takes what a sheet says; what its copies say counts once where they say the same, and else not at all."""
    if not readers:
        return None
    first, *copies = readers
    others = [copy.table.raw for copy in copies if copy.part.content != first.part.content]
    if not others:
        answer.take(first.part)
        return first
    for raw in others:
        names = {"sheet": first.table.raw.name or first.table.raw.file}
        answer.doubts.append(Doubt(raw.file, answer.unit, raw.name, "", "", "sheet_twice", names))
    answer.withhold(*(key for one in readers for key in (*one.part.people, *one.part.unsaid)))
    return None


class SheetReader:
    """Reads a table of a form; `part` is what it says."""

    def __init__(self, form: SurveyForm, table: Table) -> None:
        self.form, self.table = form, table
        self.part = Answer(form.unit, form.year)
        self.cells: dict[Key, tuple[int, str]] = {}  # the row and the column of what is taken
        self.columns = {column.id: column for column in table.sheet.columns}
        (self._read_listed if table.sheet.has_keys else self._read_persons)()
        if not self.part.is_blank:
            self._check_columns()

    def check_parts(self, answer: Answer, known: Known) -> None:
        """Of a part that passes its whole neither is taken, and nobody of a group of whom nobody is there.

        What somebody typed over a formula is compared with what it gives.
        """
        people = dict(answer.people)
        for key, (row, column) in ((key, at) for key, at in self.cells.items() if key in people):
            within, group = self.columns[column].holds.within, self._group(key[1])
            present = (STAFF, group, "present")
            whole = present if key[0] == NEEDS and within == "present" else (*key[:2], within)
            most = people.get(whole)
            if most is not None and people[key] > most:
                answer.doubts.append(self.doubt(row, column, "within", str(people[key]), most=most))
                answer.withhold(key, whole)
            if key[0] in (GROUPS, PERSONS) and people[key] and not people.get(present, group in known.held):
                answer.doubts.append(self.doubt(row, column, "nobody_there", str(people[key])))
                answer.withhold(key)
            if key == present and not people[key] and group in known.sent:
                answer.doubts.append(self.doubt(row, column, "somebody_there", "0"))
                answer.withhold(key)
        if self.table.sheet.id == NEEDS:
            self._check_formulas(answer, people)

    def _check_formulas(self, answer: Answer, people: Mapping[Key, int]) -> None:
        sure = not any(sheet in (GROUPS, PERSONS) for sheet, *_ in answer.unsaid)
        for row, objective in self.table.keys.items():
            asked = sum(answer.requests_for(objective).values()) if sure else None
            present = people.get((STAFF, self._group(objective), "present"))
            answer.doubts += self._compare_formula(row, "present", present)
            answer.doubts += self._compare_formula(row, "requested", asked)

    def _group(self, key: str) -> str:
        """The group of a row: of its own, or of its objective."""
        rows = self.form.tables[NEEDS].rows
        return next((row.group for row in rows if row.key == key.partition("/")[0]), key)

    def _compare_formula(self, row: int, column: str, known: int | None) -> list[Doubt]:
        value = self.table.value(row, column)
        if known is None or isinstance(value, bool) or not isinstance(value, int | float) or value == known:
            return []
        return [self.doubt(row, column, "overtyped", doubtful_text(value), known=known)]

    def doubt(self, row: int, column: str, code: str, found: str = "", copy: int = 0, **values: object) -> Doubt:
        """A doubt about a cell of the table."""
        cell = self.table.cell(row, column, copy)
        return Doubt(self.table.raw.file, self.part.unit, self.table.raw.name, cell, found, code, values)

    def _check_columns(self) -> None:
        """Every column that is read is there, and says one thing."""
        for id, column in self.columns.items():
            heading = {"heading": column.layout.heading(self.form.language)}
            if id not in self.table.places and column.holds.kind in COUNTED:
                place = self.table.raw.file, self.part.unit, self.table.raw.name
                self.part.doubts.append(Doubt(*place, "", "", "column_missing", heading))
            elif id in self.table.asking and (row := self.table.differs(id)) is not None:
                self.part.doubts.append(self.doubt(row, id, "column_twice", copy=1, **heading))
                self.part.withhold(*((self.table.sheet.id, key, id) for key in self.table.keys.values()))

    def _read_listed(self) -> None:
        """Rows that carry their key: every number of each, and whether what is chosen can be chosen."""
        closed = {row.key: row.closed for row in self.table.sheet.rows}
        keys, end = self.table.keys, self.table.end_after(self.table.keys)
        for row in (row for row in self.table.rows if row < end):
            for id, column in self.columns.items():
                value = self.table.value(row, id)
                if value is None or column.holds.kind not in (*COUNTED, "choice"):
                    continue
                if row not in keys:
                    self._tell_stray(row, column, value)
                elif id in closed[keys[row]]:
                    self.part.doubts.append(self.doubt(row, id, "closed", doubtful_text(value)))
                elif column.holds.kind == "choice":
                    self._chosen(row, column)
                else:
                    self._read_number(row, column, keys[row], value)

    def _tell_stray(self, row: int, column: SurveyColumn, value: object) -> None:
        """A number in a row that the form does not list; totals are nobody's numbers, and words are remarks."""
        texts = [words_of(text) for (r, _), text in self.table.raw.cells.items() if r == row and isinstance(text, str)]
        totals = tuple(words_of(word) for language in LANGUAGES for word in say("survey.totals", language).split())
        is_total = any(text.startswith(totals) for text in texts)
        is_number = not isinstance(value, str) or any(letter.isdigit() for letter in value)
        if column.holds.kind in COUNTED and is_number and not is_total:
            self.part.doubts.append(self.doubt(row, column.id, "row_unknown", doubtful_text(value)))

    def _read_number(self, row: int, column: SurveyColumn, key: str, value: object) -> None:
        """Takes the number of a cell, once where its row stands twice and says the same."""
        at, code = (self.table.sheet.id, key, column.id), ""
        try:
            number = read_whole(value, column.holds.kind)
        except Unclear as unclear:
            number, code = None, unclear.code
        if self.table.is_merged(row, column.id):
            code = "merged"
        elif at in self.part.unsaid or self.part.people.get(at, number) != number:
            code = "row_twice"
        if code:
            self.part.doubts.append(self.doubt(row, column.id, code, doubtful_text(value)))
            self.part.withhold(at)
        elif number is not None:
            self.part.people[at] = number
            self.cells.setdefault(at, (row, column.id))
            self.part.places.setdefault(at, (self.table.raw.file, self.table.raw.name, self.table.cell(row, column.id)))

    def _chosen(self, row: int, column: SurveyColumn) -> str:
        """The key of the word that is chosen in a cell; nothing, and told, where the list has no such word."""
        value = self.table.value(row, column.id)
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        words = self.form.choices[column.holds.choices]
        for key, word in words.items():
            if words_of(text) in (words_of(word), words_of(key)):
                return key
        near = nearest_name(text, words.values())
        if near:
            visible = text if len(text) <= len(near) + SLIP else "…"
            self.part.doubts.append(self.doubt(row, column.id, "choice_near", visible, nearest=near))
        else:
            self.part.doubts.append(self.doubt(row, column.id, "choice", doubtful_text(text)))
        return ""

    def _read_persons(self) -> None:
        """A row for every person: the pair that each chose is counted, and nothing else of them is kept."""
        numbered = [row for row in self.table.rows if words_of(self.table.value(row, "number") or "").isdigit()]
        end = self.table.end_after(numbered) if numbered else self.table.end_after(self.table.rows)
        choices = [column for id, column in self.columns.items() if column.holds.choices and id != "pair"]
        seen: dict[tuple[str, ...], int] = {}
        for row in (row for row in self.table.rows if row < end):
            for column in (c for c in choices if self.table.value(row, c.id) is not None):
                self._chosen(row, column)
            if self.table.value(row, "pair") is not None:
                self._count_person(row, self._chosen(row, self.columns["pair"]), seen)
            elif row in numbered and "pair" in self.table.places and self._has_person(row):
                self.part.doubts.append(self.doubt(row, "pair", "pair_missing"))

    def _count_person(self, row: int, pair: str, seen: dict[tuple[str, ...], int]) -> None:
        """Counts a person for a pair, once."""
        name = words_of(self.table.value(row, "name") or "")
        person = name, str(self.table.value(row, "born")), pair
        twice = bool(pair and name) and person in seen
        if twice:
            self.part.doubts.append(self.doubt(row, "pair", "person_twice", before=seen[person] + 1))
        if twice or not pair:
            self.part.withhold((PERSONS, "", "pair"))
            return
        seen[person] = row
        at = (PERSONS, pair, "people")
        self.part.people[at] = self.part.people.get(at, 0) + 1
        self.cells.setdefault(at, (row, "pair"))

    def _has_person(self, row: int) -> bool:
        personal = (id for id, column in self.columns.items() if column.holds.personal)
        return any(self.table.value(row, id) is not None for id in personal)
