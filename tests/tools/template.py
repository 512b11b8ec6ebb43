"""Prints a template as JSON, its short forms (`!Sub ..`) written out, as the linter reads it."""

import json
import sys

from cfnlint.decode import decode

template, problems = decode(sys.argv[1])
if problems:
    sys.exit("\n".join(str(problem) for problem in problems))
print(json.dumps(template))
