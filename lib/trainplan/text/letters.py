"""Letters that deceive: those that cannot be seen, and those that are taken for a letter of the keyboard."""

from __future__ import annotations

import re
import unicodedata

LOOK_ALIKES = {  # of the keyboard's letters: Cyrillic, Greek, rare Latin ones, dashes
    "aeopcyxijshdqw": "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d",
    "ABEKMHOPCTYXIJS": "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405",
    "ABEZHIKMNOPTYX": "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "ovpig": "\u03bf\u03bd\u03c1\u0131\u0261",
    "\u0110\u0111\u0110": "\u00d0\u00f0\u0189",
    "------": "\u2010\u2011\u2012\u2013\u2014\u2212",
}
LOOKS_LIKE = {
    other: letter for letters, others in LOOK_ALIKES.items() for letter, other in zip(letters, others, strict=True)
}
LENGTH = 60  # of a plain name
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = "\u0300\u0309\u0303\u0301\u0323"  # in the order of dictionaries: grave, hook, tilde, acute, dot below
HIDDEN_MARKS = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0f]")  # hidden, yet not of category Cf


def is_hidden(letter: str) -> bool:
    """Whether nothing is seen of a letter: no width, a direction, a control; line ends and tabs are no letters here."""
    category = unicodedata.category(letter)
    return category == "Cf" or (category == "Cc" and letter not in "\t\n\r") or bool(HIDDEN_MARKS.match(letter))


def has_hidden_letters(text: str) -> bool:
    """Whether nothing is seen of any letter; soon known of a text that can be printed, as most cells of a plan."""
    return bool(HIDDEN_MARKS.search(text)) or (not text.isprintable() and any(map(is_hidden, text)))


def keyboard_letter(letter: str) -> str:
    """What a letter is taken for, of the keyboard; nothing for one that is hidden, itself for any other."""
    if letter.isascii() and letter.isprintable():
        return letter
    if is_hidden(letter):
        return ""
    wide = unicodedata.normalize("NFKC", letter)  # full-width forms, unusual spaces, raised digits
    return LOOKS_LIKE.get(letter) or (wide if wide.isascii() and wide.strip("\t\n") else letter)


def as_meant(text: str) -> str:
    """The text with the letters of the keyboard that it is taken for; a word of another script stays as it is."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_word_as_meant(word) for word in re.split(r"(\w+)", text))


def _word_as_meant(word: str) -> str:
    meant = "".join(map(keyboard_letter, word))
    latin = all(not c.isalpha() or unicodedata.name(c, "").startswith("LATIN") for c in meant)
    return meant if latin else word


def deceptive_letters(text: str) -> list[tuple[int, str, str]]:
    """(position from 1, letter, the letter meant or nothing where it is hidden) of all that deceive in a text."""
    found: list[tuple[int, str, str]] = []
    if text.isascii() and text.isprintable():
        return found
    for start, word in [(match.start(), match.group()) for match in re.finditer(r"\w+|\W", text)]:
        if _word_as_meant(word) != word:
            pairs = [(letter, keyboard_letter(letter)) for letter in word]
            found += [(start + i + 1, *pair) for i, pair in enumerate(pairs) if pair[0] != pair[1]]
    return found


def letter_name(letter: str) -> str:
    """A letter by its number and name, such as U+200B ZERO WIDTH SPACE."""
    return f"U+{ord(letter):04X} {unicodedata.name(letter, '')}".strip()


def plain_name(text: str) -> str:
    """A text in ASCII letters, digits and underscores, without accents, as ids and files have it; it may be empty."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D").lower())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", letters.encode("ascii", "ignore").decode()).strip("_")[:LENGTH].strip("_")


def alphabetical_order(text: str) -> tuple[list[tuple[int, str]], list[int]]:
    """What texts are sorted by as in a Vietnamese dictionary: letters first, ă after a and đ after d, then tones."""
    letters, tones = list[str](), list[int]()
    for mark in unicodedata.normalize("NFD", text.casefold()):
        if mark in TONES and tones:
            tones[-1] = 1 + TONES.index(mark)
        else:
            letters.append(mark)
            tones += [] if unicodedata.combining(mark) else [0]
    plain = unicodedata.normalize("NFC", "".join(letters))
    return [(ALPHABET.find(letter), letter) for letter in plain], tones
