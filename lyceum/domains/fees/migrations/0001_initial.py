import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import lyceum.core.ids
import lyceum.core.schools


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0004_more_contrast"),
        ("people", "0011_subject_requests"),
        ("tenancy", "0002_closing"),
    ]

    operations = [
        migrations.CreateModel(
            name="BillingAccount",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("number", models.CharField(max_length=12)),
                (
                    "holder",
                    models.CharField(
                        choices=[
                            ("guardian", "Guardian"),
                            ("family", "Family"),
                            ("student", "Adult student"),
                            ("user", "Applicant"),
                        ],
                        max_length=8,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("name", models.CharField(max_length=200)),
                ("address", models.CharField(blank=True, max_length=300)),
                (
                    "family",
                    lyceum.core.schools.SchoolForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="billing_accounts",
                        to="people.family",
                    ),
                ),
                (
                    "guardian",
                    lyceum.core.schools.SchoolForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="billing_accounts",
                        to="people.person",
                    ),
                ),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
                (
                    "student",
                    lyceum.core.schools.SchoolForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="billing_accounts",
                        to="people.student",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.user",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="DocumentCounter",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("series", models.CharField(max_length=10)),
                ("fiscal_year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="FeeItem",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("code", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=120)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("tuition", "Tuition"),
                            ("registration", "Registration"),
                            ("deposit", "Deposit"),
                            ("transport", "Transport"),
                            ("meals", "Meals"),
                            ("trip", "Trip"),
                            ("exam", "Exam"),
                            ("materials", "Materials"),
                            ("other", "Other"),
                        ],
                        default="other",
                        max_length=12,
                    ),
                ),
                ("is_deposit", models.BooleanField(default=False)),
                ("active", models.BooleanField(default=True)),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="FeesSettings",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("bank_details", models.CharField(blank=True, max_length=1000)),
                ("number_format", models.CharField(default="{series}-{year}-{seq:06}", max_length=60)),
                ("fiscal_year_starts", models.PositiveSmallIntegerField(default=1)),
                ("due_days", models.PositiveSmallIntegerField(default=14)),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "lifecycle",
                    models.CharField(choices=[("draft", "Draft"), ("issued", "Issued")], default="draft", max_length=6),
                ),
                ("currency", models.CharField(max_length=3)),
                ("series", models.CharField(blank=True, max_length=10)),
                ("fiscal_year", models.PositiveSmallIntegerField(null=True)),
                ("number", models.PositiveIntegerField(null=True)),
                ("code", models.CharField(blank=True, max_length=60)),
                ("issued_on", models.DateField(null=True)),
                ("billed_name", models.CharField(blank=True, max_length=200)),
                ("billed_address", models.CharField(blank=True, max_length=300)),
                ("how_to_pay", models.CharField(blank=True, max_length=1000)),
                (
                    "account",
                    lyceum.core.schools.SchoolForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invoices", to="fees.billingaccount"
                    ),
                ),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="CreditNote",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("series", models.CharField(max_length=10)),
                ("fiscal_year", models.PositiveSmallIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("code", models.CharField(max_length=60)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("correction", "Correction"),
                            ("cancellation", "Cancellation"),
                            ("withdrawal", "Withdrawal"),
                        ],
                        max_length=12,
                    ),
                ),
                ("issued_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
                (
                    "invoice",
                    lyceum.core.schools.SchoolForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="credit_notes", to="fees.invoice"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="InvoiceInstalment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("due_on", models.DateField()),
                ("amount", models.BigIntegerField()),
                (
                    "invoice",
                    lyceum.core.schools.SchoolForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="instalments", to="fees.invoice"
                    ),
                ),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("text", models.CharField(max_length=300)),
                ("quantity", models.PositiveIntegerField(default=1)),
                ("unit_price", models.BigIntegerField()),
                ("amount", models.BigIntegerField()),
                ("is_deposit", models.BooleanField(default=False)),
                ("source_kind", models.CharField(blank=True, max_length=20)),
                ("source_id", models.UUIDField(null=True)),
                (
                    "invoice",
                    lyceum.core.schools.SchoolForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="fees.invoice"
                    ),
                ),
                (
                    "item",
                    lyceum.core.schools.SchoolForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invoice_lines", to="fees.feeitem"
                    ),
                ),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
                (
                    "student",
                    lyceum.core.schools.SchoolForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoice_lines",
                        to="people.student",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="DepositUse",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("returned", "Returned"), ("turned", "Turned into payment")], max_length=8
                    ),
                ),
                ("amount", models.BigIntegerField()),
                (
                    "method",
                    models.CharField(
                        blank=True,
                        choices=[("bank", "Bank transfer"), ("cash", "Cash"), ("cheque", "Cheque")],
                        max_length=6,
                    ),
                ),
                ("used_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("by_name", models.CharField(blank=True, max_length=200)),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
                (
                    "line",
                    lyceum.core.schools.SchoolForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deposit_uses", to="fees.invoiceline"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="CreditNoteLine",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("amount", models.BigIntegerField()),
                (
                    "credit_note",
                    lyceum.core.schools.SchoolForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="fees.creditnote"
                    ),
                ),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
                (
                    "line",
                    lyceum.core.schools.SchoolForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="credits", to="fees.invoiceline"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="LedgerAccount",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("asset", "Asset"),
                            ("liability", "Liability"),
                            ("income", "Income"),
                            ("expense", "Expense"),
                        ],
                        max_length=9,
                    ),
                ),
                ("role", models.CharField(max_length=30)),
                ("currency", models.CharField(max_length=3)),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("effective_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("source_kind", models.CharField(max_length=20)),
                ("source_id", models.UUIDField()),
                ("purpose", models.CharField(max_length=20)),
                ("text", models.CharField(max_length=300)),
                ("by", models.UUIDField(null=True)),
                ("by_name", models.CharField(blank=True, max_length=200)),
                (
                    "reverses",
                    lyceum.core.schools.SchoolForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="fees.ledgerentry",
                    ),
                ),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
            ],
            options={
                "verbose_name_plural": "ledger entries",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="LedgerLine",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("amount", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "account",
                    lyceum.core.schools.SchoolForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="fees.ledgeraccount"
                    ),
                ),
                (
                    "billing_account",
                    lyceum.core.schools.SchoolForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ledger_lines",
                        to="fees.billingaccount",
                    ),
                ),
                (
                    "entry",
                    lyceum.core.schools.SchoolForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="fees.ledgerentry"
                    ),
                ),
                (
                    "item",
                    lyceum.core.schools.SchoolForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ledger_lines",
                        to="fees.feeitem",
                    ),
                ),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
                (
                    "student",
                    lyceum.core.schools.SchoolForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ledger_lines",
                        to="people.student",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[("bank", "Bank transfer"), ("cash", "Cash"), ("cheque", "Cheque")], max_length=6
                    ),
                ),
                ("amount", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("received_on", models.DateField()),
                ("reference", models.CharField(blank=True, max_length=120)),
                ("cheque_number", models.CharField(blank=True, max_length=40)),
                ("recorded_at", models.DateTimeField()),
                ("by", models.UUIDField(null=True)),
                ("by_name", models.CharField(blank=True, max_length=200)),
                (
                    "account",
                    lyceum.core.schools.SchoolForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="fees.billingaccount"
                    ),
                ),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("amount", models.BigIntegerField()),
                ("recorded_at", models.DateTimeField()),
                ("by_name", models.CharField(blank=True, max_length=200)),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
                (
                    "credit_note",
                    lyceum.core.schools.SchoolForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="fees.creditnote",
                    ),
                ),
                (
                    "deposit_use",
                    lyceum.core.schools.SchoolForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="fees.deposituse",
                    ),
                ),
                (
                    "instalment",
                    lyceum.core.schools.SchoolForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="fees.invoiceinstalment",
                    ),
                ),
                (
                    "payment",
                    lyceum.core.schools.SchoolForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="fees.payment",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="PaymentReversal",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[("bounced", "The cheque bounced"), ("error", "Recorded in error")], max_length=7
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("reversed_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("by_name", models.CharField(blank=True, max_length=200)),
                (
                    "payment",
                    lyceum.core.schools.SchoolForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reversals", to="fees.payment"
                    ),
                ),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.UUIDField(default=lyceum.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("series", models.CharField(max_length=10)),
                ("fiscal_year", models.PositiveSmallIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("code", models.CharField(max_length=60)),
                ("issued_on", models.DateField()),
                ("received_from", models.CharField(max_length=200)),
                (
                    "payment",
                    lyceum.core.schools.SchoolForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to="fees.payment"
                    ),
                ),
                ("school", lyceum.core.schools.SchoolKey(on_delete=django.db.models.deletion.PROTECT)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="billingaccount",
            index=models.Index(fields=["school", "name"], name="billing_account_by_name"),
        ),
        migrations.AddIndex(
            model_name="billingaccount",
            index=models.Index(fields=["school", "student"], name="billing_account_by_student"),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.UniqueConstraint(fields=("school", "number"), name="billing_account_number_once"),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("guardian__isnull", False)),
                fields=("school", "guardian", "currency"),
                name="billing_account_guardian_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("family__isnull", False)),
                fields=("school", "family", "currency"),
                name="billing_account_family_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("student__isnull", False)),
                fields=("school", "student", "currency"),
                name="billing_account_student_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("user__isnull", False)),
                fields=("school", "user", "currency"),
                name="billing_account_user_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("holder", "guardian"), _negated=True),
                        models.Q(
                            ("family__isnull", True),
                            ("guardian__isnull", False),
                            ("student__isnull", True),
                            ("user__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("holder", "family"), _negated=True),
                        models.Q(
                            ("family__isnull", False),
                            ("guardian__isnull", True),
                            ("student__isnull", True),
                            ("user__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("holder", "student"), _negated=True),
                        models.Q(
                            ("family__isnull", True),
                            ("guardian__isnull", True),
                            ("student__isnull", False),
                            ("user__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("holder", "user"), _negated=True),
                        models.Q(
                            ("family__isnull", True),
                            ("guardian__isnull", True),
                            ("student__isnull", True),
                            ("user__isnull", False),
                        ),
                        _connector="OR",
                    ),
                ),
                name="billing_account_has_one_holder",
            ),
        ),
        migrations.AddConstraint(
            model_name="documentcounter",
            constraint=models.UniqueConstraint(
                fields=("school", "series", "fiscal_year"), name="document_counter_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="feeitem",
            constraint=models.UniqueConstraint(fields=("school", "code"), name="fee_item_code_once"),
        ),
        migrations.AddConstraint(
            model_name="feessettings",
            constraint=models.UniqueConstraint(fields=("school",), name="fees_settings_once"),
        ),
        migrations.AddConstraint(
            model_name="feessettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("fiscal_year_starts__gte", 1), ("fiscal_year_starts__lte", 12)),
                name="fiscal_year_starts_in_month",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["school", "account", "lifecycle"], name="invoice_by_account"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["school", "-created_at"], name="invoice_by_age"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                fields=("school", "series", "fiscal_year", "number"), name="invoice_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("issued_on__isnull", True), ("lifecycle", "draft"), ("number__isnull", True)),
                    models.Q(
                        ("fiscal_year__isnull", False),
                        ("issued_on__isnull", False),
                        ("lifecycle", "issued"),
                        ("number__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="invoice_numbered_when_issued",
            ),
        ),
        migrations.AddIndex(
            model_name="creditnote",
            index=models.Index(fields=["school", "invoice"], name="credit_note_by_invoice"),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.UniqueConstraint(
                fields=("school", "series", "fiscal_year", "number"), name="credit_note_number_once"
            ),
        ),
        migrations.AddIndex(
            model_name="invoiceinstalment",
            index=models.Index(fields=["school", "invoice", "due_on"], name="instalment_by_invoice"),
        ),
        migrations.AddConstraint(
            model_name="invoiceinstalment",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="instalment_is_something"),
        ),
        migrations.AddIndex(
            model_name="invoiceline",
            index=models.Index(fields=["school", "student"], name="invoice_line_by_student"),
        ),
        migrations.AddIndex(
            model_name="invoiceline",
            index=models.Index(fields=["school", "item"], name="invoice_line_by_item"),
        ),
        migrations.AddIndex(
            model_name="invoiceline",
            index=models.Index(fields=["school", "source_kind", "source_id"], name="invoice_line_by_source"),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.UniqueConstraint(
                fields=("school", "invoice", "position"), name="invoice_line_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount",
                        django.db.models.expressions.CombinedExpression(
                            models.F("quantity"), "*", models.F("unit_price")
                        ),
                    ),
                    ("amount__gte", 0),
                ),
                name="invoice_line_is_its_product",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("source_id__isnull", True), ("source_kind", "")),
                    models.Q(models.Q(("source_kind", ""), _negated=True), ("source_id__isnull", False)),
                    _connector="OR",
                ),
                name="invoice_line_source_is_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="deposituse",
            index=models.Index(fields=["school", "line"], name="deposit_use_by_line"),
        ),
        migrations.AddConstraint(
            model_name="deposituse",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="deposit_use_is_something"),
        ),
        migrations.AddIndex(
            model_name="creditnoteline",
            index=models.Index(fields=["school", "line"], name="credited_by_line"),
        ),
        migrations.AddConstraint(
            model_name="creditnoteline",
            constraint=models.UniqueConstraint(fields=("school", "credit_note", "line"), name="credited_line_once"),
        ),
        migrations.AddConstraint(
            model_name="creditnoteline",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="credited_is_something"),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.UniqueConstraint(fields=("school", "code"), name="ledger_account_code_once"),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.UniqueConstraint(fields=("school", "role", "currency"), name="ledger_account_role_once"),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["school", "effective_on", "id"], name="ledger_entry_by_day"),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.UniqueConstraint(
                fields=("school", "source_kind", "source_id", "purpose"), name="posted_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses__isnull", False)),
                fields=("school", "reverses"),
                name="entry_reversed_once",
            ),
        ),
        migrations.AddIndex(
            model_name="ledgerline",
            index=models.Index(fields=["school", "entry"], name="ledger_line_by_entry"),
        ),
        migrations.AddIndex(
            model_name="ledgerline",
            index=models.Index(fields=["school", "account"], include=("amount",), name="ledger_line_by_account"),
        ),
        migrations.AddIndex(
            model_name="ledgerline",
            index=models.Index(
                fields=["school", "billing_account", "account"], include=("amount",), name="ledger_line_by_family"
            ),
        ),
        migrations.AddIndex(
            model_name="ledgerline",
            index=models.Index(fields=["school", "student"], name="ledger_line_by_student"),
        ),
        migrations.AddIndex(
            model_name="ledgerline",
            index=models.Index(fields=["school", "item"], name="ledger_line_by_item"),
        ),
        migrations.AddConstraint(
            model_name="ledgerline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True), name="ledger_line_is_something"
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["school", "account", "received_on"], name="payment_by_account"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["school", "received_on", "id"], name="payment_by_day"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payment_is_something"),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(fields=["school", "instalment"], include=("amount",), name="allocation_by_instalment"),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(fields=["school", "payment"], include=("amount",), name="allocation_by_payment"),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(fields=["school", "credit_note"], include=("amount",), name="allocation_by_credit_note"),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(fields=["school", "deposit_use"], include=("amount",), name="allocation_by_deposit_use"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True), name="allocation_is_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credit_note__isnull", True), ("deposit_use__isnull", True), ("payment__isnull", False)),
                    models.Q(("credit_note__isnull", False), ("deposit_use__isnull", True), ("payment__isnull", True)),
                    models.Q(("credit_note__isnull", True), ("deposit_use__isnull", False), ("payment__isnull", True)),
                    _connector="OR",
                ),
                name="allocation_has_one_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentreversal",
            constraint=models.UniqueConstraint(fields=("school", "payment"), name="payment_reversed_once"),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(fields=("school", "payment"), name="one_receipt_a_payment"),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                fields=("school", "series", "fiscal_year", "number"), name="receipt_number_once"
            ),
        ),
    ]
