"""What a mail server's answer says about an address: whether it is dead, or only the mail was refused.

The codes are those of RFC 3463. A refusal of us (5.7: policy, spam, a sender who is not known) says nothing
about the family's address: one wrong setting of ours would otherwise silence everybody.
"""

# No such mailbox (5.1.1, 5.1.10), domain (5.1.2, 5.4.4) or way of writing it (5.1.3); moved; switched off.
_DEAD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"})
_DEAD_WITHOUT_WORDS = frozenset({550, 551})


def is_dead_address(status: str) -> bool:
    """By the enhanced status, such as 5.1.1, wherever in the conversation it was said."""
    return status in _DEAD


def is_dead_recipient(code: int, status: str) -> bool:
    """By the answer to RCPT, which is about the address even without an enhanced status."""
    return is_dead_address(status) if status else code in _DEAD_WITHOUT_WORDS
