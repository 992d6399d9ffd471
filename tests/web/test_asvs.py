"""docs/security.md: each number of the standard stands there once, and each test that it names exists."""

from __future__ import annotations

import ast
import re
import socket
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")
# How many numbers each section of ASVS 5.0.0 has, and which of them are of level 3 alone.
SECTIONS = {
    "1.1": 2, "1.2": 10, "1.3": 12, "1.4": 3, "1.5": 3, "2.1": 3, "2.2": 3, "2.3": 5, "2.4": 2, "3.1": 1, "3.2": 3,
    "3.3": 5, "3.4": 8, "3.5": 8, "3.6": 1, "3.7": 5, "4.1": 5, "4.2": 5, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 6,
    "5.3": 3, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 8, "6.4": 6, "6.5": 8, "6.6": 4, "6.7": 2, "6.8": 4, "7.1": 3,
    "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "7.6": 2, "8.1": 4, "8.2": 4, "8.3": 3, "8.4": 2, "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 3, "10.3": 5, "10.4": 16, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 4, "11.2": 5, "11.3": 5,
    "11.4": 4, "11.5": 2, "11.6": 2, "11.7": 2, "12.1": 5, "12.2": 2, "12.3": 5, "13.1": 4, "13.2": 6, "13.3": 4,
    "13.4": 7, "14.1": 2, "14.2": 8, "14.3": 3, "15.1": 5, "15.2": 5, "15.3": 7, "15.4": 4, "16.1": 1, "16.2": 5,
    "16.3": 4, "16.4": 3, "16.5": 4, "17.1": 2, "17.2": 8, "17.3": 2,
}  # fmt: skip
HIGHEST = """
1.2.10 1.3.12 1.5.3 2.3.5 2.4.2 3.1.1 3.2.3 3.3.5 3.4.7 3.4.8 3.5.6 3.5.7 3.5.8 3.6.1 3.7.3 3.7.4 3.7.5 4.1.4
4.1.5 4.2.2 4.2.3 4.2.4 4.2.5 5.2.4 5.2.5 5.2.6 5.3.3 6.3.5 6.3.6 6.3.7 6.3.8 6.4.5 6.4.6 6.5.6 6.5.7 6.5.8 6.6.4
6.7.1 6.7.2 7.5.3 8.1.3 8.1.4 8.2.4 8.3.2 8.3.3 8.4.2 10.2.3 10.3.5 10.4.12 10.4.13 10.4.14 10.4.15 10.4.16 11.1.3
11.1.4 11.2.4 11.2.5 11.3.4 11.3.5 11.5.2 11.6.2 11.7.1 11.7.2 12.1.4 12.1.5 12.3.5 13.1.2 13.1.3 13.1.4 13.2.6
13.3.3 13.3.4 13.4.6 13.4.7 14.2.5 14.2.6 14.2.7 14.2.8 15.1.4 15.1.5 15.2.4 15.2.5 15.4.1 15.4.2 15.4.3 15.4.4
16.5.4 17.1.2 17.2.5 17.2.6 17.2.7 17.2.8
"""


def rows() -> list[list[str]]:
    """Number, short words, state, reason of each line of the table."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.splitlines()
        if re.match(r"\| \d+\.\d+\.\d+ \|", line)
    ]


def test_each_number_of_levels_one_and_two_stands_there_once() -> None:
    numbers = [f"{section}.{n}" for section, count in SECTIONS.items() for n in range(1, count + 1)]
    assert len(numbers) == 345  # as the standard counts itself
    assert [row[0] for row in rows()] == [number for number in numbers if number not in HIGHEST.split()]


def test_each_line_says_its_state_and_how() -> None:
    for number, short, state, how in rows():
        assert state in ("met", "partly", "yours", "–"), number
        assert short, number
        assert how, number


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE))), ids="::".join)
def test_each_named_test_exists(named: tuple[str, str]) -> None:
    file, name = named
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_limits_that_the_page_names_are_those_that_hold() -> None:
    from filrouge.casework import accounts, factors, passwords, people, sessions
    from filrouge.web.limits import BUDGETS

    page = " ".join(PAGE.split())
    assert BUDGETS["signin.address"] == "30/minute; 200/hour"
    assert BUDGETS["signin.login"] == "20/minute; 100/hour"
    assert BUDGETS["requests"] == "1500/minute"
    assert (BUDGETS["searching"], BUDGETS["opening"]) == ("300/minute", "60/hour")
    assert "30 a minute and 200 an hour by address, 20 a minute and 100 an hour by login" in page
    assert "1,500 requests a minute, 300 searches a minute, 60 openings of texts an hour" in page
    assert f"{passwords.LEAST_LENGTH} to {passwords.MOST_LENGTH} characters" in page
    for word in passwords.HOUSE:
        assert word in page
    assert f"one of {factors.RECOVERY_CODES} recovery codes" in page
    assert f"within {accounts.ONE_TIME_FOR.days * 24} hours" in page
    assert people.LONGEST_WAIT.total_seconds() == 15 * 60
    assert sessions.IDLE.total_seconds() == 60 * 60
    assert sessions.OLDEST.total_seconds() == 12 * 3600


def test_folders_are_not_listed_and_trace_is_refused(people_site: Any) -> None:
    browser = people_site.client("ana")
    for path in ("/static/", "/static/vendor/", "/static/../app.py", "/static/%2e%2e/app.py", "/.git/config"):
        assert browser.get(path).status_code == 404, path
    assert browser.client.request("TRACE", "/cases").status_code == 405


def test_signing_out_clears_the_browser(people_site: Any) -> None:
    browser = people_site.client("ana")
    browser.get("/account")
    answer = browser.post("/signout", follow_redirects=False)
    assert answer.headers["clear-site-data"] == '"cache"'
    assert 'filrouge=""' in answer.headers["set-cookie"]


def test_the_end_of_a_message_is_beyond_dispute(people_site: Any, serve: Any) -> None:
    port = int(serve(people_site).address.rpartition(":")[2])
    host = f"Host: 127.0.0.1:{port}\r\n"

    def told(*lines: str, body: str = "") -> list[str]:
        sent = "POST /sign-in HTTP/1.1\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n" + body
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(sent.encode())
            line.shutdown(socket.SHUT_WR)
            got = b"".join(iter(lambda: line.recv(65536), b""))
        return re.findall(r"HTTP/1.1 (\d+)", got.decode("latin-1"))

    here = host.strip()
    hidden = f"GET /healthz HTTP/1.1\r\n{host}\r\n"
    assert told(here, "Content-Length: 4", "Content-Length: 9", body="abcd") == ["400"]
    assert told(here, "Transfer-Encoding: xchunked") == ["400"]
    assert told(here, here, "Content-Length: 0") == ["400"]
    # What follows the end of the chunks is no part of the first request, whatever its length claims.
    both = told(here, "Content-Length: 400", "Transfer-Encoding: chunked", body="0\r\n\r\n" + hidden)
    assert both[0] == "422"
