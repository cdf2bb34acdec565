-- The two roles of a PostgreSQL book: awna_owner owns the tables and migrates, awna_app serves and owns nothing.
-- Run it once, as a superuser, connected to the new database; then set both passwords.
CREATE ROLE awna_owner LOGIN NOSUPERUSER NOBYPASSRLS;
CREATE ROLE awna_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
-- Tables that migrations make later are covered too; a migration may take rights away again (the book's tables do).
ALTER DEFAULT PRIVILEGES FOR ROLE awna_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO awna_app;
ALTER DEFAULT PRIVILEGES FOR ROLE awna_owner GRANT USAGE, SELECT ON SEQUENCES TO awna_app;
