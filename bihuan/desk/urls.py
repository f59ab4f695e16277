"""Addresses of the desk."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from bihuan.desk import faults
from bihuan.desk.views import (
    account,
    accounts,
    area,
    briefings,
    events,
    hole,
    holes,
    imports,
    inspections,
    instructions,
    ledgers,
    looks,
    loops,
    mine,
    notices,
    orders,
    overview,
    pressing,
    rosters,
    row,
    search,
    subject,
    telling,
    tickets,
    whole,
)


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Ready, as soon as it can answer at all."""
    return HttpResponse("ok\n", content_type="text/plain")


handler404 = faults.not_found
handler403 = faults.forbidden
handler500 = faults.server_error

urlpatterns: list[URLPattern] = [
    path("healthz", healthz, name="healthz"),
    path("login", account.SignIn.as_view(), name="login"),
    path("login", account.SignIn.as_view(), name="account_login"),  # as allauth knows it, and so below
    path("login/code", account.AskCode.as_view(), name="mfa_authenticate"),
    path("logout", account.SignOut.as_view(), name="logout"),
    path("account/", account.account, name="account"),
    path("account/password", account.Password.as_view(), name="account_change_password"),
    path("account/confirm", account.Confirm.as_view(), name="account_reauthenticate"),
    path("account/confirm/code", account.ConfirmCode.as_view(), name="mfa_reauthenticate"),
    path("account/second", account.account, name="mfa_index"),
    path("account/second/on", account.TurnOn.as_view(), name="mfa_activate_totp"),
    path("account/second/off", account.TurnOff.as_view(), name="mfa_deactivate_totp"),
    path("account/second/codes", account.Codes.as_view(), name="mfa_view_recovery_codes"),
    path("account/second/codes/new", account.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("telling/", telling.telling, name="telling"),
    path("telling/channel", telling.set_channel, name="set_channel"),
    path("telling/trial", telling.trial, name="telling_trial"),
    path("telling/delegate", telling.delegate, name="delegate"),
    path("telling/delegate/<int:pk>/end", telling.call_off, name="call_off"),
    path("told/", telling.told, name="told"),
    path("gateways/", telling.gateways, name="gateways"),
    path("gateways/set", telling.set_gateway, name="set_gateway"),
    path("language", account.language, name="language"),
    path("accounts/", accounts.listed, name="accounts"),
    path("accounts/<int:pk>", accounts.change, name="account_change"),
    path("account/looks", looks.who_looked, name="looks"),
    path("of/person/<str:token>/numbers", looks.numbers, name="numbers"),
    path("holes/", holes.holes, name="holes"),
    path("holes/file.<str:ending>", holes.as_file, name="holes_file"),
    path("holes/whole", whole.holes, name="holes_whole"),
    path("holes/views", holes.save_view, name="save_view"),
    path("", overview.overview, name="overview"),
    path("search", search.search, name="search"),
    path("mine/", mine.mine, name="mine"),
    path("import/", imports.upload, name="import"),
    path("import/<str:token>/", imports.preview, name="import_preview"),
    path("import/<str:token>/drop", imports.drop, name="import_drop"),
    path("import/<str:token>/confirm", imports.confirm, name="import_confirm"),
    path("inspections/", inspections.inspections, name="inspections"),
    path("instructions/", instructions.instructions, name="instructions"),
    path("tickets/", tickets.tickets, name="tickets"),
    path("rosters/", rosters.rosters, name="rosters"),
    path("events", events.events, name="events"),
    path("keys", account.keys, name="keys"),
    path("orders/", orders.orders, name="orders"),
    path("orders/try", orders.attempt, name="order_try"),
    path("holes/<str:token>", hole.hole, name="hole"),
    path("holes/<str:token>/comment", hole.comment, name="comment"),
    path("holes/<str:token>/pressure", pressing.pressing, name="pressing"),
    path("holes/<str:token>/reassign", pressing.reassign, name="reassign"),
    path("holes/<str:token>/attach", pressing.attach, name="attach"),
    path("holes/<str:token>/files/<str:digest>", pressing.attachment, name="attachment"),
    path("ledgers/", ledgers.ledgers, name="ledgers"),
    path("ledgers/lookup", row.lookup, name="lookup"),
    path("ledgers/<str:name>/", ledgers.ledger, name="ledger"),
    path("ledgers/<str:name>/file.<str:ending>", ledgers.as_file, name="ledger_file"),
    path("ledgers/<str:name>/whole", whole.ledger, name="ledger_whole"),
    path("ledgers/<str:name>/template", ledgers.blank, name="ledger_blank"),
    path("ledgers/<str:ledger>/new", row.new, name="row_new"),
    path("ledgers/<str:ledger>/row/<str:token>", row.row, name="row"),
    path("ledgers/<str:ledger>/row/<str:token>/edit", row.edit, name="row_edit"),
    path("ledgers/<str:ledger>/row/<str:token>/retract", row.retract, name="row_retract"),
    path("of/<str:kind>/<path:key>", subject.subject, name="subject"),
    path("areas/", area.areas, name="areas"),
    path("briefings/", briefings.briefings, name="briefings"),
    path("briefings/new", briefings.draft, name="briefing_draft"),
    path("briefings/<int:pk>/", briefings.briefing, name="briefing"),
    path("briefings/<int:pk>/file.<str:ending>", briefings.as_file, name="briefing_file"),
    path("briefings/<int:pk>/<str:act>", briefings.act, name="briefing_act"),
    path("notices/", notices.notices, name="notices"),
    path("notices/new", notices.new, name="notice_new"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("notices/<int:pk>/<str:act>", notices.act, name="notice_act"),
    path("loops/", loops.loops, name="loops"),
]
