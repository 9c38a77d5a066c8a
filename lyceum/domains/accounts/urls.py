"""Addresses of accounts' pages."""

from django.urls import path

from lyceum.domains.accounts import views

urlpatterns = [
    path("sign-in/", views.sign_in_page, name="sign-in"),
    path("sign-out/", views.sign_out_page, name="sign-out"),
]
