//! Records: encrypting and decrypting, by the browser's own AES-GCM.
//!
//! A record is a byte that gives the version of the format, 12 bytes of nonce, and what AES-256-GCM
//! (NIST SP 800-38D) makes of the secret, whose last 16 bytes are its tag.

use bridge_traits::{BridgeError, ErrorKind, Result};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Crypto, CryptoKey, SubtleCrypto};

use crate::error::Thrown;
use crate::js;

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
const AES_GCM: &str = "AES-GCM";
const REMEDY: &str = "serve the page over https, or from localhost: elsewhere a browser has no \
     encryption for it";

/// Encrypts and decrypts under one key.
pub(super) struct Cipher {
    subtle: SubtleCrypto,
    key: CryptoKey,
}

/// Gives the browser's encryption.
pub(super) fn subtle() -> Result<SubtleCrypto> {
    let subtle = js::property(&js::global("crypto"), "subtle");
    subtle.dyn_into().map_err(|_| {
        let kind = ErrorKind::NotAvailable { remedy: REMEDY };
        BridgeError::new(kind, "Web Crypto")
    })
}

/// Makes a key that can be used and not read.
pub(super) async fn generate_key(subtle: &SubtleCrypto) -> Result<CryptoKey> {
    let fail = failed("key of the secrets");
    let how = object([("name", AES_GCM.into()), ("length", 256.into())]);
    let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
    let made = subtle.generate_key_with_object(&how, false, &usages);
    let key = JsFuture::from(made.map_err(&fail)?).await.map_err(&fail)?;
    Ok(key.unchecked_into())
}

impl Cipher {
    pub(super) fn new(subtle: SubtleCrypto, key: CryptoKey) -> Self {
        Self { subtle, key }
    }

    /// Makes the record of a secret, under a fresh nonce.
    pub(super) async fn encrypt(&self, name: &str, secret: &[u8]) -> Result<Vec<u8>> {
        let fail = failed(name);
        let mut nonce = [0; NONCE_BYTES];
        let crypto: Crypto = js::global("crypto").unchecked_into();
        crypto
            .get_random_values_with_u8_array(&mut nonce)
            .map_err(&fail)?;
        let (how, secret) = (parameters(name, &nonce), Uint8Array::from(secret));
        let encrypted = self
            .subtle
            .encrypt_with_object_and_js_u8_array(&how, &self.key, &secret)
            .map_err(&fail)?;
        let encrypted = JsFuture::from(encrypted).await.map_err(&fail)?;
        let mut record = vec![VERSION];
        record.extend_from_slice(&nonce);
        record.extend(Uint8Array::new(&encrypted).to_vec());
        Ok(record)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// `Corrupt` for one that was changed, cut, moved to another name or made with another key;
    /// `TooNew` for a format of a newer version.
    pub(super) async fn decrypt(&self, name: &str, record: &[u8]) -> Result<Vec<u8>> {
        let fail = |kind, why: &str| {
            BridgeError::new(kind, format!("secret {name}")).detail(why.to_owned())
        };
        match record.first() {
            None => return Err(fail(ErrorKind::Corrupt, "the record is empty")),
            Some(&version) if version > VERSION => {
                return Err(fail(ErrorKind::TooNew, "a newer version wrote the record"));
            }
            Some(&VERSION) if record.len() > NONCE_BYTES + TAG_BYTES => {}
            Some(_) => return Err(fail(ErrorKind::Corrupt, "not a record of this store")),
        }
        let (nonce, encrypted) = record[1..].split_at(NONCE_BYTES);
        let (how, encrypted) = (parameters(name, nonce), Uint8Array::from(encrypted));
        let decrypted = self
            .subtle
            .decrypt_with_object_and_js_u8_array(&how, &self.key, &encrypted)
            .map_err(failed(name))?;
        let decrypted = JsFuture::from(decrypted).await.map_err(|_| {
            fail(
                ErrorKind::Corrupt,
                "the record was changed, or the key is another one",
            )
        })?;
        Ok(Uint8Array::new(&decrypted).to_vec())
    }
}

/// Says how: the nonce, and what is authenticated along.
fn parameters(name: &str, nonce: &[u8]) -> Object {
    let along = [b"music-core secret ", &[VERSION][..], name.as_bytes()].concat();
    object([
        ("name", AES_GCM.into()),
        ("iv", Uint8Array::from(nonce).into()),
        ("additionalData", Uint8Array::from(&*along).into()),
    ])
}

fn object<const N: usize>(fields: [(&str, JsValue); N]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &name.into(), &value).expect("a new object takes every field");
    }
    object
}

fn failed(name: &str) -> impl Fn(JsValue) -> BridgeError {
    let subject = format!("secret {name}");
    move |error| {
        BridgeError::new(ErrorKind::Other, &*subject)
            .detail("the browser's encryption failed")
            .source(Thrown::read(&error))
    }
}
