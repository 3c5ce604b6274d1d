"""The least that Polars needs to find the doctors of a specialty in use: `FILE CODES-AS-JSON`."""

import json
import sys
from importlib import import_module
from pathlib import Path

PRACTICE = "Provider Business Practice Location Address"
COLUMNS = (
    "NPI",
    "Provider Last Name (Legal Name)",
    "Provider First Name",
    "Provider Credential Text",
    "Provider First Line Business Practice Location Address",
    f"{PRACTICE} City Name",
    f"{PRACTICE} State Name",
    f"{PRACTICE} Postal Code",
    f"{PRACTICE} Telephone Number",
    "NPI Deactivation Date",
)
SLOTS = [f"Healthcare Provider Taxonomy Code_{slot}" for slot in range(1, 16)]


def main(path: Path, codes: list[str]) -> None:
    polars = import_module("polars")
    column = polars.col
    used = polars.any_horizontal([column(slot).is_in(codes) for slot in SLOTS])
    found = (
        polars.scan_csv(path, infer_schema=False)
        .filter((column("Entity Type Code") == "1") & used)
        .select([*COLUMNS, *SLOTS])
        .collect(engine="streaming")
    )
    print(json.dumps({"rows": found.height}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
