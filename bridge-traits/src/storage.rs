//! What the platform keeps for us: files, secrets, preferences.

mod filesystem;
pub mod path_key;
mod secure_store;
mod settings;

pub use filesystem::{
    BlockingFile, DirEntry, DirPage, FileId, FileKind, FileSystemAccess, Metadata,
};
pub use secure_store::SecureStore;
pub use settings::SettingsStore;
