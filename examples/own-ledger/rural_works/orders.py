"""What an order may set. 措施标准可以改的参数。"""

from bihuan.kernel.parameters import Parameter
from rural_works.choices import ARREARS

PARAMETERS = (
    Parameter(
        "sanitation.accept_d", "number", "15", "完工后多久要验收", "from the end of a work to its acceptance", "d"
    ),
    Parameter(
        "arrears.pay_d.*",
        "number",
        "30",
        "查实拖欠后多久要付清",
        "from the finding of an arrear to its payment",
        "d",
        stands_for=ARREARS,
        exceptions=(("民工工资", "10"),),
    ),
    Parameter(
        "household.visit_d",
        "number",
        "30",
        "多久走访一次帮扶户；0 为不要求",
        "days between visits; 0 = not required",
        "d",
    ),
)
