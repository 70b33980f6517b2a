"""What the options of every choice are called, wherever one is named: desk, pages, Excel and messages."""

from __future__ import annotations

from trainplan.words.texts import LANGUAGES

OPTIONS: dict[str, tuple[str, str]] = {
    # ambition
    "low": ("cận dưới", "low"),
    "mid": ("ở giữa", "middle"),
    "high": ("cận trên", "high"),
    # pacing
    "linear": ("tăng đều", "linear"),
    "front": ("ngay từ đầu", "at once"),
    "back": ("dồn về cuối", "at the end"),
    # allocation
    "all": ("không giới hạn", "everything deliverable"),
    "proportional": ("cắt giảm đều", "all cut alike"),
    "priority": ("theo ưu tiên", "by priority"),
    "optimal": ("tối ưu", "the best plan for the money"),
    # language
    "vi": ("tiếng Việt", "Vietnamese"),
    "en": ("tiếng Anh", "English"),
    # loop of the draws
    "closed": ("lập lại kế hoạch mỗi năm", "planned again each year"),
    "open": ("giữ kế hoạch đã định", "kept as decided"),
}


def option_name(option: str, language: str) -> str:
    """What an option of a choice is called; one without a name, such as a year, is itself."""
    pair = OPTIONS.get(option)
    return pair[LANGUAGES.index(language)] if pair else option
