//! Statistics of departments, from a CSV file of three thousand employees.
//!
//! ```sh
//! cargo run --example departments --features chrono
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use activerecord::prelude::*;
use chrono::NaiveDate;

type Outcome<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[derive(Record, Debug, Clone, serde::Deserialize)]
struct Employee {
    #[record(primary_key)]
    id: i64,
    name: String,
    department: String,
    salary: i64,
    hire_date: NaiveDate,
    is_active: bool,
}

/// One line of the table.
#[derive(FromRow, Debug, PartialEq)]
struct Department {
    department: String,
    people: i64,
    average: f64,
    lowest: i64,
    highest: i64,
    first_hired: NaiveDate,
}

fn main() -> Outcome<()> {
    let db = Database::connect("sqlite::memory:")?;
    db.create_table::<Employee>()?;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/employees.csv");
    let employees: Vec<Employee> = csv::Reader::from_path(file)?
        .deserialize()
        .collect::<csv::Result<_>>()?;
    println!(
        "{} employees loaded\n",
        Employee::insert_all(&db, employees)?.len()
    );

    println!("blocking: those who are with us today, by department");
    blocking(&db)?;
    println!("\nasync, over the same database: the large departments as typed rows, of all times");
    asynchronous(&db.to_async())?;
    Ok(())
}

/// Groups whose cells are read by the names that the chain gave them.
fn blocking(db: &Database) -> Result<()> {
    let rows = Employee::query()
        .filter(|e| e.is_active.eq(true))
        .group_by(|e| e.department)
        .count(|e| e.id, "people")
        .avg(|e| e.salary, "average")
        .min(|e| e.salary, "lowest")
        .max(|e| e.salary, "highest")
        .min(|e| e.hire_date, "first_hired")
        .order_by(|e| e.department.asc())
        .aggregate(db)?;
    heading();
    for row in &rows {
        line(&Department {
            department: row.get("department")?,
            people: row.get("people")?,
            average: row.get("average")?,
            lowest: row.get("lowest")?,
            highest: row.get("highest")?,
            first_hired: row.get("first_hired")?,
        });
    }
    Ok(())
}

/// Groups that are read as a struct.
#[tokio::main(flavor = "current_thread")]
async fn asynchronous(db: &AsyncDatabase) -> Result<()> {
    let departments: Vec<Department> = Employee::query()
        .group_by(|e| e.department)
        .count(|e| e.id, "people")
        .avg(|e| e.salary, "average")
        .min(|e| e.salary, "lowest")
        .max(|e| e.salary, "highest")
        .min(|e| e.hire_date, "first_hired")
        .having(|e| e.id.count().ge(300))
        .order_by(|e| e.department.asc())
        .aggregate_as::<Department>()
        .all(db)
        .await?;
    heading();
    departments.iter().for_each(line);
    Ok(())
}

fn heading() {
    println!(
        "{:<12} {:>6} {:>10} {:>8} {:>8}  {:<11}",
        "department", "people", "average", "lowest", "highest", "first hired"
    );
    println!(
        "{:-<12} {:->6} {:->10} {:->8} {:->8}  {:-<11}",
        "", "", "", "", "", ""
    );
}

fn line(row: &Department) {
    println!(
        "{:<12} {:>6} {:>10.2} {:>8} {:>8}  {:<11}",
        row.department, row.people, row.average, row.lowest, row.highest, row.first_hired
    );
}
