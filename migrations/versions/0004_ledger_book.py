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

PLACE = """
CREATE TYPE ledger_place AS (
    id text, stripe smallint, status text, balance_cents bigint, held_cents bigint, incoming_cents bigint,
    credit_limit_cents bigint, balance_cap_cents bigint, last_sequence bigint, last_booked_on date
)
"""

LOCK = """
CREATE FUNCTION ledger_lock(ids text[], drawn smallint) RETURNS ledger_place[] LANGUAGE plpgsql AS $$
DECLARE
    members ledger_place[];
    striped ledger_place[];
BEGIN
    SELECT array_agg(place) INTO members FROM (
        SELECT a.id, 0::smallint, a.status, a.balance_cents, a.held_cents, a.incoming_cents, a.credit_limit_cents,
               a.balance_cap_cents, a.last_sequence, a.last_booked_on
        FROM ledger_accounts a WHERE a.id = ANY (ids) AND a.kind = 'member' ORDER BY a.id FOR NO KEY UPDATE
    ) AS place;
    IF COALESCE(cardinality(members), 0) < cardinality(ids) THEN
        SELECT array_agg(place) INTO striped FROM (
            SELECT a.id, s.stripe, a.status, s.balance_cents, 0::bigint, 0::bigint, NULL::bigint, NULL::bigint,
                   s.last_sequence, s.last_booked_on
            FROM ledger_accounts a JOIN ledger_stripes s ON s.account_id = a.id AND s.stripe = drawn
            WHERE a.id = ANY (ids) ORDER BY a.id FOR NO KEY UPDATE OF s
        ) AS place;
    END IF;
    RETURN COALESCE(members, '{}') || COALESCE(striped, '{}');
END $$
"""

KNOWN = """
CREATE FUNCTION ledger_known(transfer jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN fingerprint = transfer ->> 'fingerprint'
            THEN jsonb_build_object('outcome', 'replayed', 'id', id, 'booked_on', booked_on)
        ELSE jsonb_build_object('outcome', 'key of another', 'subject', idempotency_key)
    END
    FROM ledger_transfers WHERE idempotency_key = transfer ->> 'idempotency_key'
$$
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

REFUSAL = """
CREATE FUNCTION ledger_refusal(place ledger_place, move jsonb, thaws boolean) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    taken CONSTANT bigint := move ->> 'taken';
    given CONSTANT bigint := move ->> 'given';
    available CONSTANT bigint := place.balance_cents + place.credit_limit_cents - place.held_cents;
    room CONSTANT bigint := place.balance_cap_cents - place.balance_cents - place.incoming_cents;
BEGIN
    IF place.status <> 'open' AND NOT thaws THEN
        RETURN jsonb_build_object('outcome', 'account not open', 'subject', place.id, 'status', place.status);
    ELSIF place.stripe > 0 AND ((move ->> 'held')::bigint <> 0 OR (move ->> 'incoming')::bigint <> 0) THEN
        RETURN jsonb_build_object('outcome', 'no holds', 'subject', place.id);
    ELSIF taken > 0 AND taken > available THEN
        RETURN jsonb_build_object('outcome', 'limit', 'subject', place.id, 'left', available);
    ELSIF given > 0 AND given > room THEN
        RETURN jsonb_build_object('outcome', 'cap', 'subject', place.id, 'left', room);
    END IF;
    RETURN NULL;
END $$
"""

BOOK = """
CREATE FUNCTION ledger_book(booking jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    moves CONSTANT jsonb := booking -> 'moves';
    ids CONSTANT text[] := ARRAY(SELECT jsonb_object_keys(moves));
    first CONSTANT jsonb := booking #> '{transfers,0}';
    hold CONSTANT jsonb := NULLIF(booking -> 'hold', 'null');
    moment CONSTANT timestamptz := booking ->> 'now';
    day date := booking ->> 'today';
    places CONSTANT ledger_place[] := ledger_lock(ids, (booking ->> 'stripe')::smallint);
    place ledger_place;
    move jsonb;
    entries integer;
    written integer;
    refusal jsonb;
BEGIN
    -- Say what refuses the booking: an account that is not there, the hold, or an account's state, limit or ceiling.
    IF cardinality(places) < cardinality(ids) THEN
        SELECT jsonb_build_object('outcome', 'unknown account', 'subject', min(id)) INTO refusal
        FROM unnest(ids) AS wanted (id) WHERE NOT EXISTS (SELECT FROM ledger_accounts a WHERE a.id = wanted.id);
        RETURN refusal;
    END IF;
    IF hold IS NOT NULL THEN
        refusal := ledger_refusal_of_hold(hold, moment);
    END IF;
    FOREACH place IN ARRAY places LOOP
        refusal := COALESCE(refusal, ledger_refusal(place, moves -> place.id, (booking -> 'thaws')::boolean));
        day := GREATEST(day, place.last_booked_on);
    END LOOP;
    IF refusal IS NOT NULL THEN
        RETURN COALESCE(ledger_known(first), refusal);
    END IF;

    -- Write the transfers, unless their key is known.
    IF first IS NOT NULL THEN
        WITH written AS (
            INSERT INTO ledger_transfers
                (id, kind, idempotency_key, fingerprint, reference, wording, booked_on, created_at, reverses_id)
            SELECT id, kind, idempotency_key, fingerprint, reference, wording, day, moment, reverses_id
            FROM jsonb_to_recordset(booking -> 'transfers') AS transfer (
                id text, kind text, idempotency_key text, fingerprint text, reference text, wording text,
                reverses_id text
            )
            ON CONFLICT (idempotency_key) DO NOTHING RETURNING id
        )
        INSERT INTO ledger_unsealed (transfer_id) SELECT id FROM written;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written < jsonb_array_length(booking -> 'transfers') THEN
            RETURN ledger_known(first);
        END IF;
    END IF;

    -- Write each account's entries and new balance, then what becomes of the hold.
    FOREACH place IN ARRAY places LOOP
        move := moves -> place.id;
        entries := jsonb_array_length(move -> 'lines');
        IF entries > 0 THEN
            INSERT INTO ledger_entries
                (account_id, stripe, sequence, transfer_id, amount_cents, balance_after_cents, booked_on)
            SELECT place.id, place.stripe, place.last_sequence + line.number, line.transfer_id, line.amount,
                   place.balance_cents + line.running, day
            FROM ROWS FROM (jsonb_to_recordset(move -> 'lines') AS (transfer_id text, amount bigint, running bigint))
                WITH ORDINALITY AS line (transfer_id, amount, running, number);
            place.last_booked_on := day;
        END IF;
        IF place.stripe = 0 THEN
            UPDATE ledger_accounts SET
                balance_cents = balance_cents + (move ->> 'change')::bigint,
                held_cents = held_cents + (move ->> 'held')::bigint,
                incoming_cents = incoming_cents + (move ->> 'incoming')::bigint,
                last_sequence = last_sequence + entries,
                last_booked_on = place.last_booked_on
            WHERE id = place.id;
        ELSE
            UPDATE ledger_stripes SET
                balance_cents = balance_cents + (move ->> 'change')::bigint,
                last_sequence = last_sequence + entries,
                last_booked_on = place.last_booked_on
            WHERE account_id = place.id AND stripe = place.stripe;
        END IF;
    END LOOP;
    IF hold IS NOT NULL THEN
        PERFORM ledger_write_hold(hold, moment);
    END IF;
    RETURN jsonb_build_object('outcome', 'booked', 'id', first ->> 'id', 'booked_on', day);
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for part in (PLACE, LOCK, KNOWN, HOLD, WRITE_HOLD, REFUSAL, BOOK):
            op.execute(part)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in ("book", "refusal", "write_hold", "refusal_of_hold", "known", "lock"):
            op.execute(f"DROP FUNCTION ledger_{name}")
        op.execute("DROP TYPE ledger_place")
