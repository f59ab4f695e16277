"""Who answers for what (责任链): areas, units, officers and their duties, posts and who guards them (S5.1, S5.2)."""

from __future__ import annotations

from bihuan.domains import purposes as why
from bihuan.domains.choices import ROLES, UNIT_KINDS
from bihuan.domains.fields import (
    PERSONAL,
    PUBLIC,
    SENSITIVE,
    AreaCode,
    Choice,
    LedgerRow,
    Moment,
    Names,
    Reference,
    Text,
    Whole,
    YesNo,
)


class Area(LedgerRow):
    """区域：从省到网格的一块地方 (one area, province to grid)."""

    ledger = Names("areas", "区域", "areas", grade=PUBLIC, timeless=True)

    area = AreaCode("区划代码", "area code", why.KEY, required=True)
    name = Text("名称", "name", why.NAME, required=True)
    parent = AreaCode("上级代码", "area above", ("对照上下级", "the level above, for reading"))
    kind = Choice(("城镇", "农村"), "类别", "kind", ("分城乡看", "tells town from country"))
    population = Whole("常住人口", "population", ("按人口配隔离房间", "rooms are demanded by population"))
    households = Whole("户数", "households", ("对照敲门到户数", "households to be reached door to door"))
    managed = YesNo(
        "有物业或主管",
        "managed",
        ("找出三无小区，配网格员", "finds compounds that nobody manages, to give them a grid worker"),
        note="a compound with a property manager or an authority over it; 否 = 三无小区",
    )


class Unit(LedgerRow):
    """单位场所：隔离点、医院、市场…… (one unit or venue)."""

    ledger = Names("units", "单位场所", "units", keep_days=730)

    unit = Text("单位编号", "unit number", why.KEY, required=True)
    name = Text("名称", "name", why.NAME, required=True, grade=PUBLIC)
    kind = Choice(UNIT_KINDS, "类别", "kind", why.UNIT_KIND, required=True, grade=PUBLIC)
    area = AreaCode("区划代码", "area code", why.AREA, required=True, grade=PUBLIC)
    department = Text("主管部门", "department", ("找到部门监管", "leads to the department that supervises"))
    principal = Text("负责人", "principal", ("单位主体责任到人", "names who runs it"), grade=PERSONAL)
    phone = Text("电话", "phone", why.PHONE, grade=PERSONAL)
    public = YesNo("公立", "public", ("算第三方检测占比", "share of tests by third parties"))
    capacity = Whole(
        "容量",
        "capacity",
        ("算房间、检测量够不够", "whether rooms, tests and beds suffice"),
        note="rooms for 隔离点, tubes a day for 检测机构, beds for 医院",
    )
    status = Choice(
        ("正常", "封闭管理", "关停"),
        "管控状态",
        "status",
        ("核对应封应关的场所", "closed and shut venues are held against the order"),
        grade=PUBLIC,
    )
    status_since = Moment("状态起始", "status since", why.SINCE, planned=True, grade=PUBLIC)


class Officer(LedgerRow):
    """责任人员 (one officer)."""

    ledger = Names("officers", "责任人员", "officers", keep_days=730)

    officer = Text("人员编号", "officer number", why.KEY, required=True)
    name = Text("姓名", "name", why.OFFICER, required=True, grade=PERSONAL)
    phone = Text("电话", "phone", why.PHONE, grade=PERSONAL)
    body = Text("单位", "body", ("知道归哪个单位", "the body he works for"))
    post = Text("职务", "post", ("知道是哪一级", "the office he holds"))


class Duty(LedgerRow):
    """包保责任：谁在哪里、对谁、负什么责 (one duty of one officer)."""

    ledger = Names("duties", "包保责任", "duties", keep_days=365)

    duty = Text("编号", "number", why.KEY, required=True)
    officer = Reference("officers", "人员编号", "officer", why.OFFICER, required=True)
    role = Choice(ROLES, "角色", "role", ("漏洞派给哪个角色", "holes go to a role"), required=True)
    area = AreaCode(
        "区划代码",
        "area code",
        ("包保的区域", "the area answered for"),
        note="the area answered for; empty where unit or person is given",
    )
    unit = Reference("units", "单位编号", "unit", ("包保的单位", "the unit answered for"))
    person = Reference(
        "people",
        "证件号码",
        "person",
        ("五包一：包保的人", "the person answered for"),
        grade=SENSITIVE,
        note="for 五包一",
    )
    since = Moment("起始", "since", why.SINCE, required=True, planned=True)
    until = Moment("截止", "until", why.UNTIL, planned=True)


class Absence(LedgerRow):
    """请假外出 (an officer away)."""

    ledger = Names("absences", "请假外出", "absences", keep_days=365)

    absence = Text("编号", "number", why.KEY, required=True)
    officer = Reference("officers", "人员编号", "officer", ("不在岗时改派他人", "others stand in"), required=True)
    since = Moment("起始", "since", why.SINCE, required=True, planned=True)
    until = Moment("截止", "until", why.UNTIL, required=True, planned=True)
    reason = Text("事由", "reason", why.REASON, grade=PERSONAL)


class Post(LedgerRow):
    """值守点位：卡口、村口、小区出入口…… (a place to be guarded)."""

    ledger = Names("posts", "值守点位", "posts", grade=PUBLIC)

    post = Text("点位编号", "post number", why.KEY, required=True)
    name = Text("名称", "name", why.NAME, required=True)
    kind = Choice(
        ("指挥部", "卡口", "小区出入口", "村口", "隔离点", "其他"),
        "类别",
        "kind",
        ("核对村口、隔离点是否设防", "whether village entrances and isolation sites are guarded"),
        required=True,
    )
    area = AreaCode("区划代码", "area code", why.AREA, required=True)
    unit = Reference("units", "单位编号", "unit", why.UNIT)
    mode = Choice(
        ("值守", "封堵", "开放"),
        "管理方式",
        "mode",
        ("值守的才要排班", "only guarded posts need a roster"),
        required=True,
    )
    from_hour = Whole("值守起", "from hour", ("每日值守时段", "the guarded hours"), note="0 where all day")
    to_hour = Whole("值守止", "to hour", ("每日值守时段", "the guarded hours"), note="24 where all day")
    leader_required = YesNo("须领导带班", "leader required", ("核对领导带班", "whether a leader must be on duty"))
    since = Moment("起始", "since", why.SINCE, required=True, planned=True)
    until = Moment("截止", "until", why.UNTIL, planned=True)


class Shift(LedgerRow):
    """值班排班：一人一班 (one officer's shift)."""

    ledger = Names("shifts", "值班排班", "shifts", timeless=True)

    shift = Text("编号", "number", why.KEY, required=True)
    post = Reference("posts", "点位编号", "post", ("核对点位时时有人", "whether the post is covered"), required=True)
    officer = Reference("officers", "人员编号", "officer", why.OFFICER, required=True)
    role = Choice(
        ("带班领导", "值守人员"), "角色", "role", ("分清带班和值守", "tells leaders from guards"), required=True
    )
    start = Moment("开始", "start", ("算值守空档", "gaps are found between shifts"), required=True, planned=True)
    end = Moment("结束", "end", ("算值守空档", "gaps are found between shifts"), required=True, planned=True)
    signed_in = Moment("签到", "signed in", ("查脱岗", "finds who did not turn up"))
