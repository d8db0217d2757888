//! A password, which nothing shows.

/// A text without `Debug`, `Display` or any other way out but [`reveal`](Self::reveal).
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(secret: String) -> Self {
        Self(secret)
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}
