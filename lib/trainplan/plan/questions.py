"""What a new plan is made of, asked question by question: each answer is checked at once and asked for again."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic_core import PydanticCustomError

from trainplan.plan.new_plan import NewTarget
from trainplan.plan.schema import MOST_YEARS, YEARS, Measure, refuse_hidden
from trainplan.text.catalog import both
from trainplan.text.problems import PlanError, Problem, refuse

Answer = TypeVar("Answer")
FIRST_YEAR, LAST_YEAR = int(YEARS.low) + 1, int(YEARS.high)  # the year before is one, too
PEOPLE, PERCENT = Measure("people", 0, whole=True), Measure("percent", 0, 100)


@dataclass
class Answers:
    """What was answered: where the plan is to stand, its years, and what is known of its groups and targets."""

    reference: str
    years: range
    title: str = ""
    groups: list[tuple[str, float]] = field(default_factory=list)
    targets: list[NewTarget] = field(default_factory=list)


@dataclass(frozen=True)
class Interview:
    """Asks by `ask`, which returns a line or raises EOFError, and says by `tell` what is wrong with an answer."""

    ask: Callable[[str], str]
    tell: Callable[[str], object]

    def answer(self, question: str, check: Callable[[str], Answer], **values: object) -> Answer:
        """What `check` makes of the answer to `new.ask.<question>`; asked again where it refuses."""
        while True:
            text = self.ask(f"{both(f'new.ask.{question}', **values)}: ")
            try:
                return check(unicodedata.normalize("NFC", text).strip())
            except PydanticCustomError as error:
                self.tell(f"  {both(f'problem.{error.type}', **(error.context or {}))}")
            except PlanError as error:
                self.tell("\n".join(f"  {problem}" for problem in error.problems))


def ask_for_plan(
    interview: Interview, check_place: Callable[[str], None], reference: str | None, first: int | None, last: int | None
) -> Answers:
    """Asks for what is not given, and for the title, groups and targets; `check_place` raises where none can stand."""
    answer = interview.answer
    reference = reference or answer("plan", lambda text: allowed_place(text, check_place))
    title = answer("title", check_visible)
    first = first or answer("first", lambda text: year_within(text, years_to(last)))
    last = last or answer("last", lambda text: year_within(text, range(first, min(LAST_YEAR + 1, first + MOST_YEARS))))
    answers = Answers(reference, range(first, last + 1), title)
    while name := answer("group", lambda text: check_unused(text, [known for known, _ in answers.groups])):
        answers.groups.append((name, answer("headcount", lambda text: parse_amount(text, PEOPLE))))
    while answers.groups and (name := answer("target", check_visible)):
        answers.targets.append(_ask_for_target(interview, name, answers))
    return answers


def _ask_for_target(interview: Interview, name: str, answers: Answers) -> NewTarget:
    """A target of this name; its group is asked for where there are several."""
    answer, names = interview.answer, [group for group, _ in answers.groups]
    listed = "; ".join(f"{number} = {group}" for number, group in enumerate(names, start=1))
    group = (
        names[0] if len(names) == 1 else answer("group_of", lambda text: choose_by_number(text, names), groups=listed)
    )
    baseline, target = answer("baseline", parse_percent), answer("target_level", parse_percent)
    first, last = answers.years[0], answers.years[-1]
    due = answer("due", lambda text: year_within(text or str(last), answers.years), first=str(first), last=str(last))
    return NewTarget(group, name, baseline, target, due)


def allowed_place(text: str, check_place: Callable[[str], None]) -> str:
    """The name of a plan; refused where it is empty or `check_place` raises."""
    if not text:
        refuse("answer_needed")
    check_place(text)
    return text


def check_visible(text: str) -> str:
    """The text itself; refused where a letter of it cannot be seen."""
    return str(refuse_hidden(text))


def check_unused(text: str, known: list[str]) -> str:
    """A text that is not known yet."""
    if text in known:
        refuse("answer_twice")
    return check_visible(text)


def stated_years(first: str | None, last: str | None) -> tuple[int | None, int | None]:
    """The first and the last year as options give them; PlanError where they are no years, or the wrong way round."""
    found: dict[str, int | None] = {}
    problems = []
    for option, text in (("--first", first), ("--last", last)):
        try:
            found[option] = None if text is None else parse_year(text)
        except PydanticCustomError as error:
            problems.append(Problem(option, error.type, text, values=error.context or {}))
    years = found.get("--first"), found.get("--last")
    if years[0] and years[1] and years[1] < years[0]:
        problems.append(Problem("--last", "last_before_first", last))
    if years[0] and years[1] and years[1] - years[0] >= MOST_YEARS:
        problems.append(Problem("--last", "period_too_long", last, values={"most": MOST_YEARS}))
    if problems:
        raise PlanError(problems)
    return years


def parse_year(text: str) -> int:
    """A year of four digits, and not far away."""
    if not (text.isascii() and text.isdecimal() and len(text) == 4):
        refuse("year_form")
    if not FIRST_YEAR <= int(text) <= LAST_YEAR:
        refuse("year_outside", first=FIRST_YEAR, last=LAST_YEAR)
    return int(text)


def years_to(last: int | None) -> range:
    """The years in which a plan may begin that ends in `last`, or at any time."""
    return range(max(FIRST_YEAR, last - MOST_YEARS + 1) if last else FIRST_YEAR, (last or LAST_YEAR) + 1)


def year_within(text: str, years: range) -> int:
    """One of the years."""
    year = parse_year(text)
    if year not in years:
        refuse("year_outside", first=years[0], last=years[-1])
    return year


def parse_percent(text: str) -> float:
    """A share from a percentage, with or without its sign; a comma can only be its decimal mark."""
    return round(parse_amount(text.removesuffix("%").replace(",", "."), PERCENT) / 100, 12)


def parse_amount(text: str, measure: Measure) -> float:
    """A number as `measure` allows it; of a text like a date nothing is said of Excel, which has no part in it."""
    if "/" in text:
        refuse("number_expected")
    return measure.check(text)


def choose_by_number(text: str, names: Sequence[str]) -> str:
    """The one of the names whose number, from 1, is given."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= len(names)):
        refuse("answer_number", count=len(names))
    return names[int(text) - 1]
