//! Which figures there are, and who takes part.

use super::ours::timers::TIMERS;
use super::{broadcast_peer, ours, tokio_on_ours, tokio_sync, tokio_with_wasm};
use core_async_benches::Figure;

const OURS: &str = "ours";
const TOKIO: &str = "tokio::sync";
const TOKIO_ON_OURS: &str = "tokio::sync on our executor";
const TOKIO_BARE: &str = "tokio::sync on spawn_local";
const TWW: &str = "tokio_with_wasm";
const BARE: &str = "spawn_local + oneshot";
const ASYNC_BROADCAST: &str = "async-broadcast";

/// Ours against tokio's own on one primitive.
macro_rules! primitive {
    ($name:literal, $($work:tt)+) => {
        Figure::new($name)
            .with(OURS, ours::primitives::$($work)+)
            .with(TOKIO, tokio_sync::primitives::$($work)+)
    };
}

/// Two tasks, with everybody's tasks.
macro_rules! handoff {
    ($name:literal, $work:ident) => {
        Figure::new($name)
            .with(OURS, ours::handoffs::$work)
            .with(TOKIO_ON_OURS, tokio_on_ours::handoffs::$work)
            .with(TOKIO_BARE, tokio_sync::handoffs::$work)
            .with(TWW, tokio_with_wasm::handoffs::$work)
    };
}

macro_rules! broadcast {
    ($name:literal, $receivers:literal) => {
        primitive!($name, broadcast::<$receivers>)
            .with(ASYNC_BROADCAST, broadcast_peer::broadcast::<$receivers>)
    };
}

pub(crate) async fn measure() {
    primitive!("mutex_lock", mutex).measure().await;
    primitive!("rwlock_read", rwlock_read).measure().await;
    primitive!("semaphore_acquire", semaphore).measure().await;
    primitive!("mpsc_send_recv", mpsc).measure().await;
    primitive!("mpsc_in_bulk", mpsc_in_bulk).measure().await;
    primitive!("oneshot_send_recv", oneshot).measure().await;
    primitive!("watch_send_changed", watch).measure().await;
    broadcast!("broadcast_1_to_1", 1).measure().await;
    broadcast!("broadcast_1_to_10", 10).measure().await;
    broadcast!("broadcast_1_to_1000", 1_000).measure().await;

    primitive!("notify_wake", notify_handoff).measure().await;
    primitive!("semaphore_wake", semaphore_handoff)
        .measure()
        .await;
    primitive!("oneshot_wake", oneshot_handoff).measure().await;
    primitive!("mpsc_wake", mpsc_handoff).measure().await;
    primitive!("watch_wake", watch_handoff).measure().await;
    primitive!("broadcast_wake", broadcast_handoff)
        .measure()
        .await;
    primitive!("cancel_of_10000", cancel::<10_000>)
        .measure()
        .await;
    primitive!("cancel_oldest_of_10000", cancel_oldest::<10_000>)
        .measure()
        .await;

    handoff!("notify_two_tasks", notify).measure().await;
    handoff!("semaphore_two_tasks", semaphore).measure().await;
    handoff!("oneshot_two_tasks", oneshot).measure().await;
    handoff!("mpsc_two_tasks", mpsc).measure().await;

    Figure::new("spawn_join")
        .with(OURS, ours::tasks::spawn_join)
        .with(BARE, tokio_sync::tasks::spawn_join)
        .with(TWW, tokio_with_wasm::tasks::spawn_join)
        .measure()
        .await;
    Figure::new("spawn_join_1000")
        .with(OURS, ours::tasks::spawn_join_many)
        .with(BARE, tokio_sync::tasks::spawn_join_many)
        .with(TWW, tokio_with_wasm::tasks::spawn_join_many)
        .measure()
        .await;
    Figure::new("yield_now")
        .with(OURS, ours::tasks::yields)
        .with(BARE, tokio_sync::tasks::yields)
        .with(TWW, tokio_with_wasm::tasks::yields)
        .measure()
        .await;

    Figure::new("timer_insert")
        .timed(OURS, TIMERS, ours::timers::insert)
        .timed(TWW, TIMERS, tokio_with_wasm::timers::insert)
        .measure()
        .await;
    Figure::new("timer_drop")
        .timed(OURS, TIMERS, ours::timers::drop_all)
        .timed(TWW, TIMERS, tokio_with_wasm::timers::drop_all)
        .measure()
        .await;
    Figure::new("timer_fire")
        .timed(OURS, TIMERS, ours::timers::fire)
        .timed(TWW, TIMERS, tokio_with_wasm::timers::fire)
        .measure()
        .await;
}
