"""大喇叭通知到村 (every village in a risk area is told by loudspeaker): a loop of a county's own."""

TITLE = ("宣传发动", "telling the villages")
