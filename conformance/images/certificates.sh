#!/bin/sh
# A certificate for `localhost` and 127.0.0.1, and the authority that signed it, in /etc/conformance: `ca.pem`,
# `server.pem` and `server.key`. The argument is the user whose key it is.
set -eu
mkdir -p /etc/conformance
cd /etc/conformance
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -subj '/CN=conformance authority' -keyout ca.key -out ca.pem
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -CA ca.pem -CAkey ca.key \
    -subj '/CN=localhost' -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1' \
    -addext 'basicConstraints=critical,CA:FALSE' -keyout server.key -out server.pem
rm ca.key
chown "$1" server.key
chmod 600 server.key
