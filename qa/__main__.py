"""`python -m qa` is the `dateline` command."""

import sys

from qa.cli import main

sys.exit(main())
