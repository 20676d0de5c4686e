-- Rights on PostgreSQL: the site may add transfers, entries and seals, never change or remove them (docs/ledger.md, promise L7).
--
-- Run by a superuser in the site's database, before the first `flask db upgrade`, and again after any upgrade (it may run
-- any number of times):
--
--     psql --set ON_ERROR_STOP=1 --single-transaction --file deploy/postgres-roles.sql "$ADMIN_URL"
--
-- Two roles come of it; give each a password with ALTER ROLE … PASSWORD:
--     barterweb_owner   owns the tables and runs `flask db upgrade`
--     barterweb         what the site and its jobs connect as (DATABASE_URL)

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'barterweb_owner') THEN
        CREATE ROLE barterweb_owner LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'barterweb') THEN
        CREATE ROLE barterweb LOGIN;
    END IF;
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO barterweb_owner;
GRANT USAGE ON SCHEMA public TO barterweb;

-- Whatever migrations made or will make, the site may use…
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO barterweb;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO barterweb;
ALTER DEFAULT PRIVILEGES FOR ROLE barterweb_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO barterweb;
ALTER DEFAULT PRIVILEGES FOR ROLE barterweb_owner IN SCHEMA public
    GRANT USAGE ON SEQUENCES TO barterweb;

-- …but what is append-only it may only append to, and the state of the migrations it may only read.
DO $$
DECLARE
    kept regclass;
BEGIN
    FOREACH kept IN ARRAY ARRAY[
        to_regclass('public.ledger_transfers'), to_regclass('public.ledger_entries'), to_regclass('public.ledger_seals'),
        to_regclass('public.audit_events'), to_regclass('public.trade_messages')
    ] LOOP
        IF kept IS NOT NULL THEN
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM barterweb', kept);
        END IF;
    END LOOP;
    IF to_regclass('public.alembic_version') IS NOT NULL THEN
        REVOKE INSERT, UPDATE, DELETE ON public.alembic_version FROM barterweb;
    END IF;
END $$;
