//! Starting tasks and yielding.

use super::task::{spawn, yield_now};

/// Starts tasks that are ready at once, and waits for each.
pub(crate) async fn spawn_join(count: u32) {
    let outer = spawn(async move {
        for number in 0..count {
            let joined = spawn(async move { number }).await;
            assert!(joined.is_ok_and(|it| it == number));
        }
    });
    assert!(outer.await.is_ok());
}

/// Starts a thousand at a time and waits for them then.
pub(crate) async fn spawn_join_many(count: u32) {
    let outer = spawn(async move {
        let mut left = count;
        while left > 0 {
            let some = left.min(1_000);
            let tasks: Vec<_> = (0..some).map(|it| spawn(async move { it })).collect();
            for task in tasks {
                assert!(task.await.is_ok());
            }
            left -= some;
        }
    });
    assert!(outer.await.is_ok());
}

pub(crate) async fn yields(count: u32) {
    let task = spawn(async move {
        for _ in 0..count {
            yield_now().await;
        }
    });
    assert!(task.await.is_ok());
}
