//! What a URL says of a server, and what the server is.

use conformance_macros::cases;

pub(crate) use self::schemes::cases;

#[cases]
mod schemes {
    use crate::server::behind;
    use conformance::prelude::*;

    /// The server says what it is, whichever of its schemes the URL has, and is spoken to as that.
    async fn a_server_is_known_whatever_the_scheme(db: &Db) -> Result<()> {
        let (server, name) = (behind(db), db.dialect().name());
        let schemes = match name {
            "postgres" => ["postgres", "postgresql"],
            _ => ["mysql", "mariadb"],
        };
        for scheme in schemes {
            let url = server.url("");
            let (_, rest) = url.split_once(':').unwrap();
            let own = Db::connect(format!("{scheme}:{rest}")).await?;
            assert_eq!(own.dialect().name(), name, "{scheme}");
        }
        Ok(())
    }
}
