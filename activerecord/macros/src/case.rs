//! Names in the cases that databases write them in.

/// A way to write a name.
#[derive(Clone, Copy)]
pub(crate) enum Case {
    Lower,
    Upper,
    Snake,
    ScreamingSnake,
    Kebab,
    Camel,
    Pascal,
}

impl Case {
    /// Each case under its own name.
    pub(crate) const ALL: [(&'static str, Self); 7] = [
        ("lowercase", Self::Lower),
        ("UPPERCASE", Self::Upper),
        ("snake_case", Self::Snake),
        ("SCREAMING_SNAKE_CASE", Self::ScreamingSnake),
        ("kebab-case", Self::Kebab),
        ("camelCase", Self::Camel),
        ("PascalCase", Self::Pascal),
    ];

    /// The case of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, case)| *case)
    }

    /// Writes a Rust name in this case.
    pub(crate) fn write(self, name: &str) -> String {
        match self {
            Self::Lower => name.to_lowercase(),
            Self::Upper => name.to_uppercase(),
            Self::Snake => snake(name),
            Self::ScreamingSnake => snake(name).to_uppercase(),
            Self::Kebab => words(name).join("-").to_lowercase(),
            Self::Camel => camel(name),
            Self::Pascal => words(name).iter().map(|word| capitalised(word)).collect(),
        }
    }
}

/// `OrderItem` as `order_item`, `HTTPServer` as `http_server`.
pub(crate) fn snake(name: &str) -> String {
    words(name).join("_").to_lowercase()
}

fn camel(name: &str) -> String {
    let words = words(name);
    let later = words.iter().skip(1).map(|word| capitalised(word));
    words
        .first()
        .map(|first| first.to_lowercase())
        .into_iter()
        .chain(later)
        .collect()
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

/// The words of a name.
fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let marked: String = (0..characters.len())
        .flat_map(|index| marked(&characters, index))
        .collect();
    marked
        .split('_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A character, after an underscore where it begins a word.
fn marked(characters: &[char], index: usize) -> impl Iterator<Item = char> + use<> {
    let mark = begins_word(characters, index).then_some('_');
    mark.into_iter().chain(characters.get(index).copied())
}

/// Whether a capital follows a small letter or digit, or is the last of several before a small letter.
fn begins_word(characters: &[char], index: usize) -> bool {
    let is_capital = |at: usize| {
        characters
            .get(at)
            .is_some_and(|character| character.is_uppercase())
    };
    let is_small = |at: usize| {
        characters
            .get(at)
            .is_some_and(|character| character.is_lowercase())
    };
    index > 0 && is_capital(index) && (!is_capital(index - 1) || is_small(index + 1))
}
