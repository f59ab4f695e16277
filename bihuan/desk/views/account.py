"""Signing in and out, the language."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from bihuan.desk.pages import show
from bihuan.desk.viewing import COOKIE, Asked

YEAR_S = 365 * 24 * 3600


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The sign-in page."""

    template_name = "desk/login.html"
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """Back to the sign-in page."""

    next_page = "login"


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language, and back to where one was."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = reverse("overview")
    response = HttpResponseRedirect(back)
    lang = "en" if request.POST.get("lang") == "en" else "zh"
    response.set_cookie(COOKIE, lang, max_age=YEAR_S, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


def keys(asked: Asked) -> HttpResponse:
    """What the keys do."""
    return show(asked, "keys.html", "")
