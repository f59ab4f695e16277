"""What to do about a reject: one sentence in the user's language."""

from __future__ import annotations

from bihuan.exchange import cells
from bihuan.kernel.ledger import Column, Ledger

SENTENCES: dict[str, tuple[str, str]] = {
    cells.BAD_IDENTITY: (
        "“{heading}”的身份证号校验不通过：请对照证件逐位核对后重填；表格里按数字存的会丢掉末几位，先把该列设为文本",
        "'{name}' fails its checksum: compare it digit by digit with the document; a spreadsheet that keeps it as a "
        "number loses its last digits, so make the column text first",
    ),
    cells.UNKNOWN: (
        "“{heading}”在台账“{title}”里找不到：请先登记那一行，或改正编号",
        "'{name}' is in no row of '{refers}': record that row first, or correct the key",
    ),
    cells.BAD_DATE: (
        "“{heading}”读不出日期：请写成 2021-12-03 或 2021-12-03 08:00",
        "'{name}' is no date: write 2021-12-03 or 2021-12-03 08:00",
    ),
    cells.BAD_NUMBER: (
        "“{heading}”读不出{number}：请只写数字，不带单位和千分号",
        "'{name}' is no {number_en}: write digits alone, without unit or thousands mark",
    ),
    cells.BAD_AREA: (
        "“{heading}”不是区划代码：请填 2、4、6、9、12 位代码（网格 15 位）",
        "'{name}' is no area code: it has 2, 4, 6, 9 or 12 digits (a grid 15)",
    ),
    cells.BAD_VALUE: (
        "“{heading}”不合该参数的写法：请参照《措施标准参数》改正",
        "'{name}' is not how this parameter is written: see the list of parameters",
    ),
    cells.WRONG_CHOICE: (
        "“{heading}”只能填：{choices}",
        "'{name}' must be one of: {choices}",
    ),
    cells.MASKED: (
        "“{heading}”是掩去的号码（中间是 *）：请写明用途重新导出，或填完整的号码",
        "'{name}' is a masked number (its middle is *): export it again with a stated purpose, or write the whole "
        "number",
    ),
    cells.MISSING: (
        "“{heading}”是必填项：请补填",
        "'{name}' is required: fill it in",
    ),
    cells.DUPLICATE: (
        "同一编号、同一录入时间另有一行，以最后一行为准：请删去本行，或写明各自的录入时间",
        "another row has this key and recorded_at, and the last stands: delete this one, or say when each was recorded",
    ),
}


def sentence(ledger: Ledger, column: Column, reason: str, lang: str, refers: Ledger | None = None) -> str:
    """The sentence for a reason in a column; ``lang`` zh or en; ``refers`` the ledger that the column refers to."""
    choices = column.choices or (("是", "否") if column.type == "bool" else ())
    listed = ("、" if lang == "zh" else ", ").join(choices)
    if ledger.name == "orders" and column.name == "key":
        listed = "《措施标准参数》所列的参数" if lang == "zh" else "the parameters in the list of orders"
    return SENTENCES[reason][0 if lang == "zh" else 1].format(
        heading=column.heading,
        name=column.name,
        title=refers.title if refers else column.refers,
        refers=column.refers,
        number="整数" if column.type == "int" else "数字",
        number_en="whole number" if column.type == "int" else "number",
        choices=listed,
    )
