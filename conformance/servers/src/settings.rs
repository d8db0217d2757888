//! The settings of servers that we start ourselves.

use super::Kind;
use super::certificates::Files;

/// Arguments to the server program, in a container and outside. A commit outlives the server's process, as tests need
/// it, but not the machine.
pub(super) fn arguments(kind: Kind, tls: &Files) -> Vec<String> {
    match kind {
        Kind::Postgres => postgres(tls),
        Kind::Mysql => {
            let mut arguments = mysql(tls);
            arguments.extend(["--skip-log-bin", "--mysqlx=OFF"].map(String::from));
            arguments
        }
        Kind::MariaDb => mysql(tls),
    }
}

fn postgres(tls: &Files) -> Vec<String> {
    let settings = [
        "max_connections=400".to_owned(),
        "fsync=off".to_owned(),
        "full_page_writes=off".to_owned(),
        "ssl=on".to_owned(),
        format!("ssl_ca_file={}", tls.authority.display()),
        format!("ssl_cert_file={}", tls.certificate.display()),
        format!("ssl_key_file={}", tls.key.display()),
    ];
    let arguments = settings
        .into_iter()
        .flat_map(|setting| ["-c".to_owned(), setting]);
    arguments.collect()
}

fn mysql(tls: &Files) -> Vec<String> {
    vec![
        "--max-connections=400".to_owned(),
        "--skip-name-resolve".to_owned(),
        "--innodb-flush-log-at-trx-commit=2".to_owned(),
        "--innodb-doublewrite=OFF".to_owned(),
        format!("--ssl-ca={}", tls.authority.display()),
        format!("--ssl-cert={}", tls.certificate.display()),
        format!("--ssl-key={}", tls.key.display()),
    ]
}
