"""Lints the IAM policies in the files that are given; prints one line for each finding."""

import sys
import warnings

# The linter triggers warnings of pkg_resources.
warnings.simplefilter("ignore")
from parliament import analyze_policy_string  # noqa: E402

for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as policy:
        for finding in analyze_policy_string(policy.read()).findings:
            print(path, finding.issue, finding.detail, finding.location)
