//! What every module does: two tasks, a queue, a lock, a join.

use super::rt::sync::{Mutex, mpsc};
use super::rt::task::spawn;
use std::rc::Rc;

pub(crate) async fn work() -> u32 {
    let sum = Rc::new(Mutex::new(0));
    let (sender, mut receiver) = mpsc::channel(4);
    let adding = sum.clone();
    let task = spawn(async move {
        while let Some(number) = receiver.recv().await {
            *adding.lock().await += number;
        }
    });
    for number in 0..10 {
        if sender.send(number).await.is_err() {
            break;
        }
    }
    drop(sender);
    let joined = task.await.is_ok();
    *sum.lock().await + u32::from(joined)
}
