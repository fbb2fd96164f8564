//! One connection to a database.

use std::cell::Cell;
use std::rc::Rc;

use bridge_traits::Result;
use indexed_db_futures::Build;
use indexed_db_futures::database::{Database, VersionChangeEvent};
use indexed_db_futures::error::OpenDbError;
use indexed_db_futures::internals::SystemRepr;
use js_sys::{Array, Function, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::tx::thrown;
use super::{Schema, data_loss};
use crate::error::Thrown;
use crate::js;
use crate::listener::Listener;

pub(super) struct Connection {
    database: Database,
    is_closed: Rc<Cell<bool>>,
    on_close: Closure<dyn FnMut()>,
    on_version_change: Closure<dyn FnMut()>,
}

impl Connection {
    pub(super) async fn open(name: &str, schema: Schema, subject: &str) -> Result<Self> {
        let upgrade = move |_event: VersionChangeEvent, database: Database| {
            let there: Vec<String> = database.object_store_names().collect();
            for store in schema.stores {
                if !there.iter().any(|it| it == store) {
                    database.create_object_store(*store).build()?;
                }
            }
            Ok(())
        };
        let opening = Database::open(name)
            .with_version(schema.version)
            .with_on_upgrade_needed(upgrade)
            .build();
        let opened = match opening {
            Ok(request) => {
                // The library does not pass on what is in no standard.
                let told = {
                    let name = name.to_owned();
                    move |event: web_sys::Event| data_loss::note(&name, &event)
                };
                let _listening = Listener::new(request.as_sys(), "upgradeneeded", told);
                request.await
            }
            Err(error) => Err(error),
        };
        let database = opened.map_err(|error| not_opened(error).about(subject))?;
        Ok(Self::over(database))
    }

    fn over(database: Database) -> Self {
        let is_closed = Rc::new(Cell::new(false));
        let raw = database.as_sys();
        let on_close = {
            let is_closed = is_closed.clone();
            Closure::<dyn FnMut()>::new(move || is_closed.set(true))
        };
        raw.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        // Another tab wants to delete or to upgrade the database, and waits for this.
        let on_version_change = {
            let (is_closed, raw) = (is_closed.clone(), raw.clone());
            Closure::<dyn FnMut()>::new(move || {
                is_closed.set(true);
                raw.close();
            })
        };
        raw.set_onversionchange(Some(on_version_change.as_ref().unchecked_ref()));
        Self {
            database,
            is_closed,
            on_close,
            on_version_change,
        }
    }

    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.get()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let _listeners = (&self.on_close, &self.on_version_change);
        let raw = self.database.as_sys();
        raw.set_onclose(None);
        raw.set_onversionchange(None);
        raw.close();
    }
}

fn not_opened(error: OpenDbError) -> Thrown {
    match error {
        OpenDbError::Base(error) => thrown(error),
        other => Thrown {
            name: "NotSupportedError".to_owned(),
            message: other.to_string(),
        },
    }
}

pub(super) async fn delete(name: &str) -> Result<()> {
    let deleted = match Database::delete_by_name(name) {
        Ok(request) => request.await.map_err(thrown),
        Err(error) => Err(not_opened(error)),
    };
    deleted.map_err(|it| it.about(name))
}

pub(super) async fn exists(name: &str) -> Result<bool> {
    let factory = js::global("indexedDB");
    let Ok(list) = js::property(&factory, "databases").dyn_into::<Function>() else {
        return exists_when_opened(name).await;
    };
    let failed = |it: JsValue| Thrown::read(&it).about(name);
    let promise = list.call0(&factory).map_err(failed)?;
    let found = JsFuture::from(Promise::resolve(&promise)).await;
    let found = Array::from(&found.map_err(failed)?);
    Ok(found
        .iter()
        .any(|it| js::property(&it, "name").as_string().as_deref() == Some(name)))
}

/// Finds out by opening it, where the browser lists no databases (Firefox before 126): one that would have to be made
/// was not there, and is not made.
async fn exists_when_opened(name: &str) -> Result<bool> {
    let failed = |error| not_opened(error).about(name);
    let request = Database::open(name).build().map_err(failed)?;
    let is_new = Rc::new(Cell::new(false));
    let refuse = {
        let (is_new, name) = (is_new.clone(), name.to_owned());
        move |event: web_sys::Event| {
            data_loss::note(&name, &event);
            is_new.set(true);
            let target = event.target().map_or(JsValue::NULL, JsValue::from);
            let transaction = js::property(&target, "transaction");
            // The request fails then.
            let _ = transaction
                .dyn_into::<web_sys::IdbTransaction>()
                .map(|it| it.abort());
        }
    };
    let _listening = Listener::new(request.as_sys(), "upgradeneeded", refuse);
    match request.await {
        _ if is_new.get() => Ok(false),
        Ok(database) => {
            database.close();
            Ok(true)
        }
        Err(error) => Err(failed(error)),
    }
}
