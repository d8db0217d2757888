//! English plurals, for the names of tables.

use crate::case::snake;

/// Endings whose plural no rule gives, the longer before the shorter.
const IRREGULAR: [(&str, &str); 26] = [
    ("alias", "aliases"),
    ("bias", "biases"),
    ("canvas", "canvases"),
    ("child", "children"),
    ("criterion", "criteria"),
    ("datum", "data"),
    ("echo", "echoes"),
    ("epoch", "epochs"),
    ("foot", "feet"),
    ("gas", "gases"),
    ("german", "germans"),
    ("hero", "heroes"),
    ("human", "humans"),
    ("knife", "knives"),
    ("leaf", "leaves"),
    ("lens", "lenses"),
    ("man", "men"),
    ("matrix", "matrices"),
    ("medium", "media"),
    ("mouse", "mice"),
    ("person", "people"),
    ("quiz", "quizzes"),
    ("shelf", "shelves"),
    ("tooth", "teeth"),
    ("vertex", "vertices"),
    ("wolf", "wolves"),
];

/// Endings that are their own plural.
const UNCOUNTED: [&str; 13] = [
    "children",
    "data",
    "equipment",
    "feedback",
    "fish",
    "hardware",
    "information",
    "media",
    "money",
    "people",
    "sheep",
    "software",
    "staff",
];

/// What the regular endings become, the longer before the shorter; a plural stays as it is.
const REGULAR: [(&str, &str); 17] = [
    ("ay", "ays"),
    ("ey", "eys"),
    ("oy", "oys"),
    ("uy", "uys"),
    ("y", "ies"),
    ("sis", "ses"),
    ("xis", "xes"),
    ("is", "ises"),
    ("ss", "sses"),
    ("us", "uses"),
    ("s", "s"),
    ("x", "xes"),
    ("z", "zes"),
    ("ch", "ches"),
    ("sh", "shes"),
    ("ato", "atoes"),
    ("", "s"),
];

/// The table that a struct maps to where it does not say: `OrderItem` to `order_items`.
pub(crate) fn table_name(name: &str) -> String {
    pluralise(&snake(name))
}

fn pluralise(word: &str) -> String {
    if UNCOUNTED.iter().any(|ending| word.ends_with(ending)) {
        return word.to_owned();
    }
    let mut endings = IRREGULAR.iter().chain(&REGULAR);
    let plural = endings.find_map(|(one, many)| Some(word.strip_suffix(one)?.to_owned() + many));
    plural.unwrap_or_else(|| word.to_owned())
}
