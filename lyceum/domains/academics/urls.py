"""Addresses of academics's pages."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
