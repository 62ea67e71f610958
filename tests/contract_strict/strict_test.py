"""Runs every test of this folder: python3 strict_test.py [NAME...]. Needs DESCOPECTL_BINARY and DESCOPE_OPENAPI."""

import os
import sys
import unittest

from workspace import skip_reason

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = sorted(name[:-3] for name in os.listdir(HERE) if name.endswith("_test.py") and name != "strict_test.py")

SKIPPED = 77  # what CTest is told to read as "skipped"

if __name__ == "__main__":
    if skip_reason():
        print("skipped:", skip_reason())
        sys.exit(SKIPPED)
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{name}*" for name in sys.argv[1:]] or None
    result = unittest.TextTestRunner(verbosity=2).run(loader.loadTestsFromNames(MODULES))
    sys.exit(0 if result.wasSuccessful() else 1)
