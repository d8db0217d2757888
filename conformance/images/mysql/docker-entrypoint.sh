#!/bin/sh
# Starts MySQL with a user `root` who logs in from everywhere with MYSQL_ROOT_PASSWORD.
set -eu
[ "$1" = mysqld ] || exec "$@"
shift

# Over a published port nobody comes from `localhost`, so there has to be a root@'%'.
password=$(printf '%s' "${MYSQL_ROOT_PASSWORD:?}" | sed "s/[\\\\']/\\\\&/g")
install --owner mysql --mode 600 /dev/null /etc/conformance/users.sql
cat >/etc/conformance/users.sql <<SQL
CREATE USER IF NOT EXISTS root@'%' IDENTIFIED BY '$password';
GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;
ALTER USER root@localhost IDENTIFIED BY '$password';
SQL

# Tests need no durability but against a crash of the server itself.
exec env LD_PRELOAD=libeatmydata.so mysqld --user=mysql --init-file=/etc/conformance/users.sql \
    --max-connections=400 --skip-name-resolve --mysqlx=OFF --secure-file-priv=NULL \
    --ssl-ca=/etc/conformance/ca.pem --ssl-cert=/etc/conformance/server.pem --ssl-key=/etc/conformance/server.key \
    --skip-log-bin --innodb-flush-log-at-trx-commit=2 --innodb-flush-method=fsync --innodb-doublewrite=OFF \
    --innodb-redo-log-capacity=64M "$@"
