"""Makes the example's package importable, as the folder of DAGs does for its tasks."""

import sys
from pathlib import Path

EXAMPLES = str(Path(__file__).parents[3] / "examples")
if EXAMPLES not in sys.path:
    sys.path.insert(0, EXAMPLES)
