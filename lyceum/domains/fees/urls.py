"""Addresses of the pages of fees."""

from django.urls import path

from lyceum.domains.fees.views import accounts, invoices, own, payments, settings

urlpatterns = [
    path("fees/", accounts.accounts_page, name="fees"),
    path("fees/mine/", own.own_page, name="own-fees"),
    path("fees/accounts/<uuid:billing_account_id>/", accounts.account_page, name="billing-account"),
    path("fees/entries/<uuid:ledger_entry_id>/", accounts.entry_page, name="ledger-entry"),
    path("fees/invoices/", invoices.invoices_page, name="invoices"),
    path("fees/invoices/new/", invoices.new_invoice_page, name="new-invoice"),
    path("fees/invoices/<uuid:invoice_id>/", invoices.invoice_page, name="invoice"),
    path("fees/invoices/<uuid:invoice_id>/invoice.pdf", invoices.invoice_pdf, name="invoice-pdf"),
    path("fees/payments/", payments.payments_page, name="payments"),
    path("fees/payments/new/", payments.new_payment_page, name="new-payment"),
    path("fees/payments/<uuid:payment_id>/", payments.payment_page, name="payment"),
    path("fees/receipts/<uuid:receipt_id>/receipt.pdf", payments.receipt_pdf, name="receipt-pdf"),
    path("settings/fees/", settings.settings_page, name="settings-fees"),
]
