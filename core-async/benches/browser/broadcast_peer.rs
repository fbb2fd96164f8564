//! async-broadcast, whose names are its own.

/// One value for each of `RECEIVERS`; the operation is one receipt.
pub(crate) async fn broadcast<const RECEIVERS: u32>(count: u32) {
    let (sender, first) = async_broadcast::broadcast(16);
    let mut receivers = vec![first];
    receivers.extend((1..RECEIVERS).map(|_| sender.new_receiver()));
    for number in 0..count.div_ceil(RECEIVERS) {
        let sent = sender.broadcast_direct(number).await;
        sent.expect("somebody receives");
        for receiver in &mut receivers {
            let received = receiver.recv_direct().await;
            assert_eq!(received.expect("it was sent"), number);
        }
    }
}
