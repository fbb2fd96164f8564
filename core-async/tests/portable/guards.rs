//! Guards of a part of a value: the lock is held as before, also where there is no such part.

use core_async::sync::{
    MappedMutexGuard, Mutex, MutexGuard, RwLock, RwLockMappedWriteGuard, RwLockReadGuard,
    RwLockWriteGuard,
};

#[core_async::test]
async fn a_mutex_is_narrowed_to_a_part_that_may_be_missing() {
    let mutex = Mutex::new(vec![vec![1], vec![]]);
    let whole = mutex.lock().await;
    let Err(whole) = MutexGuard::try_map(whole, |rows| rows.get_mut(9)) else {
        panic!("there is no tenth row");
    };
    assert!(mutex.try_lock().is_err(), "the guard came back");
    let Ok(row) = MutexGuard::try_map(whole, |rows| rows.get_mut(0)) else {
        panic!("there is a first row");
    };
    let Err(row) = MappedMutexGuard::try_map(row, |row| row.get_mut(5)) else {
        panic!("it is short");
    };
    let Ok(mut cell) = MappedMutexGuard::try_map(row, |row| row.get_mut(0)) else {
        panic!("it is not empty");
    };
    *cell = 7;
    assert!(mutex.try_lock().is_err(), "a part keeps the whole locked");
    drop(cell);
    assert_eq!(mutex.try_lock().expect("free")[0], [7]);
}

#[core_async::test]
async fn a_reader_is_narrowed_to_a_part_that_may_be_missing() {
    let lock = RwLock::new((1, Some(2)));
    let Ok(part) = RwLockReadGuard::try_map(lock.read().await, |it| it.1.as_ref()) else {
        panic!("it is there");
    };
    assert!(lock.try_read().is_ok() && lock.try_write().is_err());
    assert_eq!(*part, 2);
    drop(part);
    lock.write().await.1 = None;
    let Err(whole) = RwLockReadGuard::try_map(lock.read().await, |it| it.1.as_ref()) else {
        panic!("it is gone");
    };
    assert!(lock.try_write().is_err(), "the guard came back");
    assert_eq!(whole.0, 1);
    drop(whole);
    assert!(lock.try_write().is_ok());
}

#[core_async::test]
async fn a_writer_is_narrowed_to_a_part_that_may_be_missing() {
    let lock = RwLock::new(vec![vec![1], vec![]]);
    let Err(whole) = RwLockWriteGuard::try_map(lock.write().await, |rows| rows.get_mut(9)) else {
        panic!("there is no tenth row");
    };
    assert!(lock.try_read().is_err(), "the guard came back");
    let mapped = RwLockWriteGuard::into_mapped(whole);
    assert!(lock.try_read().is_err());
    assert_eq!(mapped.len(), 2);
    let Ok(row) = RwLockMappedWriteGuard::try_map(mapped, |rows| rows.get_mut(0)) else {
        panic!("there is a first row");
    };
    let Err(mut row) = RwLockMappedWriteGuard::try_map(row, |row| row.get_mut(5)) else {
        panic!("it is short");
    };
    row.push(2);
    assert!(lock.try_read().is_err(), "a part keeps the whole locked");
    drop(row);
    assert_eq!(lock.try_read().expect("free")[0], [1, 2]);
}

#[core_async::test]
async fn a_writer_becomes_a_reader_of_a_part() {
    let lock = RwLock::new((1, 2));
    let mut whole = lock.write().await;
    whole.1 = 5;
    let part = RwLockWriteGuard::downgrade_map(whole, |it| &it.1);
    assert_eq!(*part, 5);
    assert!(lock.try_write().is_err(), "there is a reader");
    assert_eq!(lock.try_read().expect("readers share").0, 1);
    drop(part);
    assert!(lock.try_write().is_ok(), "the last reader is gone");
}
