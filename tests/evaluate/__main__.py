"""`make evaluate`: the vignettes as a table; exits 1 when something is not as it should be."""

import sys
from collections.abc import Iterable

from intake.rules.guidance import ROWS
from intake.rules.weights import RULE_VERSION
from tests.evaluate.vignettes import Finding, read_file, run_rules, run_vignettes

SHOWN_FAULTS = 5


def main() -> int:
    unreviewed = sum(1 for row in ROWS if not row.reviewed)
    print(f"Rules {RULE_VERSION}; vignettes {read_file()['version']}, {read_file()['review']}.")
    print(f"{unreviewed} of {len(ROWS)} rows of the guidance await clinical review.\n")
    faults = _table("Families", run_vignettes()) + _table("Rules", run_rules())
    print(f"\n{faults} not as they should be." if faults else "\nAll as they should be.")
    return 1 if faults else 0


def _table(title: str, findings: Iterable[Finding]) -> int:
    print(f"{title:<32}{'shown':<38}verdict")
    wrong = 0
    for finding in findings:
        wrong += bool(finding.wrong)
        print(f"{finding.name:<32}{finding.shown:<38}{'WRONG' if finding.wrong else 'good'}")
        print(f"    {finding.says}")
        for fault in finding.wrong[:SHOWN_FAULTS]:
            print(f"    ! {fault}")
        if len(finding.wrong) > SHOWN_FAULTS:
            print(f"    ! and {len(finding.wrong) - SHOWN_FAULTS:,} more")
    print()
    return wrong


if __name__ == "__main__":
    sys.exit(main())
