"""The holes that the source names, each planted once on a subject of its own, so that an audit finds them alone."""
