"""What the desk says, in Vietnamese and English, by key."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # groups of levers
    "group_money": ("Kinh phí", "Money"),
    "group_rule": ("Cách làm", "Rules"),
    "group_targets": ("Chỉ tiêu", "Targets"),
    "group_people": ("Con người", "People"),
    "group_courses": ("Chương trình học", "Courses"),
    # units
    "unit_bn": ("tỷ đồng", "bn VND"),
    "unit_share": ("%", "%"),
    "unit_people": ("người", "people"),
    "unit_year": ("năm", "year"),
    "unit_times": ("lần", "times"),
    "unit_choice": ("", ""),
    # parts of the desk
    "no_levers": (
        "Tệp plan.yaml chưa khai báo thanh điều chỉnh nào (mục levers).",
        "The plan file names no levers yet (section levers of plan.yaml).",
    ),
    "changes": ("Các thay đổi so với kế hoạch gốc", "Changes from the plan itself"),
    "no_changes": ("Chưa thay đổi gì: đây là kế hoạch gốc.", "Nothing is changed: this is the plan itself."),
    "save_head": ("Lưu, báo cáo và xuất Excel", "Save, reports and Excel"),
    "coverage_head": ("Từng chỉ tiêu so với lộ trình", "Every target against its path"),
    "cost_head": ("Chi theo nguồn so với trần (tỷ đồng)", "Cost by source against the ceilings (bn VND)"),
    "missing_head": ("Số người còn thiếu so với mục tiêu", "People missing from the target"),
    "verdicts_head": ("Kết luận khi đến hạn", "Verdicts when due"),
    "enrollment_head": ("Học viên có kinh phí từng năm (lượt)", "Funded enrollment by year (turns)"),
    # buttons and fields
    "undo": ("Hoàn tác", "Undo"),
    "redo": ("Làm lại", "Redo"),
    "reset_all": ("Về kế hoạch gốc", "Reset all"),
    "reset_one": ("Bỏ thay đổi này", "Take this change back"),
    "compare_with": ("So với", "Compare with"),
    "scenario": ("Kịch bản", "Scenario"),
    "load": ("Mở", "Load"),
    "plan_itself": ("Kế hoạch gốc", "The plan itself"),
    "reason": ("Lý do", "Reason"),
    "reason_hint": ("vì sao thay đổi?", "why this change?"),
    "name_vi": ("Tên kịch bản (tiếng Việt)", "Name in Vietnamese"),
    "name_en": ("Tên kịch bản (tiếng Anh)", "Name in English"),
    "why": ("Lý do chung", "Why this scenario"),
    "save": ("Lưu thành kịch bản", "Save as scenario"),
    "overwrite": ("Ghi đè “{name}”", "Replace “{name}”"),
    "unsaved": ("Trạng thái trên bàn, chưa lưu", "On the desk, unsaved"),
    "reports": ("Làm báo cáo", "Make the reports"),
    "excel": ("Ghi tệp Excel", "Write the Excel file"),
    "language": ("Ngôn ngữ / Language", "Ngôn ngữ / Language"),
    "open_draft": ("Mở lại bản nháp", "Open the draft again"),
    "drop_draft": ("Bỏ bản nháp", "Discard the draft"),
    # messages
    "draft_found": (
        "Lần trước còn {count} thay đổi chưa lưu. Mở lại hay bỏ?",
        "Last time {count} changes were left unsaved. Open them again, or discard them?",
    ),
    "not_in_range": (
        "{label}: “{text}” không dùng được; cần một số từ {low} đến {high} {unit}. Bàn giữ giá trị trước đó.",
        "{label}: “{text}” cannot be used; a number from {low} to {high} {unit} is expected. The value before stays.",
    ),
    "stale": (
        "Kết quả bên dưới vẫn là của lần tính trước; các thay đổi vẫn được giữ.",
        "The answer below is still the one before; your changes are kept.",
    ),
    "loaded": ("Đã mở “{name}”.", "“{name}” is loaded."),
    "saved": (
        "Đã lưu kịch bản “{name}”; chạy báo cáo bằng lệnh: trainplan run {plan} --scenario {name}",
        "Scenario “{name}” is saved; make its reports with: trainplan run {plan} --scenario {name}",
    ),
    "name_needed": ("Hãy đặt tên kịch bản trước khi lưu.", "Give the scenario a name before saving it."),
    "nothing_to_save": ("Chưa có thay đổi nào để lưu.", "There is no change to save yet."),
    "exists": (
        "Đã có kịch bản “{name}”. Đổi tên, hoặc bấm nút ghi đè để thay bằng bản mới.",
        "There is a scenario “{name}” already. Choose another name, or press the button that replaces it.",
    ),
    "not_kept": ("Chưa lưu: {why}", "Not saved: {why}"),
    "draft_unsaved": (
        "Không ghi được bản nháp, nếu tắt sổ tính các thay đổi sẽ mất: {why}",
        "The draft could not be written; the changes would be lost with this session: {why}",
    ),
    "running": ("Đang làm báo cáo…", "The reports are being made…"),
    "reports_done": ("Báo cáo đã xong:", "The reports are done:"),
    "reports_failed": ("Không làm được báo cáo: {why}", "The reports could not be made: {why}"),
    "excel_done": ("Đã ghi tệp Excel:", "The Excel file is written:"),
    "unexpected": (
        "Lỗi ngoài dự kiến, các thay đổi vẫn được giữ: {why}",
        "An unexpected error; your changes are kept: {why}",
    ),
    # the headline
    "met_when_due": ("chỉ tiêu đạt khi đến hạn", "targets met when due"),
    "of": ("{met} trong {count}", "{met} of {count}"),
    "spent": ("có nguồn cả kỳ", "funded over the plan"),
    "short": ("còn thiếu", "short"),
    "widest": ("thiếu nhiều nhất", "largest gap"),
    "was": ("trước: {old}", "was {old}"),
    "ghost": ("đang so sánh: {name}", "compared with: {name}"),
    # figures
    "path": ("lộ trình", "path"),
    "deliverable": ("đủ chỗ học", "within places"),
    "affordable": ("đủ kinh phí", "affordable"),
    "compared": ("bản so sánh", "compared"),
    "ceiling": ("trần tổng", "ceiling on the total"),
    "unfunded": ("thiếu kinh phí", "lacks the money"),
    "no_gap": ("không thiếu ai", "nobody is missing"),
    "coverage_alt": (
        "{name}: {now} khi đến hạn {due}, mục tiêu {target}, {verdict}.",
        "{name}: {now} when due in {due}, target {target}, {verdict}.",
    ),
    "cost_alt": (
        "Chi theo nguồn từng năm: {parts}.",
        "Cost by source and year: {parts}.",
    ),
    "static": (
        "Mở sổ tính này trong JupyterLab (trainplan lab) để dùng bàn lập kế hoạch; trang này chỉ cho thấy trạng thái.",
        "Open this notebook in JupyterLab (trainplan lab) to use the desk; this page only shows its state.",
    ),
}


def word(key: str, language: str, **values: object) -> str:
    """The words for a key, with what stands in them; the key itself where there are none."""
    pair = WORDS.get(key)
    text = pair[0 if language == "vi" else 1] if pair else key
    return text.format(**values) if values else text
