"""Words on screen in Vietnamese and English, by key."""

from __future__ import annotations

LANGUAGES = ("vi", "en")

TEXTS: dict[str, tuple[str, str]] = {
    # verdicts and what binds
    "met": ("đạt", "met"),
    "nearly": ("gần đạt", "nearly met"),
    "missed": ("không đạt", "missed"),
    "on_track": ("đúng tiến độ", "on track"),
    "behind": ("chậm tiến độ", "behind"),
    "money": ("kinh phí", "money"),
    "capacity": ("chỗ học", "places"),
    "completion": ("tỷ lệ hoàn thành", "completion"),
    "time": ("thời gian", "time"),
    # kinds of numbers
    "clause": ("Quyết định", "decision"),
    "law": ("pháp luật", "law"),
    "statistic": ("thống kê", "statistic"),
    "assumption": ("giả định", "assumption"),
    # funding rules
    "all": ("không giới hạn", "everything deliverable"),
    "proportional": ("cắt giảm đều", "all cut alike"),
    "priority": ("theo ưu tiên", "by priority"),
    # columns
    "year": ("Năm", "Year"),
    "group": ("Nhóm đối tượng", "Group"),
    "objective": ("Chỉ tiêu", "Target"),
    "program": ("Chương trình", "Program"),
    "source": ("Nguồn kinh phí", "Source"),
    "scenario": ("Kịch bản", "Scenario"),
    "headcount": ("Số người", "People"),
    "joiners": ("Vào mới", "Joining"),
    "leavers": ("Rời đi", "Leaving"),
    "leave_rate": ("Tỷ lệ rời đi", "Leave rate"),
    "part_of": ("Thuộc nhóm", "Part of"),
    "baseline": ("Xuất phát", "Baseline"),
    "target": ("Mục tiêu", "Target level"),
    "due": ("Hạn", "Due"),
    "reached": ("Đạt được", "Reached"),
    "coverage": ("Tỷ lệ đạt", "Coverage"),
    "gap": ("Còn thiếu (người)", "Missing (people)"),
    "verdict": ("Kết luận", "Verdict"),
    "binds": ("Vướng ở", "Held back by"),
    "best_reachable": ("Cao nhất có thể", "Best reachable"),
    "latest_start": ("Năm khởi động muộn nhất", "Latest start"),
    "needed": ("Nhu cầu", "Needed"),
    "deliverable": ("Đáp ứng được", "Deliverable"),
    "funded": ("Có kinh phí", "Funded"),
    "affordable": ("Đủ kinh phí", "Affordable"),
    "completed": ("Hoàn thành", "Completed"),
    "ceiling": ("Trần kinh phí", "Ceiling"),
    "shortfall": ("Thiếu", "Shortfall"),
    "requirement": ("Nhu cầu kinh phí", "Required"),
    "commitments": ("Chi sau kỳ kế hoạch", "Commitments after the plan"),
    "new_classes": ("Lớp mở mới", "New classes"),
    "new_learners": ("Học viên mới", "New learners"),
    "total": ("Tổng cộng", "Total"),
    "path": ("lộ trình", "path"),
    "statement": ("Ý trong Quyết định", "Statement of the decision"),
    "section": ("Mục", "Section"),
    "where": ("Ở đâu trong kế hoạch", "Where it lives"),
    "why_not": ("Vì sao không tính", "Why it is not computed"),
    "table": ("Bảng", "Table"),
    "row": ("Dòng", "Row"),
    "value": ("Giá trị", "Value"),
    "basis": ("Căn cứ", "Basis"),
    "kind": ("Loại", "Kind"),
    "address": ("Số liệu", "Number"),
    "old": ("Cũ", "Old"),
    "new": ("Mới", "New"),
    "reason": ("Lý do", "Reason"),
    "unit": ("Đơn vị", "Unit"),
    "name": ("Nội dung", "Item"),
    "count": ("Số dòng", "Rows"),
    "unquantified": ("không định lượng", "without a number in the decision"),
    "bn": ("tỷ đồng", "bn VND"),
    "people": ("người", "people"),
    "nominal": ("Danh nghĩa", "Nominal"),
    "real": ("Theo giá {year}", "In prices of {year}"),
    "met_of": ("Chỉ tiêu đạt", "Targets met"),
    "objectives": ("Số chỉ tiêu", "Targets"),
    "turns": ("lượt", "turns"),
    "share": ("tỷ lệ", "share"),
    "VND": ("đồng", "VND"),
    "plan_itself": ("Kế hoạch gốc, không thay đổi gì.", "The plan itself, nothing changed."),
}


def say(key: str, language: str, **values: object) -> str:
    """The words for a key; the key itself where there are none."""
    pair = TEXTS.get(key)
    text = pair[LANGUAGES.index(language)] if pair else key
    return text.format(**values) if values else text
