"""Colors that the color-blind and a grey printer tell apart, with hatches and marks, for whatever is drawn."""

INK, FAINT, PAPER = "#222222", "#8a8a8a", "#ffffff"
BLUE, ORANGE, GREEN, SKY, YELLOW, RED, PURPLE = (
    "#0072b2", "#e69f00", "#009e73", "#56b4e9", "#f0e442", "#d55e00", "#cc79a7",
)  # fmt: skip
SEQUENCE = [BLUE, ORANGE, GREEN, SKY, RED, PURPLE, YELLOW]
HATCHES = ["", "///", "...", "\\\\\\", "xxx", "++", "oo"]
VERDICT_MARKS = {"met": "●", "nearly": "◐", "missed": "○"}
