"""What is said of a mistake, in Vietnamese, by the English sentence that it stands beside; `{}` is whatever stands there."""

from __future__ import annotations

import re
from functools import cache

SENTENCES = {
    # numbers and cells
    "a number is expected, such as 1250 or 0.35.": "cần một số, ví dụ 1250 hoặc 0.35.",
    "write the number without thousands separators, such as 1250000.": "viết số không có dấu phân cách hàng nghìn, ví dụ "
    "1250000.",
    "write the decimal mark as a point, and no thousands separators, such as 0.35.": "dùng dấu chấm thập phân, không dùng "
    "dấu phân cách hàng nghìn, ví dụ 0.35.",
    "this can be read in two ways; write {} or {}.": "có thể hiểu theo hai cách; hãy viết {} hoặc {}.",
    "a finite number is expected; leave the cell empty where nothing is known.": "cần một số hữu hạn; chưa biết thì để trống.",
    "a finite number is expected.": "cần một số hữu hạn.",
    "a whole number is expected.": "cần một số nguyên.",
    "a number of at least {} is expected.": "cần một số không nhỏ hơn {}.",
    "a number above {} is expected.": "cần một số lớn hơn {}.",
    "a number of at most {} is expected (a share is 0 to 1).": "cần một số không lớn hơn {} (tỷ lệ từ 0 đến 1).",
    "a number of at most {} is expected.": "cần một số không lớn hơn {}.",
    "a year such as 2015, or a year and month such as 2012-06, is expected.": "cần một năm như 2015, hoặc năm và tháng như "
    "2012-06.",
    "linear, front, back, or one share a year (0.2; 0.5; 1) is expected.": "cần linear, front, back, hoặc mỗi năm một tỷ lệ "
    "(0.2; 0.5; 1).",
    "the shares of a pacing must rise within 0 and 1.": "các tỷ lệ phải tăng dần trong khoảng 0 đến 1.",
    "a basis begins with clause:, law:, statistic: or assumption:, and says where the number comes from.": "căn cứ bắt đầu "
    "bằng clause:, law:, statistic: hoặc assumption: và nêu số liệu lấy từ đâu.",
    "a value is needed here.": "ô này phải có giá trị.",
    "a name is needed here.": "ô này phải có tên.",
    "an id has no spaces and none of / . * ;": "mã không được có dấu cách và các dấu / . * ;",
    "allowed are {}.": "cho phép: {}.",
    "this key is unknown.": "không có khóa này.",
    # files
    "the file cannot be read ({}).": "không đọc được tệp ({}).",
    'the file is not UTF-8; in Excel, save it as "CSV UTF-8".': "tệp không phải UTF-8; trong Excel hãy lưu dạng “CSV UTF-8”.",
    "the key stands twice; keep one.": "khóa xuất hiện hai lần; chỉ giữ một.",
    "this is not YAML: {}.": "tệp không đúng dạng YAML: {}.",
    "the file must be a map of keys to values (key: value).": "tệp phải gồm các cặp khóa: giá trị.",
    "the data folder does not exist.": "không có thư mục dữ liệu này.",
    "this table is missing; a plan cannot be without it.": "thiếu bảng này; kế hoạch không thể không có.",
    "columns must be separated by commas.": "các cột phải cách nhau bằng dấu phẩy.",
    "this column stands twice; keep one.": "cột xuất hiện hai lần; chỉ giữ một.",
    "this column is missing.": "thiếu cột này.",
    "this column is unknown, and looks like a misspelt one.": "không có cột này; có lẽ viết sai tên.",
    "the row has {} cells where the header has {}; put quotes around text that holds a comma.": "dòng có {} ô trong khi tiêu "
    "đề có {}; đặt trong ngoặc kép những chữ có dấu phẩy.",
    # between rows
    "it stands {} times; once is allowed.": "xuất hiện {} lần; chỉ được một lần.",
    "'total' names all sources together; choose another id.": "'total' chỉ chung mọi nguồn; hãy chọn mã khác.",
    "there is no such row in '{}'.": "không có dòng này trong '{}'.",
    "there is no such row in 'sources' (or 'total').": "không có dòng này trong 'sources' (hoặc 'total').",
    "last must not be before first.": "last không được trước first.",
    "due must lie within the plan's years, {} to {}.": "hạn phải nằm trong kỳ kế hoạch, {} đến {}.",
    "the year must lie within {} to {}.": "năm phải nằm trong {} đến {}.",
    "part_of leads back to itself: {}.": "part_of quay vòng về chính nó: {}.",
    "for kind {} this is a share, 0 to 1.": "với loại {} đây là tỷ lệ, từ 0 đến 1.",
    "a count starts from nothing; its baseline is 0.": "chỉ tiêu loại count bắt đầu từ không; baseline là 0.",
    "target_high must not be below target_low.": "target_high không được nhỏ hơn target_low.",
    "the appointment objective '{}' needs the group's appointment_rate.": "chỉ tiêu loại appointment '{}' cần appointment_rate "
    "của nhóm.",
    "part_of joins a count to another count of the same group.": "part_of chỉ nối hai chỉ tiêu loại count của cùng một nhóm.",
    "the objective has no route: name a program that serves it.": "chỉ tiêu chưa có dòng nào trong routes: hãy nêu chương trình.",
    "the shares of '{}' add up to {}; they must add up to 1.": "các tỷ lệ của '{}' cộng lại là {}; phải bằng 1.",
    "several routes to one objective must take equally many years.": "các chương trình của một chỉ tiêu phải dài như nhau.",
    "a course for an {} objective lasts one year; '{}' lasts {}.": "khóa học cho chỉ tiêu loại {} phải dài một năm; '{}' dài {}.",
    "a pipeline begins before {} and ends in it or later; '{}' lasts {}.": "lớp đang học phải bắt đầu trước {} và kết thúc từ "
    "năm đó trở đi; '{}' dài {}.",
    "the shares of a program must add up to 1; they add up to {}.": "các tỷ lệ của một chương trình phải cộng lại bằng 1; ở "
    "đây là {}.",
    "a program without a class_size has no classes and no cost per class.": "chương trình không có class_size thì không có chi "
    "phí theo lớp.",
    "there is no such index in 'prices'.": "không có chỉ số này trong 'prices'.",
    "the index needs a price for price_base_year and each year of the plan; missing: {}.": "chỉ số phải có giá của "
    "price_base_year và mọi năm của kế hoạch; thiếu: {}.",
    "a list of shares needs one for each of the {} years.": "danh sách phải có đủ {} năm, mỗi năm một tỷ lệ.",
    "the units have {} people, the group {}.": "các đơn vị có {} người, trong khi nhóm có {}.",
    # scenarios and changes
    "an address is table.row.column, or a choice of the plan ({}).": "địa chỉ có dạng bảng.dòng.cột, hoặc là một lựa chọn của "
    "kế hoạch ({}).",
    "there is no table '{}'.": "không có bảng '{}'.",
    "this plan has no table '{}'.": "kế hoạch này không có bảng '{}'.",
    "'{}' has no column '{}' that can be changed.": "bảng '{}' không có cột '{}' có thể thay đổi.",
    "'{}' has no row '{}' (rows are named by {}).": "bảng '{}' không có dòng '{}' (dòng được gọi theo {}).",
    "'{}' is unknown here; value, scale, add and reason are allowed.": "không có '{}' ở đây; cho phép value, scale, add và "
    "reason.",
    "exactly one of value, scale or add is expected.": "cần đúng một trong value, scale, add.",
    "a new value is expected.": "cần một giá trị mới.",
    "'{}' needs a number to start from, and the cell is empty; give a value.": "'{}' cần một số ban đầu mà ô đang trống; hãy "
    "cho giá trị.",
    "a scenario holds title, reason and set.": "kịch bản gồm title, reason và set.",
    "a scenario needs a title.": "kịch bản phải có title.",
    "set is a map of addresses to changes.": "set gồm các cặp địa chỉ: thay đổi.",
    # ranges
    "uncertain is a list of ranges.": "uncertain là một danh sách các khoảng.",
    "the plan has no ranges to draw from.": "kế hoạch chưa nêu khoảng nào để rút số.",
    "a range can be given to {}.": "chỉ cho được khoảng với {}.",
    "a {} distribution has {}.": "phân bố {} gồm {}.",
    "{} ≤ {} is expected.": "cần {} ≤ {}.",
    "the range leads to {}; this number lies within {} and {}.": "khoảng này dẫn đến {}; số này nằm trong {} đến {}.",
    "text is expected here, in Vietnamese and English where it is for reading ({}).": "cần chữ ở đây, chữ để đọc thì có cả "
    "tiếng Việt và tiếng Anh ({}).",
    # levers
    "a list of levers is expected, each with an id.": "cần danh sách các thanh điều chỉnh, mỗi mục có id.",
    "two levers have this id; rename one.": "hai thanh điều chỉnh trùng id; hãy đổi một id.",
    "a lever has either options or low, high and step.": "mỗi thanh điều chỉnh có options, hoặc có đủ low, high và step.",
    "low must be below high.": "low phải nhỏ hơn high.",
    "the step must not be longer than the range.": "step không được dài hơn khoảng từ low đến high.",
    "a label is needed in vi and in en.": "label phải có cả vi và en.",
    "a lever that is a choice needs two options or more.": "thanh điều chỉnh dạng lựa chọn phải có từ hai options trở lên.",
    "the cell is empty; a lever needs a number to start from.": "ô đang trống; thanh điều chỉnh phải xuất phát từ một số.",
    "a lever with a range needs a number to start from.": "thanh điều chỉnh có khoảng giá trị phải xuất phát từ một số.",
    "the cells of a lever that sets a value must hold the same number; use scale or add.": "các ô của thanh điều chỉnh dạng "
    "value phải chứa cùng một số; hãy dùng scale hoặc add.",
    "the plan's own value must lie within low and high.": "giá trị của kế hoạch phải nằm trong khoảng low đến high.",
    "this is not what a lever has here.": "mục này của thanh điều chỉnh viết chưa đúng.",
    # names and parameters
    "there is no such plan; params/ holds: {}.": "không có kế hoạch này; trong params/ có: {}.",
    "there is no such scenario; this plan has: {}.": "không có kịch bản này; kế hoạch có: {}.",
    "there is no such notebook; there are {}.": "không có sổ tính này; có: {}.",
    "there is no such parameter; allowed are {}.": "không có tham số này; cho phép: {}.",
    "two scenarios have this name; rename one of the files.": "hai kịch bản trùng tên; hãy đổi tên một tệp.",
    "this notebook has {}.": "sổ tính này có: {}.",
    "this parameter is missing.": "thiếu tham số này.",
    "allowed is a path, or the name of a folder in params/.": "cho phép: đường dẫn, hoặc tên một thư mục trong params/.",
    "allowed is the name of a scenario, or a path.": "cho phép: tên kịch bản, hoặc đường dẫn.",
    "allowed is a map of addresses to changes, such as {}.": "cho phép: các cặp địa chỉ: thay đổi, ví dụ {}.",
    "allowed is vi or en.": "cho phép: vi hoặc en.",
    "allowed is a folder, or None.": "cho phép: một thư mục, hoặc None.",
    "allowed is a list of scenarios; an empty one means all.": "cho phép: danh sách kịch bản; để trống là tất cả.",
    "allowed is the id of a group, or None.": "cho phép: mã một nhóm, hoặc None.",
    "allowed is {}.": "cho phép: {}.",
    "groups: {}.": "các nhóm: {}.",
}


def vietnamese(sentence: str) -> str:
    """The Vietnamese of a sentence about a mistake; empty where there is none."""
    for pattern, words in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            return words.format(*found.groups())
    return ""


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile("(.+?)".join(map(re.escape, english.split("{}")))), words) for english, words in SENTENCES.items()
    ]
