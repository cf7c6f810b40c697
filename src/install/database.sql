-- What README.md, "Run it", has a superuser do once. PostgreSQL's image does it when it makes the cluster.
\getenv password POSTGRES_PASSWORD
create role recourse login password :'password';
create database recourse owner recourse;
create role recourse_server nologin;
grant recourse_server to recourse;
-- The server owns its database, and nothing that it knows opens the superuser's. That one is left to
-- `docker compose exec database psql --username postgres`.
alter role current_user password null;
