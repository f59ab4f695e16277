"""People (人): the roll, who comes in, who is under a measure, who works at a post, who is helped."""

TITLE = ("人", "people")
