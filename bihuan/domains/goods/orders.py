"""Parameters of goods, with the defaults that hold where no order row gives another."""

from __future__ import annotations

from bihuan.kernel.parameters import Parameter

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("lot.receive_h", "number", "72", "发出后多久要接收", "from sending a lot to receiving it", "h"),
    Parameter("lot.sample_h", "number", "24", "入境后多久要检测", "from entry to the first sample", "h"),
    Parameter("lot.seal_h", "number", "24", "检出阳性后多久要封存销毁", "from a positive lot to its sealing", "h"),
    Parameter("lot.handler_h", "number", "24", "检出阳性后多久要检测从业人员", "to the handlers' tests", "h"),
    Parameter("lot.tolerance", "number", "0.005", "出库超入库的允许比例", "share by which kg out may exceed kg in"),
    Parameter(
        "stock.days.*",
        "number",
        "0",
        "每县该物资要够用几天；0 为不要求；物资名不限",
        "days of cover demanded of the item in each county; 0 = not required; any item",
        "d",
    ),
    Parameter("stock.count_d", "number", "7", "多久要盘点一次", "how old a count may be", "d"),
    Parameter(
        "permit.pass_h", "number", "1", "持证、查验合格的被拦后多久要放行", "from a refusal to letting pass", "h"
    ),
    Parameter("livestock.disinfect_h", "number", "24", "调运后多久车辆要消毒", "from a move to disinfection", "h"),
)
