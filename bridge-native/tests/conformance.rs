//! Every native implementation passes the suite of its trait.

use bridge_native::NativeDatabase;

mod database_in_memory {
    bridge_traits::database_conformance!(super::database_in_memory);
}
mod database_in_a_file {
    bridge_traits::database_conformance!(super::database_in_a_file);
}

async fn database_in_memory() -> (NativeDatabase, ()) {
    (NativeDatabase::in_memory().await.unwrap(), ())
}

async fn database_in_a_file() -> (NativeDatabase, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    (NativeDatabase::open(&path).await.unwrap(), folder)
}
