"""Tests, cases and their contacts, and where they were (检测、病例、密接、踪迹): S1.5, S4.3.1, S4.3.4."""

from __future__ import annotations

from bihuan.domains import purposes as why
from bihuan.domains.choices import DEGREES
from bihuan.domains.fields import (
    INTERNAL,
    SENSITIVE,
    Choice,
    LedgerRow,
    Moment,
    Names,
    Real,
    Reference,
    Text,
    YesNo,
)


class Sample(LedgerRow):
    """核酸检测：一份样本，人、物或环境 (one sample of a person, of goods or of a place)."""

    ledger = Names("samples", "核酸检测", "samples", grade=SENSITIVE, keep_days=180)

    sample = Text("样本编号", "sample number", why.KEY, required=True, grade=INTERNAL)
    of = Choice(("人", "物", "环境"), "对象", "of", ("人、物、环境同防", "people, goods, places"), required=True)
    person = Reference("people", "证件号码", "person", why.PERSON)
    lot = Reference("lots", "批次号", "lot", ("货物查没查", "whether the goods were tested"), grade=INTERNAL)
    unit = Reference("units", "单位编号", "unit", why.UNIT, grade=INTERNAL, note="place sampled, for 环境")
    sampled_at = Moment("采样", "sampled", ("检测间隔与时限由此起算", "rhythm and limits run from it"), required=True)
    sampled_by = Text("采样单位", "sampled by", ("谁采的", "who took it"), grade=INTERNAL)
    agency = Choice(
        ("海关", "市场监管", "疾控", "卫健", "交通", "其他"),
        "部门",
        "agency",
        ("看各部门覆盖多少", "what share each agency sees"),
        grade=INTERNAL,
    )
    lab = Reference("units", "检测机构", "laboratory", ("结果慢了找谁", "who owes the result"), grade=INTERNAL)
    tube = Text(
        "试管编号",
        "tube",
        ("混管阳性逐人复核", "a positive pool is tested again one by one"),
        matched=True,
        grade=INTERNAL,
        note="samples with one tube are a pool",
    )
    resulted_at = Moment("出结果", "resulted", why.DONE)
    result = Choice(("阴", "阳", "无效"), "结果", "result", ("阳性处置，阴性解除", "positives are acted upon"))
    ct = Real("CT值", "Ct", ("判断病毒载量；循环数", "viral load; cycles"))


class Case(LedgerRow):
    """病例：疑似、确诊、无症状 (one case).

    Kept for three years, as report cards of infectious diseases are (传染病信息报告管理规范).
    """

    ledger = Names("cases", "病例", "cases", grade=SENSITIVE, keep_days=1095)

    case = Text("病例编号", "case number", why.KEY, required=True)
    person = Reference("people", "证件号码", "person", why.PERSON, required=True)
    kind = Choice(
        ("疑似", "确诊", "无症状"), "类型", "kind", ("疑似要定，确诊要治", "suspects are decided"), required=True
    )
    found_by = Choice(
        ("发热门诊", "定期检测", "密接排查", "返乡排查", "全员检测", "主动就诊", "其他"),
        "发现途径",
        "found by",
        ("哪个哨点在起作用", "which sentinel works"),
    )
    onset_at = Moment("发病", "onset", ("定传播窗口", "sets the window of exposure"))
    sampled_at = Moment("首阳采样", "first positive sampled", ("早发现用了多久", "time to detection"))
    positive_at = Moment(
        "检出阳性", "positive", ("报告、隔离、流调时限由此起算", "report, isolation, tracing run from it")
    )
    reported_at = Moment("网络直报", "reported", ("早报告", "reported in time"))
    confirmed_at = Moment("诊断", "confirmed", ("疑似定没定", "whether a suspect was decided"))
    isolated_at = Moment("隔离收治", "isolated", ("早隔离、早治疗", "isolated in time"))
    recovered_at = Moment("出院", "recovered", ("此后重新适用各项时限", "obligations hold again from then"))
    infected_by = Reference("cases", "传染来源病例", "infected by", ("理清传播链", "the chain of infection"))


class Contact(LedgerRow):
    """密接：一人对一病例 (one contact of one case)."""

    ledger = Names("contacts", "密接", "contacts", grade=SENSITIVE, keep_days=365)

    contact = Text("编号", "number", why.KEY, required=True, grade=INTERNAL)
    case = Reference("cases", "病例编号", "case", ("是谁的密接", "whose contact"), required=True)
    person = Reference("people", "证件号码", "person", why.PERSON, required=True)
    degree = Choice(DEGREES, "级别", "degree", ("定管控几天", "sets the measure"), required=True)
    last_exposed_at = Moment(
        "末次接触", "last exposed", ("此后的管控才算数", "measures count from then"), required=True
    )
    setting = Text("场景", "setting", ("怎么接触的", "how they met"))
    identified_at = Moment("判定时间", "identified", ("管控时限由此起算", "control is due from then"), required=True)


class CheckIn(LedgerRow):
    """扫码登记：一人进一处 (one stay of one person at one place).

    Kept shortest of all: it is where everybody was; contacts are searched within days of a positive test.
    """

    ledger = Names("check_ins", "扫码登记", "check-ins", key=("person", "unit", "at"), grade=SENSITIVE, keep_days=30)

    person = Reference("people", "证件号码", "person", ("找同时空的人", "who was there at the time"), required=True)
    unit = Reference("units", "单位编号", "unit", ("找同时空的人", "who was there at the time"), required=True)
    at = Moment("进入", "entered", ("算同处多久", "how long they were together"), required=True)
    left_at = Moment("离开", "left", ("算同处多久", "how long they were together"))


class ClinicVisit(LedgerRow):
    """就诊：首诊负责 (one visit to a clinic; whoever sees a patient first answers)."""

    ledger = Names("clinic_visits", "就诊", "clinic visits", grade=SENSITIVE, keep_days=180)

    visit = Text("编号", "number", why.KEY, required=True, grade=INTERNAL)
    person = Reference("people", "证件号码", "person", why.PERSON, required=True)
    unit = Reference("units", "单位编号", "unit", why.UNIT, required=True)
    at = Moment("时间", "at", why.AT, required=True)
    fever = YesNo("发热", "fever", ("发热必转、必检", "fever is referred and tested"), required=True)
    referred_at = Moment("转诊", "referred", why.DONE)
    referred_to = Reference("units", "转至", "referred to", ("转去了没有", "whether the person got there"))


class DrugSale(LedgerRow):
    """药品登记：药店哨点 (one sale of a drug that may hide a fever)."""

    ledger = Names("drug_sales", "药品登记", "drug sales", grade=SENSITIVE, keep_days=60)

    sale = Text("编号", "number", why.KEY, required=True, grade=INTERNAL)
    person = Reference("people", "证件号码", "person", ("购药人要做核酸", "the buyer is to be tested"))
    unit = Reference("units", "药店编号", "pharmacy", why.UNIT, required=True)
    at = Moment("时间", "at", why.AT, required=True)
    drug = Choice(
        ("退热", "止咳", "抗病毒", "抗生素"), "类别", "drug", ("哪类药要登记", "registered kinds"), required=True
    )
