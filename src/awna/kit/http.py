"""Answers that several rooms give: a form page, a refusal page, a short message, plain data, a private page."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from awna.core.problems import Refused

REFUSED_STATUS = 409


def form_page(
    request: HttpRequest, *, form: forms.Form, title: str, submit: str, intro: str = "", desk: bool = False, **context: Any
) -> HttpResponse:
    """One form on a page of its own; 422 when it came back with problems, so that a refusal is visible to programs too."""
    status = 422 if form.is_bound and form.errors else 200
    template = "kit/desk_form.html" if desk else "kit/form.html"
    return render(request, template, {"form": form, "title": title, "intro": intro, "submit": submit, **context}, status=status)


def refused_page(
    request: HttpRequest, refused: Refused, *, back: str = "", title: str = "", desk: bool = False, status: int = REFUSED_STATUS
) -> HttpResponse:
    """What was asked, what is so, what to do; for acts that have no form to go back to."""
    base = "kit/desk_base.html" if desk else "kit/base.html"
    return render(request, "kit/refused.html", {"problems": refused.problems, "back": back, "title": title, "base": base}, status=status)


def message_page(request: HttpRequest, *, title: str, lines: list[str], back: str = "", back_text: str = "") -> HttpResponse:
    """A page that says one thing."""
    return render(request, "kit/message.html", {"title": title, "lines": lines, "back": back, "back_text": back_text})


def file_answer(data: bytes, *, name: str, media_type: str) -> HttpResponse:
    """A file to save under a name."""
    return HttpResponse(data, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def private(response: HttpResponse, *, has_form: bool = False) -> HttpResponse:
    """For pages behind a secret address: not listed, not kept, and the address is not handed on."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    # Under no-referrer a browser names no origin when it sends a form, and the guard against forgery refuses it.
    response["Referrer-Policy"] = "same-origin" if has_form else "no-referrer"
    response["Cache-Control"] = "no-store, private"
    return response


def client_address(request: HttpRequest) -> str:
    """Who sent it, behind as many proxies of ours as the settings name; never what a stranger wrote into the header."""
    proxies = settings.AXES_IPWARE_PROXY_COUNT
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    return hops[-proxies] if proxies and len(hops) >= proxies else str(request.META.get("REMOTE_ADDR", ""))
