"""A hole in words beyond its own sentences: who answers and how it goes up, what closes it, the parameters it goes by,
what its subject is. The handbook and ``bihuan explain`` both say it so."""

from __future__ import annotations

from bihuan.handbook.shape import Shape
from bihuan.kernel.ladders import STEP_H
from bihuan.kernel.ledger import subjects
from bihuan.kernel.parameters import Parameter
from bihuan.kernel.program import Program, Said
from bihuan.kernel.words import Words

UNITS = {"h": ("小时", "h"), "d": ("天", "d"), "min": ("分钟", "min"), "°C": ("°C", "°C"), "": ("", "")}

ROLES = {
    "县级领导": "county leader",
    "镇干部": "town officer",
    "村干部": "village officer",
    "网格员": "grid worker",
    "医务人员": "medical staff",
    "民警": "police officer",
    "志愿者": "volunteer",
    "部门监管": "supervising department",
    "单位主体": "principal of the unit",
}
"""duties.role in English."""

ITEMS = {
    "column": ("列名", "column"),
    "role": ("角色", "role"),
    "date": ("日期", "date"),
    "item": ("物资", "item"),
    "time": ("时刻", "time"),
    "kind": ("类别", "kind"),
    "tube": ("试管", "tube"),
    "n": ("第几天", "day number"),
    "room": ("房间", "room"),
}
"""What an item may be beside a ledger's key."""


def role(name: str, words: Words) -> str:
    return words(name, f"{name} ({ROLES[name]})" if name in ROLES else name)


def ladder(name: str, program: Program, words: Words) -> str:
    """A role and those it falls to where nobody fills it."""
    return " → ".join(role(rung, words) for rung in program.ladders.get(name, (name,)))


def owner(said: Said, shape: Shape, program: Program, words: Words) -> str:
    """Who answers, who does where nobody fills the role."""
    ladders = words("；或 ", "; or ").join(ladder(name, program, words) for name in shape.roles)
    if len(shape.roles) > 1:
        ladders += words("（看哪一种，见规则）", " (which of them: see the rule)")
    if not shape.named:
        return ladders
    if not ladders:
        return words("行里写明的一方，不另找人", "whom the row names, and nobody else")
    return words(f"行里写明的人；没有写的：{ladders}", f"whom the row names; where it names nobody: {ladders}")


def rises(shape: Shape, words: Words) -> str:
    """After how long it goes up a role."""
    if not shape.roles:
        return words("不升级", "it does not go up")
    spans = {STEP_H[s] for s in shape.severities}
    if len(spans) == 1:
        h = spans.pop()
        return words(f"每满 {h} 小时升一级，到顶为止", f"one role for each {h} h, up to the top")
    return words("急的每满 4 小时升一级，其余每满 24 小时，到顶为止", "急 one role for each 4 h, others for each 24 h")


def _good(said: Said, words: Words) -> str:
    """What closes a hole that cannot be made good."""
    name = f"{said.hole}/{words('对象', 'SUBJECT')}" + (f"/{words('分项', 'ITEM')}" if said.item else "")
    return words(
        f"补不回来，那一行在，漏洞就在。整改闭环才销号：“问题整改”里有一行，“漏洞”写 `{name}`，"
        "整改时间不早于漏洞起始，复查时间不早于整改，复查通过为“是”",
        f"It cannot be made good and stays while its row stands, until it is remedied and re-checked: a row of "
        f"findings whose `hole` is `{name}`, remedied at or after its since, re-checked at or after that, passed",
    )


def closes(said: Said, shape: Shape, words: Words) -> str:
    """What makes it vanish from the list. Nobody can strike it off."""
    if said.final:
        return _good(said, words)
    says = []
    if "deadline" in shape.kinds:
        says.append(
            words(
                "到期以前（含到期那一刻）办到，不成漏洞；过后补上，漏洞闭合，记为迟办",
                "Done by its due time, that moment included, it is no hole; done later it closes late",
            )
        )
    if shape.kinds & {"state", "foreseen"}:
        says.append(
            words(
                "台账上不再如此，下一次查漏就不再列出",
                "Once the ledgers no longer show it, the next audit does not list it",
            )
        )
    if "foreseen" in shape.kinds:
        says.append(words("还没到的也先列出", "What lies ahead is listed already"))
    if shape.final:
        says.append(words("其中有的（见整改）", "Some (see the remedy): ") + _good(said, words))
    return words("；", "; ").join(says)


def kind(name: str, program: Program, words: Words) -> str:
    """What a subject or an item is, with the title of its ledger where it is the key of one."""
    titles = {key: ledger.title for key, ledger in subjects(program.ledgers).items()}
    titles |= {key: zh for key, (zh, _) in ITEMS.items()}
    return "/".join(words(f"{titles[p]} {p}" if p in titles else p, p) for p in name.split("/"))


def governing(said: Said, program: Program) -> list[Parameter]:
    """The parameters that a loop reads; ``measure`` stands for measure.高, measure.中 …"""
    found = [
        p
        for key in said.orders
        for p in program.parameters
        if p.key == key or p.matches(key) or p.key.startswith(key.rstrip("*") + ".")
    ]
    return list(dict.fromkeys(found))


def default(parameter: Parameter, words: Words) -> str:
    """The default of a parameter with its unit."""
    value = parameter.default or words("无", "none")
    return f"{value} {words.of(UNITS[parameter.unit])}".rstrip()


def exceptions(parameter: Parameter, words: Words) -> list[str]:
    """Where what stands for ``*`` has a default of its own: ``隔离点、冷库 7``."""
    own: dict[str, list[str]] = {}
    for word, value in parameter.exceptions:
        own.setdefault(value, []).append(word)
    return [f"{words.list(names)} {value}" for value, names in own.items()]
