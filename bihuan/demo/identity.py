"""Invented people's numbers and names.

A number has the form of GB 11643 and its checksum: six digits of a county, the birth date, three of a sequence (odd for
men), the check character. The county codes are today's, which before 1996 nobody in Hanzhong was given, so that
whoever is an adult here carries a number that was never issued. Telephone numbers begin with 100, which no mobile does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import polars as pl

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢"
    "蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    "廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
FIRST = (
    "志建国文明德永成家春秋世长新玉天海俊晓宏正子立光少兴云学仁宝"
    "东安振华中庆福瑞景思雅静秀美丽慧淑桂月红梅兰燕佳欣怡雨婷"
)
SECOND = "伟军强平刚杰涛超波辉鹏斌飞亮林浩宇轩泽民生才贵祥义华英芳娟敏霞玲凤琴萍洁莹倩蓉琳琪瑶颖芸荷菊珍莲香彤萱涵"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = list("10X98765432")


def numbers(county: Any, birth: Any, male: Any, first: int = 1) -> pl.Series:
    """Identity numbers, all different: ``county`` as int, ``birth`` datetime64[D], ``male`` bool, arrays of one length.

    ``first`` = the first sequence number used in each (county, day, sex): a second call needs one of its own.
    Raises ValueError where a county has more births of one sex on a day than there are sequence numbers.
    """
    import polars as pl

    day = birth.astype("datetime64[D]")
    year = day.astype("datetime64[Y]").astype(np.int64) + 1970
    month = day.astype("datetime64[M]").astype(np.int64) % 12 + 1
    date = (day - day.astype("datetime64[M]")).astype(np.int64) + 1
    stem = (county.astype(np.int64) * 10_000 + year) * 10_000 + month * 100 + date
    group = stem * 2 + male
    order = np.argsort(group, kind="stable")
    sorted_group = group[order]
    starts = np.flatnonzero(np.r_[True, sorted_group[1:] != sorted_group[:-1]]) if len(group) else np.array([], int)
    lengths = np.diff(np.r_[starts, len(group)])
    rank = np.empty(len(group), np.int64)
    rank[order] = np.arange(len(group)) - np.repeat(starts, lengths)
    sequence = (rank + first) * 2 + male
    if len(sequence) and sequence.max() > 999:
        raise ValueError("too many people of one county born on one day: give fewer people, or more counties")
    number = stem * 1000 + sequence
    total = np.zeros(len(group), np.int64)
    for place, weight in enumerate(_WEIGHTS):
        total += number // 10 ** (16 - place) % 10 * weight
    check = pl.Series(_CHECK).gather((total % 11).astype(np.uint32))
    return pl.Series(number).cast(pl.String) + check


def names(rng: np.random.Generator, n: int) -> pl.Series:
    import polars as pl

    surname = pick(list(SURNAMES), (rng.random(n) ** 2 * len(SURNAMES)).astype(np.uint32))
    first = pick([*FIRST, ""], rng.integers(0, len(FIRST) + 1, n))
    return pl.select(surname + first + pick(list(SECOND), rng.integers(0, len(SECOND), n))).to_series()


def phones(rng: np.random.Generator, n: int) -> pl.Series:
    import polars as pl

    return "100" + pl.Series(rng.integers(0, 100_000_000, n)).cast(pl.String).str.zfill(8)


def pick(values: Any, codes: Any) -> pl.Series:
    """The values at these places."""
    import polars as pl

    return pl.Series(values).gather(np.asarray(codes).astype(np.uint32))
