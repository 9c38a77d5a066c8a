from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "lyceum.demo"
    label = "demo"
