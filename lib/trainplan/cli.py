"""The command line. What is heavy is imported by the command that needs it, so that the others start at once."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from trainplan.run import interrupts
from trainplan.text.problems import PlanError

COMMANDS = ("check", "tables", "run", "compare", "uncertainty", "goal", "lab", "desk")
DONE, FAILED, WRONG_INPUT = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command line; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        arguments = parsed(argv)
    except SystemExit as stop:  # argparse: help, version, or a wrong command line
        return stop.code if isinstance(stop.code, int) else DONE
    if arguments.command in (open_lab, open_desk):
        interrupts.raised()
    return answer(lambda: int(arguments.command(arguments)))


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line; what `lab` and `desk` do not know goes on to the program that they start."""
    top = parser()
    arguments, further = top.parse_known_args(argv)
    if further and not hasattr(arguments, "options"):
        top.error(f"unrecognized arguments: {' '.join(further)}")
    if further:
        arguments.options = [*further, *arguments.options]
    return arguments


def answer(command: Callable[[], int]) -> int:
    """The exit status of a command; whatever goes wrong in it is said in words, never as a traceback."""
    try:
        return command()
    except PlanError as error:
        return fail(str(error), WRONG_INPUT)
    except KeyboardInterrupt:
        return fail(interrupts.STOPPED, FAILED)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - what is left in its buffer has no reader
        return FAILED
    except Exception as error:
        if os.environ.get("TRAINPLAN_DEBUG"):
            raise
        return fail(in_words(error), FAILED)


def fail(message: str, status: int) -> int:
    print(message, file=sys.stderr, flush=True)
    return status


def in_words(error: Exception) -> str:
    """One line for what nobody foresaw; files say it themselves."""
    from trainplan.storage.files import OutputError, unwritable

    if isinstance(error, OutputError):
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return str(unwritable(Path(error.filename), error))
    return (
        f"Lỗi ngoài dự kiến / an unexpected error: {type(error).__name__}: {error} "
        "(TRAINPLAN_DEBUG=1: chi tiết / details)"
    )


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(
        prog="trainplan",
        description="Sổ tính kế hoạch đào tạo: nhu cầu học, kinh phí và khoảng cách đến mục tiêu. / "
        "The training-plan workbook: enrollment needs, budgets and the gap to the targets.",
        epilog="Mã kết thúc / exit status: 0 xong / done; 1 có phần thất bại / something failed; "
        "2 dữ liệu vào sai, chưa ghi gì / the input is wrong, nothing was written.",
    )
    top.add_argument("--version", action="version", version=f"trainplan {metadata.version('trainplan')}")
    commands = top.add_subparsers(metavar="LỆNH/COMMAND", required=True)

    def add(name: str, command: Callable[[Any], int], words: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=words, description=words)
        one.register("action", None, _Once)
        one.set_defaults(command=command)
        return one

    check = add("check", check_plan, "kiểm tra kế hoạch, dữ liệu và kịch bản / validate a plan, its data and scenarios")
    _plan(check)
    _scenario(check, "mặc định: tất cả / default: all", several=True)
    tables = add("tables", write_one, "tính một kịch bản, ghi các bảng kết quả / the result tables of one scenario")
    _plan(tables)
    _scenario(tables, "mặc định / default: base")
    _output(tables)
    run = add("run", run_plan, "chạy sổ tính, làm các trang báo cáo / execute the notebooks, make the HTML reports")
    _plan(run, optional=True)
    _scenario(run, "mặc định: base; all = tất cả / default: base; all = every one", several=True)
    run.add_argument("--notebook", action="append", default=[], metavar="N", help="số hay tên / number or name")
    run.add_argument("--language", choices=("vi", "en"), help="mặc định: cả hai / default: both")
    run.add_argument("--output", type=Path, metavar="DIR", help="mặc định / default: outputs/")
    run.add_argument("--workers", type=_positive, default=0, metavar="N", help="số tiến trình / processes at once")
    side = add("compare", compare_scenarios, "so sánh các kịch bản / scenarios side by side, inputs beside results")
    _plan(side)
    _scenario(side, "mặc định: tất cả / default: all", several=True)
    _output(side)
    likely = "xác suất đạt, khoảng và nguồn bất định / probabilities, bands and drivers"
    _uncertainty(add("uncertainty", draw_ranges, likely))
    goal = add("goal", seek_goal, "kinh phí ít nhất mỗi năm để đạt chỉ tiêu / the least yearly money for the targets")
    _plan(goal)
    _scenario(goal, "mặc định / default: base")
    goal.add_argument(
        "--source", default="total", metavar="ID", help="nguồn kinh phí / source (mặc định / default: total)"
    )
    _output(goal)
    lab = add("lab", open_lab, "mở JupyterLab ở sổ tính đầu tiên / JupyterLab on the start notebook")
    lab.add_argument("options", nargs=argparse.REMAINDER, help="tùy chọn của jupyter lab / options of jupyter lab")
    desk = add("desk", open_desk, "mở bàn lập kế hoạch như một ứng dụng / the planner's desk as an application (Voilà)")
    desk.add_argument("options", nargs=argparse.REMAINDER, help="tùy chọn của voila / options of voila")
    return top


def _uncertainty(command: argparse.ArgumentParser) -> None:
    _plan(command)
    _scenario(command, "mặc định / default: base")
    command.add_argument("--draws", type=_positive, default=2**15, metavar="N", help="số lần mô phỏng / draws")
    command.add_argument("--seed", type=int, default=2415, metavar="K", help="hạt giống / seed")
    words = "closed: lập lại kế hoạch mỗi năm / planned again each year; open: giữ kế hoạch đã định / kept as decided"
    command.add_argument("--loop", choices=("closed", "open"), default="", help=words)
    _output(command)


def _plan(command: argparse.ArgumentParser, optional: bool = False) -> None:
    words = "đường dẫn, hoặc tên thư mục trong params/ / a path, or the name of a folder in params/"
    command.add_argument("plan", nargs="?" if optional else None, metavar="PLAN", help=words)


def _scenario(command: argparse.ArgumentParser, words: str, several: bool = False) -> None:
    words = f"kịch bản: tên hay tệp / scenario: name or file ({words})"
    if several:
        command.add_argument("--scenario", action="append", default=[], metavar="S", help=words)
    else:
        command.add_argument("--scenario", default="base", metavar="S", help=words)


def _output(command: argparse.ArgumentParser) -> None:
    command.add_argument("--output", type=Path, required=True, metavar="DIR", help="thư mục kết quả / where to write")


class _Once(argparse.Action):
    """An option that holds one value: given twice, the first would be without effect."""

    def __call__(self, _: Any, namespace: argparse.Namespace, values: Any, option_string: str | None = None) -> None:
        given: set[str] = vars(namespace).setdefault("given", set())
        if option_string and self.dest in given:
            raise argparse.ArgumentError(self, "chỉ được nêu một lần / may be given once only")
        given.add(self.dest)
        setattr(namespace, self.dest, values)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"'{text}': cần số nguyên từ 1 trở lên / a whole number of 1 or more")
    return number


def check_plan(arguments: argparse.Namespace) -> int:
    """`check`: loads the plan in every scenario named, and says what is unusual in it."""
    from trainplan.plan.find import scenarios_named
    from trainplan.plan.plan import load_plans

    plans = load_plans(arguments.plan, scenarios_named(arguments.plan, arguments.scenario or ["all"]))
    for warning in dict.fromkeys(warning for plan in plans for warning in plan.warnings):
        print(f"Lưu ý / note: {warning}", file=sys.stderr)
    first = plans[0]
    print(f"{first.title('vi')} / {first.title('en')} ({first.first}–{first.last})")
    for plan in plans:
        print(f"  {plan.scenario}: hợp lệ / valid ({len(plan.changes)} thay đổi / changes)")
    return DONE


def write_one(arguments: argparse.Namespace) -> int:
    """`tables`: the result tables of one scenario, straight into the folder."""
    from trainplan.plan.plan import load_plan
    from trainplan.results.tables import compute
    from trainplan.storage.tables import write_tables

    paths = write_tables(compute(load_plan(arguments.plan, arguments.scenario)).tables, arguments.output)
    print(f"{len(paths)} bảng / tables: {arguments.output}")
    return DONE


def compare_scenarios(arguments: argparse.Namespace) -> int:
    """`compare`: inputs.csv, results.csv, totals.csv, and in differences.csv why each differs from the first."""
    from trainplan.analysis.attribution import attribute_all
    from trainplan.plan.find import scenarios_named
    from trainplan.plan.plan import load_plans
    from trainplan.results.compare import compare
    from trainplan.results.tables import compute
    from trainplan.storage.tables import write_tables

    plans = load_plans(arguments.plan, scenarios_named(arguments.plan, arguments.scenario or ["all"]))
    comparison = compare([compute(plan) for plan in plans])
    write_tables(
        {**comparison.tables, "differences": attribute_all(plans[0], plans[1:])},
        arguments.output,
    )
    print(f"{len(plans)} kịch bản / scenarios: {arguments.output}")
    return DONE


def seek_goal(arguments: argparse.Namespace) -> int:
    """`goal`: goal.csv, relaxations.csv and values.csv, and the answer in words."""
    from trainplan.analysis.goal_seek import goal_seek, goal_table
    from trainplan.analysis.marginal_values import marginal_values
    from trainplan.analysis.relaxations import relaxations, relaxations_table
    from trainplan.plan.plan import load_plan
    from trainplan.report.sentences import goal_amount
    from trainplan.storage.tables import write_tables

    plan = load_plan(arguments.plan, arguments.scenario)
    print("Đang tìm, mỗi mức một lần chạy thử… / searching, a run for every amount…", file=sys.stderr)
    goal = goal_seek(plan, arguments.source)
    paths = write_tables(
        {
            "goal": goal_table(goal),
            "relaxations": relaxations_table(relaxations(plan)),
            "values": marginal_values(plan),
        },
        arguments.output,
    )
    for language in ("vi", "en"):
        print(*goal_amount(goal, language), sep="\n")
    print(f"{len(paths)} bảng / tables: {arguments.output}")
    return DONE


def draw_ranges(arguments: argparse.Namespace) -> int:
    """`uncertainty`: probabilities.csv, cost_bands.csv, sensitivity.csv and conditions.csv."""
    from trainplan.plan.plan import load_plan
    from trainplan.run.uncertainty_files import write_uncertainty

    plan = load_plan(arguments.plan, arguments.scenario)
    paths = write_uncertainty(plan, arguments.draws, arguments.seed, arguments.loop, arguments.output)
    print(f"{len(paths)} bảng / tables: {arguments.output}")
    return DONE


def run_plan(arguments: argparse.Namespace) -> int:
    """`run`: notebooks and reports. The numbers are small: threads of the linear algebra would only get in the way."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("MPLBACKEND", "agg")
    from trainplan.plan.find import DEFAULT_PLAN
    from trainplan.run.run import OUTPUTS, Request, run

    request = Request(
        plan=arguments.plan or DEFAULT_PLAN,
        scenarios=tuple(arguments.scenario),
        notebooks=tuple(arguments.notebook),
        language=arguments.language,
        output=arguments.output or OUTPUTS,
        workers=arguments.workers,
    )
    return run(request)


def open_lab(arguments: argparse.Namespace) -> int:
    """`lab`: JupyterLab on the project's folder, until it is closed; Ctrl+C closes it without a question."""
    from jupyterlab.labapp import LabApp

    from trainplan.desk.server import end_with_the_terminal
    from trainplan.plan.find import PROJECT

    os.chdir(PROJECT)
    end_with_the_terminal()
    start = str(Path("notebooks", "00_start.ipynb"))
    LabApp.launch_instance([start, "--ServerApp.answer_yes=True", *arguments.options])
    return DONE


def open_desk(arguments: argparse.Namespace) -> int:
    """`desk`: the planner's desk through Voilà, until it is closed."""
    from trainplan.desk.server import serve

    serve(arguments.options)
    return DONE
