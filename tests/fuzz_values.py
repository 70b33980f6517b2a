"""What a cell, an option or a key of a file may hold that nobody had in mind."""

from __future__ import annotations

import unicodedata
from random import Random

NUMBERS = (
    *("NaN", "nan", "inf", "-inf", "1e308", "-1e308", "1e-320", "1e400", "-1", "-0.0", "0", "1", "1e19", "1e3"),
    *("9" * 20, "9" * 400, "9" * 5000, "0.999999999999999999", "0x10", "1_000", "١٢٣", "1,5", "1.000.000", "50%", "½"),
)
DATES = (
    "2011-02-30",
    "2011-13",
    "2011-12-30",
    "0000",
    "99999",
    "10000-01-01",
    "2022-06-31T25:00",
    "30/12/2011",
    "-1-1",
)
FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "@SUM(A1)",
    "+1",
    "-a",
    "\t=1",
    "\r=1",
    "'1",
    '=HYPERLINK("http://x.invalid")',
)
LETTERS = (
    *(
        "a\u200bb",
        "\u202eabc",
        "\u043efficials",
        "\ufeff",
        "\x1b[31m",
        "\x00",
        "\x07",
        "🚀👩‍👩‍👧",
        "\ud7ff",
        "\uffff",
        "a" * 10_000,
    ),
    *(
        unicodedata.normalize("NFD", "Đỗ Thị Kiều Tiên"),
        "Ð",
        "ơ̛",
        "Z" + "\u0301" * 500,
        "\u2028",
        "ﬁ",
        "ＡＢＣ",
        "\u00a0",
        "−1",
    ),
)
PLACES = (
    *("..", "../../../etc/passwd", "/dev/zero", "/dev/stdin", "/proc/self/mem", "file:///etc/passwd", "C:\\x", "CON"),
    *("http://x.invalid/a.csv", "\\\\x.invalid\\share\\a.csv", "data:text/csv,a", "a/b", ".", "~", "$HOME", "a" * 300),
)
CODE = (
    *(
        "<script>alert(1)</script>",
        "{x}",
        "{0.__class__}",
        "{{7*7}}",
        "{% x %}",
        "%s%n",
        "${jndi:x}",
        "[[x]]",
        "x=1;import os",
    ),
    *(
        "True",
        "null",
        "~",
        "*",
        "total",
        "base",
        "all",
        "none",
        "NaT",
        "<NA>",
        '"',
        "'",
        ";",
        ",",
        "\n",
        "\r\n",
        "|",
        "#",
        "&x",
        "*x",
    ),
    *("!!python/object/apply:os.system ['true']", '!!int "x"', "- -", "? x", "%TAG ! x", "---", "...", "@", "`", ""),
)
NASTY = (*NUMBERS, *DATES, *FORMULAS, *LETTERS, *PLACES, *CODE)
FACTORS = (0, 1e-9, 0.1, 0.5, 0.99, 1.01, 2, 10, 1000, 1e6, 1e12, -1)
STEPS = (-1, 1, -0.5, 0.5, 100, 1e-9)


def number_of(text: str) -> float | None:
    """The number that a cell is; None where it is none."""
    try:
        return float(text)
    except ValueError:
        return None


def nasty(rng: Random) -> str:
    """Anything."""
    return rng.choice(rng.choice((NUMBERS, DATES, FORMULAS, LETTERS, PLACES, CODE)))


def changed(text: str, rng: Random) -> str:
    """Another cell in place of one: mostly one that a person might type: the plan is often still sound."""
    number = number_of(text)
    if number is None or rng.random() < 0.15:
        return nasty(rng)
    if rng.random() < 0.5:
        return f"{number * rng.choice(FACTORS):g}"
    return f"{number + rng.choice(STEPS):.12g}"
