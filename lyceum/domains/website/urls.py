"""Addresses of the public site; those of its editors are below `/site/`."""

from django.urls import path, register_converter

from lyceum.domains.website.addresses import FIXED, SiteLanguage, SitePage, SiteShelf
from lyceum.domains.website.public import forms, views
from lyceum.domains.website.views import overview, pages, people, voices

register_converter(SiteLanguage, "site_language")
register_converter(SitePage, "site_page")
register_converter(SiteShelf, "site_shelf")
_WITHOUT_FORM = [each for each in FIXED if each != "contact"]

urlpatterns = [
    path("site/", overview.site_page, name="site"),
    path("site/look/", overview.look_page, name="site-look"),
    path("site/menu/", overview.menu_page, name="site-menu"),
    path("site/domains/", overview.domains_page, name="site-domains"),
    path("site/about/", people.about_page, name="site-about-edit"),
    path("site/team/", people.team_page, name="site-team-edit"),
    path("site/team/<uuid:team_member_id>/", people.team_member_page, name="site-team-member"),
    path("site/partners/", people.partners_page, name="site-partners-edit"),
    path("site/partners/<uuid:partner_id>/", people.partner_page, name="site-partner"),
    path("site/alumni/", people.alumni_page, name="site-alumni-edit"),
    path("site/alumni/<uuid:alumni_id>/", people.alumnus_page, name="site-alumnus-edit"),
    path("site/reviews/", voices.reviews_page, name="site-reviews-queue"),
    path("site/reviews/all/", voices.all_reviews_page, name="site-reviews-all"),
    path("site/visits/", overview.visits_page, name="site-visits"),
    path("site/messages/", voices.messages_page, name="site-messages"),
    path("site/messages/<uuid:message_id>/", voices.message_page, name="site-message"),
    path("site/pages/new/", pages.page_new, name="site-page-new"),
    path("site/pages/<uuid:site_page_id>/", pages.page_edit, name="site-page"),
    path("alumni/me/", people.own_alumni_page, name="own-alumni"),
    *(path(f"{each}/", views.fixed_page, name=f"site-{each}") for each in _WITHOUT_FORM),
    path("contact/", forms.contact_page, name="site-contact"),
    path("contact/thanks/", views.thanks_page, name="site-thanks"),
    path("reviews/write/", forms.review_page, name="site-review-write"),
    path("reviews/withdraw/<str:withdraw>/", forms.withdraw_page, name="site-review-withdraw"),
    *(
        path(f"{each}/<str:site_slug>/", views.named_page, name=f"site-{each}-one")
        for each in ("courses", "events", "pages")
    ),
    path("find/", views.find_page, name="site-find"),
    path("preview/<str:preview_token>/", views.preview_page, name="site-preview"),
    path("site-pictures/<uuid:picture_id>/<int:width>/", views.picture_file, name="site-picture"),
    path("site-theme.css", views.theme_css, name="site-theme"),
    path("sitemap.xml", views.sitemap_xml, name="site-map"),
    path("robots.txt", views.robots_txt, name="site-robots"),
    path("alumni/<uuid:alumni_id>/", views.alumni_page, name="site-alumnus"),
    path("<site_language:site_language>/", views.home_in_language, name="site-home-in-language"),
    path(
        "<site_language:site_language>/<site_page:site_page>/", views.fixed_in_language, name="site-fixed-in-language"
    ),
    path(
        "<site_language:site_language>/<site_shelf:site_shelf>/<str:site_slug>/",
        views.named_in_language,
        name="site-in-language",
    ),
]
