"""Write the next revision of the tables of people's data: what the models have and the revisions before lack.

python tools/migration.py 0002 "Labels and opinions"
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from filrouge.casework.database import ALONE, Database, _alembic

number, title = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    database = Database(f"sqlite:///{folder}/empty.sqlite")
    database.upgrade()
    with database.engine.execution_options(**{ALONE: True}).begin() as connection:
        written = command.revision(_alembic(connection), message=title, autogenerate=True, rev_id=number)
    path = Path(written.path)  # type: ignore[union-attr]
lines = path.read_text().splitlines()
path.write_text("\n".join(line for line in lines if not line.strip().startswith("# ###")) + "\n")
for step in (("format", "--quiet"), ("check", "--fix", "--quiet")):
    subprocess.run([Path(sys.executable).with_name("ruff"), *step, path], check=True)
print(path)
