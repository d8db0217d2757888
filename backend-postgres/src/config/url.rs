//! URLs.

use super::{Postgres, SslMode, wrong};
use activerecord_core::Result;
use std::str::FromStr;
use std::time::Duration;

pub(super) fn parse(url: &str) -> Result<Postgres> {
    let rest = ["postgres://", "postgresql://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    let rest = rest.ok_or_else(|| wrong("a PostgreSQL URL starts with `postgres://`"))?;
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let (server, database) = place.split_once('/').unwrap_or((place, ""));
    // What stands before such a sign would be part of a password, which no message may show.
    if database.contains('@') || parameters.contains('@') {
        return Err(wrong(
            "`@` stands once in a URL, before the host; elsewhere it is written `%40`, and in a password `/` is `%2F` \
             and `?` is `%3F`",
        ));
    }
    let (login, server) = server.rsplit_once('@').unwrap_or(("", server));
    let postgres = with_login(at_server(server)?, login)?;
    let postgres = match database {
        "" => postgres,
        name => postgres.database(decoded(name, "database")?),
    };
    let given = parameters.split('&').filter(|parameter| !parameter.is_empty());
    given.into_iter().try_fold(postgres, with_parameter)
}

/// `host:port`, `[::1]:port`, or nothing.
fn at_server(server: &str) -> Result<Postgres> {
    if server.contains(',') {
        return Err(wrong("a URL names one host; several are not supported"));
    }
    let (host, port) = match server.strip_prefix('[') {
        Some(address) => match address.split_once(']') {
            Some((address, "")) => (address, None),
            Some((address, port)) => (address, Some(port.trim_start_matches(':'))),
            None => return Err(wrong("an IPv6 address in a URL stands between `[` and `]`")),
        },
        None => match server.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (server, None),
        },
    };
    let host = decoded(host, "host")?;
    let postgres = Postgres::host(if host.is_empty() { "localhost".into() } else { host });
    match port {
        None | Some("") => Ok(postgres),
        // It is not shown: where the host is missing it is the password.
        Some(port) => Ok(postgres.port(
            port.parse()
                .map_err(|_| wrong("the port is a number up to 65535"))?,
        )),
    }
}

fn with_login(postgres: Postgres, login: &str) -> Result<Postgres> {
    let (user, password) = match login.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (login, None),
    };
    let postgres = match user {
        "" => postgres,
        user => postgres.user(decoded(user, "user")?),
    };
    match password {
        None => Ok(postgres),
        Some(password) => Ok(postgres.password(decoded(password, "password")?)),
    }
}

fn with_parameter(mut postgres: Postgres, parameter: &str) -> Result<Postgres> {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let value = decoded(value, name)?;
    match name {
        "host" => postgres.host = Postgres::host(value).host,
        "sslmode" => postgres.ssl_mode = Some(value.parse()?),
        "sslrootcert" => postgres.ssl_root_cert = (value != "system").then(|| value.into()),
        "connect_timeout" => {
            postgres.connect_timeout = Duration::from_secs(number::<u32>(name, &value)?.into())
        }
        "lock_timeout" => postgres.lock_timeout = Duration::from_millis(number::<u32>(name, &value)?.into()),
        "application_name" => postgres.application_name = Some(value),
        "options" => postgres.options = Some(value),
        "statement_cache" => postgres.statement_cache = number(name, &value)?,
        _ => {
            return Err(wrong(format!(
                "unknown parameter `{name}`; there are `host`, `sslmode`, `sslrootcert`, `connect_timeout`, \
                 `lock_timeout`, `application_name`, `options` and `statement_cache`"
            )));
        }
    }
    Ok(postgres)
}

impl FromStr for SslMode {
    type Err = activerecord_core::Error;

    fn from_str(mode: &str) -> Result<Self> {
        match mode {
            "disable" => Ok(Self::Disable),
            "allow" => Ok(Self::Allow),
            "prefer" => Ok(Self::Prefer),
            "require" => Ok(Self::Require),
            "verify-ca" => Ok(Self::VerifyCa),
            "verify-full" => Ok(Self::VerifyFull),
            _ => Err(wrong(format!(
                "`sslmode` is `disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`, not `{mode}`"
            ))),
        }
    }
}

/// A number that is no secret, so it may be shown.
fn number<N: FromStr>(name: &str, value: &str) -> Result<N> {
    value
        .parse()
        .map_err(|_| wrong(format!("`{name}` is a whole number in its range, not `{value}`")))
}

/// The text of a part of the URL. A part that cannot be read is named and not shown, for it may be the password.
fn decoded(text: &str, part: &str) -> Result<String> {
    let wrong = || {
        wrong(format!(
            "`{part}` is not percent-encoded UTF-8; a percent sign is written `%25`"
        ))
    };
    let mut parts = text.split('%');
    let mut bytes = Vec::from(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part
            .get(..2)
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        bytes.push(u8::from_str_radix(digits.ok_or_else(wrong)?, 16).map_err(|_| wrong())?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    let text = String::from_utf8(bytes).map_err(|_| wrong())?;
    match text.contains('\0') {
        true => Err(crate::config::wrong(format!("`{part}` holds a NUL character"))),
        false => Ok(text),
    }
}
