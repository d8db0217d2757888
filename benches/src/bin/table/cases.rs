//! What the table shows, and what each case may cost.

/// A database, and its cases in the order of the table.
pub(crate) struct Suite {
    pub(crate) database: &'static str,
    pub(crate) cases: Vec<Case>,
}

/// A case: its group, our benchmark, the bare driver's (the fastest of several), and the most it may cost.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) group: String,
    pub(crate) ours: &'static str,
    pub(crate) bare: Vec<&'static str>,
    pub(crate) most: Most,
}

pub(crate) enum Most {
    Times(f64),
    Microseconds(f64),
    Shown,
}

const OURS: &str = "activerecord";

impl Suite {
    pub(crate) fn all() -> [Self; 4] {
        [
            Self::sqlite(),
            Self::server("PostgreSQL", "tokio-postgres", "postgres"),
            Self::server("MySQL", "mysql_async", "mysql"),
            Self::server("MariaDB", "mysql_async", "mysql"),
        ]
    }

    fn sqlite() -> Self {
        let beside_rusqlite = |group, most| Case::new(group, OURS, vec!["rusqlite"], Most::Times(most));
        let find_async = |ours, most| Case {
            name: format!("find by key, async, {ours}"),
            ..Case::new("find by key, async", ours, vec![], most)
        };
        Self {
            database: "SQLite",
            cases: vec![
                beside_rusqlite("find by key, memory", 1.15),
                beside_rusqlite("find by key, file", 1.15),
                beside_rusqlite("read 10,000 rows", 1.08),
                beside_rusqlite("insert 1,000 rows by save in a transaction", 1.30),
                beside_rusqlite("update one column of three", 1.25),
                Case {
                    bare: vec![
                        "rusqlite, 50 rows a statement",
                        "rusqlite, 100 rows a statement",
                        "rusqlite, 500 rows a statement",
                    ],
                    ..beside_rusqlite("insert_all 10,000 rows", 1.15)
                },
                Case {
                    name: "read 10,000 rows, async".into(),
                    ours: "activerecord async",
                    ..beside_rusqlite("read 10,000 rows", 1.15)
                },
                find_async("threads warm", Most::Microseconds(12.0)),
                find_async("after 200 us of idleness", Most::Shown),
            ],
        }
    }

    /// The cases of every server, beside its async driver and its blocking one.
    fn server(database: &'static str, asynchronous: &'static str, blocking: &'static str) -> Self {
        let case = |name, bare, most| Case {
            group: format!("{database}, {name}"),
            ..Case::new(name, OURS, vec![bare], most)
        };
        Self {
            database,
            cases: vec![
                case("find by key, async", asynchronous, Most::Times(1.08)),
                case("read 10,000 rows, async", asynchronous, Most::Times(1.05)),
                case("find by key, blocking", blocking, Most::Times(1.05)),
                case(
                    "update one column of three, async",
                    asynchronous,
                    Most::Times(1.08),
                ),
                // At least 0.95 times the throughput.
                case(
                    "64 tasks on 8 connections, find by key",
                    asynchronous,
                    Most::Times(1.05),
                ),
                case("read 10,000 rows, blocking", blocking, Most::Shown),
            ],
        }
    }
}

impl Case {
    fn new(group: &str, ours: &'static str, bare: Vec<&'static str>, most: Most) -> Self {
        Self {
            name: group.into(),
            group: group.into(),
            ours,
            bare,
            most,
        }
    }

    /// All its benchmarks.
    pub(crate) fn benches(&self) -> impl Iterator<Item = &'static str> {
        self.bare.iter().copied().chain([self.ours])
    }
}
