//! Secrets and preferences: their suites, and what is done to records behind the store's back.

use bridge_traits::ErrorKind;
use bridge_traits::storage::{SecureStore, SettingsStore};
use bridge_wasm::{WasmSecureStore, WasmSettingsStore};
use futures::future::join_all;
use js_sys::{Promise, Reflect, Uint8Array};
use serde_json::json;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

mod secrets {
    bridge_traits::secure_store_conformance!(super::secure_store);
}
mod settings {
    bridge_traits::settings_store_conformance!(super::settings_store);
}

#[wasm_bindgen(inline_js = "
    const done = request => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const within = async (name, store, body) => {
        const database = await done(indexedDB.open(name));
        try {
            return await body(database.transaction(store, 'readwrite').objectStore(store));
        } finally {
            database.close();
        }
    };
    export const peek = (name, store, key) => within(name, store, it => done(it.get(key)));
    export const poke = (name, store, key, value) =>
        within(name, store, it => done(it.put(value, key)));
    export const unmake = (name, store) => within(name, store, it => done(it.clear()));
    export const read_out = key =>
        crypto.subtle.exportKey('raw', key).then(() => 'it is out', error => error.name);
")]
extern "C" {
    fn peek(name: &str, store: &str, key: &str) -> Promise;
    fn poke(name: &str, store: &str, key: &str, value: &JsValue) -> Promise;
    fn unmake(name: &str, store: &str) -> Promise;
    fn read_out(key: &JsValue) -> Promise;
}

fn fresh_name() -> String {
    format!("stores {}", js_sys::Math::random())
}

/// Deletes its database when the test is over.
struct Gone(String);

impl Drop for Gone {
    fn drop(&mut self) {
        let name = self.0.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let _ = WasmSecureStore::destroy(&name).await;
        });
    }
}

async fn secure_store() -> (WasmSecureStore, Gone) {
    let name = fresh_name();
    (WasmSecureStore::open(&name).await.unwrap(), Gone(name))
}

async fn settings_store() -> (WasmSettingsStore, Gone) {
    let name = fresh_name();
    (WasmSettingsStore::open(&name).await.unwrap(), Gone(name))
}

async fn record(gone: &Gone, name: &str) -> Vec<u8> {
    let found = JsFuture::from(peek(&gone.0, "secrets", name))
        .await
        .unwrap();
    Uint8Array::new(&found).to_vec()
}

async fn put_record(gone: &Gone, name: &str, record: &[u8]) {
    let value = Uint8Array::from(record).into();
    JsFuture::from(poke(&gone.0, "secrets", name, &value))
        .await
        .unwrap();
}

#[core_async::test]
async fn what_is_stored_is_there_when_the_store_is_opened_again() {
    let (secrets, gone) = secure_store().await;
    secrets.set("token", b"hunter2").await.unwrap();
    drop(secrets);
    let secrets = WasmSecureStore::open(&gone.0).await.unwrap();
    assert_eq!(secrets.get("token").await.unwrap().unwrap(), b"hunter2");
    let (settings, gone) = settings_store().await;
    settings.set("volume", json!(7)).await.unwrap();
    drop(settings);
    let settings = WasmSettingsStore::open(&gone.0).await.unwrap();
    assert_eq!(settings.get("volume").await.unwrap(), Some(json!(7)));
}

#[core_async::test]
async fn no_secret_lies_in_the_open_and_no_script_reads_the_key() {
    let (secrets, gone) = secure_store().await;
    secrets.set("token", b"hunter2").await.unwrap();
    let first = record(&gone, "token").await;
    assert!(!first.windows(7).any(|it| it == b"hunter2"));
    let key = JsFuture::from(peek(&gone.0, "keys", "aes-gcm"))
        .await
        .unwrap();
    assert_eq!(
        Reflect::get(&key, &"extractable".into()).unwrap(),
        JsValue::FALSE
    );
    let said = JsFuture::from(read_out(&key)).await.unwrap();
    assert_eq!(said.as_string().as_deref(), Some("InvalidAccessError"));
    // The same secret twice makes two records, under two nonces.
    secrets.set("token", b"hunter2").await.unwrap();
    let second = record(&gone, "token").await;
    assert_eq!(first.len(), second.len());
    assert_ne!(first[1..13], second[1..13]);
    assert_ne!(first[13..], second[13..]);
}

#[core_async::test]
async fn a_record_that_was_changed_cut_or_moved_is_corrupt() {
    let (secrets, gone) = secure_store().await;
    secrets.set("token", b"hunter2").await.unwrap();
    let whole = record(&gone, "token").await;
    let mut bad = vec![
        vec![],
        vec![1],
        whole[..whole.len() - 1].to_vec(),
        vec![0; 64],
    ];
    for at in [0, 1, 12, 13, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= if at == 0 { 1 } else { 0x80 };
        bad.push(changed);
    }
    for record in bad {
        put_record(&gone, "token", &record).await;
        let error = secrets.get("token").await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Corrupt, "{record:?}");
        assert!(error.subject().contains("token"));
    }
    put_record(&gone, "other", &whole).await;
    assert_eq!(
        *secrets.get("other").await.unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    put_record(&gone, "token", &[&[2], &whole[1..]].concat()).await;
    assert_eq!(
        *secrets.get("token").await.unwrap_err().kind(),
        ErrorKind::TooNew
    );
    put_record(&gone, "token", &whole).await;
    assert_eq!(secrets.get("token").await.unwrap().unwrap(), b"hunter2");
}

#[core_async::test]
async fn stores_that_are_opened_at_once_have_one_key() {
    let gone = Gone(fresh_name());
    let opened = join_all((0..4).map(|_| WasmSecureStore::open(&gone.0))).await;
    let stores: Vec<_> = opened.into_iter().map(Result::unwrap).collect();
    for (at, store) in stores.iter().enumerate() {
        store.set(&format!("of {at}"), b"x").await.unwrap();
    }
    for store in &stores {
        for at in 0..4 {
            assert!(store.get(&format!("of {at}")).await.unwrap().is_some());
        }
    }
}

#[core_async::test]
async fn a_secret_whose_key_is_gone_is_corrupt_and_can_be_set_anew() {
    let (secrets, gone) = secure_store().await;
    secrets.set("token", b"hunter2").await.unwrap();
    JsFuture::from(unmake(&gone.0, "keys")).await.unwrap();
    let secrets = WasmSecureStore::open(&gone.0).await.unwrap();
    assert_eq!(
        *secrets.get("token").await.unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    secrets.set("token", b"again").await.unwrap();
    assert_eq!(secrets.get("token").await.unwrap().unwrap(), b"again");
}
