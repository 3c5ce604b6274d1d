"""`advocate away`: the page for the front server, for when nothing of ours answers."""

from pathlib import Path

import click

from intake import away
from intake.config import Settings


@click.command()
@click.option("--to", "path", type=click.Path(path_type=Path, dir_okay=False), required=True)
def command(path: Path) -> None:
    """Write it anew: after each change of the organisation's name, phone or colours."""
    draft = path.with_suffix(".new")
    draft.write_text(away.page(Settings.from_env().organisation), encoding="utf-8")
    # The front server runs as somebody else, and never sees half a page.
    draft.chmod(0o644)
    draft.replace(path)
