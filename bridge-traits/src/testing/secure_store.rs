//! Suite and fake for [`SecureStore`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::storage::SecureStore;
use crate::{Result, platform_async_trait};

/// Generates the tests that every [`SecureStore`] passes.
#[macro_export]
macro_rules! secure_store_conformance {
    ($fresh:expr) => {
        $crate::__conformance_tests! { secure_store, $fresh,
            what_was_never_set_is_none
            any_bytes_come_back
            any_name_is_a_name_of_its_own
            a_new_secret_replaces_the_old
            deleting_is_final_and_may_be_repeated
            the_protection_is_stated
        }
    };
}

pub async fn what_was_never_set_is_none(store: impl SecureStore) {
    assert_eq!(store.get("nothing").await.unwrap(), None);
}

pub async fn any_bytes_come_back(store: impl SecureStore) {
    let all: Vec<u8> = (0..=255).collect();
    for secret in [&b""[..], b"\0", b"token", &all, &all.repeat(8)] {
        store.set("secret", secret).await.unwrap();
        let found = store.get("secret").await.unwrap();
        assert_eq!(found.as_deref(), Some(secret));
    }
}

pub async fn any_name_is_a_name_of_its_own(store: impl SecureStore) {
    let long = "long".repeat(100);
    let names = [
        "a", "A", "a/b", "a\\b", "../a", "..", "ä", "a b", "a\0b", "日本", "", &long,
    ];
    for name in names {
        store.set(name, name.as_bytes()).await.unwrap();
    }
    for name in names {
        let found = store.get(name).await.unwrap();
        assert_eq!(found.as_deref(), Some(name.as_bytes()), "{name:?}");
    }
    for name in names {
        store.delete(name).await.unwrap();
        assert_eq!(store.get(name).await.unwrap(), None, "{name:?}");
    }
}

pub async fn a_new_secret_replaces_the_old(store: impl SecureStore) {
    store.set("token", b"a longer first one").await.unwrap();
    store.set("token", b"second").await.unwrap();
    let found = store.get("token").await.unwrap();
    assert_eq!(found.as_deref(), Some(&b"second"[..]));
}

pub async fn deleting_is_final_and_may_be_repeated(store: impl SecureStore) {
    store.set("token", b"x").await.unwrap();
    store.set("other", b"y").await.unwrap();
    store.delete("token").await.unwrap();
    store.delete("token").await.unwrap();
    assert_eq!(store.get("token").await.unwrap(), None);
    assert!(store.get("other").await.unwrap().is_some());
}

pub async fn the_protection_is_stated(store: impl SecureStore) {
    assert!(store.protection().ends_with('.'));
}

/// A store that forgets everything with its last clone and protects nothing.
#[derive(Clone, Default)]
pub struct MemorySecureStore {
    secrets: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

impl MemorySecureStore {
    /// Makes an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[platform_async_trait]
impl SecureStore for MemorySecureStore {
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.lock().get(name).cloned())
    }

    async fn set(&self, name: &str, secret: &[u8]) -> Result<()> {
        self.lock().insert(name.to_owned(), secret.to_owned());
        Ok(())
    }

    async fn delete(&self, name: &str) -> Result<()> {
        self.lock().remove(name);
        Ok(())
    }

    fn protection(&self) -> &'static str {
        "Secrets lie unprotected in the memory of a test."
    }
}
