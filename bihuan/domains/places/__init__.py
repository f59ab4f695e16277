"""Places (环境与场所): venues, gatherings, isolation sites."""

TITLE = ("环境与场所", "places")
