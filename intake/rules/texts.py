"""Two texts that must both be kept. Pure."""


def both(kept: str | None, typed: str) -> str:
    """Two notes as one, the same words once."""
    return kept if kept and typed in kept else f"{kept or ''}\n{typed}".strip()
