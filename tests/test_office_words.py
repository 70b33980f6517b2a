"""The words of an office in what people read: what they stand for is gone from the catalog, the pages and the plan."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from trainplan.plan.find import PROJECT, scenario_names
from trainplan.plan.plan import Plan, load_plan
from trainplan.plan.schema import TABLES
from trainplan.text.catalog import texts

NAME = "an_giang_2011_2015"
RETIRED = {  # what is not said, and what is
    r"[Kk]ế hoạch gốc": "phương án cơ sở",
    r"[Kk]ịch bản": "phương án",
    r"[Ss]ổ tính|\b[Mm]ô hình\b": "bảng tính kế hoạch, báo cáo",
    r"[Bb]àn lập kế hoạch|\b[Tt]rên bàn\b|\bBàn\b": "màn hình lập phương án",
    r"[Cc]ó nguồn\b|[Cc]ó kinh phí|^[Đđ]ủ kinh phí( \(|$)": "kinh phí bố trí được",
    r"[Đđ]áp ứng được": "trong khả năng mở lớp, trong năng lực tiếp nhận",
    r"\b[Tt]rần\b": "hạn mức kinh phí",
    r"cắt giảm đều": "phân bổ theo tỷ lệ",
    r"[Cc]hỗ học|(\d|[Mm]ười) chỗ\b": "năng lực tiếp nhận",
    r"[Vv]ướng ở": "nguyên nhân chưa đạt",
    r"[Rr]ời (đi|vị trí)|[Vv]ào mới": "giảm (nghỉ hưu, thôi việc, chuyển công tác); tăng",
    r"mất chuẩn": "không còn đạt chuẩn do đổi chức danh",
    r"[Xx]uất phát|đầu kỳ": "hiện trạng",
    r"^[Kk]hoảng cách|khoảng cách (đến|còn|từng)": "mức còn thiếu so với chỉ tiêu",
    r"[Kk]hởi động": "triển khai, bắt đầu",
    r"[Nn]hịp": "tiến độ thực hiện",
    r"(?<![Mm]ức )phấn đấu|[Mm]ức phấn đấu: ở giữa": "mức chỉ tiêu",
    r"[Cc]hi sau kỳ": "kinh phí chuyển tiếp",
    r"giá thực tế|[Dd]anh nghĩa": "giá hiện hành; giá so sánh",
    r"biên chế": "số lượng cán bộ, công chức cấp xã",
    r"\b(156|mỗi) xã\b(?!,)|\b11 huyện\b(?!,)|c(án bộ|ông chức) xã\b": "xã, phường, thị trấn; huyện, thị xã, thành phố",
    r"người học tự|cơ quan cử": "as the decision says it",
    r"lo ngại|trung niên": "đánh giá; cơ cấu tuổi",
    r"[Hh]àng năm": "hằng năm",
    r"\d %|\} %|điểm %": "95%, điểm phần trăm",
    r"\d\.\d+ / |CPI": "129,5 / 118,7 (chỉ số giá)",
    r"\((notebook|command)\)|\bobserved\b|thư mục tables|tham số `": "their Vietnamese names",
    r"[Hh]ạt giống|vòng (kín|mở)|Jansen|Shapley|Sobol|phương sai": "số khởi tạo; in a footnote",
    r"[Nn]gười–năm|chậm so với lộ trình": "số lượt người chậm tiến độ (cộng các năm)",
    r"giá trị như trước|Tiền dùng|[Cc]hắc chắn đến đâu|Bắt đầu ở đây": "giá trị thực; cơ cấu chi; mức độ tin cậy",
    r"Không có gì": "không thay đổi",
    r"không có khóa này|hãy cho giá trị": "tên mục không hợp lệ; hãy nhập giá trị",
    r"[Kk]ỳ trước|[Gg]iai đoạn trước": "giai đoạn 2006–2010",
    r"\b(TP|TX) ": "TP., TX.",
}


def hits(said: Iterator[str]) -> list[tuple[str, str]]:
    """The texts in which something retired stands, with what to say."""
    return [(text, better) for text in said for word, better in RETIRED.items() if re.search(word, text)]


def catalog_texts() -> Iterator[str]:
    return (form for forms in texts("vi").values() for form in forms)


def page_texts() -> Iterator[str]:
    """What stands in Vietnamese in notebooks, without its footnotes, and in the readme."""
    for path in sorted((PROJECT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if "lang-vi" in cell["metadata"].get("tags", []):
                yield re.sub("<small>.*?</small>", "", "".join(cell["source"]))
    yield (PROJECT / "README.vi.md").read_text("utf-8")


def plan_texts() -> Iterator[str]:
    """Every Vietnamese text of the plan's data, plan file and scenarios."""
    for scenario in ("base", *scenario_names(load_plan(NAME).path)):
        yield from texts_of_scenario(load_plan(NAME, scenario))


def texts_of_scenario(plan: Plan) -> Iterator[str]:
    """Those of one scenario; quotations of the decision left out."""
    yield from (plan.scenario_title("vi"), plan.scenario_reason("vi"), *(change.reason for change in plan.applied))
    yield from (text for one in plan.ranges for text in (one.name.vi, one.reason.vi))
    yield from (lever.label["vi"] for lever in plan.levers)
    for table in TABLES:
        frame = plan.frame(table)
        for column in frame.columns:
            if column.endswith("_vi") and column != "quote_vi":
                yield from (re.sub("“.*?”", "", str(text)) for text in frame[column])


@pytest.mark.parametrize("said", [catalog_texts, page_texts, plan_texts], ids=lambda said: said.__name__)
def test_an_office_does_not_say_it(said: object) -> None:
    assert hits(said()) == []  # type: ignore[operator]


def test_what_is_retired_would_be_found() -> None:
    old = ["Kế hoạch gốc", "Trần kinh phí", "Rời đi", "giai đoạn trước", "95 %", "Khoảng cách đến mục tiêu", "hàng năm"]
    assert [text for text, _ in hits(iter(old))] == old
    good = ["trong khoảng 90%", "cả bàn bạc", "Mức phấn đấu", "hằng năm", "giai đoạn liền trước", "tham số", "khoảng"]
    assert hits(iter(good)) == []
