"""`python -m filrouge.cli` is the command `filrouge`."""

import sys

from filrouge.cli import main

sys.exit(main())
