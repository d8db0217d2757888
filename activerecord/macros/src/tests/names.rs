use crate::case::{Case, snake};
use crate::plural::table_name;

fn tables<const N: usize>(structs: [&str; N]) -> [String; N] {
    structs.map(table_name)
}

#[test]
fn a_table_has_the_plural_of_the_struct() {
    assert_eq!(
        tables(["User", "OrderItem", "Invoice"]),
        ["users", "order_items", "invoices"]
    );
    assert_eq!(
        tables(["Box", "Bus", "Dish", "Match", "Address", "Buzz"]),
        ["boxes", "buses", "dishes", "matches", "addresses", "buzzes",]
    );
    assert_eq!(
        tables(["Analysis", "Axis", "Iris", "Status"]),
        ["analyses", "axes", "irises", "statuses"]
    );
}

#[test]
fn y_changes_after_a_consonant_alone() {
    assert_eq!(
        tables(["Category", "Day", "Survey", "Toy"]),
        ["categories", "days", "surveys", "toys"]
    );
}

#[test]
fn irregular_words_keep_their_plural_in_compounds() {
    assert_eq!(
        tables(["Person", "Child", "SalesPerson", "Woman", "Human"]),
        ["people", "children", "sales_people", "women", "humans",]
    );
    assert_eq!(
        tables(["Matrix", "Quiz", "Hero", "Epoch", "Potato", "Photo"]),
        ["matrices", "quizzes", "heroes", "epochs", "potatoes", "photos",]
    );
}

#[test]
fn a_plural_stays_as_it_is() {
    assert_eq!(
        tables(["Settings", "News", "Equipment", "Metadata", "People"]),
        ["settings", "news", "equipment", "metadata", "people",]
    );
}

#[test]
fn words_begin_at_capitals() {
    let names = [
        "InProgress",
        "HTTPServer",
        "GetURL",
        "V1Beta",
        "already_snake",
        "In_Progress",
        "A",
        "",
    ];
    assert_eq!(
        names.map(snake),
        [
            "in_progress",
            "http_server",
            "get_url",
            "v1_beta",
            "already_snake",
            "in_progress",
            "a",
            "",
        ]
    );
    assert_eq!(snake("ÄußereÖffnung"), "äußere_öffnung");
}

#[test]
fn every_case_is_found_by_its_name_and_writes_it() {
    let written = Case::ALL.map(|(name, _)| Case::named(name).unwrap().write("InProgress"));
    assert_eq!(
        written,
        [
            "inprogress",
            "INPROGRESS",
            "in_progress",
            "IN_PROGRESS",
            "in-progress",
            "inProgress",
            "InProgress",
        ]
    );
    assert_eq!(Case::Camel.write("HTTPServer"), "httpServer");
    assert_eq!(Case::Pascal.write("In_progress"), "InProgress");
    assert!(Case::named("Snake").is_none());
}
