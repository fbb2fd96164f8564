//! An IndexedDB database that stays open, and its transactions.
//!
//! A transaction ends as soon as nothing is asked of it any more when control returns to the browser.
//! So its body runs as a task of `wasm-bindgen-futures`, whose queue is emptied within the very event
//! that answered a request, whatever executor the caller is on. In a body only requests of the
//! transaction may be awaited: no timer, no fetch, no lock, no other transaction. What is to be hashed,
//! encrypted or serialised is so before.
//!
//! A body that has begun comes to its end even if its caller gives up.

mod connection;
pub(crate) mod data_loss;
mod key;
mod request;
mod rotate_log;
mod tx;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bridge_traits::{BridgeError, ErrorKind, Result};
use core_async::sync::{Mutex, oneshot};
use futures::future::LocalBoxFuture;
use indexed_db_futures::Build;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::transaction::{
    Transaction, TransactionDurability, TransactionMode, TransactionOptions,
};

use crate::error::Thrown;
use connection::Connection;
pub use data_loss::{DataLoss, take_data_loss};
pub(crate) use key::{below, between, pair};
pub(crate) use tx::Tx;

/// What is in a database. All of its stores have keys of their own, outside of the values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schema {
    /// Stores that are not there yet are made when the version grows.
    pub(crate) version: u32,
    pub(crate) stores: &'static [&'static str],
}

/// When a change counts as stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// When the operating system has it: it outlives the browser's death, and perhaps not a power cut.
    #[default]
    Relaxed,
    /// When the disk has it.
    Strict,
}

/// A database that is opened when it is first needed, and again when the browser closed it.
pub(crate) struct Idb {
    name: String,
    schema: Schema,
    connection: RefCell<Option<Rc<Connection>>>,
    /// Held while it is being opened, so that it is opened once.
    opening: Mutex<()>,
}

/// Why a transaction failed.
struct Failure {
    error: BridgeError,
    /// The connection is of no use any more.
    is_lost: bool,
    /// Nothing was asked of the transaction yet.
    is_untouched: bool,
}

impl Idb {
    pub(crate) fn new(name: impl Into<String>, schema: Schema) -> Self {
        Self {
            name: name.into(),
            schema,
            connection: RefCell::new(None),
            opening: Mutex::new(()),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Runs a body that only reads, with one state of the stores before its eyes.
    ///
    /// It is run a second time if the browser drops the connection.
    pub(crate) async fn read<T: 'static>(
        &self,
        subject: &str,
        stores: &'static [&'static str],
        body: impl AsyncFn(&Tx<'_>) -> Result<T> + 'static,
    ) -> Result<T> {
        self.run(subject, stores, None, body).await
    }

    /// Runs a body and commits what it did, all or nothing. When this returns, it is stored.
    ///
    /// It is run a second time only if the connection was of no use from the start.
    pub(crate) async fn write<T: 'static>(
        &self,
        subject: &str,
        stores: &'static [&'static str],
        durability: Durability,
        body: impl AsyncFn(&Tx<'_>) -> Result<T> + 'static,
    ) -> Result<T> {
        self.run(subject, stores, Some(durability), body).await
    }

    async fn run<T: 'static>(
        &self,
        subject: &str,
        stores: &'static [&'static str],
        writes: Option<Durability>,
        body: impl AsyncFn(&Tx<'_>) -> Result<T> + 'static,
    ) -> Result<T> {
        let value = Cell::new(None);
        let work = Rc::new(WithValue { body, value });
        self.work(subject, stores, writes, work.clone()).await?;
        work.value.take().ok_or_else(|| cancelled(subject))
    }

    /// Runs a body of any kind: what follows is the same machine code for all of them.
    async fn work(
        &self,
        subject: &str,
        stores: &'static [&'static str],
        writes: Option<Durability>,
        work: Rc<dyn Work>,
    ) -> Result<()> {
        let mut is_retry = false;
        loop {
            let connection = self.connection(subject).await?;
            let (sender, receiver) = oneshot::channel();
            let task = {
                let (connection, subject) = (connection.clone(), subject.to_owned());
                let work = work.clone();
                async move {
                    let outcome = attempt(&connection, &subject, stores, writes, &*work).await;
                    let _ = sender.send(outcome);
                }
            };
            wasm_bindgen_futures::spawn_local(task);
            let outcome = receiver.await.unwrap_or_else(|_| {
                Err(Failure {
                    error: cancelled(subject),
                    is_lost: false,
                    is_untouched: false,
                })
            });
            let Err(failure) = outcome else {
                return Ok(());
            };
            if failure.is_lost {
                self.forget(&connection);
            }
            let may_retry = failure.is_untouched || writes.is_none();
            if !failure.is_lost || is_retry || !may_retry {
                return Err(failure.error);
            }
            is_retry = true;
        }
    }

    async fn connection(&self, subject: &str) -> Result<Rc<Connection>> {
        if let Some(open) = self.usable() {
            return Ok(open);
        }
        let _opening = self.opening.lock().await;
        if let Some(open) = self.usable() {
            return Ok(open);
        }
        let opened = Rc::new(Connection::open(&self.name, self.schema, subject).await?);
        self.connection.replace(Some(opened.clone()));
        rotate_log::once();
        Ok(opened)
    }

    fn usable(&self) -> Option<Rc<Connection>> {
        let connection = self.connection.borrow().clone();
        connection.filter(|it| !it.is_closed())
    }

    /// Lets the next transaction open the database anew.
    fn forget(&self, connection: &Rc<Connection>) {
        let mut place = self.connection.borrow_mut();
        if place.as_ref().is_some_and(|it| Rc::ptr_eq(it, connection)) {
            place.take();
        }
    }

    /// Closes the connection; whatever is asked later opens it again.
    pub(crate) fn close(&self) {
        self.connection.borrow_mut().take();
    }
}

/// Deletes a database, with all that is in it.
pub(crate) async fn delete(name: &str) -> Result<()> {
    connection::delete(name).await
}

/// Tells whether there is a database of this name.
pub(crate) async fn exists(name: &str) -> Result<bool> {
    connection::exists(name).await
}

/// What a transaction does.
trait Work {
    fn run<'a>(&'a self, tx: &'a Tx<'_>) -> LocalBoxFuture<'a, Result<()>>;
}

/// A body, and what it came to when it ran last.
struct WithValue<B, T> {
    body: B,
    value: Cell<Option<T>>,
}

impl<B: AsyncFn(&Tx<'_>) -> Result<T>, T> Work for WithValue<B, T> {
    fn run<'a>(&'a self, tx: &'a Tx<'_>) -> LocalBoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let value = (self.body)(tx).await?;
            self.value.set(Some(value));
            Ok(())
        })
    }
}

fn cancelled(subject: &str) -> BridgeError {
    BridgeError::new(ErrorKind::Cancelled, subject)
}

async fn attempt(
    connection: &Connection,
    subject: &str,
    stores: &'static [&'static str],
    writes: Option<Durability>,
    work: &dyn Work,
) -> Result<(), Failure> {
    let transaction = begin(connection, stores, writes).map_err(|error| {
        let thrown = tx::thrown(error);
        Failure {
            is_lost: thrown.name == "InvalidStateError",
            is_untouched: true,
            error: thrown.about(subject),
        }
    })?;
    let raw = transaction.as_sys().clone();
    let tx = Tx::new(transaction, subject);
    let outcome = work.run(&tx).await;
    let is_lost = |thrown: &Thrown| {
        connection.is_closed() || matches!(&*thrown.name, "UnknownError" | "InvalidStateError")
    };
    // The request knows of an abort only that there was one; the transaction knows why.
    let cause = || raw.error().map(|it| Thrown::read(&it));
    match outcome {
        Ok(()) if writes.is_none() => Ok(()),
        Ok(()) => match tx.commit().await {
            Ok(()) => Ok(()),
            Err(error) => {
                let thrown = cause().unwrap_or_else(|| tx::thrown(error));
                Err(Failure {
                    is_lost: is_lost(&thrown),
                    is_untouched: false,
                    error: thrown.about(subject),
                })
            }
        },
        Err(error) => {
            let request = std::error::Error::source(&error)
                .and_then(|it| it.downcast_ref::<Thrown>())
                .cloned();
            // Dropping the transaction rolls it back.
            match (cause(), request) {
                (Some(thrown), Some(_)) | (None, Some(thrown)) => Err(Failure {
                    is_lost: is_lost(&thrown),
                    is_untouched: false,
                    error: match &*thrown.name {
                        "AbortError" => error,
                        _ => thrown.about(subject),
                    },
                }),
                (_, None) => Err(Failure {
                    error,
                    is_lost: false,
                    is_untouched: false,
                }),
            }
        }
    }
}

fn begin<'a>(
    connection: &'a Connection,
    stores: &'static [&'static str],
    writes: Option<Durability>,
) -> indexed_db_futures::Result<Transaction<'a>> {
    let mode = match writes {
        Some(_) => TransactionMode::Readwrite,
        None => TransactionMode::Readonly,
    };
    let durability = match writes {
        Some(Durability::Strict) => TransactionDurability::Strict,
        Some(Durability::Relaxed) | None => TransactionDurability::Relaxed,
    };
    let mut options = TransactionOptions::new();
    options.set_durability(durability);
    let builder = connection.database().transaction(stores).with_mode(mode);
    builder.with_options(options).build()
}
