"""What the database itself holds of the books: nothing is changed, every entry comes to nothing, no instalment is overpaid.

Rows move along when two records of a student become one (`app.merging`), and go when a school is erased by the owner of
the tables (`app.erasing`). To everybody else, the owner included, they are closed.
"""

from django.db import migrations

KEPT = (
    "fees_ledgerentry", "fees_ledgerline", "fees_creditnote", "fees_creditnoteline", "fees_payment", "fees_receipt",
    "fees_paymentreversal", "fees_deposituse", "fees_allocation",
)  # fmt: skip

_MAY = """
CREATE FUNCTION fees_erasing(kept oid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT current_setting('app.erasing', true) = 'on' AND pg_catalog.pg_has_role(
    current_user, (SELECT relowner FROM pg_catalog.pg_class WHERE oid = kept), 'USAGE')
$$;
CREATE FUNCTION fees_moved(old jsonb, new jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT COALESCE(current_setting('app.merging', true), '') = 'on' AND old - 'student_id' = new - 'student_id'
$$;
CREATE FUNCTION fees_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND fees_erasing(TG_RELID) THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND fees_moved(to_jsonb(OLD), to_jsonb(NEW)) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""

_REVOKED = """
DO $$
DECLARE
  held record;
BEGIN
  FOR held IN
    SELECT DISTINCT c.relname, a.grantee::regrole::text AS role FROM pg_class c, aclexplode(c.relacl) a
    WHERE c.relname IN ('fees_ledgerentry', 'fees_ledgerline') AND c.relnamespace = 'public'::regnamespace
      AND a.grantee <> 0 AND a.grantee <> c.relowner
  LOOP
    EXECUTE format('REVOKE UPDATE, DELETE ON %I FROM %s', held.relname, held.role);
    IF held.relname = 'fees_ledgerline' THEN
      EXECUTE format('GRANT UPDATE (student_id) ON %I TO %s', held.relname, held.role);
    END IF;
  END LOOP;
END $$;
"""

_BALANCED = """
CREATE FUNCTION fees_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was text := COALESCE(current_setting('app.school_id', true), '');
  total bigint;
BEGIN
  -- At COMMIT another school may be in scope, or none: the sum is that of the row's own.
  PERFORM set_config('app.school_id', NEW.school_id::text, true);
  SELECT sum(amount) INTO total FROM fees_ledgerline
  WHERE school_id = NEW.school_id AND entry_id = NEW.entry_id AND currency = NEW.currency;
  PERFORM set_config('app.school_id', was, true);
  IF total <> 0 THEN
    RAISE EXCEPTION 'the lines of entry % come to % %, not to nothing', NEW.entry_id, total, NEW.currency
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balances';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON fees_ledgerline DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION fees_balanced();

CREATE FUNCTION fees_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  total bigint;
BEGIN
  SELECT sum(amount) INTO total FROM fees_allocation
  WHERE school_id = NEW.school_id AND instalment_id = NEW.instalment_id;
  IF total < 0 OR total > (
    SELECT amount FROM fees_invoiceinstalment WHERE school_id = NEW.school_id AND id = NEW.instalment_id
  ) THEN
    RAISE EXCEPTION 'instalment % would have % allocated', NEW.instalment_id, total
      USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_within_instalment';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER within AFTER INSERT ON fees_allocation FOR EACH ROW EXECUTE FUNCTION fees_within();
"""

_INVOICES = """
CREATE FUNCTION fees_invoice_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  billed bigint;
  due bigint;
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.lifecycle = 'issued' THEN
    IF TG_OP = 'DELETE' AND fees_erasing(TG_RELID) THEN
      RETURN OLD;
    END IF;
    RAISE EXCEPTION 'invoice % was issued', OLD.code
      USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_immutable';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  IF NEW.lifecycle = 'issued' THEN
    SELECT sum(amount) INTO billed FROM fees_invoiceline WHERE school_id = NEW.school_id AND invoice_id = NEW.id;
    SELECT sum(amount) INTO due FROM fees_invoiceinstalment WHERE school_id = NEW.school_id AND invoice_id = NEW.id;
    IF billed IS NULL OR due IS NULL OR billed <> due THEN
      RAISE EXCEPTION 'the instalments of invoice % come to %, its lines to %', NEW.code, due, billed
        USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_is_whole';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON fees_invoice
  FOR EACH ROW EXECUTE FUNCTION fees_invoice_kept();

CREATE FUNCTION fees_part_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  part record := COALESCE(NEW, OLD);
BEGIN
  IF TG_OP = 'DELETE' AND fees_erasing(TG_RELID) THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND fees_moved(to_jsonb(OLD), to_jsonb(NEW)) THEN
    RETURN NEW;
  END IF;
  IF EXISTS (
    SELECT FROM fees_invoice WHERE school_id = part.school_id AND id = part.invoice_id AND lifecycle = 'issued'
  ) THEN
    RAISE EXCEPTION 'the invoice of this row of % was issued', TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_immutable';
  END IF;
  RETURN part;
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON fees_invoiceline
  FOR EACH ROW EXECUTE FUNCTION fees_part_kept();
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON fees_invoiceinstalment
  FOR EACH ROW EXECUTE FUNCTION fees_part_kept();
"""

_TRIGGER = "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {} FOR EACH ROW EXECUTE FUNCTION fees_kept();\n"
_DOWN = """
DROP FUNCTION fees_kept() CASCADE;
DROP FUNCTION fees_balanced() CASCADE;
DROP FUNCTION fees_within() CASCADE;
DROP FUNCTION fees_invoice_kept() CASCADE;
DROP FUNCTION fees_part_kept() CASCADE;
DROP FUNCTION fees_moved(jsonb, jsonb);
DROP FUNCTION fees_erasing(oid);
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0001_initial")]

    operations = [
        migrations.RunSQL(
            _MAY + "".join(_TRIGGER.format(table) for table in KEPT) + _BALANCED + _INVOICES + _REVOKED, _DOWN
        ),
    ]
