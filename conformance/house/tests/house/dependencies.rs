//! Which package may depend on which.

use cargo_metadata::{
    CargoOpt, Dependency, DependencyKind, Metadata, MetadataCommand, NodeDep, Package, PackageId,
};
use std::collections::BTreeSet;

const CORE: &str = "activerecord-core";
const MACROS: &str = "activerecord-macros";
const BACKEND: &str = "activerecord-backend-";
/// Crates that talk to a database; each belongs to one backend.
const DRIVERS: [&str; 7] = [
    "libsqlite3-sys",
    "mysql",
    "mysql_async",
    "postgres",
    "rusqlite",
    "sqlx",
    "tokio-postgres",
];

fn metadata() -> Metadata {
    command().no_deps().exec().unwrap()
}

fn command() -> MetadataCommand {
    let mut command = MetadataCommand::new();
    command.manifest_path(crate::sources::root().join("Cargo.toml"));
    command.features(CargoOpt::AllFeatures);
    command
}

fn ours(dependency: &Dependency) -> bool {
    dependency.path.is_some()
}

/// Whether a published package may depend on another of ours.
fn may_depend(package: &str, dependency: &Dependency) -> bool {
    let name = dependency.name.as_str();
    let is_backend = name.starts_with(BACKEND);
    match package {
        CORE | MACROS => false,
        "activerecord" => name == CORE || name == MACROS || (is_backend && dependency.optional),
        backend if backend.starts_with(BACKEND) => name == CORE,
        // Not published: the suite, the benches, the house.
        _ => true,
    }
}

fn is_published(package: &Package) -> bool {
    package
        .publish
        .as_ref()
        .is_none_or(|registries| !registries.is_empty())
}

#[test]
fn packages_depend_on_what_they_may() {
    let mut wrong = Vec::new();
    for package in metadata().workspace_packages() {
        let of_library = |it: &&Dependency| it.kind != DependencyKind::Development;
        for dependency in package
            .dependencies
            .iter()
            .filter(of_library)
            .filter(|it| ours(it))
        {
            if !may_depend(&package.name, dependency) {
                wrong.push(format!("{} -> {}", package.name, dependency.name));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "the facade depends on core, macros and optional backends, a backend on core:\n{wrong:#?}"
    );
}

#[test]
fn core_and_macros_test_themselves_alone() {
    let metadata = metadata();
    let inner = metadata.workspace_packages();
    for package in inner
        .iter()
        .filter(|package| [CORE, MACROS].contains(&package.name.as_str()))
    {
        let found: Vec<_> = package.dependencies.iter().filter(|it| ours(it)).collect();
        assert!(found.is_empty(), "{} depends on {found:?}", package.name);
    }
}

#[test]
fn a_driver_is_known_to_its_backend_alone() {
    let mut wrong = Vec::new();
    for package in metadata().workspace_packages() {
        // The benches measure beside the bare driver.
        if package.name.starts_with(BACKEND) || !is_published(package) {
            continue;
        }
        for dependency in &package.dependencies {
            if DRIVERS.contains(&dependency.name.as_str()) {
                wrong.push(format!("{} -> {}", package.name, dependency.name));
            }
        }
    }
    assert!(wrong.is_empty(), "a driver outside its backend:\n{wrong:#?}");
}

#[test]
fn no_dependency_of_the_libraries_needs_a_later_compiler() {
    let metadata = command().exec().unwrap();
    let nodes = &metadata.resolve.as_ref().unwrap().nodes;
    let published = metadata
        .workspace_packages()
        .into_iter()
        .filter(|it| is_published(it));
    let mut left: Vec<&PackageId> = published.map(|package| &package.id).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = left.pop() {
        if seen.insert(id) {
            let node = nodes.iter().find(|node| node.id == *id).unwrap();
            let of_library = |it: &&NodeDep| {
                it.dep_kinds
                    .iter()
                    .any(|it| it.kind != DependencyKind::Development)
            };
            left.extend(
                node.deps
                    .iter()
                    .filter(of_library)
                    .map(|dependency| &dependency.pkg),
            );
        }
    }
    let ours = metadata.workspace_packages()[0].rust_version.clone().unwrap();
    let later = seen.iter().map(|id| &metadata[*id]).filter(|package| {
        package
            .rust_version
            .as_ref()
            .is_some_and(|version| *version > ours)
    });
    let lines = later.filter_map(|it| {
        let version = it.rust_version.as_ref()?;
        Some(format!("{} {} needs {version}", it.name, it.version))
    });
    let lines: Vec<_> = lines.collect();
    assert!(
        lines.is_empty(),
        "`rust-version` is {ours}:\n{}",
        lines.join("\n")
    );
}

#[test]
fn the_top_level_is_as_it_was_agreed() {
    let directories = std::fs::read_dir(crate::sources::root()).unwrap();
    let mut names: Vec<String> = directories
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.') && name != "target")
        .collect();
    names.sort_unstable();
    let known = [
        "activerecord",
        "backend-mysql",
        "backend-postgres",
        "backend-sqlite",
        "benches",
        "conformance",
        "docs",
    ];
    names.retain(|name| !known.contains(&name.as_str()));
    assert!(names.is_empty(), "the top level holds {names:?} beside {known:?}");
}
