"""Telling outside: by e-mail through a server that encrypts, by webhook to hosts that are allowed; never any data."""

from __future__ import annotations

import datetime
import http.server
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_string
from pathlib import Path
from typing import Any

import pytest

from filrouge.casework import notices, watches
from filrouge.casework.errors import Refused
from filrouge.casework.models import AuditEntry, Case, Notice, User, WatchAlert, now
from filrouge.casework.outside import NotSent, Outside, call, checked_url, mail, signature
from filrouge.casework.watches import Secret
from filrouge.casework.work import Worker
from filrouge.web import kinds

assert kinds.MODULES
SAID = "violins and a secret"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine, and its key, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begin = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=3))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The certificate is trusted, as the administrator's own can be."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate


def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


# -- a mail server ------------------------------------------------------------------------------------------------


@dataclass
class MailServer:
    """Takes mail in, after STARTTLS. `refusing`: what it answers to a recipient instead."""

    port: int
    mails: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    refusing: str = ""


@pytest.fixture
def mail_server(certificate: Path) -> Iterator[MailServer]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = MailServer(listening.getsockname()[1])
    context = server_side(certificate)

    def serve() -> None:
        while True:
            try:
                taken, _address = listening.accept()
            except OSError:
                return
            with taken:
                try:
                    talk(server, taken, context)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server
    listening.close()


def talk(server: MailServer, taken: socket.socket, context: ssl.SSLContext) -> None:
    file, secure, plain = taken.makefile("rwb"), False, taken

    def say(text: str) -> None:
        file.write(text.encode() + b"\r\n")
        file.flush()

    say("220 here")
    while line := file.readline():
        word = line.decode().strip().upper()
        if word.startswith("EHLO"):
            say("250 here" if secure else "250-here\r\n250 STARTTLS")
        elif word == "STARTTLS":
            say("220 go on")
            file.close()
            taken = context.wrap_socket(plain, server_side=True)
            file, secure = taken.makefile("rwb"), True
        elif word.startswith("RCPT") and server.refusing:
            say(server.refusing)
        elif word == "DATA":
            say("354 go on")
            lines = []
            while (said := file.readline()) not in (b".\r\n", b""):
                lines.append(said.decode())
            server.mails.append("".join(lines))
            server.encrypted.append(secure)
            say("250 taken")
        elif word == "QUIT":
            say("221 bye")
            break
        else:
            say("250 well")
    file.close()
    taken.close()


# -- another program ----------------------------------------------------------------------------------------------


@dataclass
class Program:
    port: int
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: int = 204
    to: str = ""


@pytest.fixture
def program(certificate: Path) -> Iterator[Program]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.got.append((self.path, dict(self.headers), body))
            self.send_response(here.answers)
            if here.to:
                self.send_header("Location", here.to)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_said: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = server_side(certificate).wrap_socket(server.socket, server_side=True)
    here = Program(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield here
    server.shutdown()
    server.server_close()


# -- through the room ---------------------------------------------------------------------------------------------


@pytest.fixture
def told(people_site: Any, mail_server: MailServer, program: Program, trusted: Path) -> Any:
    """A site from which both may be told; ana has an address."""
    people_site.house.settings.options["outside"] = Outside(
        address="https://workbench.example.org",
        mail_server="127.0.0.1",
        mail_port=mail_server.port,
        mail_from="filrouge@example.org",
        webhook_hosts=(f"localhost:{program.port}",),
    )
    with people_site.house.database.writing() as db:
        db.get_one(User, people_site.users["ana"].id).email = "ana@example.org"
    return people_site


def raise_alert(site: Any, run: int = 5) -> None:
    """An alert comes up, as the look after a run writes it."""
    ws = site.house.settings.workspace
    with site.house.database.writing() as db:
        case = db.get_one(Case, site.cases["harbour"].id)
        ana = db.get_one(User, site.users["ana"].id)
        watch = watches.make(db, ana, case, ws, watches.TEXT, secret=Secret(SAID))
        alert = WatchAlert(watch_id=watch.id, case_id=case.id, run=run, ads=[1, 2], watch=watch)
        db.add(alert)
        db.flush()
        notices.write(db, case, [alert])


def work(site: Any) -> None:
    worker = Worker(site.house.database, site.house.settings.workspace, options=site.house.settings.options)
    worker.look()
    worker.drain()


def all_notices(site: Any) -> list[Notice]:
    with site.house.database.session() as db:
        return list(db.query(Notice).order_by(Notice.id))


def test_who_asks_for_it_is_told_by_mail_and_reads_no_data(told: Any, mail_server: MailServer) -> None:
    browser = told.client("ana")
    page = browser.post(told.path("harbour", "/watches/mail"), {"wanted": "1"})
    assert "by e-mail" in page.text
    raise_alert(told)
    work(told)
    (said,) = mail_server.mails
    assert mail_server.encrypted == [True]
    message = message_from_string(said)
    assert message["To"] == "ana@example.org"
    number = told.cases["harbour"].id
    assert message["Subject"] == f"filrouge: 1 new alert in case number {number}"
    body = message.get_payload()
    assert f"https://workbench.example.org/cases/{number}/watches" in body
    for word in ("violin", "Harbour", "harbour", "Ana"):
        assert word not in str(body)
    assert [notice.state for notice in all_notices(told)] == ["sent"]
    assert "sent" in browser.get(told.path("harbour", "/watches")).text


def test_nobody_is_told_who_did_not_ask_or_left_or_silenced(told: Any, mail_server: MailServer) -> None:
    raise_alert(told)
    work(told)
    browser = told.client("ana")
    browser.post(told.path("harbour", "/watches/mail"), {"wanted": "1"})
    browser.post(told.path("harbour", "/watches/1/mute"), {"muted": "1"})
    raise_alert(told, 6)
    work(told)
    assert mail_server.mails == []
    browser.post(told.path("harbour", "/watches/1/mute"), {"muted": "0"})
    with told.house.database.writing() as db:
        db.get_one(User, told.users["ana"].id).active = False
    raise_alert(told, 7)
    work(told)
    assert mail_server.mails == []


def test_what_could_not_be_sent_is_tried_again_and_shown(told: Any, mail_server: MailServer) -> None:
    browser = told.client("ana")
    browser.post(told.path("harbour", "/watches/mail"), {"wanted": "1"})
    mail_server.refusing = "450 not now"
    raise_alert(told)
    work(told)
    (notice,) = all_notices(told)
    assert (notice.state, notice.tries) == ("waiting", 1)
    assert notice.due > now() + datetime.timedelta(seconds=30)
    page = browser.get(told.path("harbour", "/watches")).text
    assert "tried again later" in page
    work(told)
    assert all_notices(told)[0].tries == 1, "not before it is due"
    mail_server.refusing = ""
    browser.post(told.path("harbour", f"/watches/notices/{notice.id}/again"))
    work(told)
    assert all_notices(told)[0].state == "sent"
    assert len(mail_server.mails) == 1


def test_it_is_given_up_after_some_days(told: Any, mail_server: MailServer) -> None:
    browser = told.client("ana")
    browser.post(told.path("harbour", "/watches/mail"), {"wanted": "1"})
    mail_server.refusing = "550 nobody here"
    raise_alert(told)
    for _time in range(len(notices.WAITS) + 3):
        with told.house.database.writing() as db:
            for notice in db.query(Notice):
                notice.due = now()
        work(told)
    (notice,) = all_notices(told)
    assert (notice.state, notice.tries) == ("failed", len(notices.WAITS) + 1)
    assert "given up" in browser.get(told.path("harbour", "/watches")).text


def test_a_server_that_does_not_encrypt_or_is_not_trusted_gets_nothing(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    outside = Outside(mail_server="127.0.0.1", mail_port=mail_server.port, mail_from="a@example.org")
    with pytest.raises(NotSent, match="certificate"):
        mail(outside, "b@example.org", 1, 1)
    monkeypatch.setattr("smtplib.SMTP.has_extn", lambda *_a: False)
    monkeypatch.setattr("filrouge.casework.outside.OWN", ())
    with pytest.raises(NotSent, match="no_tls"):
        mail(outside, "b@example.org", 1, 1)
    assert mail_server.mails == []


def test_an_address_cannot_smuggle_headers(mail_server: MailServer, trusted: Path) -> None:
    outside = Outside(mail_server="127.0.0.1", mail_port=mail_server.port, mail_from="a@example.org")
    with pytest.raises(NotSent, match="address"):
        mail(outside, "b@example.org\r\nBcc: c@example.org", 1, 1)
    assert mail_server.mails == []


# -- webhooks -----------------------------------------------------------------------------------------------------


def test_another_program_is_told_and_can_prove_by_whom(told: Any, program: Program) -> None:
    sam = told.client("sam")
    url = f"https://localhost:{program.port}/alerts?to=desk"
    page = sam.post(told.path("harbour", "/watches/hook"), {"url": url})
    (key,) = {word for word in page.text.replace("<", " ").replace(">", " ").split() if len(word) == 64}
    assert key not in sam.get(told.path("harbour", "/watches")).text, "it is shown once"
    raise_alert(told)
    work(told)
    ((path, headers, body),) = program.got
    assert path == "/alerts?to=desk"
    said = json.loads(body)
    assert said["alerts"] == 1
    assert said["case"] == told.cases["harbour"].id
    assert set(said) == {"alerts", "case", "link", "notice"}
    assert headers["X-Filrouge-Signature"] == "sha256=" + signature(key, headers["X-Filrouge-Time"], body)
    assert b"violin" not in body


def test_a_new_address_gets_a_new_key(told: Any, program: Program) -> None:
    keys = set()
    with told.house.database.writing() as db:
        case, sam = db.get_one(Case, told.cases["harbour"].id), db.get_one(User, told.users["sam"].id)
        outside = notices.outside_of(told.house.settings.options)
        for url in (f"https://localhost:{program.port}/a", "", f"https://localhost:{program.port}/a"):
            hook = notices.set_hook(db, sam, case, outside, url)
            if hook is not None:
                keys.add(notices.key_of(told.house.settings.workspace, hook))
    assert len(keys) == 2


def test_only_supervisors_say_where_to(told: Any, program: Program) -> None:
    form = {"url": f"https://localhost:{program.port}/"}
    assert told.client("ana").post(told.path("harbour", "/watches/hook"), form).status_code == 403
    assert told.client("sue").post(told.path("harbour", "/watches/hook"), form).status_code == 404


ALLOWED = Outside(webhook_hosts=("hooks.example.org", "inner.example.org:8443"))


@pytest.mark.parametrize(
    "url",
    ["https://hooks.example.org/a", "https://HOOKS.example.org:443/", "https://inner.example.org:8443/x?y=1"],
)
def test_hosts_that_are_allowed_may_be_called(url: str) -> None:
    assert checked_url(ALLOWED, url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "https://169.254.169.254/latest",
        "https://localhost/",
        "https://hooks.example.org:8443/",
        "https://inner.example.org/",
        "https://hooks.example.org@127.0.0.1/",
        "https://127.0.0.1#@hooks.example.org/",
        "https://127.0.0.1\\@hooks.example.org/",
        "https://hooks.example.org.evil.example/",
        "https://hooks.example.org./",
        "https://hooks.example.org/\r\nX-A: b",
        "https://hooks.example.org:99999/",
        "file:///etc/passwd",
        "//hooks.example.org/",
        "https://",
        "https://hooks.example.org/" + "a" * 600,
    ],
)
def test_all_others_are_not(url: str) -> None:
    with pytest.raises(Refused):
        checked_url(ALLOWED, url)


def test_a_redirect_is_not_followed(program: Program, trusted: Path) -> None:
    program.answers, program.to = 302, f"https://localhost:{program.port}/elsewhere"
    outside = Outside(webhook_hosts=(f"localhost:{program.port}",))
    with pytest.raises(NotSent, match="answer:302"):
        call(outside, f"https://localhost:{program.port}/", "k", {}, "t")
    assert len(program.got) == 1


def test_a_host_that_is_no_more_allowed_is_called_no_more(told: Any, program: Program) -> None:
    told.client("sam").post(
        told.path("harbour", "/watches/hook"), {"url": f"https://localhost:{program.port}/"}
    )
    told.house.settings.options["outside"] = Outside(webhook_hosts=("hooks.example.org",))
    raise_alert(told)
    work(told)
    assert program.got == []
    assert all_notices(told)[0].trouble == "not_allowed"


def test_a_certificate_that_is_not_trusted_ends_it(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    outside = Outside(webhook_hosts=(f"localhost:{program.port}",))
    with pytest.raises(NotSent, match="certificate"):
        call(outside, f"https://localhost:{program.port}/", "k", {}, "t")
    assert program.got == []


def test_what_is_sent_and_where_to_is_in_the_trail_without_more(told: Any, program: Program) -> None:
    told.client("sam").post(
        told.path("harbour", "/watches/hook"), {"url": f"https://localhost:{program.port}/secret-path"}
    )
    raise_alert(told)
    work(told)
    with told.house.database.session() as db:
        rows = [row for row in db.query(AuditEntry) if row.action.startswith(("hook.", "notice."))]
    assert [row.action for row in rows] == ["hook.set", "notice.sent"]
    assert "secret-path" not in str([row.details for row in rows])


# -- as the administrator sets it ---------------------------------------------------------------------------------


def test_the_environment_says_where_to() -> None:
    found = Outside.of(
        {
            "FILROUGE_ADDRESS": "https://workbench.example.org/",
            "FILROUGE_MAIL_SERVER": "mail.example.org:2525",
            "FILROUGE_MAIL_FROM": "filrouge@example.org",
            "FILROUGE_WEBHOOK_HOSTS": "hooks.example.org, Inner.example.org:8443",
        }
    )
    assert (found.mail_server, found.mail_port) == ("mail.example.org", 2525)
    assert found.webhook_hosts == ("hooks.example.org", "inner.example.org:8443")
    assert found.link("/cases/3/watches") == "https://workbench.example.org/cases/3/watches"
    assert found.mails
    assert not Outside.of({}).mails
    with pytest.raises(Refused):
        Outside.of({"FILROUGE_MAIL_SERVER": "mail.example.org:smtp"})


@pytest.mark.parametrize(
    "code", ["off", "address", "no_tls", "certificate", "unreachable", "answer:503", "unwanted"]
)
def test_each_trouble_is_told_in_words(code: str) -> None:
    assert " " in notices.trouble_in_words(code)


def test_without_settings_the_room_says_so(people_site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FILROUGE_MAIL_SERVER", "FILROUGE_WEBHOOK_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    page = people_site.client("sam").get(people_site.path("harbour", "/watches")).text
    assert "E-mail is not set up here" in page
    assert "Webhooks are not set up here" in page
    form: Callable[..., Any] = people_site.client("sam").post
    refused = form(people_site.path("harbour", "/watches/hook"), {"url": "https://hooks.example.org/"})
    assert refused.status_code == 400
