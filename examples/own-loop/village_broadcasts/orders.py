"""What an order may set. 措施标准可以改的参数。"""

from bihuan.kernel.parameters import Parameter

PARAMETERS = (
    Parameter(
        "broadcast.h",
        "number",
        "24",
        "划为风险地区后多久内大喇叭要通知到村",
        "from the moment an area is at risk to the loudspeaker in each of its villages",
        "h",
    ),
)
