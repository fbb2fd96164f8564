//! The platform's bridges, put together.

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod wasm;

#[cfg(target_arch = "wasm32")]
pub use bridge_wasm::{DataLoss, DroppedItem, FolderAccess, PickedFile, UserFolder, WasmFolders};
#[cfg(not(target_arch = "wasm32"))]
pub use native::bootstrap_native;
#[cfg(target_arch = "wasm32")]
pub use wasm::{WasmCore, bootstrap_wasm, delete_wasm, import_wasm};
