//! wasm-bindgen's `spawn_local` with a channel for the output, and the plainest way to yield on it.

use std::future::Future;
use std::future::poll_fn;
use std::task::Poll;
use tokio::sync::oneshot;

pub(crate) fn spawn<F>(future: F) -> oneshot::Receiver<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let (sender, receiver) = oneshot::channel();
    wasm_bindgen_futures::spawn_local(async move {
        // Nobody has to want the output.
        let _ = sender.send(future.await);
    });
    receiver
}

pub(crate) async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
