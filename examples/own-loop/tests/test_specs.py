"""The specs of this package, run as those of the house are: `pytest`, in an environment where both are installed."""

import pytest

from bihuan.testing import cases, check, lacking, stray

PACKAGE = "village_broadcasts"


@pytest.mark.parametrize("case", cases(PACKAGE), ids=str)
def test_spec(case):
    check(case)


def test_every_loop_has_its_specs():
    assert lacking(PACKAGE) == []
    assert stray(PACKAGE) == []
