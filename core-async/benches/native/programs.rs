//! Small programs whose instructions are counted: `<program> <operations>`.

use super::rt::sync::{Mutex, Notify, Semaphore, broadcast, mpsc, oneshot, watch};
use super::rt::task::{spawn, spawn_blocking, yield_now};
use super::rt::time::{Duration, timeout};
use std::pin::Pin;
use std::sync::Arc;

/// Runs the program that the command line names.
pub(crate) fn run(block_on: impl Fn(Pin<Box<dyn Future<Output = ()>>>)) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, count] = &*arguments else {
        panic!("the arguments are a program and a count");
    };
    let count = count.parse().expect("the count is a number");
    block_on(match &**name {
        "mutex" => Box::pin(mutex(count)),
        "semaphore" => Box::pin(semaphore(count)),
        "notify" => Box::pin(notify(count)),
        "oneshot" => Box::pin(ask(count)),
        "mpsc" => Box::pin(queue(count)),
        "broadcast" => Box::pin(broadcast(count)),
        "watch" => Box::pin(watch(count)),
        "spawn_join" => Box::pin(spawn_join(count)),
        "spawn_blocking" => Box::pin(blocking(count)),
        "timeout" => Box::pin(in_time(count)),
        other => panic!("there is no program {other}"),
    });
}

async fn mutex(count: u32) {
    let mutex = Mutex::new(0);
    for _ in 0..count {
        *mutex.lock().await += 1;
    }
    assert_eq!(*mutex.lock().await, count);
}

async fn semaphore(count: u32) {
    let semaphore = Semaphore::new(3);
    for _ in 0..count {
        drop(semaphore.acquire().await.expect("it is open"));
    }
}

async fn notify(count: u32) {
    let (ping, pong) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (heard, answer) = (ping.clone(), pong.clone());
    let other = spawn(async move {
        for _ in 0..count {
            heard.notified().await;
            answer.notify_one();
        }
    });
    for _ in 0..count {
        ping.notify_one();
        pong.notified().await;
    }
    other.await.expect("it does not fail");
}

async fn ask(count: u32) {
    let (ask, mut asked) = mpsc::channel::<oneshot::Sender<u32>>(1);
    let other = spawn(async move {
        while let Some(answer) = asked.recv().await {
            answer.send(1).expect("somebody waits");
        }
    });
    for _ in 0..count {
        let (sender, receiver) = oneshot::channel();
        ask.send(sender).await.expect("somebody answers");
        assert_eq!(receiver.await.expect("it was answered"), 1);
    }
    drop(ask);
    other.await.expect("it does not fail");
}

async fn queue(count: u32) {
    let (sender, mut receiver) = mpsc::channel(64);
    let other = spawn(async move { while receiver.recv().await.is_some() {} });
    for number in 0..count {
        sender.send(number).await.expect("somebody receives");
    }
    drop(sender);
    other.await.expect("it does not fail");
}

async fn broadcast(count: u32) {
    let (sender, mut receiver) = broadcast::channel(16);
    for number in 0..count {
        sender.send(number).expect("somebody receives");
        assert_eq!(receiver.recv().await.expect("it was sent"), number);
    }
}

async fn watch(count: u32) {
    let (sender, mut receiver) = watch::channel(0);
    for number in 1..=count {
        sender.send(number).expect("somebody receives");
        receiver.changed().await.expect("it was sent");
    }
}

async fn spawn_join(count: u32) {
    for number in 0..count {
        let joined = spawn(async move {
            yield_now().await;
            number
        });
        assert_eq!(joined.await.expect("it does not fail"), number);
    }
}

async fn blocking(count: u32) {
    for number in 0..count {
        let joined = spawn_blocking(move || number);
        assert_eq!(joined.await.expect("it does not fail"), number);
    }
}

async fn in_time(count: u32) {
    for number in 0..count {
        let timed = timeout(Duration::from_secs(60), async {
            yield_now().await;
            number
        });
        assert_eq!(timed.await.expect("a minute is enough"), number);
    }
}
