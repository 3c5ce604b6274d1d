"""A name as it is looked up: people leave out the accents, the hyphen and the apostrophe, and so do we."""

import unicodedata

# Letters that are no other letter with a mark, and how they are typed without them.
_TYPED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def folded(name: str) -> str:
    """Letters alone, without case or marks; a name that has no letter that folds stays as it is."""
    plain = unicodedata.normalize("NFKD", name.casefold()).translate(_TYPED)
    return "".join(sign for sign in plain if sign.isalnum()) or name.casefold()
