//! Two tasks that take turns; the operation is one turn.

use super::sync::{Notify, Semaphore, mpsc, oneshot};
use super::task::spawn;
use std::rc::Rc;

pub(crate) async fn notify(count: u32) {
    let (ping, pong) = (Rc::new(Notify::new()), Rc::new(Notify::new()));
    let rounds = count / 2;
    let (heard, answer) = (ping.clone(), pong.clone());
    let other = spawn(async move {
        for _ in 0..rounds {
            heard.notified().await;
            answer.notify_one();
        }
    });
    let this = spawn(async move {
        for _ in 0..rounds {
            ping.notify_one();
            pong.notified().await;
        }
    });
    assert!(other.await.is_ok() && this.await.is_ok());
}

pub(crate) async fn semaphore(count: u32) {
    let (ping, pong) = (Rc::new(Semaphore::new(0)), Rc::new(Semaphore::new(0)));
    let rounds = count / 2;
    let (heard, answer) = (ping.clone(), pong.clone());
    let other = spawn(async move {
        for _ in 0..rounds {
            heard.acquire().await.expect("it is open").forget();
            answer.add_permits(1);
        }
    });
    let this = spawn(async move {
        for _ in 0..rounds {
            ping.add_permits(1);
            pong.acquire().await.expect("it is open").forget();
        }
    });
    assert!(other.await.is_ok() && this.await.is_ok());
}

/// Each turn is a question with the way for its answer.
pub(crate) async fn oneshot(count: u32) {
    let (ask, mut asked) = mpsc::channel::<oneshot::Sender<u32>>(1);
    let rounds = count / 2;
    let other = spawn(async move {
        let mut number = 0;
        while let Some(answer) = asked.recv().await {
            number += 1;
            answer.send(number).expect("somebody waits");
        }
    });
    let this = spawn(async move {
        for number in 1..=rounds {
            let (sender, receiver) = oneshot::channel();
            ask.send(sender).await.expect("somebody answers");
            assert_eq!(receiver.await.expect("it was answered"), number);
        }
    });
    assert!(this.await.is_ok() && other.await.is_ok());
}

pub(crate) async fn mpsc(count: u32) {
    let (sender, mut receiver) = mpsc::channel(64);
    let other = spawn(async move {
        let mut seen = 0;
        while receiver.recv().await.is_some() {
            seen += 1;
        }
        assert_eq!(seen, count);
    });
    let this = spawn(async move {
        for number in 0..count {
            sender.send(number).await.expect("somebody receives");
        }
    });
    assert!(this.await.is_ok() && other.await.is_ok());
}
