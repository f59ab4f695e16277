"""Notices (通知): written once, sent by channel to an area or a group; who got it, who has read it, is kept."""
