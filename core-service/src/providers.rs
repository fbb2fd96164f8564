//! Where music comes from.

mod overlap;
mod removal;
mod webdav;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bridge_traits::provider::StorageProvider;
use bridge_traits::storage::path_key;
use core_library::repository::provider::{self, NewProvider, ProviderRow};
use core_providers::{LocalFolder, LocalFolderOptions};
use core_runtime::events::ProviderEvent;
use serde_json::json;

use crate::dto::Provider;
use crate::error::{Result, ServiceError};
use crate::service::CoreService;

use webdav::WEBDAV;
pub use webdav::{WebDavFolder, WebDavSecret};

const LOCAL_FOLDER: &str = "local-folder";

impl CoreService {
    /// Makes a folder of this machine known as a provider, or finds it if it is known. Nothing is
    /// read yet. One that is known is found even while it is away (unmounted, unplugged): its next
    /// sync says so.
    ///
    /// # Errors
    /// `NotFound`, `NotADirectory` or `PermissionDenied` naming the folder; `InvalidInput` for
    /// options out of range; [`ServiceError::FoldersOverlap`] for a new folder that lies in one that is
    /// known, or holds one, so that songs would be there twice.
    pub async fn add_local_folder(
        &self,
        root: &Path,
        options: LocalFolderOptions,
    ) -> Result<Provider> {
        let filesystem = self.inner.bridges.filesystem.clone();
        let root = match filesystem.canonicalize(root).await {
            Ok(root) => root,
            Err(error) => {
                let known = self.providers().await?.into_iter();
                let away = known.filter(|it| it.kind == LOCAL_FOLDER);
                return away
                    .into_iter()
                    .find(|it| Path::new(&it.root) == root)
                    .ok_or(error.into());
            }
        };
        let key = path_key::encode(&root);
        let config = json!({
            // As text where it is text, which keeps a drive letter; else as a key.
            "root": root.to_str(),
            "root_key": root.to_str().is_none().then_some(&key),
            "include_hidden": options.include_hidden,
            "exclude": options.exclude,
            "trust_modified_time": options.trust_modified_time,
        });
        let folder = LocalFolder::open(filesystem, root.clone(), options.clone()).await?;
        let name = root
            .file_name()
            .unwrap_or(root.as_os_str())
            .to_string_lossy()
            .into_owned();
        let new = NewProvider {
            key: format!("local:/{key}"),
            kind: LOCAL_FOLDER.to_owned(),
            name,
            root: root.to_string_lossy().into_owned(),
            config: config.to_string(),
        };
        let known = provider::find(&self.inner.library, &new.key)
            .await?
            .is_some();
        if !known {
            let others = provider::list(&self.inner.library).await?;
            overlap::refuse(&root, &options, &others)?;
        }
        self.keep(new, known, Arc::new(folder)).await
    }

    /// Stores a provider and makes it reachable.
    async fn keep(
        &self,
        new: NewProvider,
        is_known: bool,
        provider: Arc<dyn StorageProvider>,
    ) -> Result<Provider> {
        let mut tx = self.inner.library.write().await?;
        let id = provider::upsert(&mut tx, new).await?;
        tx.commit().await?;
        self.inner.coordinator.register_provider(id, provider);
        if !is_known {
            let _ = self
                .inner
                .events
                .publish(ProviderEvent::Added { provider: id });
        }
        Ok(provider::get(&self.inner.library, id).await?.into())
    }

    /// Lists the providers, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn providers(&self) -> Result<Vec<Provider>> {
        let rows = provider::list(&self.inner.library).await?;
        Ok(rows.into_iter().map(Provider::from).collect())
    }

    /// Makes the providers in the database reachable. Whether they are there shows when they are
    /// synced.
    pub(crate) async fn register_known_providers(&self) -> Result<()> {
        for row in provider::list(&self.inner.library).await? {
            let provider: Arc<dyn StorageProvider> = match &*row.kind {
                LOCAL_FOLDER => Arc::new(self.known_folder(&row)?),
                WEBDAV => match self.known_webdav(&row) {
                    Ok(webdav) => Arc::new(webdav),
                    // What is in the library can be asked for all the same.
                    Err(error) => {
                        tracing::warn!(key = row.key, %error, "a provider can't be reached");
                        continue;
                    }
                },
                _ => {
                    return Err(ServiceError::UnknownProviderKind {
                        key: row.key,
                        kind: row.kind,
                    });
                }
            };
            self.inner.coordinator.register_provider(row.id, provider);
        }
        Ok(())
    }

    fn known_folder(&self, row: &ProviderRow) -> Result<LocalFolder> {
        let (root, options) = stored_folder(row);
        Ok(LocalFolder::known(
            self.inner.bridges.filesystem.clone(),
            root,
            options,
        )?)
    }
}

/// Reads where a local folder is and how it is read.
fn stored_folder(row: &ProviderRow) -> (PathBuf, LocalFolderOptions) {
    let config: serde_json::Value = serde_json::from_str(&row.config).unwrap_or_default();
    let flag = |name: &str, otherwise: bool| config[name].as_bool().unwrap_or(otherwise);
    let defaults = LocalFolderOptions::default();
    let options = LocalFolderOptions {
        include_hidden: flag("include_hidden", defaults.include_hidden),
        trust_modified_time: flag("trust_modified_time", defaults.trust_modified_time),
        exclude: config["exclude"]
            .as_array()
            .map(|list| {
                list.iter()
                    .filter_map(|it| Some(it.as_str()?.to_owned()))
                    .collect()
            })
            .unwrap_or_default(),
        ..defaults
    };
    let root = match (config["root"].as_str(), config["root_key"].as_str()) {
        (Some(text), _) => PathBuf::from(text),
        (None, Some(key)) => Path::new("/").join(path_key::decode(key)),
        (None, None) => PathBuf::from(&row.root),
    };
    (root, options)
}
