//! The configuration: defaults that work, and errors that name the setting and the remedy.

use std::path::Path;
use std::time::Duration;

use core_runtime::config::{ConfigError, CoreConfig, CoreConfigBuilder, MassDeletionGuard};
use core_runtime::retry::RetryPolicy;
#[cfg(not(target_arch = "wasm32"))]
use proptest::prelude::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn a_data_dir_is_enough() {
    let config = CoreConfig::builder().data_dir("/data").build().unwrap();
    assert_eq!(config.database_path, Path::new("/data").join("library.db"));
    assert_eq!(config.data_dir.as_deref(), Some(Path::new("/data")));
}

#[test]
fn a_database_path_is_enough_and_wins() {
    let builder = CoreConfig::builder().database_path("/x/my.db");
    assert_eq!(builder.clone().build().unwrap().data_dir, None);
    let config = builder.data_dir("/data").build().unwrap();
    assert_eq!(config.database_path, Path::new("/x/my.db"));
}

#[test]
fn a_missing_place_names_the_remedy() {
    let error = CoreConfig::builder().build().unwrap_err();
    assert!(matches!(error, ConfigError::Missing { .. }));
    let text = error.to_string();
    assert!(
        text.starts_with("a place for the library is missing: "),
        "{text}"
    );
    assert!(
        text.contains("`data_dir`") && text.contains("`database_path`"),
        "{text}"
    );
}

#[test]
fn an_impossible_setting_is_named_with_its_bounds() {
    let check = |change: fn(CoreConfigBuilder) -> CoreConfigBuilder, expected: &str| {
        let builder = CoreConfig::builder().data_dir("/data");
        let error = change(builder).build().unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(
        |it| it.sync_concurrency(0),
        "setting `sync_concurrency` is 0: it is within 1 to 256",
    );
    check(
        |it| it.transaction_batch(10_001),
        "setting `transaction_batch` is 10001: it is within 1 to 10000",
    );
    check(
        |it| it.max_item_attempts(0),
        "setting `max_item_attempts` is 0: it is within 1 to 100",
    );
    check(
        |it| it.progress_interval(Duration::from_secs(61)),
        "setting `progress_interval (ms)` is 61000: it is within 0 to 60000",
    );
    check(
        |it| {
            it.mass_deletion_guard(MassDeletionGuard {
                always_allowed: 0,
                max_fraction: f64::NAN,
            })
        },
        "setting `mass_deletion_guard.max_fraction` is NaN: it is within 0 to 1",
    );
    check(
        |it| it.event_capacity(0),
        "setting `event_capacity` is 0: it is within 1 to 1048576",
    );
    check(
        |it| it.user_agent("Player\r\nX: y"),
        "setting `user_agent` is \"Player\\r\\nX: y\": it is printable ASCII",
    );
    check(
        |it| it.last_fm_key(""),
        "setting `last_fm_key` is empty: it is the key that Last.fm gave",
    );
    check(
        |it| it.log_filter("inof"),
        "setting `log_filter` is `inof`: `inof` is neither a level (off, error, warn, info, debug, trace) nor `module=level`",
    );
    check(
        |it| {
            it.retry(RetryPolicy {
                max_attempts: 0,
                ..RetryPolicy::default()
            })
        },
        "setting `retry.max_attempts` is 0: it is within 1 to 100",
    );
    check(
        |it| {
            it.retry(RetryPolicy {
                cap: Duration::ZERO,
                ..RetryPolicy::default()
            })
        },
        "setting `retry.base` is 500ms: it is at most `retry.cap`, which is 0ns",
    );
    check(
        |it| it.database_path(""),
        "setting `database_path` is empty: it names a location",
    );
}

#[cfg(not(target_arch = "wasm32"))]
proptest! {
    #[test]
    fn the_guard_never_holds_a_few_and_never_lets_most_of_the_library_go(
        deletions in 0..10_000_u64,
        known in 0..10_000_u64,
    ) {
        let deletions = deletions.min(known);
        let guard = MassDeletionGuard::default();
        let holds = guard.holds(deletions, known);
        prop_assert!(deletions > guard.always_allowed || !holds);
        prop_assert!(deletions <= guard.always_allowed || deletions * 4 <= known || holds);
        // More deletions of the same library are never freer.
        prop_assert!(!holds || guard.holds(deletions + 1, known));
    }
}

#[core_async::test]
async fn a_key_is_not_shown() {
    let config = CoreConfig::builder()
        .data_dir("/data")
        .last_fm_key("0123abcd");
    let config = config.build().unwrap();
    assert!(!format!("{config:?}").contains("0123abcd"));
    assert_eq!(config.last_fm_key.unwrap().expose(), "0123abcd");
}
