//! How the SQL of MySQL and MariaDB reads.

use crate::flavour::Flavour;
use activerecord_core::{ColumnType, Dialect, SqlValue, TextMatch};

/// The dialect of MySQL or of MariaDB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MysqlDialect(Flavour);

/// MySQL's dialect, for those who need it without a connection.
pub static MYSQL: MysqlDialect = MysqlDialect(Flavour::Mysql);

/// MariaDB's dialect, for those who need it without a connection.
pub static MARIADB: MysqlDialect = MysqlDialect(Flavour::Mariadb);

impl Dialect for MysqlDialect {
    fn name(&self) -> &'static str {
        match self.0 {
            Flavour::Mysql => "mysql",
            Flavour::Mariadb => "mariadb",
        }
    }

    fn quote(&self) -> char {
        '`'
    }

    /// A decimal goes over the wire as text, which would be compared with numbers as a float; to MySQL a document as
    /// text is a document that is a string; and bytes are text without a word.
    fn value(&self, value: &SqlValue<'_>, number: usize, out: &mut String) {
        let cast = match value {
            #[cfg(feature = "decimal")]
            SqlValue::Decimal(_) => DECIMAL,
            SqlValue::Json(_) if self.0 == Flavour::Mysql => "JSON",
            #[cfg(feature = "uuid")]
            SqlValue::Uuid(_) => "BINARY",
            SqlValue::Bytes(_) => "BINARY",
            _ => return self.placeholder(number, out),
        };
        out.push_str("CAST(");
        self.placeholder(number, out);
        out.extend([" AS ", cast, ")"]);
    }

    fn has_returning(&self) -> bool {
        self.0 == Flavour::Mariadb
    }

    fn has_insert_id(&self) -> bool {
        true
    }

    fn default_values(&self) -> &'static str {
        " () VALUES ()"
    }

    fn column_type(&self, column: ColumnType, generated: bool) -> &'static str {
        match column {
            ColumnType::Bool => "BOOLEAN",
            ColumnType::F32 => "FLOAT",
            ColumnType::F64 => "DOUBLE",
            ColumnType::Bytes => "LONGBLOB",
            ColumnType::Date => "DATE",
            ColumnType::Time => "TIME(6)",
            ColumnType::DateTime | ColumnType::Timestamp => "DATETIME(6)",
            ColumnType::Uuid => "BINARY(16)",
            ColumnType::Decimal => DECIMAL,
            ColumnType::Json => "JSON",
            column if column.is_integer() => integer(column, generated),
            _ => "LONGTEXT",
        }
    }

    /// A key has to have an end, and text in one counts four bytes a character: 3072 are the most.
    fn key_type(&self, column: ColumnType, generated: bool) -> &'static str {
        match column {
            ColumnType::Text => "VARCHAR(255)",
            ColumnType::Bytes => "VARBINARY(255)",
            column => self.column_type(column, generated),
        }
    }

    /// The collation compares by code point and pads nothing, so that texts are the same where their characters are.
    fn table_options(&self) -> &'static str {
        match self.0 {
            Flavour::Mysql => " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin",
            Flavour::Mariadb => " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
        }
    }

    /// MariaDB is asked not to, by a setting of the session.
    fn assigns_in_turn(&self) -> bool {
        self.0 == Flavour::Mysql
    }

    fn no_limit(&self) -> Option<&'static str> {
        Some("18446744073709551615")
    }

    /// There are no words for where nulls stand, so their place is a column of its own where it is not the usual one.
    fn write_order(&self, column: &str, descending: bool, nulls_first: bool, out: &mut String) {
        match (nulls_first, descending) {
            (true, true) => out.extend([column, " IS NULL DESC, "]),
            (false, false) => out.extend([column, " IS NULL ASC, "]),
            _ => {}
        }
        out.extend([column, if descending { " DESC" } else { " ASC" }]);
    }

    /// A sum of integers is a decimal; divided as an integer it is one, or an error where it is none of 64 bits.
    fn write_sum(&self, column_type: ColumnType, column: &str, out: &mut String) {
        match column_type.is_integer() {
            true => out.extend(["(SUM(", column, ") DIV 1)"]),
            false => out.extend(["SUM(", column, ")"]),
        }
    }

    /// An average of integers would be a decimal with four digits, and one of decimals has its column's and four more.
    fn write_avg(&self, column_type: ColumnType, column: &str, out: &mut String) {
        match column_type {
            ColumnType::Decimal => decimal_average(column, out),
            column_type if column_type.is_integer() => out.extend(["AVG(CAST(", column, " AS DOUBLE))"]),
            _ => out.extend(["AVG(", column, ")"]),
        }
    }

    /// A decimal is text on its way, to which a number is added as a float.
    fn addition(&self, column: ColumnType) -> [&'static str; 3] {
        match column {
            ColumnType::Decimal => ["", " + CAST(", " AS DECIMAL(65,30))"],
            _ => ["", " + ", ""],
        }
    }

    /// By a collation on the side of the pattern, so that an index on a column that has the same one serves. The sigma
    /// at the end of a Greek word is a sigma.
    fn text_match(&self, column: &str, placeholder: &str, ignore_case: bool, out: &mut String) {
        let (open, close) = if ignore_case {
            ("REPLACE(LOWER(", "), 'ς', 'σ')")
        } else {
            ("", "")
        };
        out.extend([open, column, close, " LIKE ", open, placeholder, close]);
        out.extend([" COLLATE ", self.0.collation(), " ESCAPE '|'"]);
    }

    fn text_pattern(&self, matching: TextMatch, text: &str, _ignore_case: bool) -> String {
        let literal = escaped(text);
        match matching {
            TextMatch::StartsWith => format!("{literal}%"),
            TextMatch::EndsWith => format!("%{literal}"),
            _ => format!("%{literal}%"),
        }
    }
}

/// As many digits in front of the point and behind it as a decimal of 28 can have.
const DECIMAL: &str = "DECIMAL(65,30)";

/// The average rounded to 28 digits: behind the point there are as many as those in front of it leave.
fn decimal_average(column: &str, out: &mut String) {
    let average = ["AVG(CAST(", column, " AS ", DECIMAL, "))"].concat();
    let in_front = ["CHAR_LENGTH(TRUNCATE(ABS(", &*average, "), 0))"].concat();
    let none_in_front = ["ABS(", &*average, ") < 1"].concat();
    out.extend([
        "ROUND(",
        &*average,
        ", 28 - IF(",
        &*none_in_front,
        ", 0, ",
        &*in_front,
        "))",
    ]);
}

fn integer(column: ColumnType, generated: bool) -> &'static str {
    let types = match column {
        ColumnType::I8 => ["TINYINT", "TINYINT AUTO_INCREMENT"],
        ColumnType::I16 => ["SMALLINT", "SMALLINT AUTO_INCREMENT"],
        ColumnType::I32 => ["INT", "INT AUTO_INCREMENT"],
        ColumnType::U8 => ["TINYINT UNSIGNED", "TINYINT UNSIGNED AUTO_INCREMENT"],
        ColumnType::U16 => ["SMALLINT UNSIGNED", "SMALLINT UNSIGNED AUTO_INCREMENT"],
        ColumnType::U32 => ["INT UNSIGNED", "INT UNSIGNED AUTO_INCREMENT"],
        ColumnType::U64 => ["BIGINT UNSIGNED", "BIGINT UNSIGNED AUTO_INCREMENT"],
        _ => ["BIGINT", "BIGINT AUTO_INCREMENT"],
    };
    types[usize::from(generated)]
}

/// Puts the escape in front of what means something to `LIKE`.
fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    for character in text.chars() {
        if matches!(character, '%' | '_' | '|') {
            pattern.push('|');
        }
        pattern.push(character);
    }
    pattern
}
