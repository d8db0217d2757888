//! Containers that runs left behind, because they were killed.

use std::fs;
use std::process;
use testcontainers::bollard::Docker;
use testcontainers::bollard::models::{ContainerSummary, ContainerSummaryStateEnum};
use testcontainers::bollard::query_parameters::{
    ListContainersOptionsBuilder, RemoveContainerOptionsBuilder,
};

/// The label that names the run that a container belongs to.
pub(super) const LABEL: &str = "activerecord-conformance.owner";

/// A run, told from all others: on which start of which machine, in which namespace of processes, which process.
/// Where the system does not tell, a part is empty.
#[derive(Debug, PartialEq, Eq)]
struct Owner {
    boot: String,
    namespace: String,
    process: u32,
    started: String,
}

impl Owner {
    fn this_run() -> Self {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        Self {
            boot: boot.trim().to_owned(),
            namespace: namespace.display().to_string(),
            process: process::id(),
            started: started(process::id()).unwrap_or_default(),
        }
    }

    fn parse(label: &str) -> Option<Self> {
        let mut parts = label.split('/').map(String::from);
        Some(Self {
            boot: parts.next()?,
            namespace: parts.next()?,
            process: parts.next()?.parse().ok()?,
            started: parts.next()?,
        })
    }

    fn label(&self) -> String {
        format!(
            "{}/{}/{}/{}",
            self.boot, self.namespace, self.process, self.started
        )
    }

    /// Whether it is known to have ended. One in another namespace cannot be seen from here, nor one on another
    /// machine that uses the same Docker.
    fn has_ended(&self, seen_by: &Self) -> bool {
        let visible =
            !self.started.is_empty() && (&self.boot, &self.namespace) == (&seen_by.boot, &seen_by.namespace);
        visible && started(self.process).as_deref() != Some(&self.started)
    }
}

/// When a running process was started, in a form that only says whether it is the same one. The number of a process is
/// given again.
fn started(process: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may contain anything; the start is the twentieth field after it.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19).map(String::from)
}

/// The label's value for the containers of this run.
pub(super) fn owner() -> String {
    Owner::this_run().label()
}

/// Removes the containers of runs that have ended.
pub(super) async fn sweep(docker: &Docker) {
    let filters = std::collections::HashMap::from([("label", vec![LABEL])]);
    let ours = ListContainersOptionsBuilder::new()
        .all(true)
        .filters(&filters)
        .build();
    let this_run = Owner::this_run();
    // What cannot be listed or removed now disturbs nothing; the next run tries again.
    for container in docker.list_containers(Some(ours)).await.unwrap_or_default() {
        if let Some(id) = left_behind(&container, &this_run) {
            remove(docker, id).await;
        }
    }
}

fn left_behind<'a>(container: &'a ContainerSummary, this_run: &Owner) -> Option<&'a str> {
    let owner = Owner::parse(container.labels.as_ref()?.get(LABEL)?)?;
    let running = container.state == Some(ContainerSummaryStateEnum::RUNNING);
    // Docker starts none of them again after the machine was.
    let outlived = owner.boot != this_run.boot && !running;
    (outlived || owner.has_ended(this_run))
        .then_some(container.id.as_deref())
        .flatten()
}

/// Removes a container by force, with its volumes.
pub(super) async fn remove(docker: &Docker, name: &str) {
    let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
    // It may be gone already.
    let _ = docker.remove_container(name, Some(options)).await;
}
