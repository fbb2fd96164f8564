//! `Send` where the platform has threads, nothing where it has none.
//!
//! In a browser values are bound to their thread and JavaScript handles are not `Send`; natively
//! the core runs on a thread pool. Traits at our own edges therefore ask for [`PlatformSend`] or
//! [`PlatformSendSync`], and this file is the only place that says what those mean.

use std::pin::Pin;

use bytes::Bytes;
use futures::{Future, Stream};

use crate::Result;

/// Is [`Send`] natively and holds for every type in a browser.
#[cfg(not(target_arch = "wasm32"))]
pub trait PlatformSend: Send {}
#[cfg(not(target_arch = "wasm32"))]
impl<T: Send + ?Sized> PlatformSend for T {}

/// Is [`Send`] + [`Sync`] natively and holds for every type in a browser.
#[cfg(not(target_arch = "wasm32"))]
pub trait PlatformSendSync: Send + Sync {}
#[cfg(not(target_arch = "wasm32"))]
impl<T: Send + Sync + ?Sized> PlatformSendSync for T {}

/// Is [`Send`] natively and holds for every type in a browser.
#[cfg(target_arch = "wasm32")]
pub trait PlatformSend {}
#[cfg(target_arch = "wasm32")]
impl<T: ?Sized> PlatformSend for T {}

/// Is [`Send`] + [`Sync`] natively and holds for every type in a browser.
#[cfg(target_arch = "wasm32")]
pub trait PlatformSendSync {}
#[cfg(target_arch = "wasm32")]
impl<T: ?Sized> PlatformSendSync for T {}

/// An owned future, `Send` natively.
#[cfg(not(target_arch = "wasm32"))]
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// An owned future, `Send` natively.
#[cfg(target_arch = "wasm32")]
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// An owned stream, `Send` natively.
#[cfg(not(target_arch = "wasm32"))]
pub type BoxStream<'a, T> = Pin<Box<dyn Stream<Item = T> + Send + 'a>>;
/// An owned stream, `Send` natively.
#[cfg(target_arch = "wasm32")]
pub type BoxStream<'a, T> = Pin<Box<dyn Stream<Item = T> + 'a>>;

/// The bytes of a body or file, in order. After an `Err` the stream yields nothing more.
pub type ByteStream = BoxStream<'static, Result<Bytes>>;
