//! Why a request failed, which fetch does not say.

use bridge_traits::{BridgeError, ErrorKind};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Request, RequestCache, RequestCredentials, RequestInit, RequestMode, Url, WorkerLocation,
};

use super::fetch;
use crate::error::Thrown;
use crate::js;
use crate::network;

const ALLOW_PAGE: &str = "the server has to allow this page by CORS: its origin in \
     Access-Control-Allow-Origin, the methods and headers in Access-Control-Allow-Methods and \
     -Allow-Headers, and an answer to OPTIONS without a sign-in";
const USE_HTTPS: &str = "a page that came over https reaches only servers with https";

/// Finds out why fetch failed with `error`, for which it has one text only.
///
/// A request that asks for nothing but a sign of life gets through where only CORS forbids the page
/// to read the answer.
pub(super) async fn explain(url: &str, error: &JsValue) -> BridgeError {
    let refused = |kind| BridgeError::new(kind, url).source(Thrown::read(error));
    if network::is_offline() {
        return refused(ErrorKind::Offline);
    }
    let (Some(here), Ok(there)) = (location(), Url::new(url)) else {
        return refused(ErrorKind::Offline);
    };
    if here.protocol() == "https:" && there.protocol() == "http:" && !is_this_machine(&there) {
        return refused(ErrorKind::NotAvailable { remedy: USE_HTTPS });
    }
    if here.origin() != there.origin() && gives_sign_of_life(url).await {
        return refused(ErrorKind::NotAvailable { remedy: ALLOW_PAGE });
    }
    refused(ErrorKind::Offline)
}

/// Gives the address of the page or worker. It has the same fields in both.
fn location() -> Option<WorkerLocation> {
    let location = js::global("location");
    (!location.is_undefined()).then(|| location.unchecked_into())
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.hostname();
    host == "localhost"
        || host.ends_with(".localhost")
        || host.starts_with("127.")
        || host == "[::1]"
}

async fn gives_sign_of_life(url: &str) -> bool {
    let init = RequestInit::new();
    init.set_method("HEAD");
    init.set_mode(RequestMode::NoCors);
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    match Request::new_with_str_and_init(url, &init) {
        Ok(request) => JsFuture::from(fetch(&request)).await.is_ok(),
        Err(_) => false,
    }
}
