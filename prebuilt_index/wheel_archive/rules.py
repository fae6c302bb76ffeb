"""The rules a wheel's archive must keep, and how breaking one is told.

Z1 to Z4 and Z6 to Z28 hold for the archive (`walker`, `names`), Z5 for the members' content (`inflate`), Z29
and Z30 for RECORD (`record`), Z31 and Z32 for the wheel's metadata (`identity`).
"""

from typing import Final

from prebuilt_index.errors import BadArchiveError

RULES_VERSION: Final = 1
"""Raised when a rule, or what is read from a wheel, changes: older verdicts are then made again."""

RULES: Final = {
    "Z1": "no two members have one name",
    "Z2": "the directory lists what the archive holds, all of it and nothing else",
    "Z3": "a member has one name",
    "Z4": "a member's own header says what the directory says",
    "Z5": "a member's content has the stated size and checksum, and nothing follows its compressed data",
    "Z6": "a data descriptor is there when announced, and repeats the directory",
    "Z7": "nothing stands before the first member",
    "Z8": "members follow each other without gap or overlap",
    "Z9": "nothing but NULs stands behind the end record",
    "Z10": "there is one end record, and the directory is where, and as large as, it says",
    "Z11": "the archive has no comment",
    "Z12": "members have no comments",
    "Z13": "the ZIP64 end record has its fixed size",
    "Z14": "the ZIP64 end record, its locator and the end record belong together",
    "Z15": "a ZIP64 extra field holds what the 32-bit fields leave out, once",
    "Z16": "extra fields fill the space given to them exactly",
    "Z17": "no two extra fields of a header have one id",
    "Z18": "names are UTF-8, and say so when not ASCII",
    "Z19": "names are not empty and hold no control, format or private characters",
    "Z20": "names lead nowhere but below the folder they are unpacked to",
    "Z21": "names mean the same on every system",
    "Z22": "names differ by more than case or Unicode form, and no file is also a folder",
    "Z23": "a folder entry is nothing but a folder",
    "Z24": "members are plain files and folders",
    "Z25": "members are stored or deflated",
    "Z26": "no member is encrypted or patched, no flag or version unknown",
    "Z27": "the archive is not a tar as well",
    "Z28": "the archive stays within its budget",
    "Z29": "RECORD lists the members, each once",
    "Z30": "RECORD has a right hash, sha256 or stronger, and size for each member",
    "Z31": "there is one `.dist-info`, and file name, its name and its content say the same",
    "Z32": "no script can take the place of the interpreter or of a file elsewhere",
}


def refusal(rule: str, what: str, member: str | None = None) -> BadArchiveError:
    """The error for `what` was found against `rule`."""
    where = () if member is None else (f"member: `{shown(member)}`",)
    return BadArchiveError(what, rule=rule, member=member, evidence=(*where, f"rule {rule}: {RULES[rule]}"))


def shown(name: str) -> str:
    """`name` so that a terminal and a person can take it: escaped and cut."""
    text = name if name.isprintable() else ascii(name)[1:-1]
    return text if len(text) <= 200 else f"{text[:200]}... ({len(name)} characters)"
