#!/bin/sh
# Starts MariaDB with a user `root` who logs in from everywhere with MARIADB_ROOT_PASSWORD.
set -eu
[ "$1" = mariadbd ] || exec "$@"
shift

# Over a published port nobody comes from `localhost`, so there has to be a root@'%'.
password=$(printf '%s' "${MARIADB_ROOT_PASSWORD:?}" | sed "s/[\\\\']/\\\\&/g")
install --owner mysql --mode 600 /dev/null /etc/conformance/users.sql
cat >/etc/conformance/users.sql <<SQL
CREATE USER IF NOT EXISTS root@'%' IDENTIFIED BY '$password';
GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;
ALTER USER root@localhost IDENTIFIED BY '$password';
SQL

# Tests need no durability but against a crash of the server itself.
exec env LD_PRELOAD=libeatmydata.so mariadbd --user=mysql --init-file=/etc/conformance/users.sql \
    --bind-address='*' --max-connections=400 --skip-name-resolve \
    --ssl-ca=/etc/conformance/ca.pem --ssl-cert=/etc/conformance/server.pem --ssl-key=/etc/conformance/server.key \
    --innodb-flush-log-at-trx-commit=2 --innodb-flush-method=fsync --innodb-doublewrite=OFF "$@"
