"""Parameters of plans and strength, with the defaults that hold where no order row gives another."""

from __future__ import annotations

from bihuan.kernel.parameters import Parameter

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("tracers", "number", "100", "每县流调队伍至少几人", "tracers that each county must have"),
    Parameter("team.train_d", "number", "180", "多久要培训一次", "how old a team's training may be", "d"),
    Parameter("plan.drill_d", "number", "180", "多久要演练一次", "between drills of a plan", "d"),
    Parameter(
        "plan.hours", "number", "72", "没写目标小时的预案多久要完成", "where a plan has no target of its own", "h"
    ),
    Parameter("plan.mend_d", "number", "14", "演练不达标后多久要修订", "from a failed drill to the mended plan", "d"),
)
