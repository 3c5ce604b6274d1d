"""What stands after the start of a process stays for good: Python's collector need not walk through it."""

import gc


def leave_the_start_alone() -> None:
    """Call when all is loaded. A full walk through it stops every thread for a tenth of a second."""
    gc.collect()
    gc.freeze()
