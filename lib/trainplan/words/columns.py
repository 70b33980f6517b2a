"""What tables, columns and choices of a plan are called on screen, in Vietnamese and English."""

from __future__ import annotations

from trainplan.words.texts import LANGUAGES

NAMES: dict[str, tuple[str, str]] = {
    # tables
    "groups": ("Nhóm đối tượng", "Groups"),
    "turnover": ("Biến động năm", "Turnover of a year"),
    "objectives": ("Chỉ tiêu", "Targets"),
    "programs": ("Chương trình", "Programs"),
    "routes": ("Chương trình cho chỉ tiêu", "Programs of a target"),
    "pipeline": ("Đang học đầu kỳ", "Studying at the baseline"),
    "sources": ("Nguồn kinh phí", "Sources"),
    "funding": ("Tỷ lệ chi trả", "Who pays"),
    "ceilings": ("Trần kinh phí", "Ceilings"),
    "prices": ("Giá", "Prices"),
    "units": ("Đơn vị", "Units"),
    "unit_headcounts": ("Số người theo đơn vị", "People by unit"),
    "unit_baselines": ("Mức xuất phát theo đơn vị", "Baselines by unit"),
    "history": ("Giai đoạn trước", "The period before"),
    "actuals": ("Thực hiện", "What happened"),
    "observations": ("Kết quả đếm lại", "Later counts"),
    # columns
    "headcount": ("số người", "people"),
    "growth": ("tăng mỗi năm", "growth a year"),
    "leave_rate": ("tỷ lệ rời đi", "leave rate"),
    "appointment_rate": ("tỷ lệ bổ nhiệm", "appointment rate"),
    "baseline": ("mức xuất phát", "baseline"),
    "target_low": ("mục tiêu (cận dưới)", "target (low)"),
    "target_high": ("mục tiêu (cận trên)", "target (high)"),
    "due": ("hạn", "due"),
    "entry_share": ("người mới đã đạt chuẩn", "newcomers who have it"),
    "lapse_rate": ("tỷ lệ mất chuẩn", "lapse rate"),
    "priority": ("thứ tự ưu tiên", "priority"),
    "weight": ("trọng số", "weight"),
    "years": ("số năm học", "years"),
    "completion_rate": ("tỷ lệ hoàn thành", "completion rate"),
    "class_size": ("số người một lớp", "class size"),
    "capacity": ("chỗ học một năm", "places a year"),
    "cost_per_learner_year": ("chi một học viên (đồng)", "cost a learner (VND)"),
    "cost_per_class_year": ("chi một lớp (đồng)", "cost a class (VND)"),
    "price_index": ("chỉ số giá", "price index"),
    "share": ("tỷ lệ", "share"),
    "learners": ("học viên", "learners"),
    "ceiling_vnd": ("trần (đồng)", "ceiling (VND)"),
    "value": ("giá trị", "value"),
    # kinds of prices
    "cpi": ("chỉ số giá tiêu dùng", "consumer prices"),
    "base_salary": ("lương cơ sở", "base salary"),
    "usd": ("tỷ giá USD", "price of the dollar"),
    # choices of the plan
    "ambition": ("Mức phấn đấu", "Ambition"),
    "pacing": ("Nhịp độ", "Pacing"),
    "allocation": ("Cách phân bổ kinh phí", "Allocation of money"),
    "price_base_year": ("Năm gốc của giá", "Base year of prices"),
    "language": ("Ngôn ngữ", "Language"),
    "first": ("Năm đầu", "First year"),
    "last": ("Năm cuối", "Last year"),
}


def name_of(key: str, language: str) -> str:
    """The name of a table, a column or a choice; the key itself where it has none."""
    pair = NAMES.get(key)
    return pair[LANGUAGES.index(language)] if pair else key
