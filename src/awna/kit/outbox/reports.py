"""Reads delivery reports (RFC 3464). Pure, and run in a process of its own: whoever knows our address can send us anything."""

import base64
import re
from email import message_from_bytes, message_from_string
from email.message import Message
from typing import Any

FIELD_CHARS_MAX = 300
RECIPIENTS_MAX = 20
OUR_NUMBER = re.compile(r"<([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@")


def read_reports(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """One dictionary for each message (base64): `number` of the mail that it is about, and `recipients`; both empty where it is no report."""
    return [_read(base64.b64decode(text)) for text in payload["messages"]]


def _read(data: bytes) -> dict[str, Any]:
    message = message_from_bytes(data)
    recipients: list[dict[str, str]] = []
    originals: list[str] = []
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            recipients += [_recipient(block) for block in _blocks(part) if block.get("Final-Recipient")]
        elif kind in ("message/rfc822", "text/rfc822-headers") and (number := _number(_original(part))):
            originals.append(number)
    if not recipients:
        return {"number": "", "recipients": []}
    # Servers that return no header of the original name it as what they answer.
    originals += [found for name in ("In-Reply-To", "References") if (found := _first_number(_text(message, name)))]
    return {"number": originals[0] if originals else "", "recipients": recipients[:RECIPIENTS_MAX]}


def _blocks(part: Message) -> list[Message]:
    found = part.get_payload()
    return [block for block in found if isinstance(block, Message)] if isinstance(found, list) else []


def _recipient(block: Message) -> dict[str, str]:
    status = re.search(r"[245]\.\d{1,3}\.\d{1,3}", _text(block, "Status"))
    return {
        "action": _text(block, "Action").strip().lower(),
        "status": status.group() if status else "",
        "said": _text(block, "Diagnostic-Code").partition(";")[2].strip() or _text(block, "Diagnostic-Code").strip(),
    }


def _original(part: Message) -> Message | None:
    found = part.get_payload()
    if isinstance(found, list):
        return found[0] if found and isinstance(found[0], Message) else None
    raw = part.get_payload(decode=True)
    return message_from_string(raw.decode("utf-8", "replace")) if isinstance(raw, bytes) else None


def _number(original: Message | None) -> str:
    return _first_number(_text(original, "Message-ID")) if original else ""


def _first_number(text: str) -> str:
    found = OUR_NUMBER.search(text.lower())
    return found.group(1) if found else ""


def _text(message: Message, name: str) -> str:
    """One line, printable, of bounded length."""
    return "".join(mark for mark in " ".join(str(message.get(name, "")).split()) if mark.isprintable())[:FIELD_CHARS_MAX]
