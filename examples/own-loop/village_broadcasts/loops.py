"""Every village in a risk area is told by loudspeaker. 风险地区的每个村，大喇叭都通知到。"""

import ibis.expr.types as ir
from ibis import _

from bihuan.kernel.forms import respond
from bihuan.kernel.joins import first_answer, matching
from bihuan.kernel.loops import Family, Tables, loop
from bihuan.kernel.moments import cite, live
from bihuan.kernel.orders import governed, prefixes

BROADCASTS = Family("broadcast", ("宣传发动", "loudspeakers"))


@loop(
    "broadcast.unheard",
    name=("宣传未到村", "Village not told"),
    severity="重",
    role="村干部",
    subject="area",
    item="risk area",
    orders=("broadcast.h",),
    source="S3.2.4 要充分利用大喇叭、小广播，走街串巷……形成铺天盖地的宣传阵势",
    rule=(
        "高、中风险地区内的每个村，自划定起规定小时内有一次发到本村或上级区域的广播。",
        "Every village in a live risk area of level 高 or 中 is reached by a 广播, to it or to an area above it, "
        "within the hours allowed.",
    ),
    reason=("{subject} 应在 {due} 前广播通知到村", "{subject} was to be told by loudspeaker by {due}"),
    remedy=("用大喇叭、流动喇叭通知到村，登入“信息发布”", "Broadcast it in the village and record the notice"),
)
def unheard(t: Tables) -> ir.Table:
    # The obliged set, named positively: villages inside a live risk area.
    villages = prefixes(t.areas.filter(_.area.length() == 12).select("area"))  # + column upper: each code at or above
    risky = t.risk_areas.filter(_.level.isin(["高", "中"]) & live(_.since, _.until, t.now))
    rows = matching(villages, risky, {"upper": "area"}, risk=_["row"], risk_since=_.since)
    rows = governed(rows, t, "broadcast.h", area=_.area, at=_.risk_since, name="within_h")
    # What answers: a broadcast to the village, or to an area above it, from then on.
    told = t.notices.filter(_.channel == "广播").select("released_at", upper=_.area)
    heard = matching(villages, told, "upper", released_at=_.released_at)
    rows = first_answer(rows, heard, "area", at="released_at", since="risk_since")
    return respond(
        rows,
        opens=_.risk_since,
        within=_.within_h,
        closed=_.answered,
        subject=_.area,
        item=_.risk,
        area=_.area,
        evidence=[cite("areas", _.area), cite("risk_areas", _.risk)],
    )
