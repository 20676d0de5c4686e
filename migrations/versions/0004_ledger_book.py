"""PostgreSQL: the function that carries out a booking in one round trip (`barterweb.ledger.store` calls it).

It takes the same steps, in the same order and with the same outcomes, as `barterweb.ledger.store_sqlite`. Accounts are locked
by id, then stripes by account, so bookings that cross wait for each other; NO KEY UPDATE lets others insert rows that refer to
the account meanwhile. A refusal writes nothing.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LINES = """
CREATE FUNCTION ledger_write_lines(
    account_id text, stripe smallint, sequence bigint, balance bigint, lines jsonb, day date
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_entries
        (account_id, stripe, sequence, transfer_id, amount_cents, balance_after_cents, booked_on)
    SELECT account_id, stripe, sequence + line.number, line.transfer_id, line.amount, balance + line.running, day
    FROM ROWS FROM (jsonb_to_recordset(lines) AS (transfer_id text, amount bigint, running bigint))
        WITH ORDINALITY AS line (transfer_id, amount, running, number);
END $$
"""

HOLD = """
CREATE FUNCTION ledger_refusal_of_hold(hold jsonb, moment timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    known ledger_holds;
    same boolean;
BEGIN
    SELECT * INTO known FROM ledger_holds WHERE id = hold ->> 'id';
    IF hold ->> 'action' = 'place' THEN
        same := (known.payer_account_id, known.payee_account_id, known.amount_cents, known.expected_cents, known.reference)
            = (hold ->> 'payer_account_id', hold ->> 'payee_account_id', (hold ->> 'amount_cents')::bigint,
               (hold ->> 'expected_cents')::bigint, hold ->> 'reference');
        RETURN CASE
            WHEN known.id IS NULL THEN NULL
            WHEN same THEN jsonb_build_object('outcome', 'replayed')
            ELSE jsonb_build_object('outcome', 'key of another', 'subject', hold ->> 'id')
        END;
    END IF;
    RETURN CASE
        WHEN known.id IS NULL THEN jsonb_build_object('outcome', 'unknown hold', 'subject', hold ->> 'id')
        WHEN known.status = 'released' AND hold ->> 'action' = 'release' THEN jsonb_build_object('outcome', 'replayed')
        WHEN known.status <> 'held'
            THEN jsonb_build_object('outcome', 'hold settled', 'subject', known.id, 'status', known.status)
        WHEN known.expires_at <= moment AND hold ->> 'action' = 'post'
            THEN jsonb_build_object('outcome', 'hold expired', 'subject', known.id)
    END;
END $$
"""

WRITE_HOLD = """
CREATE FUNCTION ledger_write_hold(hold jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF hold ->> 'action' = 'place' THEN
        INSERT INTO ledger_holds (id, payer_account_id, payee_account_id, amount_cents, expected_cents, reference, status,
                                  created_at, expires_at)
        VALUES (hold ->> 'id', hold ->> 'payer_account_id', hold ->> 'payee_account_id',
                (hold ->> 'amount_cents')::bigint, (hold ->> 'expected_cents')::bigint, hold ->> 'reference', 'held',
                moment, (hold ->> 'expires_at')::timestamptz);
    ELSE
        UPDATE ledger_holds
        SET status = CASE hold ->> 'action' WHEN 'post' THEN 'posted' ELSE 'released' END,
            settled_at = moment, transfer_id = hold ->> 'transfer_id'
        WHERE id = hold ->> 'id';
    END IF;
END $$
"""

BOOK = """
CREATE FUNCTION ledger_book(booking jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    moves CONSTANT jsonb := booking -> 'moves';
    ids CONSTANT text[] := ARRAY(SELECT jsonb_object_keys(moves));
    hold CONSTANT jsonb := NULLIF(booking -> 'hold', 'null');
    moment CONSTANT timestamptz := booking ->> 'now';
    day date := booking ->> 'today';
    accounts ledger_accounts[];
    stripes ledger_stripes[] := '{}';
    account ledger_accounts;
    stripe ledger_stripes;
    known record;
    move jsonb;
    entries integer;
    left_cents bigint;
    refusal jsonb;
BEGIN
    -- 1. Lock the members' accounts by id, then the stripe drawn of each account of the operator.
    SELECT COALESCE(array_agg(locked.a), '{}') INTO accounts FROM (
        SELECT a FROM ledger_accounts a WHERE a.id = ANY (ids) AND a.kind = 'member' ORDER BY a.id FOR NO KEY UPDATE
    ) AS locked;
    IF cardinality(accounts) < cardinality(ids) THEN
        SELECT COALESCE(array_agg(locked.s), '{}') INTO stripes FROM (
            SELECT s FROM ledger_stripes s
            WHERE s.account_id = ANY (ids) AND s.stripe = (booking ->> 'stripe')::smallint
            ORDER BY s.account_id FOR NO KEY UPDATE
        ) AS locked;
        FOR known IN
            SELECT id, a.id IS NULL AS missing, a.status
            FROM unnest(ids) AS wanted (id) LEFT JOIN ledger_accounts a USING (id)
            WHERE a.id IS NULL OR a.kind <> 'member' ORDER BY a.id IS NULL DESC, id
        LOOP
            IF known.missing THEN
                RETURN jsonb_build_object('outcome', 'unknown account', 'subject', known.id);
            ELSIF known.status <> 'open' AND NOT (booking -> 'thaws')::boolean THEN
                refusal := jsonb_build_object('outcome', 'account not open', 'subject', known.id, 'status', known.status);
            ELSIF hold IS NOT NULL AND (moves #>> ARRAY[known.id, 'held'] <> '0' OR moves #>> ARRAY[known.id, 'incoming'] <> '0')
            THEN
                refusal := jsonb_build_object('outcome', 'no holds', 'subject', known.id);
            END IF;
        END LOOP;
    END IF;

    -- 2. Answer a key that was booked before.
    IF jsonb_array_length(booking -> 'transfers') > 0 THEN
        SELECT t.id, t.booked_on, t.fingerprint INTO known FROM ledger_transfers t
        WHERE t.idempotency_key = booking #>> '{transfers,0,idempotency_key}';
        IF FOUND AND known.fingerprint = booking #>> '{transfers,0,fingerprint}' THEN
            RETURN jsonb_build_object('outcome', 'replayed', 'id', known.id, 'booked_on', known.booked_on);
        ELSIF FOUND THEN
            RETURN jsonb_build_object(
                'outcome', 'key of another', 'subject', booking #>> '{transfers,0,idempotency_key}');
        END IF;
    END IF;

    -- 3. Say why the hold, or one of the accounts, refuses.
    IF hold IS NOT NULL THEN
        refusal := COALESCE(ledger_refusal_of_hold(hold, moment), refusal);
    END IF;
    FOREACH account IN ARRAY accounts LOOP
        EXIT WHEN refusal IS NOT NULL;
        move := moves -> account.id;
        IF account.status <> 'open' AND NOT (booking -> 'thaws')::boolean THEN
            refusal := jsonb_build_object('outcome', 'account not open', 'subject', account.id, 'status', account.status);
        END IF;
        left_cents := account.balance_cents + account.credit_limit_cents - account.held_cents;
        IF (move ->> 'taken')::bigint > 0 AND (move ->> 'taken')::bigint > left_cents THEN
            refusal := COALESCE(
                refusal, jsonb_build_object('outcome', 'limit', 'subject', account.id, 'left', left_cents));
        END IF;
        left_cents := account.balance_cap_cents - account.balance_cents - account.incoming_cents;
        IF (move ->> 'given')::bigint > 0 AND (move ->> 'given')::bigint > left_cents THEN
            refusal := COALESCE(
                refusal, jsonb_build_object('outcome', 'cap', 'subject', account.id, 'left', left_cents));
        END IF;
        day := GREATEST(day, account.last_booked_on);
    END LOOP;
    IF refusal IS NOT NULL THEN
        RETURN refusal;
    END IF;
    FOREACH stripe IN ARRAY stripes LOOP
        day := GREATEST(day, stripe.last_booked_on);
    END LOOP;

    -- 4. Write.
    INSERT INTO ledger_transfers
        (id, kind, idempotency_key, fingerprint, reference, wording, booked_on, created_at, reverses_id)
    SELECT id, kind, idempotency_key, fingerprint, reference, wording, day, moment, reverses_id
    FROM jsonb_to_recordset(booking -> 'transfers') AS transfer (
        id text, kind text, idempotency_key text, fingerprint text, reference text, wording text, reverses_id text
    );
    INSERT INTO ledger_unsealed (transfer_id)
    SELECT id FROM jsonb_to_recordset(booking -> 'transfers') AS transfer (id text);
    FOREACH account IN ARRAY accounts LOOP
        move := moves -> account.id;
        entries := jsonb_array_length(move -> 'lines');
        IF entries > 0 THEN
            PERFORM ledger_write_lines(
                account.id, 0::smallint, account.last_sequence, account.balance_cents, move -> 'lines', day);
        END IF;
        UPDATE ledger_accounts SET
            balance_cents = balance_cents + (move ->> 'change')::bigint,
            held_cents = held_cents + (move ->> 'held')::bigint,
            incoming_cents = incoming_cents + (move ->> 'incoming')::bigint,
            last_sequence = last_sequence + entries,
            last_booked_on = CASE WHEN entries > 0 THEN day ELSE last_booked_on END
        WHERE id = account.id;
    END LOOP;
    FOREACH stripe IN ARRAY stripes LOOP
        move := moves -> stripe.account_id;
        PERFORM ledger_write_lines(
            stripe.account_id, stripe.stripe, stripe.last_sequence, stripe.balance_cents, move -> 'lines', day);
        UPDATE ledger_stripes s SET
            balance_cents = balance_cents + (move ->> 'change')::bigint,
            last_sequence = last_sequence + jsonb_array_length(move -> 'lines'),
            last_booked_on = day
        WHERE s.account_id = stripe.account_id AND s.stripe = stripe.stripe;
    END LOOP;
    IF hold IS NOT NULL THEN
        PERFORM ledger_write_hold(hold, moment);
    END IF;
    RETURN jsonb_build_object('outcome', 'booked', 'id', booking #>> '{transfers,0,id}', 'booked_on', day);
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for function in (LINES, HOLD, WRITE_HOLD, BOOK):
            op.execute(function)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in ("ledger_book", "ledger_write_hold", "ledger_refusal_of_hold", "ledger_write_lines"):
            op.execute(f"DROP FUNCTION {name}")
