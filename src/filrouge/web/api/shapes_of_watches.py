"""What the interface for scripts gives and takes of watches, of who is told of alerts, and of what changed."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from filrouge.web.api.shapes import Body, Shape


class WatchIn(Body):
    """What is to be watched.

    "text": ads near `text`, or near the text of an `ad`; "words": ads that hold them; "identifier": ads that carry it,
    by itself or by its pseudonym in `text`; "cluster", "network": by `number`.
    """

    kind: Literal["text", "words", "identifier", "cluster", "network"]
    text: str = Field(default="", max_length=100_000)
    number: int | None = Field(default=None, ge=0, le=10**15 - 1)
    ad: int | None = Field(default=None, ge=0, le=10**15 - 1)
    name: str = Field(default="", max_length=100)


class WatchName(Body):
    """What a watch is to be called."""

    name: str = Field(max_length=100)


class Muted(Body):
    """Whether a watch is silent for you."""

    muted: bool = True


class WatchOut(BaseModel):
    """A watch; `number` of a cluster or network."""

    id: int
    kind: str
    title: str
    number: int | None
    by: str
    made: datetime
    muted: bool


class AlertOut(BaseModel):
    """New ads that match a watch: how many, and in which run."""

    id: int
    watch: int
    title: str
    at: datetime
    run: int
    ads: int
    seen: bool


class AlertWithAds(AlertOut):
    """The same, with the numbers of the ads."""

    numbers: list[int]


class NoticeOut(BaseModel):
    """That alerts were raised, told outside by "mail" or to a "hook": waiting, sent or failed, and why it was not."""

    id: int
    kind: str
    to: str
    alerts: int
    at: datetime
    state: str
    tries: int
    due: datetime | None
    trouble: str


class Telling(BaseModel):
    """Who is told of the case's alerts outside.

    `by_mail`: whether you are, at `address`, if a mail server is set (`mails`); `hook`: the other program that is, in
    full for who leads the case; `hosts`: those that the administrator allowed; `notices`: the last twenty.
    """

    by_mail: bool
    address: str
    mails: bool
    hook: str
    hosts: list[str]
    notices: list[NoticeOut]


class Wish(Body):
    """Whether you want to be told."""

    wanted: bool


class HookIn(Body):
    """The address of another program, which begins with https://."""

    url: str = Field(min_length=1, max_length=500)


class HookOut(BaseModel):
    """The other program, and the key with which what it is sent is signed: it is given this once."""

    url: str
    key: str


class ChangeOut(Shape):
    """A cluster or network that is not as it was: ads and agencies then and now; `went`: where most of its ads are."""

    kind: str
    id: int
    ads_then: int
    ads_now: int
    agencies_then: int
    agencies_now: int
    went: int
