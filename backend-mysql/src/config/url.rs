//! URLs.

use super::wrong;
use activerecord_core::Result;
use percent_encoding::percent_decode_str;

/// The parts of a URL, decoded.
pub(super) struct Url<'a> {
    pub(super) scheme: &'a str,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) path: String,
    pub(super) parameters: Vec<(String, String)>,
}

impl<'a> Url<'a> {
    /// Takes a URL apart. No message shows more of it than a part that holds no password.
    pub(super) fn parse(url: &'a str) -> Result<Self> {
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        if !matches!(scheme, "mysql" | "mariadb") {
            return Err(wrong("a URL of MySQL starts with `mysql://` or `mariadb://`"));
        }
        let (rest, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        let (user, password) = match user.and_then(|user| user.split_once(':')) {
            Some((user, password)) => (Some(user), Some(password)),
            None => (user, None),
        };
        let (host, port) = place_of(place)?;
        let given = |part: Option<&str>, what| {
            part.filter(|part| !part.is_empty())
                .map(|part| decoded(part, what))
                .transpose()
        };
        Ok(Self {
            scheme,
            user: given(user, "user")?,
            password: given(password, "password")?,
            host: given(Some(host), "host")?,
            port,
            path: decoded(path, "name of the database")?,
            parameters: parameters
                .split('&')
                .filter(|parameter| !parameter.is_empty())
                .map(parameter)
                .collect::<Result<_>>()?,
        })
    }
}

/// Host and port; an address of version 6 is in brackets.
fn place_of(place: &str) -> Result<(&str, Option<u16>)> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => rest
            .split_once(']')
            .ok_or_else(|| wrong("the brackets around the host's address do not end"))?,
        None => place.split_at(place.find(':').unwrap_or(place.len())),
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => return Ok((host, None)),
        None => Err(wrong("between host and port of the URL stands a `:`")),
        // What stands here may be half of a password with a `/` in it, so it is not shown.
        Some(digits) => digits.parse().map_err(|_| {
            wrong(
                "the port of the URL is a number up to 65535; in a user or password `/`, `?`, `@`, `:` and `%` are \
                 percent-encoded",
            )
        }),
    };
    Ok((host, Some(port?)))
}

fn parameter(text: &str) -> Result<(String, String)> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    Ok((decoded(name, "parameter")?, decoded(value, "parameter")?))
}

fn decoded(text: &str, what: &str) -> Result<String> {
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| {
        wrong(format!(
            "the {what} of the URL is not percent-encoded UTF-8; a percent sign is written `%25`"
        ))
    })?;
    if decoded.contains('\0') {
        return Err(wrong(format!("the {what} of the URL holds a NUL character")));
    }
    Ok(decoded.into_owned())
}
