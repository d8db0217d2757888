use super::{printed, text, tokens};
use crate::erase::{erase, keep};

#[track_caller]
fn assert_erased(written: &str, expected: &str) {
    assert_eq!(printed(erase(tokens(written))), text(expected));
}

#[test]
fn functions_and_awaits() {
    assert_erased(
        "async fn save(db: &Db) -> Result<()> { user.save(db).await?.name.len(); f().await }",
        "fn save(db: &Db) -> Result<()> { user.save(db)?.name.len(); f() }",
    );
    assert_erased("pub async unsafe fn f() {}", "pub unsafe fn f() {}");
}

#[test]
fn closures() {
    assert_erased(
        "db.transaction(async |tx| { f(tx).await }).await?",
        "db.transaction(|tx| { f(tx) })?",
    );
    assert_erased("retry(async || f().await)", "retry(|| f())");
    assert_erased("retry(async move |n| f(n).await)", "retry(move |n| f(n))");
    assert_erased("retry(async move || f().await)", "retry(move || f())");
    assert_erased("|n| async move { f(n).await }", "|n| { f(n) }");
}

#[test]
fn nested_closures() {
    assert_erased(
        "db.transaction(async |tx| tx.transaction(async move |tx| { f(tx).await?; Ok(()) }).await).await",
        "db.transaction(|tx| tx.transaction(move |tx| { f(tx)?; Ok(()) }))",
    );
}

#[test]
fn blocks() {
    assert_erased("let x = async { f().await };", "let x = { f() };");
    assert_erased("let x = async move { f().await }.await;", "let x = { f() };");
}

#[test]
fn a_block_in_the_text_of_a_macro_rule_loses_its_move() {
    assert_erased(
        "($body:block) => { run(async move $body) }",
        "($body:block) => { run($body) }",
    );
}

#[test]
fn macro_calls() {
    assert_erased("assert_eq!(x.await?, 1);", "assert_eq!(x?, 1);");
    assert_erased(
        "let r = join!(f(db), async { g(db).await });",
        "let r = join!(f(db), { g(db) });",
    );
    assert_erased("vec![a.await, b.await]", "vec![a, b]");
}

#[test]
fn what_only_looks_alike_stays() {
    for alike in [
        r#"println!("async move {} .await", x);"#,
        "r#async.r#await",
        "async_trait(await_all).awaited",
        "await . f",
        "let f = move || 1;",
        "#[record(async)] struct User;",
        "#![allow(async)]",
        "keep_async(x)",
        "use keep_async;",
    ] {
        assert_erased(alike, alike);
    }
}

#[test]
fn comments_on_items_stay() {
    assert_erased(
        "/// `async` and x.await\nasync fn f() {}",
        "/// `async` and x.await\nfn f() {}",
    );
}

#[test]
fn kept_tokens_are_not_erased() {
    assert_erased(
        "keep_async! { impl Work for X { async fn run(&self) { f().await } } } async fn g() {}",
        "impl Work for X { async fn run(&self) { f().await } } fn g() {}",
    );
    assert_erased(
        "async fn f() { keep_async! { async fn g() {} } let x = keep_async! { async { 1 } }; x.await }",
        "fn f() { async fn g() {} let x = async { 1 }; x }",
    );
    assert_erased("keep_async! { keep_async! { x.await } }", "x.await");
}

#[test]
fn keeping_changes_nothing_else() {
    let written = "async fn f() { #[a(async)] g(async move |x| x.await, async { 1 }).await; h!(x.await) }";
    assert_eq!(printed(keep(tokens(written))), text(written));
    let written = "mod m { keep_async! { async fn f() {} } }";
    assert_eq!(printed(keep(tokens(written))), text("mod m { async fn f() {} }"));
}
