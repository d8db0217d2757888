//! How the SQL reads.

use activerecord_backend_mysql::{MARIADB, MYSQL, MysqlDialect};
use activerecord_core::{ColumnType, Dialect, SqlValue, TextMatch};

fn written(write: impl FnOnce(&mut String)) -> String {
    let mut sql = String::new();
    write(&mut sql);
    sql
}

#[test]
fn the_two_differ_where_the_servers_do() {
    assert_eq!((MYSQL.name(), MARIADB.name()), ("mysql", "mariadb"));
    assert_eq!((MYSQL.has_returning(), MARIADB.has_returning()), (false, true));
    assert_eq!(
        (MYSQL.assigns_in_turn(), MARIADB.assigns_in_turn()),
        (true, false)
    );
    let json = |dialect: &MysqlDialect| written(|sql| dialect.value(&SqlValue::Json("1".into()), 1, sql));
    assert_eq!((&*json(&MYSQL), &*json(&MARIADB)), ("CAST(? AS JSON)", "?"));
}

#[test]
fn columns() {
    let types = |column| [false, true].map(|generated| MYSQL.column_type(column, generated));
    assert_eq!(types(ColumnType::I64), ["BIGINT", "BIGINT AUTO_INCREMENT"]);
    assert_eq!(
        types(ColumnType::U8),
        ["TINYINT UNSIGNED", "TINYINT UNSIGNED AUTO_INCREMENT"]
    );
    assert_eq!(MYSQL.column_type(ColumnType::Text, false), "LONGTEXT");
    assert_eq!(MYSQL.key_type(ColumnType::Text, false), "VARCHAR(255)");
    assert_eq!(MYSQL.key_type(ColumnType::Bytes, false), "VARBINARY(255)");
    assert_eq!(MYSQL.key_type(ColumnType::I32, true), "INT AUTO_INCREMENT");
}

#[test]
fn values_keep_their_type() {
    let plain = [SqlValue::I64(1), SqlValue::Text("a".into()), SqlValue::Null];
    for value in plain {
        assert_eq!(written(|sql| MYSQL.value(&value, 1, sql)), "?");
    }
    #[cfg(feature = "decimal")]
    assert_eq!(
        written(|sql| MARIADB.value(&SqlValue::Decimal(7.into()), 1, sql)),
        "CAST(? AS DECIMAL(65,30))"
    );
}

#[test]
fn sums_and_averages() {
    let sum = |column_type| written(|sql| MYSQL.write_sum(column_type, "`n`", sql));
    let avg = |column_type| written(|sql| MYSQL.write_avg(column_type, "`n`", sql));
    assert_eq!(sum(ColumnType::I8), "(SUM(`n`) DIV 1)");
    assert_eq!(sum(ColumnType::F64), "SUM(`n`)");
    assert_eq!(avg(ColumnType::U64), "AVG(CAST(`n` AS DOUBLE))");
    assert_eq!(avg(ColumnType::F32), "AVG(`n`)");
    assert!(avg(ColumnType::Decimal).starts_with("ROUND(AVG(CAST(`n` AS DECIMAL(65,30))), 28 - "));
}

#[test]
fn nulls_have_the_place_they_are_given() {
    let order = |descending, first| written(|sql| MYSQL.write_order("`n`", descending, first, sql));
    assert_eq!(order(false, true), "`n` ASC");
    assert_eq!(order(false, false), "`n` IS NULL ASC, `n` ASC");
    assert_eq!(order(true, true), "`n` IS NULL DESC, `n` DESC");
    assert_eq!(order(true, false), "`n` DESC");
}

#[test]
fn text_stands_for_itself_in_a_pattern() {
    let pattern = |matching| MYSQL.text_pattern(matching, r"50%_|\'", false);
    assert_eq!(pattern(TextMatch::Contains), r"%50|%|_||\'%");
    assert_eq!(pattern(TextMatch::StartsWith), r"50|%|_||\'%");
    assert_eq!(pattern(TextMatch::EndsWith), r"%50|%|_||\'");
    let sql = written(|sql| MARIADB.text_match("`n`", "?", false, sql));
    assert_eq!(sql, "`n` LIKE ? COLLATE utf8mb4_nopad_bin ESCAPE '|'");
}
