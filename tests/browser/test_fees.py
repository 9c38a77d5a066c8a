"""Cash at the counter: the payer found, the sum there already, a receipt in hand; the family sees it at once."""

from playwright.sync_api import expect

from lyceum.domains.fees.models import Payment
from lyceum.domains.fees.tests.conftest import make_bursary
from tests.browser.conftest import DESK, Site


def test_the_office_takes_cash_by_keyboard_and_the_family_sees_the_receipt(site: Site):
    bursary = make_bursary()
    bursary.bill(12_550)
    page = site.sign_in("bea", **DESK)
    page.goto("/fees/payments/new/")

    page.keyboard.type("lovelace")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Mo Lovelace").press("Enter")
    expect(page.get_by_label("Amount in GBP")).to_have_value("125.50")
    page.get_by_label("By").select_option("cash")
    page.get_by_role("button", name="Record").press("Enter")
    expect(page.get_by_text("Recorded. Receipt REC-")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Receipt").click()

    assert download.value.suggested_filename == "receipt-1.pdf"
    with bursary.within():
        assert Payment.objects.get().amount == 12_550
    family = site.sign_in("mother")
    family.goto("/fees/mine/")
    expect(family.get_by_text("You owe nothing.")).to_be_visible()
    expect(family.get_by_role("link", name="Receipt REC-")).to_be_visible()
