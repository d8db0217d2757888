//! Images of the servers.

use crate::apt;
use crate::servers::Server;
use crate::shell::{Result, may_install, run, say, succeeds};
use std::path::Path;
use std::process::Command;

/// Provides an image: the one that is there, else one from a registry, else one that is built.
pub(crate) fn provide(server: &Server) -> Result<()> {
    if let Some(variable) = server.given_by() {
        say(format_args!("{}: {variable} is set", server.name));
        return Ok(());
    }
    if is_there(server.built) {
        return build(server);
    }
    if is_there(server.official) {
        say(format_args!("{}: is there", server.official));
        return Ok(());
    }
    say(format_args!("{}: docker pull", server.official));
    match run("docker", &["pull", server.official]) {
        Ok(()) => Ok(()),
        Err(error) => {
            let reason = error.lines().last().unwrap_or_default();
            say(format_args!("{}: not pulled: {reason}", server.official));
            build(server)
        }
    }
}

fn is_there(image: &str) -> bool {
    succeeds("docker", &["image", "inspect", image])
}

/// Builds an image, if it is missing or its recipe has changed.
fn build(server: &Server) -> Result<()> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../images/build");
    let script = script.to_str().ok_or("the path of the project is not UTF-8")?;
    if succeeds(script, &["--check", server.name]) {
        say(format_args!("{}: is there", server.built));
        return Ok(());
    }
    prepare()?;
    say(format_args!(
        "{}: building it, which takes some minutes",
        server.built
    ));
    match Command::new(script).arg(server.name).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("the image `{}` was not built", server.built)),
        Err(error) => Err(format!("`{script}` does not start: {error}")),
    }
}

/// What the recipes need.
fn prepare() -> Result<()> {
    if may_install() && !succeeds("debootstrap", &["--version"]) {
        apt::install(&["debootstrap"])?;
    }
    // The recipes read the mirror from apt's lists.
    if may_install() && !names_a_mirror() {
        apt::update()
    } else {
        Ok(())
    }
}

fn names_a_mirror() -> bool {
    let targets = Command::new("apt-get")
        .args(["indextargets", "Origin: Debian"])
        .output();
    targets.is_ok_and(|targets| !targets.stdout.is_empty())
}
