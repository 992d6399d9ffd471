"""What the command's exit codes mean. Scripts rely on them."""

from __future__ import annotations

DONE = 0
FAULT = 1  # a mistake in filrouge itself
ALTERED = 1  # of `verify`: something is not as it was written; the list says what
WRONG_USE = 2  # options or files that cannot be used; the message says what to do
REJECTED_ROWS = 3  # with --strict only: the work is done, but some rows could not become ads
INTERRUPTED = 130  # Ctrl-C, as shells say it
TERMINATED = 143  # asked to end by the system (SIGTERM: `kill`, a shutdown, a time limit)
