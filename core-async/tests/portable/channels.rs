//! Channels: many values at once, sending for a time, and which ends belong together.

use core_async::sync::{broadcast, mpsc, watch};
use core_async::task::{spawn, yield_now};
use core_async::time::{Duration, Instant, sleep};

#[core_async::test]
async fn many_values_come_at_once_up_to_the_limit() {
    let (sender, mut receiver) = mpsc::channel(4);
    for n in 1..=4 {
        sender.try_send(n).expect("there is room");
    }
    let mut values = vec![0];
    assert_eq!(receiver.recv_many(&mut values, 0).await, 0);
    assert_eq!(receiver.recv_many(&mut values, 3).await, 3);
    assert_eq!(values, [0, 1, 2, 3], "what was there stays");
    assert_eq!(receiver.recv_many(&mut values, 3).await, 1);
    let sending = spawn(async move {
        yield_now().await;
        sender.send(5).await.expect("somebody receives");
    });
    assert_eq!(receiver.recv_many(&mut values, 3).await, 1, "it waits");
    sending.await.expect("it ends well");
    assert_eq!(receiver.recv_many(&mut values, 3).await, 0, "nobody sends");
    assert_eq!(values, [0, 1, 2, 3, 4, 5]);
}

#[core_async::test]
async fn many_values_come_at_once_without_a_limit_of_the_queue() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    for n in 0..100 {
        sender.send(n).expect("somebody receives");
    }
    drop(sender);
    let mut values = Vec::new();
    assert_eq!(receiver.recv_many(&mut values, 60).await, 60);
    assert_eq!(receiver.recv_many(&mut values, 60).await, 40);
    assert_eq!(receiver.recv_many(&mut values, 60).await, 0);
    assert!(values.into_iter().eq(0..100));
}

#[core_async::test(start_paused = true)]
async fn sending_for_a_time_ends_with_room_or_the_time_or_the_channel() {
    use mpsc::error::SendTimeoutError::{Closed, Timeout};
    const TIME: Duration = Duration::from_millis(20);
    let (sender, mut receiver) = mpsc::channel(1);
    assert_eq!(sender.send_timeout(1, TIME).await, Ok(()));
    let started = Instant::now();
    assert_eq!(sender.send_timeout(2, TIME).await, Err(Timeout(2)));
    assert!(started.elapsed() >= TIME);
    let receiving = spawn(async move {
        sleep(TIME / 2).await;
        (receiver.recv().await, receiver)
    });
    assert_eq!(sender.send_timeout(3, TIME).await, Ok(()));
    let (first, mut receiver) = receiving.await.expect("it ends well");
    assert_eq!((first, receiver.try_recv()), (Some(1), Ok(3)));
    receiver.close();
    assert_eq!(sender.send_timeout(4, TIME).await, Err(Closed(4)));
}

#[core_async::test]
async fn ends_know_whether_they_belong_to_one_channel() {
    let (one, _one) = mpsc::channel::<u8>(1);
    let (other, _other) = mpsc::channel::<u8>(1);
    assert!(one.same_channel(&one.clone()) && !one.same_channel(&other));
    let [mine, its] = [&one, &other].map(|it| it.clone().try_reserve_owned().expect("room"));
    assert!(!mine.same_channel(&its) && mine.same_channel(&mine));
    assert!(mine.same_channel_as_sender(&one) && !mine.same_channel_as_sender(&other));

    let (one, _one) = mpsc::unbounded_channel::<u8>();
    let (other, _other) = mpsc::unbounded_channel::<u8>();
    assert!(one.same_channel(&one.clone()) && !one.same_channel(&other));

    let (one, hears_one) = broadcast::channel::<u8>(1);
    let (other, hears_other) = broadcast::channel::<u8>(1);
    assert!(one.same_channel(&one.clone()) && !one.same_channel(&other));
    assert!(hears_one.same_channel(&one.subscribe()) && !hears_one.same_channel(&hears_other));

    let (one, sees_one) = watch::channel(1);
    let (other, sees_other) = watch::channel(1);
    assert!(one.same_channel(&one.clone()) && !one.same_channel(&other));
    assert!(sees_one.same_channel(&one.subscribe()) && !sees_one.same_channel(&sees_other));
}
