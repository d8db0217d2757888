//! Servers in containers.

use super::certificates::{Certificates, Files};
use super::error::with_causes;
use super::{Kind, ServerError, leftovers, port, settings};
use std::fmt;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;
use testcontainers::bollard::Docker;
use testcontainers::bollard::models::HostConfig;
use testcontainers::bollard::query_parameters::{InspectContainerOptions, KillContainerOptionsBuilder};
use testcontainers::core::IntoContainerPort;
use testcontainers::core::client::docker_client_instance;
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

/// How long Docker may take to say that it is there.
const GREETING: Duration = Duration::from_secs(10);
/// How long the pull of an image may take.
const PULL: Duration = Duration::from_secs(600);
/// Somebody else may take a port between our choice and Docker's use of it.
const ATTEMPTS: usize = 3;

/// Where the certificates are in a container.
const TLS: &str = "/etc/conformance-tls";
/// Writes the certificates before it hands over to the image: a server accepts no key that others can read, and it is
/// the image that knows the server's user.
const WITH_CERTIFICATES: &str = r#"set -e
mkdir -p /etc/conformance-tls
cd /etc/conformance-tls
printf '%s' "$CONFORMANCE_CA" >ca.pem
printf '%s' "$CONFORMANCE_CERTIFICATE" >server.pem
(umask 077 && printf '%s' "$CONFORMANCE_KEY" >server.key)
chown "$CONFORMANCE_USER" server.key
unset CONFORMANCE_CA CONFORMANCE_CERTIFICATE CONFORMANCE_KEY CONFORMANCE_USER
cd /
exec docker-entrypoint.sh "$@""#;

/// Docker, if it answers, with what dead runs left there removed.
pub(super) async fn docker() -> Result<Docker, ServerError> {
    let docker = docker_client_instance()
        .await
        .map_err(|error| ServerError::from(&error))?;
    let ping = timeout(GREETING, docker.ping()).await;
    let answer =
        ping.map_err(|_| ServerError::new(format_args!("no answer within {} s", GREETING.as_secs())))?;
    answer.map_err(|error| ServerError::from(&error))?;
    leftovers::sweep(&docker).await;
    Ok(docker)
}

/// An image that is there, or one that is pulled.
pub(super) async fn image(docker: &Docker, kind: Kind) -> Result<String, ServerError> {
    for image in kind.images() {
        if docker.inspect_image(image).await.is_ok() {
            return Ok(image.to_owned());
        }
    }
    let [built, official] = kind.images();
    let pulled = pull(official).await;
    pulled.map_err(|error| {
        error.context(format_args!(
            "neither the image `{built}` nor `{official}` is here"
        ))
    })?;
    Ok(official.to_owned())
}

/// An image that was asked for by name.
pub(super) async fn wanted_image(docker: &Docker, image: &str) -> Result<String, ServerError> {
    if docker.inspect_image(image).await.is_err() {
        pull(image).await?;
    }
    Ok(image.to_owned())
}

#[expect(
    clippy::print_stderr,
    reason = "it takes long enough to ask oneself what is going on"
)]
async fn pull(image: &str) -> Result<(), ServerError> {
    eprintln!("pulling the image `{image}`");
    let pulled = timeout(PULL, request(image).pull_image()).await;
    let pulled =
        pulled.map_err(|_| ServerError::new(format_args!("not pulled within {} s", PULL.as_secs())))?;
    pulled.map(|_| ()).map_err(|error| ServerError::from(&error))
}

fn request(image: &str) -> ContainerRequest<GenericImage> {
    // The host of a registry may have a port.
    let tagged = image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'));
    let (name, tag) = tagged.unwrap_or((image, "latest"));
    GenericImage::new(name, tag).into()
}

/// A container with a server.
pub(super) struct Container {
    container: ContainerAsync<GenericImage>,
    docker: Docker,
}

impl Container {
    /// Starts one; the port of 127.0.0.1 that it has, also after a restart.
    pub(super) async fn start(
        docker: Docker,
        kind: Kind,
        image: &str,
        password: &str,
        certificates: &Certificates,
    ) -> Result<(Self, u16), ServerError> {
        let mut attempt = 1;
        loop {
            let port = port::free()?;
            let name = format!(
                "activerecord-conformance-{}-{}",
                kind.name(),
                Uuid::new_v4().simple()
            );
            let request = server(kind, image, password, certificates, port).with_container_name(&name);
            match request.start().await {
                Ok(container) => return Ok((Self { container, docker }, port)),
                Err(error) => {
                    leftovers::remove(&docker, &name).await;
                    if attempt == ATTEMPTS {
                        return Err(
                            ServerError::from(&error).context(format_args!("`{image}` does not start"))
                        );
                    }
                    attempt += 1;
                }
            }
        }
    }

    pub(super) async fn stop(&self) -> Result<(), ServerError> {
        let stopped = self.container.stop().await;
        stopped.map_err(|error| ServerError::from(&error))
    }

    pub(super) async fn kill(&self) -> Result<(), ServerError> {
        let how = KillContainerOptionsBuilder::new().signal("KILL").build();
        let killed = self.docker.kill_container(self.container.id(), Some(how)).await;
        killed.map_err(|error| ServerError::from(&error))?;
        // Docker does not wait for the end.
        while self.is_running().await? {
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    pub(super) async fn start_again(&self) -> Result<(), ServerError> {
        let started = self.container.start().await;
        started.map_err(|error| ServerError::from(&error))
    }

    /// Waits for the end of the server; its last words.
    pub(super) async fn ended(&self) -> ServerError {
        while self.is_running().await.unwrap_or(false) {
            sleep(Duration::from_millis(200)).await;
        }
        ServerError::new(format_args!(
            "the container has ended: {}",
            self.last_words().await
        ))
    }

    pub(super) async fn last_words(&self) -> String {
        let mut words = self.container.stdout_to_vec().await.unwrap_or_default();
        words.extend(self.container.stderr_to_vec().await.unwrap_or_default());
        super::error::tail(&String::from_utf8_lossy(&words))
    }

    async fn is_running(&self) -> Result<bool, ServerError> {
        let about = self
            .docker
            .inspect_container(self.container.id(), None::<InspectContainerOptions>)
            .await;
        let state = about
            .map_err(|error| ServerError::new(with_causes(&error)))?
            .state;
        Ok(state.and_then(|state| state.running).unwrap_or_default())
    }
}

impl fmt::Debug for Container {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The request behind it holds the password.
        write!(out, "Container({})", self.container.id())
    }
}

fn server(
    kind: Kind,
    image: &str,
    password: &str,
    certificates: &Certificates,
    port: u16,
) -> ContainerRequest<GenericImage> {
    let (secret, user) = match kind {
        Kind::Postgres => ("POSTGRES_PASSWORD", "postgres"),
        Kind::Mysql => ("MYSQL_ROOT_PASSWORD", "mysql"),
        Kind::MariaDb => ("MARIADB_ROOT_PASSWORD", "mysql"),
    };
    request(image)
        .with_cmd(command(kind))
        .with_env_var("LANG", "C.UTF-8")
        .with_env_var(secret, password)
        .with_env_var("CONFORMANCE_USER", user)
        .with_env_var("CONFORMANCE_CA", &certificates.authority)
        .with_env_var("CONFORMANCE_CERTIFICATE", &certificates.certificate)
        .with_env_var("CONFORMANCE_KEY", &certificates.key)
        .with_label(leftovers::LABEL, leftovers::owner())
        .with_mapped_port(port, kind.port().tcp())
        .with_host_config_modifier(on_this_machine_alone)
}

fn command(kind: Kind) -> Vec<String> {
    let shell = ["sh", "-c", WITH_CERTIFICATES, "sh", kind.program()].map(String::from);
    let settings = settings::arguments(kind, &Files::in_directory(Path::new(TLS)));
    shell.into_iter().chain(settings).collect()
}

fn on_this_machine_alone(config: &mut HostConfig) {
    let bindings = config
        .port_bindings
        .iter_mut()
        .flat_map(|ports| ports.values_mut());
    for binding in bindings.flatten().flatten() {
        binding.host_ip = Some(Ipv4Addr::LOCALHOST.to_string());
    }
}
