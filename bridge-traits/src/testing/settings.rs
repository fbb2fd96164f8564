//! Suite and fake for [`SettingsStore`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::storage::SettingsStore;
use crate::{Result, platform_async_trait};

/// Generates the tests that every [`SettingsStore`] passes.
#[macro_export]
macro_rules! settings_store_conformance {
    ($fresh:expr) => {
        $crate::__conformance_tests! { settings, $fresh,
            what_was_never_set_is_none
            any_json_comes_back
            a_new_value_replaces_the_old
            deleting_is_final_and_may_be_repeated
            names_are_found_by_prefix_and_sorted
        }
    };
}

pub async fn what_was_never_set_is_none(store: impl SettingsStore) {
    assert_eq!(store.get("nothing").await.unwrap(), None);
    assert!(store.names("").await.unwrap().is_empty());
}

pub async fn any_json_comes_back(store: impl SettingsStore) {
    let values = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(u64::MAX),
        json!(0.1),
        json!("ü \"quoted\" \u{0}"),
        json!([1, "two", null]),
        json!({"z": 1, "a": {"deep": []}}),
    ];
    for value in values {
        store.set("it", value.clone()).await.unwrap();
        assert_eq!(store.get("it").await.unwrap(), Some(value));
    }
}

pub async fn a_new_value_replaces_the_old(store: impl SettingsStore) {
    store.set("volume", json!(3)).await.unwrap();
    store.set("volume", json!(4)).await.unwrap();
    assert_eq!(store.get("volume").await.unwrap(), Some(json!(4)));
    assert_eq!(store.names("").await.unwrap(), ["volume"]);
}

pub async fn deleting_is_final_and_may_be_repeated(store: impl SettingsStore) {
    store.set("a", json!(1)).await.unwrap();
    store.delete("a").await.unwrap();
    store.delete("a").await.unwrap();
    assert_eq!(store.get("a").await.unwrap(), None);
}

pub async fn names_are_found_by_prefix_and_sorted(store: impl SettingsStore) {
    let names = [
        "sync.b", "sync.a", "Sync.c", "syn%", "sync_x", "ui", "日本", "syncé",
    ];
    for name in names {
        store.set(name, json!(1)).await.unwrap();
    }
    for prefix in [
        "", "s", "sync", "sync.", "S", "syn%", "syn_", "sync_", "日", "nothing",
    ] {
        let mut expected: Vec<_> = names
            .into_iter()
            .filter(|name| name.starts_with(prefix))
            .collect();
        expected.sort_unstable();
        assert_eq!(store.names(prefix).await.unwrap(), expected, "{prefix}");
    }
}

/// Settings that are gone with their last clone.
#[derive(Debug, Clone, Default)]
pub struct MemorySettings {
    values: Arc<Mutex<BTreeMap<String, Value>>>,
}

impl MemorySettings {
    /// Makes an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Value>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[platform_async_trait]
impl SettingsStore for MemorySettings {
    async fn get(&self, name: &str) -> Result<Option<Value>> {
        Ok(self.lock().get(name).cloned())
    }

    async fn set(&self, name: &str, value: Value) -> Result<()> {
        self.lock().insert(name.to_owned(), value);
        Ok(())
    }

    async fn delete(&self, name: &str) -> Result<()> {
        self.lock().remove(name);
        Ok(())
    }

    async fn names(&self, prefix: &str) -> Result<Vec<String>> {
        let values = self.lock();
        let names = values.keys().filter(|name| name.starts_with(prefix));
        Ok(names.cloned().collect())
    }
}
