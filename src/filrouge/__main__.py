"""`python -m filrouge` is the command `filrouge`."""

import sys

from filrouge.cli import main

sys.exit(main())
