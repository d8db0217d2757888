#!/bin/sh
# Starts PostgreSQL with a superuser `postgres` who logs in from everywhere with POSTGRES_PASSWORD.
set -eu
[ "$1" = postgres ] || exec "$@"
shift

if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    chown -R postgres: /var/lib/postgresql
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" postgres "$@"
fi

if [ ! -e "$PGDATA/PG_VERSION" ]; then
    password=$(mktemp)
    printf '%s' "${POSTGRES_PASSWORD:?}" >"$password"
    initdb --no-sync --username=postgres --pwfile="$password" --auth=scram-sha-256 --auth-local=trust >/dev/null
    rm "$password"
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
fi

# Tests need no durability but against a crash of the server itself.
exec postgres -c listen_addresses='*' -c max_connections=400 -c fsync=off -c full_page_writes=off \
    -c ssl=on -c ssl_ca_file=/etc/conformance/ca.pem \
    -c ssl_cert_file=/etc/conformance/server.pem -c ssl_key_file=/etc/conformance/server.key "$@"
