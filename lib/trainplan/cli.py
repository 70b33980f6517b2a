"""The command line. What is heavy is imported by the command that needs it, so that the others start at once."""

from __future__ import annotations

import argparse
import atexit
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from trainplan.plan.find import DEFAULT_PLAN, OUTPUTS, PROJECT, needed_scenarios, scenarios_named
from trainplan.run import interrupts
from trainplan.storage.progress import under_way
from trainplan.text.catalog import LANGUAGES, both, say
from trainplan.text.problems import PlanError, Problem, beginning_of, problem_of_file

if TYPE_CHECKING:
    import pandas as pd

    from trainplan.cycle.survey_layout import FormKind
    from trainplan.plan.plan import Plan
    from trainplan.plan.questions import Answers
    from trainplan.results.registry import Stem
    from trainplan.run.workers import Limits

DONE, FAILED, WRONG_INPUT = 0, 1, 2
ARITHMETIC = "(overflow|invalid value|divide by zero|underflow) encountered"  # as NumPy warns of it


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command line, that of the process where none is given; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        arguments = parse_arguments(argv)
    except SystemExit as stop:  # argparse: help, version, or a wrong command line
        return stop.code if isinstance(stop.code, int) else DONE
    if arguments.command in (open_lab, open_desk):
        interrupts.raise_from_now()
    return exit_status(lambda: perform_command(arguments))


def perform_command(arguments: argparse.Namespace) -> int:
    """Calls the command of a command line, once it is known to have somewhere to write; returns the exit status."""
    from trainplan.storage.files import check_output

    try:
        Path.cwd()
    except OSError:
        raise PlanError([Problem("trainplan", "no_working_folder")]) from None
    output: Path | None = getattr(arguments, "output", None)
    if output is not None:
        check_output("--output", output, folder=arguments.command is not export_plan)
    return int(arguments.command(arguments))


def exit_status(command: Callable[[], int]) -> int:
    """The exit status of a command; whatever goes wrong in it is said in words, never as a traceback."""
    from trainplan.storage.log import LOG, describe_error, log_duration, start_log

    warnings.filterwarnings("error", ARITHMETIC, RuntimeWarning)  # so that nothing is written from such numbers
    try:
        start_log()
        LOG.info("%s", " ".join(sys.argv))
        with log_duration("the command"):
            return command()
    except PlanError as error:
        return print_failure(str(error), WRONG_INPUT)
    except RuntimeWarning as warning:
        return print_failure(both("cli.out_of_hand", warning=warning), WRONG_INPUT)
    except KeyboardInterrupt:
        return print_failure(interrupts.STOPPED, FAILED)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - what is left in its buffer has no reader
        return FAILED
    except OSError as error:
        if error.filename is None:
            return print_failure(describe_error(error), FAILED)
        return print_failure(str(PlanError([problem_of_file(str(error.filename), error)])), WRONG_INPUT)
    except Exception as error:
        return print_failure(describe_error(error), FAILED)


def print_failure(message: str, status: int) -> int:
    """Prints a message on the error stream and returns `status`."""
    print(message, file=sys.stderr, flush=True)
    return status


def plan_of(arguments: argparse.Namespace) -> Plan:
    """The plan of a command of one scenario, as its options say; PlanError."""
    from trainplan.plan.plan import load_plan

    return load_plan(arguments.plan, arguments.scenario, as_of=arguments.as_of)


def check_plan(arguments: argparse.Namespace) -> int:
    """`check`: loads the plan in every scenario named, and says what is unusual in it."""
    from trainplan.plan.plan import load_plans
    from trainplan.text.formats import year_span

    plans = load_plans(arguments.plan, scenarios_named(arguments.plan, arguments.scenario or ["all"]), arguments.as_of)
    tell_notes(plans)
    first = plans[0]
    title = " / ".join(dict.fromkeys(first.title(language) for language in LANGUAGES))
    print(f"{title} ({year_span(first.first, first.last)})")
    for plan in plans:
        print(f"  {plan.scenario}: {both('cli.valid')} ({both('cli.changes', count=len(plan.changes))})")
    return DONE


def tell_notes(plans: Sequence[Plan]) -> None:
    """Says what is unusual in a plan in some scenarios, once; what is not so in the first, with where it is."""
    found: dict[str, list[str]] = {}
    for plan in plans:
        for note in plan.warnings:
            found.setdefault(note, []).append(plan.scenario)
    for note, scenarios in found.items():
        where = "" if plans[0].scenario in scenarios else f" ({', '.join(scenarios)})"
        print(f"{both('cli.note')}{where}: {note}", file=sys.stderr)


def write_answer(tables: Mapping[Stem, pd.DataFrame], folder: Path, said: str = "") -> int:
    """Writes the tables that a command has found as CSV, and says where, after `said` or their number; returns DONE."""
    from trainplan.storage.tables import write_tables

    paths = write_tables(tables, folder)
    print(f"{said or both('cli.tables_written', count=len(paths))}: {folder}")
    return DONE


def write_scenario(arguments: argparse.Namespace) -> int:
    """`tables`: the result tables of one scenario, straight into the folder, and workbooks of them with `--excel`."""
    from trainplan.report.stored import compute

    with under_way("tables"):
        results = compute(plan_of(arguments))
        tables = results.tables
    written = write_answer(tables, arguments.output)
    if arguments.excel:
        from trainplan.report.excel import write_workbooks

        for path in write_workbooks(results, arguments.output):
            print(path)
    return written


def compare_scenarios(arguments: argparse.Namespace) -> int:
    """`compare`: inputs.csv, results.csv, totals.csv, and in differences.csv why each differs from the first.

    A scenario that is not sound and was not asked for by its name is left out, and named at the end.
    """
    from trainplan.analysis.attribution import not_shared_out
    from trainplan.plan.plan import load_sound
    from trainplan.report.stored import attribute_all, compute
    from trainplan.results.compare import compare

    with under_way("scenarios"):
        names = scenarios_named(arguments.plan, arguments.scenario or ["all"])
        needed = needed_scenarios(arguments.plan, arguments.scenario or [])
        sound, broken = load_sound(arguments.plan, names, needed, arguments.as_of)
        plans = [*sound.values()]
        tables: dict[Stem, pd.DataFrame] = {**compare([compute(plan) for plan in plans]).tables}
    with under_way("differences"):
        tables["differences"] = attribute_all(plans[0], plans[1:])
    write_answer(tables, arguments.output, both("cli.scenarios", count=len(plans)))
    if left := not_shared_out(plans[0], plans[1:], {*tables["differences"]["scenario"]}):
        without = ", ".join(plan.scenario for plan in left)
        print(f"{both('cli.note')}: {both('sentence.differences_left_out', scenarios=without)}", file=sys.stderr)
    for name, error in broken.items():
        print_failure(f"{name}: {error}", FAILED)
    return FAILED if broken else DONE


def seek_goal(arguments: argparse.Namespace) -> int:
    """`goal`: goal.csv, relaxations.csv and values.csv, and the answer in words."""
    from trainplan.analysis.goal_seek import check_extent, goal_table
    from trainplan.analysis.relaxations import relaxations_table
    from trainplan.report.sentences import goal_amount
    from trainplan.report.stored import goal_seek, marginal_values, relaxations

    plan = plan_of(arguments)
    check_extent(plan)
    with under_way("goal"):
        goal = goal_seek(plan, arguments.source)
    tables: dict[Stem, pd.DataFrame] = {"goal": goal_table(goal)}
    with under_way("relaxations"):
        tables["relaxations"] = relaxations_table(relaxations(plan))
    with under_way("values"):
        tables["values"] = marginal_values(plan)
    for language in plan.languages:
        print(*goal_amount(goal, language), sep="\n")
    return write_answer(tables, arguments.output)


def draw_ranges(arguments: argparse.Namespace) -> int:
    """`uncertainty`: probabilities, bands of cost and people, drivers and conditions of failure (method.md, section 7).

    PlanError where the plan has no ranges.
    """
    from trainplan.analysis.failure_conditions import conditions_table
    from trainplan.analysis.monte_carlo import usual_loop
    from trainplan.report.sentences import chances_and_cost, describe_loop
    from trainplan.report.stored import failure_conditions, sensitivity, uncertainty
    from trainplan.run.cluster import map_of

    plan = plan_of(arguments)
    draws, seed, loop = arguments.draws, arguments.seed, arguments.loop or usual_loop(plan)
    with map_of(arguments.scheduler) as each, under_way("draws", draws) as progress:
        found = uncertainty(plan, draws, seed, loop, progress=progress.reach, each=each)
    tables: dict[Stem, pd.DataFrame] = {
        "probabilities": found.probabilities,
        "cost_bands": found.cost_bands,
        "enrollment_bands": found.enrollment_bands,
        "sent_bands": found.sent_bands,
    }
    with under_way("drivers"):
        tables["sensitivity"] = sensitivity(plan, found.loop, seed)
    with under_way("conditions"):
        tables["conditions"] = conditions_table(plan, failure_conditions(found))
    for language in plan.languages:
        print(*chances_and_cost(found, language), *describe_loop(found, language), sep="\n", file=sys.stderr)
    return write_answer(tables, arguments.output)


def prepare_to_draw() -> None:
    """Figures without a screen; what draws and runs notebooks keeps its settings in a folder of its own where there is
    no home to keep them in."""
    os.environ.setdefault("MPLBACKEND", "agg")
    try:
        Path(tempfile.mkdtemp(dir=Path("~").expanduser())).rmdir()
    except (OSError, RuntimeError):  # no home is known, or nothing can be written there
        folder = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ.update(dict.fromkeys(("MPLCONFIGDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR"), folder))


def plan_year(arguments: argparse.Namespace) -> int:
    """`yearplan`: the tables of a year plan, its annexes and its page; PlanError for a year outside the plan."""
    prepare_to_draw()
    from trainplan.cycle.annexes import write_annexes
    from trainplan.cycle.year_plan import year_tables
    from trainplan.report.stored import compute
    from trainplan.run.lone_pages import YEAR_PLAN, write_pages

    plan, year = plan_of(arguments), arguments.year
    plan.check_year(year, "--year")
    with under_way("tables"):
        results = compute(plan)
        tables = year_tables(results, year, compute)
        annexes = write_annexes(results, year, arguments.output, plan.languages)
    written = write_answer(tables, arguments.output)
    pages = write_pages(YEAR_PLAN, "year", [plan], arguments.scenario, year, arguments.output)
    print(*annexes, *pages, sep="\n")
    return written


def make_survey_forms(arguments: argparse.Namespace) -> int:
    """`survey forms`: the form of every unit for a year; PlanError where it cannot be made, and nothing written."""
    from trainplan.cycle.survey_forms import write_survey_forms
    from trainplan.plan.plan import load_plan
    from trainplan.report.stored import compute

    plan = load_plan(arguments.plan, as_of=arguments.as_of)
    with under_way("forms", max(1, len(plan.tables.units))) as progress:
        kind = kind_of_form(arguments)
        paths = write_survey_forms(compute(plan), arguments.year, arguments.output, progress.reach, kind)
    print(f"{both('cli.forms_written', count=len(paths))}: {arguments.output}")
    return DONE


def kind_of_form(arguments: argparse.Namespace) -> FormKind:
    """Whether the forms are those of the survey of needs or of the report of a year."""
    return "unit_report" if arguments.report else "survey"


def collect_survey_forms(arguments: argparse.Namespace) -> int:
    """`survey collect`: what came back as tables, and what is doubtful; PlanError where nothing can be read."""
    from trainplan.cycle.survey_tables import DOUBTFUL_BOOK, answers_in_words, collect_survey, survey_files
    from trainplan.plan.plan import given_date, load_plan
    from trainplan.report.stored import compute
    from trainplan.run.returned_forms import read_returned
    from trainplan.storage.files import write_bytes

    known, plan, output = given_date(arguments.as_of), load_plan(arguments.plan), arguments.output
    returned = read_returned(arguments.forms, output)
    survey = collect_survey(plan, returned, kind_of_form(arguments), arguments.year)
    with under_way("tables"):
        contents = survey_files(compute(plan), survey, known)
    (output / DOUBTFUL_BOOK).unlink(missing_ok=True)
    for name, content in contents.items():
        write_bytes(output / name, content)
    for language in plan.languages:
        print(answers_in_words(plan, survey, contents, language))
    print(f"{both('cli.tables_written', count=len(contents))}: {output}")
    return DONE


def review_plan(arguments: argparse.Namespace) -> int:
    """`review`: what happened up to a year beside the plan as decided, its forms and its page; in `now` the results as
    they now stand."""
    prepare_to_draw()
    from trainplan.cycle.review import load_review
    from trainplan.cycle.review_forms import write_review_forms
    from trainplan.plan.plan import given_date
    from trainplan.report.stored import compute, uncertainty
    from trainplan.run.lone_pages import REVIEW, write_pages

    scenario, year, output = arguments.scenario, arguments.year, arguments.output
    known = given_date(arguments.as_of) if arguments.as_of else None
    if known and known.year < year:
        raise PlanError([Problem("--year", "year_not_begun", year, values={"day": known.isoformat()})])
    with under_way("tables"):
        review = load_review(arguments.plan, scenario, year, arguments.as_of, None, compute, uncertainty)
        tables = review.tables
        forms = write_review_forms(review, output, review.now.plan.languages)
    tell_notes([review.now.plan, review.decided.plan])
    write_answer(review.now.tables, output / "now")
    written = write_answer(tables, output)
    pages = write_pages(REVIEW, "review", [review.now.plan, review.decided.plan], scenario, year, output)
    print(*forms, *pages, sep="\n")
    return written


def limits_of(arguments: argparse.Namespace) -> Limits:
    """What a notebook may take, as the options say."""
    from trainplan.run.workers import Limits, usual_memory

    return Limits(arguments.timeout, arguments.memory or usual_memory())


def run_notebooks(arguments: argparse.Namespace) -> int:
    """`run`: notebooks and reports. The numbers are small: threads of the linear algebra would only get in the way."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    prepare_to_draw()
    from trainplan.run.run import Request, run

    request = Request(
        plan=arguments.plan or DEFAULT_PLAN,
        scenarios=tuple(arguments.scenario),
        notebooks=tuple(arguments.notebook),
        language=arguments.language,
        output=arguments.output,
        workers=arguments.workers,
        as_of=arguments.as_of,
        excel=arguments.excel,
        limits=limits_of(arguments),
        engine=arguments.engine,
    )
    return run(request)


def run_many(arguments: argparse.Namespace) -> int:
    """`batch`: many plans in many scenarios and changes, for their tables or with notebooks."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    prepare_to_draw()
    from trainplan.run.batch import BatchRequest, run_batch

    request = BatchRequest(
        file=arguments.file,
        only_failed=arguments.only_failed,
        dry_run=arguments.dry_run,
        output=arguments.output,
        workers=arguments.workers,
        limits=limits_of(arguments),
        scheduler=arguments.scheduler,
        engine=arguments.engine,
    )
    return run_batch(request)


def make_plan(arguments: argparse.Namespace) -> int:
    """`new`: a plan from nothing or like another one; what is not given is asked for in a terminal."""
    from trainplan.plan.input_book import input_workbook
    from trainplan.plan.new_plan import new_plan
    from trainplan.plan.plan import load_plan
    from trainplan.plan.plan_files import PlanFiles
    from trainplan.plan.plan_like import plan_like
    from trainplan.storage.plans import write_plan

    try:
        answers = answers_for_plan(arguments)
    except EOFError:
        return print_failure(f"\n{both('cli.new_ended')}", WRONG_INPUT)
    if arguments.like:
        files, notes = plan_like(load_plan(arguments.like), answers.years)
    else:
        files, notes = new_plan(answers.years, answers.title, answers.groups, answers.targets), []
    book = input_workbook(PlanFiles(files.tables, {})) if arguments.excel else None
    with interrupts.hold_back():
        paths = write_plan(answers.reference, files, book)
    for note in notes:
        print(f"{both('cli.note')}: {note}", file=sys.stderr)
    print(f"{both('cli.new_made')}:", *(f"  {path}" for path in paths), sep="\n")
    print(f"{both('cli.new_next')}: trainplan check {answers.reference}")
    return DONE


def answers_for_plan(arguments: argparse.Namespace) -> Answers:
    """What a new plan is made of, from the command line and, in a terminal, from answers; PlanError, EOFError."""
    from trainplan.plan.questions import Answers, Interview, ask_for_plan, stated_years
    from trainplan.storage.plans import check_place

    reference = arguments.plan
    if reference is not None:
        check_place(reference)
    first, last = stated_years(arguments.first, arguments.last)
    if reference is not None and first and last:
        return Answers(reference, range(first, last + 1))
    if arguments.like or not sys.stdin.isatty():
        given = {"PLAN": reference, "--first": first, "--last": last}
        missing = [name for name, value in given.items() if value is None]
        raise PlanError([Problem("new", "options_missing", values={"missing": ", ".join(missing)})])
    return ask_for_plan(Interview(input, print), check_place, reference, first, last)


def export_plan(arguments: argparse.Namespace) -> int:
    """`export`: the whole input of a plan as one workbook."""
    from trainplan.plan.input_book import input_workbook
    from trainplan.plan.plan_files import read_plan_files
    from trainplan.storage.files import write_bytes

    if arguments.output.suffix.casefold() != ".xlsx":
        raise PlanError([Problem("--output", "not_an_excel_name", str(arguments.output))])
    write_bytes(arguments.output, input_workbook(read_plan_files(arguments.plan)))
    print(f"{both('cli.exported')}: {arguments.output}")
    return DONE


def import_plan(arguments: argparse.Namespace) -> int:
    """`import`: a new plan from a workbook, once all of it is known to be sound."""
    from trainplan.plan.filled_book import files_of_workbook
    from trainplan.plan.given_files import read_given
    from trainplan.plan.plan_files import files_to_write
    from trainplan.storage.plans import check_place, write_new

    check_place(arguments.plan)
    try:
        data = read_given(arguments.workbook)
    except OSError as error:
        raise PlanError([problem_of_file(str(arguments.workbook), error)]) from None
    files = files_of_workbook(data, arguments.workbook.name)
    contents = {path: text.encode() for path, text in files_to_write(files, arguments.plan).items()}
    with interrupts.hold_back():
        write_new(contents)
    print(f"{both('cli.imported')}: {list(contents)[-1]}")
    return DONE


def open_lab(arguments: argparse.Namespace) -> int:
    """`lab`: JupyterLab on the project's folder, until it is closed; Ctrl+C closes it without a question."""
    from trainplan.desk.server import end_with_the_terminal, lab_command_line
    from trainplan.run.plan_notebooks import notebook_of

    start = notebook_of("00_start.ipynb", arguments.plan).relative_to(PROJECT)
    from jupyterlab.labapp import LabApp

    os.chdir(PROJECT)
    end_with_the_terminal()
    LabApp.launch_instance(lab_command_line(arguments.options, start))
    return DONE


def open_desk(arguments: argparse.Namespace) -> int:
    """`desk`: the planner's desk through Voilà, until it is closed."""
    from trainplan.desk.server import NOTEBOOK, serve_desk
    from trainplan.run.plan_notebooks import notebook_of

    notebook = notebook_of(NOTEBOOK.name, arguments.plan).relative_to(PROJECT)
    serve_desk(arguments.options, notebook=notebook)
    return DONE


def with_store(command: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """The command, with what long computations gave kept among the outputs of the project."""

    @wraps(command)
    def command_with_store(arguments: argparse.Namespace) -> int:
        from trainplan.storage.store import FOLDER, Store, use_store

        with use_store(Store(OUTPUTS / FOLDER)):
            return command(arguments)

    return command_with_store


class Option(NamedTuple):
    """An argument of a command: its name, its help with keys of the catalogs as places, what argparse is told of it."""

    name: str
    help: str
    settings: Mapping[str, Any]


class Command(NamedTuple):
    """What a command calls, and its arguments in the order of its help, which is `cli.<its name>` of the catalogs.

    The name of one of several under one name is `<that name>_<its own>`.
    """

    function: Callable[[argparse.Namespace], int]
    options: Sequence[Option]


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """What reads the value of an option that is a whole number within bounds."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(high)) and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"'{beginning_of(text)}': {both('cli.whole_number', low=low, high=high)}")
        return int(text)

    return read


def given_path(text: str) -> Path:
    """The value of an option that is a path."""
    if not text.strip():
        raise argparse.ArgumentTypeError(both("cli.no_place"))
    return Path(text)


def scenario_option(unless: str, **settings: Any) -> Option:
    """The option `--scenario`; `unless` is its help for where it is not given."""
    return Option("--scenario", f"{{option_scenario}} ({unless})", {"metavar": "S", **settings})


PLAN = Option("plan", "{option_plan}", {"metavar": "PLAN"})
MAYBE_PLAN = Option("plan", "{option_plan}", {"metavar": "PLAN", "nargs": "?"})
SCENARIO = scenario_option("{default}: base", default="base")
SCENARIOS = scenario_option("{default_all}", action="append", default=[])
AS_OF = Option("--as-of", "{option_as_of}", {"metavar": "DATE"})
OUTPUT = Option("--output", "{option_output}", {"metavar": "DIR", "type": given_path, "required": True})
EXCEL = Option("--excel", "{option_results_in_excel}", {"action": "store_true"})
WORKERS = Option("--workers", "{option_workers}", {"metavar": "N", "type": whole_number(1, 1000), "default": 0})
SCHEDULER = Option("--scheduler", "{option_scheduler}", {"metavar": "ADDRESS"})
LIMITS = (
    Option(
        "--timeout",
        "{option_timeout} ({default}: 600)",
        {"metavar": "S", "type": whole_number(1, 10**6), "default": 600},
    ),
    Option("--memory", "{option_memory}", {"metavar": "MB", "type": whole_number(1, 10**9), "default": 0}),
)
ENGINE = Option("--engine", "{option_engine}", {"choices": ("trainplan", "papermill"), "default": "trainplan"})
RUN = (
    MAYBE_PLAN,
    scenario_option("{default_or_all}", action="append", default=[]),
    AS_OF,
    Option("--notebook", "{option_notebook}", {"metavar": "N", "action": "append", "default": []}),
    Option("--language", "{default_both}", {"choices": LANGUAGES}),
    Option("--output", "{default}: outputs/", {"metavar": "DIR", "type": given_path, "default": OUTPUTS}),
    WORKERS,
    *LIMITS,
    ENGINE,
    EXCEL,
)
BATCH = (
    Option("file", "{option_batch}", {"metavar": "FILE", "type": given_path}),
    Option("--only-failed", "{option_only_failed}", {"action": "store_true"}),
    Option("--dry-run", "{option_dry_run}", {"action": "store_true"}),
    Option("--output", "{default}: outputs/FILE", {"metavar": "DIR", "type": given_path}),
    WORKERS,
    SCHEDULER,
    *LIMITS,
    ENGINE,
)
DRAWS = (
    Option("--draws", "{option_draws}", {"metavar": "N", "type": whole_number(1, 2**20), "default": 2**15}),
    Option("--seed", "{option_seed}", {"metavar": "K", "type": whole_number(0, 2**32 - 1), "default": 2415}),
    Option("--loop", "closed: {option_closed}; open: {option_open}", {"choices": ("closed", "open"), "default": ""}),
)
YEAR = Option("--year", "{option_year}", {"metavar": "Y", "type": whole_number(1900, 2200), "required": True})
SOURCE = Option("--source", "{option_source} ({default}: total)", {"metavar": "ID", "default": "total"})
NEW = (
    Option("plan", "{option_new_plan}", {"metavar": "PLAN", "nargs": "?"}),
    Option("--first", "{option_first}", {"metavar": "Y"}),
    Option("--last", "{option_last}", {"metavar": "Y"}),
    Option("--like", "{option_like}", {"metavar": "PLAN"}),
    Option("--excel", "{option_excel}", {"action": "store_true"}),
)
EXPORT = (PLAN, Option("--output", "{option_workbook}", {"metavar": "FILE.xlsx", "type": given_path, "required": True}))
IMPORT = (
    Option("workbook", "{option_workbook}", {"metavar": "FILE.xlsx", "type": given_path}),
    Option("plan", "{option_new_plan}", {"metavar": "PLAN"}),
)
FURTHER = {"nargs": argparse.REMAINDER, "metavar": "[PLAN] …"}  # then what the program that is started understands
REPORT = Option("--report", "{option_report}", {"action": "store_true"})
YEAR_OF_FORMS = Option(
    "--year", "{option_year} ({default}: {option_year_of_forms})", {**YEAR.settings, "required": False}
)
RETURNED = Option("forms", "{option_returned}", {"metavar": "DIR", "type": given_path})
KNOWN = Option("--as-of", "{option_known}", {"metavar": "DATE", "required": True})
SURVEY = {
    "forms": Command(with_store(make_survey_forms), (PLAN, AS_OF, YEAR, REPORT, OUTPUT)),
    "collect": Command(with_store(collect_survey_forms), (PLAN, RETURNED, YEAR_OF_FORMS, REPORT, KNOWN, OUTPUT)),
}
COMMANDS: dict[str, Command | dict[str, Command]] = {
    "check": Command(check_plan, (PLAN, SCENARIOS, AS_OF)),
    "tables": Command(with_store(write_scenario), (PLAN, SCENARIO, AS_OF, OUTPUT, EXCEL)),
    "run": Command(run_notebooks, RUN),
    "batch": Command(run_many, BATCH),
    "compare": Command(with_store(compare_scenarios), (PLAN, SCENARIOS, AS_OF, OUTPUT)),
    "uncertainty": Command(with_store(draw_ranges), (PLAN, SCENARIO, AS_OF, *DRAWS, SCHEDULER, OUTPUT)),
    "goal": Command(with_store(seek_goal), (PLAN, SCENARIO, AS_OF, SOURCE, OUTPUT)),
    "yearplan": Command(with_store(plan_year), (PLAN, SCENARIO, AS_OF, YEAR, OUTPUT)),
    "review": Command(with_store(review_plan), (PLAN, SCENARIO, AS_OF, YEAR, OUTPUT)),
    "survey": SURVEY,
    "new": Command(make_plan, NEW),
    "export": Command(export_plan, EXPORT),
    "import": Command(import_plan, IMPORT),
    "lab": Command(open_lab, (Option("options", "{option_lab}", FURTHER),)),
    "desk": Command(open_desk, (Option("options", "{option_desk}", FURTHER),)),
}
EXIT_STATUS = "{exit_status}: 0 {exit_done}; 1 {exit_failed}; 2 {exit_wrong_input}."


class Texts(dict[str, str]):
    """`cli.<key>` of the catalogs in both languages, for the places of a text."""

    def __missing__(self, key: str) -> str:
        return both(f"cli.{key}")


class Once(argparse.Action):
    """An option that holds one value: given twice, the first would be without effect."""

    def __call__(self, _: Any, namespace: argparse.Namespace, values: Any, option_string: str | None = None) -> None:
        seen: set[str] = vars(namespace).setdefault("seen", set())
        if option_string and self.dest in seen:
            raise argparse.ArgumentError(self, both("cli.once"))
        seen.add(self.dest)
        setattr(namespace, self.dest, values)


def add_commands(
    parser: argparse.ArgumentParser, commands: Mapping[str, Command | dict[str, Command]], before: str, texts: Texts
) -> None:
    """Gives a parser its commands; `before` is what their names in the catalogs begin with."""
    metavar = "/".join(say("cli.command", language) for language in LANGUAGES)
    parsers = parser.add_subparsers(metavar=metavar, required=True)
    for name, command in commands.items():
        about = texts[before + name]
        one = parsers.add_parser(name, help=about, description=about)
        if isinstance(command, dict):
            add_commands(one, command, f"{name}_", texts)
            continue
        one.register("action", None, Once)
        one.set_defaults(command=command.function)
        for option in command.options:
            one.add_argument(option.name, help=option.help.format_map(texts), **option.settings)


def build_parser() -> argparse.ArgumentParser:
    """The parser of COMMANDS; its `command` is the function to call."""
    texts = Texts()
    top = argparse.ArgumentParser(
        prog="trainplan", description=both("cli.description"), epilog=EXIT_STATUS.format_map(texts)
    )
    top.add_argument("--version", action="version", version=f"trainplan {metadata.version('trainplan')}")
    add_commands(top, COMMANDS, "", texts)
    return top


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """A command line's arguments; what `lab` and `desk` do not know goes on to the program that they start.

    SystemExit after help, a version or what is wrong with the line has been printed.
    """
    top = build_parser()
    words = sys.argv[1:] if argv is None else argv
    odd = [word for word in words if word.encode("utf-8", "replace").decode() != word]
    if odd:
        top.error(f"{both('cli.no_letters')}: {odd[0]!a}")
    arguments, unknown = top.parse_known_args(words)
    if hasattr(arguments, "options"):
        arguments.plan, arguments.options = split_plan([*unknown, *arguments.options])
        unknown = stray_words(arguments.options)
    if unknown:
        top.error(f"{both('cli.unrecognized')}: {' '.join(unknown)}")
    return arguments


def split_plan(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """The plan, which stands before every option, and the options; None where no plan is named."""
    named = bool(words) and not words[0].startswith("-")
    return (words[0] if named else None), list(words[named:])


def stray_words(options: Sequence[str]) -> list[str]:
    """Words that are neither an option nor the value of the one before: nobody would read them."""
    return [
        word
        for before, word in zip(["=", *options], options, strict=False)
        if not word.startswith("-") and (not before.startswith("-") or "=" in before)
    ]
