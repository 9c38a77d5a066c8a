from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    name = "lyceum.domains.website"
    label = "website"
