//! Packages of Debian.

use crate::shell::{Result, run, say};
use std::sync::Once;

/// Installs packages and nothing that they merely recommend.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    update()?;
    say(format_args!("apt-get install {}", packages.join(" ")));
    run(
        "apt-get",
        &[&["install", "--yes", "--no-install-recommends"], packages].concat(),
    )
}

/// Fetches the lists of packages, once.
pub(crate) fn update() -> Result<()> {
    static ONCE: Once = Once::new();
    let mut result = Ok(());
    ONCE.call_once(|| {
        say("apt-get update");
        result = run("apt-get", &["update"]);
    });
    result
}
