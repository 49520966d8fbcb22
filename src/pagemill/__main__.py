"""`python -m pagemill` is the command `pagemill`."""

import sys

from pagemill.cli import main

sys.exit(main())
