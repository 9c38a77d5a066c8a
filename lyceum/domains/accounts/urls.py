"""Addresses of accounts' pages."""

from django.urls import path

from lyceum.domains.accounts.views import account, closing, entrance, keys, people, registration, settings, trail

urlpatterns = [
    path("sign-in/", entrance.sign_in_page, name="sign-in"),
    path("sign-out/", entrance.sign_out_page, name="sign-out"),
    path("switch/", entrance.switch_page, name="switch"),
    path("language/", entrance.language_page, name="language"),
    path("set-up/", entrance.set_up_page, name="set-up"),
    path("invitation/<str:secret>/", entrance.invitation_page, name="invitation"),
    path("register/", registration.register_page, name="register"),
    path("verify-email/<str:verify_token>/", registration.verify_page, name="verify-email"),
    path("account/", account.account_page, name="account"),
    path("settings/", settings.settings_page, name="settings"),
    path("settings/school/", settings.school_page, name="settings-school"),
    path("settings/closing/", closing.closing_page, name="settings-closing"),
    path("settings/users/", people.users_page, name="settings-users"),
    path("settings/users/<uuid:user_id>/", people.user_page, name="settings-user"),
    path("settings/keys/", keys.keys_page, name="settings-keys"),
    path("settings/trail/", trail.trail_page, name="settings-trail"),
    path("settings/policy/", settings.policy_page, name="settings-policy"),
]
