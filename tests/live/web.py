"""Somebody at the desk's pages, over HTTP, who notices when no answer comes."""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping
from http.cookiejar import CookieJar

from tests.live.desk import Desk, until

PASSWORD = "a word of the tests 1"
SEEN, DONE = "<h1>会改什么</h1>", "<h1>已登账</h1>"
"""What the page of an upload says once its files were read, once they are written."""
LOST = (OSError, http.client.HTTPException)
"""No answer, or half of one: whether it was done is not known. An answer of 500 and more is OSError's too."""


class Web:
    """One account in one browser."""

    def __init__(self, desk: Desk, username: str) -> None:
        self.desk, self.username = desk, username
        said = desk.run("user", "add", username, "--role", "值班", "--all")
        first = re.search(r"口令 (\S+?)（", said.stdout)
        assert first is not None, said.stdout + said.stderr
        self.sign_in(first[1])
        form = {"oldpassword": first[1], "password1": PASSWORD, "password2": PASSWORD}
        self.post("/account/password", form)

    def sign_in(self, password: str = PASSWORD) -> None:
        """With a new session: sessions outlive a restart, the address does not."""
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )
        until(self.answers, 60)  # whoever killed the database before us: pages come back by themselves
        self.post("/login", {"username": self.username, "password": password})

    def answers(self) -> bool:
        try:
            return bool(self.get("/login"))
        except LOST:
            return False

    def get(self, path: str) -> str:
        return self._asked(urllib.request.Request(self.desk.address + path))[1]

    def shows(self, path: str, *wanted: str) -> bool:
        """Whether a page that waits for the worker says one of these by now."""
        said = self.get(path)
        assert any(word in said for word in ("<h1>正在", *wanted)), said[:2000]
        return any(word in said for word in wanted)

    def post(
        self, path: str, form: Mapping[str, str], file: tuple[str, str] | None = None, at: str = ""
    ) -> tuple[str, str]:
        """Where the answer leads, and what it says. ``file``: its name and text; ``at``: the page of the form, where it
        is another one."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(at or path))
        fields = {**form, "csrfmiddlewaretoken": token[1] if token else ""}
        asked = urllib.request.Request(self.desk.address + path, urllib.parse.urlencode(fields).encode())
        if file is not None:
            asked.data, kind = packed(fields, *file)
            asked.add_header("Content-Type", kind)
        return self._asked(asked)

    def _asked(self, asked: urllib.request.Request) -> tuple[str, str]:
        with self.opener.open(asked, timeout=60) as answer:
            return answer.geturl(), answer.read().decode(errors="replace")


def packed(fields: Mapping[str, str], name: str, text: str) -> tuple[bytes, str]:
    """A form with a file in it, and its type."""
    mark = uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: text/csv'
    body = "".join([*parts, f"{head}\r\n\r\n{text}\r\n--{mark}--\r\n"])
    return body.encode(), f"multipart/form-data; boundary={mark}"
