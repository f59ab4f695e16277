"""The desk (指挥台): the face in front of which a headquarters sits."""
