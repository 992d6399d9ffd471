"""What may go outside, and where to, as the administrator set it: e-mail by one server, webhooks to named hosts.

Nothing goes anywhere unless it is set here; and what goes says that there are alerts, how many, and in the case of
which number, never what they are about.
"""

from __future__ import annotations

import hmac
import http.client
import json
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from filrouge.casework.errors import Refused
from filrouge.i18n import _, ngettext, number

PATIENCE: Final = 15.0
"""Seconds that another server has to answer."""
LONGEST: Final = 500
"""Characters of an address."""
OWN: Final = ("127.0.0.1", "::1", "localhost")


class NotSent(Exception):
    """Something that could not be sent; `code` says why, in a word that holds no data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Outside:
    """Where to something may be sent.

    Attributes:
        address: of this workbench, for links: "https://workbench.example.org".
        mail_server, mail_port: that takes e-mail in; "" for none. It must speak STARTTLS, unless it is this machine's.
        mail_from: whom e-mail comes from. mail_user, mail_password: where the server asks who we are.
        webhook_hosts: "host" or "host:port" that may be called; no other is.
    """

    address: str = ""
    mail_server: str = ""
    mail_port: int = 587
    mail_from: str = ""
    mail_user: str = ""
    mail_password: str = ""
    webhook_hosts: tuple[str, ...] = ()

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Outside:
        """As the environment says it.

        Raises:
            Refused: if the port of the mail server is none.
        """
        server, _colon, port = environment.get("FILROUGE_MAIL_SERVER", "").strip().partition(":")
        if port and not port.isdecimal():
            raise Refused(_("The mail server is written HOST or HOST:PORT, such as mail.example.org:587."))
        hosts = environment.get("FILROUGE_WEBHOOK_HOSTS", "").replace(",", " ").lower().split()
        return cls(
            address=environment.get("FILROUGE_ADDRESS", "").strip().rstrip("/"),
            mail_server=server,
            mail_port=int(port or 587),
            mail_from=environment.get("FILROUGE_MAIL_FROM", "").strip(),
            mail_user=environment.get("FILROUGE_MAIL_USER", ""),
            mail_password=environment.get("FILROUGE_MAIL_PASSWORD", ""),
            webhook_hosts=tuple(hosts),
        )

    def environment(self) -> dict[str, str]:
        """The same for a process that is started: what `of` reads."""
        server = f"{self.mail_server}:{self.mail_port}" if self.mail_server else ""
        return {
            "FILROUGE_ADDRESS": self.address,
            "FILROUGE_MAIL_SERVER": server,
            "FILROUGE_MAIL_FROM": self.mail_from,
            "FILROUGE_MAIL_USER": self.mail_user,
            "FILROUGE_MAIL_PASSWORD": self.mail_password,
            "FILROUGE_WEBHOOK_HOSTS": " ".join(self.webhook_hosts),
        }

    @property
    def mails(self) -> bool:
        """Whether e-mail can be sent."""
        return bool(self.mail_server and self.mail_from)

    def link(self, path: str) -> str:
        """The address of a page of this workbench."""
        return self.address + path


# -- e-mail -------------------------------------------------------------------------------------------------------


def mail(outside: Outside, to: str, case: int, count: int) -> None:
    """Tell somebody by e-mail that there are alerts.

    Raises:
        NotSent: if that was not possible.
    """
    if not outside.mails:
        raise NotSent("off")
    message = EmailMessage()
    try:
        message["From"], message["To"] = outside.mail_from, to
    except ValueError as trouble:
        raise NotSent("address") from trouble
    said = ngettext(
        "{count} new alert in case number {case}", "{count} new alerts in case number {case}", count
    )
    message["Subject"] = "filrouge: " + said.format(count=number(count), case=case)
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=outside.mail_from.rpartition("@")[2] or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    path = f"/cases/{case}/watches"
    message.set_content(
        said.format(count=number(count), case=case)
        + ".\n\n"
        + outside.link(path)
        + "\n\n"
        + _("What they are about stands only in the workbench.")
        + "\n"
    )
    try:
        with smtplib.SMTP(outside.mail_server, outside.mail_port, timeout=PATIENCE) as server:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            elif outside.mail_server not in OWN:
                raise NotSent("no_tls")
            if outside.mail_user:
                server.login(outside.mail_user, outside.mail_password)
            server.send_message(message)
    except NotSent:
        raise
    except ssl.SSLError as trouble:
        raise NotSent("certificate") from trouble
    except smtplib.SMTPAuthenticationError as trouble:
        raise NotSent("refused_us") from trouble
    except smtplib.SMTPResponseException as trouble:
        raise NotSent(f"answer:{trouble.smtp_code}") from trouble
    except smtplib.SMTPRecipientsRefused as trouble:
        raise NotSent("address") from trouble
    except (OSError, smtplib.SMTPException) as trouble:
        raise NotSent("unreachable") from trouble


# -- webhooks -----------------------------------------------------------------------------------------------------


def checked_url(outside: Outside, url: str) -> str:
    """The address of a webhook, if it may be called.

    Raises:
        Refused: if it is none, not https, or of a host that the administrator did not allow.
    """
    url = url.strip()
    try:
        told = urlsplit(url)
        port = told.port or 443
    except ValueError as trouble:
        raise Refused(_("This is no address that can be called.")) from trouble
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url and len(url) <= LONGEST
    host = (told.hostname or "").lower()
    if told.scheme != "https" or not host or not plain or told.username is not None or told.fragment:
        raise Refused(_("The address must begin with https:// and hold no name or password."))
    wanted = {f"{host}:{port}", *([host] if port == 443 else [])}
    if not wanted & set(outside.webhook_hosts):
        raise Refused(
            _("The administrator has not allowed {host} for webhooks: see FILROUGE_WEBHOOK_HOSTS.").format(
                host=host if port == 443 else f"{host}:{port}"
            )
        )
    return url


def signature(key: str, stamp: str, body: bytes) -> str:
    """What proves that a message is ours: HMAC-SHA256 over its time, a full stop and its body, in hex."""
    return hmac.new(key.encode(), stamp.encode() + b"." + body, sha256).hexdigest()


def call(outside: Outside, url: str, key: str, said: Mapping[str, Any], stamp: str) -> None:
    """Tell another program that there are alerts. Redirects are not followed.

    Raises:
        NotSent: if that was not possible, or the answer is not 2xx.
    """
    try:
        told = urlsplit(checked_url(outside, url))
    except Refused as trouble:
        raise NotSent("not_allowed") from trouble
    body = json.dumps(said, sort_keys=True).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "filrouge",
        "X-Filrouge-Time": stamp,
        "X-Filrouge-Signature": "sha256=" + signature(key, stamp, body),
    }
    path = (told.path or "/") + (f"?{told.query}" if told.query else "")
    connection = http.client.HTTPSConnection(
        told.hostname or "", told.port or 443, timeout=PATIENCE, context=ssl.create_default_context()
    )
    try:
        connection.request("POST", path, body, headers)
        status = connection.getresponse().status
    except ssl.SSLError as trouble:
        raise NotSent("certificate") from trouble
    except (OSError, http.client.HTTPException) as trouble:
        raise NotSent("unreachable") from trouble
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise NotSent(f"answer:{status}")
