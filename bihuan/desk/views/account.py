"""Signing in and out, the second factor, one's own account, the language."""

from __future__ import annotations

from typing import Any

from allauth.account import views as signing_views
from allauth.mfa.base import views as factor_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from bihuan.access.middleware import ENDED
from bihuan.desk import access, signing
from bihuan.desk.pages import show
from bihuan.desk.viewing import COOKIE, Asked

YEAR_S = 365 * 24 * 3600


class Told:
    """A page of allauth's in the desk's frame: what is wrong, as sentences."""

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**given)  # type: ignore[misc]
        form = context.get("form")
        return context | {"section": "", "faults": signing.faults(form) if form is not None and form.is_bound else []}


@method_decorator(login_not_required, name="dispatch")
class SignIn(Told, signing_views.LoginView):
    """The sign-in page."""

    template_name = "desk/login.html"
    form_class = signing.SignInForm

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        return super().get_context_data(**given) | {"ended": self.request.session.pop(ENDED, False)}


class SignOut(LogoutView):
    """Back to the sign-in page."""

    next_page = "login"


class Password(Told, signing_views.PasswordChangeView):
    """A new password of one's own."""

    template_name = "desk/password.html"

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        form.user.new_password = False
        form.user.save(update_fields=["new_password"])
        return answer


class Confirm(Told, signing_views.ReauthenticateView):
    """The password again, before what is delicate."""

    template_name = "desk/confirm.html"


class ConfirmCode(Told, factor_views.ReauthenticateView):
    """A code, before what is delicate."""

    template_name = "desk/confirm.html"


class AskCode(Told, factor_views.AuthenticateView):
    """The second factor, after the password."""

    template_name = "desk/second_ask.html"


class TurnOn(Told, totp_views.ActivateTOTPView):
    """Turn the second factor on."""

    template_name = "desk/second_on.html"


class TurnOff(Told, totp_views.DeactivateTOTPView):
    """Turn the second factor off."""

    template_name = "desk/second_off.html"


class Codes(Told, code_views.ViewRecoveryCodesView):
    """The codes for a lost phone."""

    template_name = "desk/second_codes.html"


class NewCodes(Told, code_views.GenerateRecoveryCodesView):
    """New codes; the old ones are void."""

    template_name = "desk/second_codes.html"


def account(asked: Asked) -> HttpResponse:
    """One's own account: as what, what it sees, until when; password, second factor."""
    own = asked.user
    names = access.access_names(asked, {"areas": {own.area}, "units": {own.unit}, "officers": {own.officer}})
    return show(
        asked,
        "account.html",
        "",
        own=own,
        area=names.get(("areas", own.area), own.area),
        unit=names.get(("units", own.unit), own.unit),
        officer=names.get(("officers", own.officer), own.officer),
        second=is_mfa_enabled(own),
    )


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
