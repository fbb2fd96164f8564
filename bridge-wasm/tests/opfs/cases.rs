//! A database in a file of the origin-private file system.

use bridge_traits::ErrorKind;
use bridge_traits::database::{DatabaseAdapter, SqlValue, TransactionMode};
use bridge_wasm::{DatabaseStorage, WasmDatabaseOptions, WasmDbAdapter};
use js_sys::{Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::table::{Gone, INSERT, TABLE, add, fresh_name, texts};

use in_files as options;

#[path = "../portable/kept.rs"]
mod kept;

fn in_files() -> WasmDatabaseOptions {
    WasmDatabaseOptions {
        storage: DatabaseStorage::OriginPrivateFiles,
        ..WasmDatabaseOptions::default()
    }
}

async fn open(name: &str) -> WasmDbAdapter {
    WasmDbAdapter::open(name, in_files()).await.unwrap()
}

/// Calls a method of the web's that gives a promise.
async fn call(of: &JsValue, method: &str, arguments: &[JsValue]) -> JsValue {
    let function: Function = Reflect::get(of, &method.into()).unwrap().unchecked_into();
    let arguments = arguments.iter().collect();
    let promise = Reflect::apply(&function, of, &arguments).unwrap();
    JsFuture::from(Promise::resolve(&promise)).await.unwrap()
}

/// The handle of one of a closed database's two files: `db` or `log`.
async fn handle(name: &str, which: &str) -> JsValue {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).unwrap();
    let storage = Reflect::get(&navigator, &"storage".into()).unwrap();
    let root = call(&storage, "getDirectory", &[]).await;
    let folder = "music-core-database".into();
    let folder = call(&root, "getDirectoryHandle", &[folder]).await;
    let file = format!("{}.{which}", js_sys::encode_uri_component(name));
    call(&folder, "getFileHandle", &[file.into()]).await
}

async fn bytes_of(name: &str, which: &str) -> Vec<u8> {
    let file = call(&handle(name, which).await, "getFile", &[]).await;
    let buffer = call(&file, "arrayBuffer", &[]).await;
    Uint8Array::new(&buffer).to_vec()
}

async fn put_bytes(name: &str, which: &str, bytes: &[u8]) {
    let writable = call(&handle(name, which).await, "createWritable", &[]).await;
    call(&writable, "write", &[Uint8Array::from(bytes).into()]).await;
    call(&writable, "close", &[]).await;
}

async fn rows_if_sound(name: &str) -> Vec<String> {
    let database = open(name).await;
    let verdict = database.query("PRAGMA integrity_check", vec![]).await;
    assert_eq!(verdict.unwrap()[0].get::<String>(0).unwrap(), "ok");
    let rows = texts(&database).await;
    database.close().await.unwrap();
    rows
}

#[core_async::test]
async fn a_database_that_shrinks_has_a_small_file() {
    let name = fresh_name();
    let _gone = Gone(name.clone());
    let database = open(&name).await;
    database.execute(TABLE, vec![]).await.unwrap();
    let big = SqlValue::Blob(vec![7; 1_000_000]);
    database.execute(INSERT, vec![big]).await.unwrap();
    database.execute("DELETE FROM t", vec![]).await.unwrap();
    database.execute("VACUUM", vec![]).await.unwrap();
    add(&database, "left").await;
    database.close().await.unwrap();
    let size = bytes_of(&name, "db").await.len();
    assert!(size < 100_000, "{size} bytes");
    assert_eq!(rows_if_sound(&name).await, ["left"]);
}

/// Two commits, and the files as each leaves them.
struct TwoCommits {
    name: String,
    _gone: Gone,
    old: [Vec<u8>; 2],
    new: [Vec<u8>; 2],
}

impl TwoCommits {
    async fn make() -> Self {
        let name = fresh_name();
        let files = async || [bytes_of(&name, "db").await, bytes_of(&name, "log").await];
        let database = open(&name).await;
        database.execute(TABLE, vec![]).await.unwrap();
        for row in 0..200 {
            add(&database, &format!("{row} {}", "x".repeat(100))).await;
        }
        add(&database, "old").await;
        database.close().await.unwrap();
        let old = files().await;
        let database = open(&name).await;
        // It changes blocks that are there, and adds some.
        let sql = "UPDATE t SET a = 'new' WHERE a = 'old' OR id % 3 = 0";
        let mut writing = database.begin(TransactionMode::Write).await.unwrap();
        writing.execute(sql, vec![]).await.unwrap();
        let long = "y".repeat(50_000);
        writing.execute(INSERT, vec![long.into()]).await.unwrap();
        writing.commit().await.unwrap();
        database.close().await.unwrap();
        let new = files().await;
        assert!(new[0].len() > old[0].len());
        Self {
            _gone: Gone(name.clone()),
            name,
            old,
            new,
        }
    }

    /// The file as it is when the commit has written what makes it longer, and nothing else.
    fn lengthened(&self) -> Vec<u8> {
        [&*self.old[0], &self.new[0][self.old[0].len()..]].concat()
    }

    /// Opens files as a crash may have left them, and tells whether the second commit is there.
    async fn has_second(&self, main: &[u8], log: &[u8]) -> bool {
        put_bytes(&self.name, "db", main).await;
        put_bytes(&self.name, "log", log).await;
        let rows = rows_if_sound(&self.name).await;
        match rows.len() {
            201 => assert!(rows.iter().all(|it| it != "new") && rows[200] == "old"),
            202 => assert!(rows[200] == "new" && rows[201].len() == 50_000),
            count => panic!("{count} rows"),
        }
        rows.len() == 202
    }
}

#[core_async::test]
async fn a_commit_is_there_from_the_moment_its_log_is_whole() {
    let commits = TwoCommits::make().await;
    let ([old_main, old_log], [new_main, new_log]) = (&commits.old, &commits.new);
    let lengthened = commits.lengthened();
    let cut = &lengthened[..old_main.len() + 5_000];

    // Before the log was begun, and in the middle of it, over the older one.
    assert!(!commits.has_second(cut, old_log).await);
    assert!(!commits.has_second(&lengthened, old_log).await);
    for end in [0, 10, 39, 41, 5_000, new_log.len() - 1] {
        let mut torn = new_log[..end].to_vec();
        torn.extend(old_log.get(end..).unwrap_or_default());
        assert!(!commits.has_second(&lengthened, &torn).await, "at {end}");
        let shorter = &new_log[..end];
        assert!(!commits.has_second(&lengthened, shorter).await, "at {end}");
    }

    // When the log is whole: none of its blocks in place, one of them, one of them half, or all.
    assert!(commits.has_second(&lengthened, new_log).await);
    for end in [8_192, 8_192 + 100, new_main.len()] {
        let mut main = lengthened.clone();
        main[..end].copy_from_slice(&new_main[..end]);
        assert!(
            commits.has_second(&main, new_log).await,
            "in place to {end}"
        );
    }
}

#[core_async::test]
async fn a_first_commit_that_broke_off_leaves_an_empty_database() {
    let name = fresh_name();
    let _gone = Gone(name.clone());
    open(&name).await.close().await.unwrap();
    // All but the first block.
    let mut main = vec![0; 8_192];
    main.extend([7; 20_000]);
    put_bytes(&name, "db", &main).await;
    let database = open(&name).await;
    database.execute(TABLE, vec![]).await.unwrap();
    add(&database, "first").await;
    database.close().await.unwrap();
    assert_eq!(rows_if_sound(&name).await, ["first"]);
}

/// Lets all that changes files fail from a call on; a write that fails has written its half.
const BREAKING: &str = "
    const it = FileSystemSyncAccessHandle.prototype;
    const whole = { write: it.write, truncate: it.truncate, flush: it.flush };
    globalThis.breakFiles = (calls) => {
      for (const [name, original] of Object.entries(whole)) {
        it[name] = function (bytes, ...rest) {
          calls -= 1;
          if (calls >= 0) return original.call(this, bytes, ...rest);
          if (name === 'write' && calls === -1) {
            original.call(this, bytes.subarray(0, bytes.length / 2), ...rest);
          }
          throw new DOMException('broken by the test', 'InvalidStateError');
        };
      }
    };
    globalThis.mendFiles = () => Object.assign(it, whole);";

fn break_files(after_calls: Option<u32>) {
    let call = match after_calls {
        Some(calls) => format!("breakFiles({calls})"),
        None => "mendFiles()".to_owned(),
    };
    js_sys::eval(&call).unwrap();
}

/// Commits, with files that break at the first call, at the second and so on, until it succeeds. `prepare`
/// makes the database and `commit` the commit that is to be all or nothing.
async fn whole_wherever_files_break(
    prepare: impl AsyncFn(&WasmDbAdapter),
    commit: impl AsyncFn(&WasmDbAdapter) -> bridge_traits::Result<()>,
    has_it: impl AsyncFn(&WasmDbAdapter) -> bool,
) {
    js_sys::eval(&format!("if (!globalThis.breakFiles) {{ {BREAKING} }}")).unwrap();
    for calls in 0.. {
        let name = fresh_name();
        let _gone = Gone(name.clone());
        let database = open(&name).await;
        prepare(&database).await;
        break_files(Some(calls));
        let committed = commit(&database).await;
        // What it is told is what it sees, though the files go on failing.
        let seen = has_it(&database).await;
        assert_eq!(seen, committed.is_ok(), "after {calls} calls");
        // As if it died: nothing more is written.
        drop(database);
        break_files(None);
        let again = open(&name).await;
        let verdict = again.query("PRAGMA integrity_check", vec![]).await.unwrap();
        let verdict: String = verdict[0].get(0).unwrap();
        assert_eq!(verdict, "ok", "after {calls} calls");
        let kept = has_it(&again).await;
        again
            .execute("CREATE TABLE more (a)", vec![])
            .await
            .unwrap();
        if committed.is_ok() {
            assert!(kept, "after {calls} calls");
            assert!(calls > 5, "{calls}");
            return;
        }
    }
}

#[core_async::test]
async fn a_commit_is_all_or_nothing_wherever_its_files_break() {
    whole_wherever_files_break(
        async |database| {
            database.execute(TABLE, vec![]).await.unwrap();
            for row in 0..100 {
                add(database, &format!("{row} {}", "x".repeat(200))).await;
            }
        },
        async |database| {
            let mut writing = database.begin(TransactionMode::Write).await?;
            let sql = "UPDATE t SET a = 'new' WHERE id % 3 = 0";
            writing.execute(sql, vec![]).await?;
            writing
                .execute(INSERT, vec!["y".repeat(20_000).into()])
                .await?;
            writing.commit().await
        },
        async |database| {
            let sql = "SELECT count(*), sum(a = 'new') FROM t";
            let row = &database.query(sql, vec![]).await.unwrap()[0];
            let counts: (i64, i64) = (row.get(0).unwrap(), row.get(1).unwrap());
            assert!(counts == (100, 0) || counts == (101, 33), "{counts:?}");
            counts.0 == 101
        },
    )
    .await;
}

#[core_async::test]
async fn the_first_commit_is_all_or_nothing_wherever_its_files_break() {
    whole_wherever_files_break(
        async |_| {},
        async |database| {
            let mut writing = database.begin(TransactionMode::Write).await?;
            writing.execute(TABLE, vec![]).await?;
            writing
                .execute(INSERT, vec!["y".repeat(20_000).into()])
                .await?;
            writing.commit().await
        },
        async |database| {
            let sql = "SELECT count(*) FROM sqlite_schema WHERE name = 't'";
            let found: i64 = database.query(sql, vec![]).await.unwrap()[0]
                .get(0)
                .unwrap();
            found == 1 && texts(database).await == ["y".repeat(20_000)]
        },
    )
    .await;
}

#[core_async::test]
async fn files_that_are_no_database_are_corrupt() {
    let commits = TwoCommits::make().await;
    let [main, _] = &commits.new;
    let garbage = vec![0xA5; 30_000];
    for (what, bytes) in [("garbage", &*garbage), ("cut off", &main[..main.len() / 2])] {
        put_bytes(&commits.name, "db", bytes).await;
        put_bytes(&commits.name, "log", b"").await;
        let refused = WasmDbAdapter::open(&commits.name, in_files()).await;
        let refused = refused.err().unwrap();
        assert_eq!(*refused.kind(), ErrorKind::Corrupt, "{what}: {refused}");
    }
}

#[core_async::test]
async fn a_name_belongs_to_one_storage_and_moves_by_export_and_import() {
    let name = fresh_name();
    let _gone = Gone(name.clone());
    let elsewhere = WasmDatabaseOptions {
        storage: DatabaseStorage::IndexedDb,
        ..WasmDatabaseOptions::default()
    };
    let database = WasmDbAdapter::open(&name, elsewhere.clone()).await.unwrap();
    database.execute(TABLE, vec![]).await.unwrap();
    add(&database, "moved").await;
    let bytes = database.export().await.unwrap();
    database.close().await.unwrap();
    let refused = WasmDbAdapter::open(&name, in_files()).await.err().unwrap();
    assert_eq!(*refused.kind(), ErrorKind::AlreadyExists, "{refused}");
    assert!(refused.to_string().contains("IndexedDB"), "{refused}");

    WasmDbAdapter::delete(&name).await.unwrap();
    let database = open(&name).await;
    database.import(bytes).await.unwrap();
    database.close().await.unwrap();
    assert_eq!(rows_if_sound(&name).await, ["moved"]);
    let refused = WasmDbAdapter::open(&name, elsewhere).await.err().unwrap();
    assert_eq!(*refused.kind(), ErrorKind::AlreadyExists, "{refused}");
}

/// As a deletion leaves it that breaks off half way, or a browser that loses the file.
#[core_async::test]
async fn a_log_without_its_file_is_no_database_and_spoils_no_new_one() {
    let commits = TwoCommits::make().await;
    let name = &commits.name;
    put_bytes(name, "db", b"").await;
    put_bytes(name, "log", &commits.new[1]).await;
    let database = open(name).await;
    assert!(database.is_new());
    database.execute(TABLE, vec![]).await.unwrap();
    add(&database, "anew").await;
    database.close().await.unwrap();
    assert_eq!(rows_if_sound(name).await, ["anew"]);

    // Nor does it when the new one comes as far as its first blocks.
    put_bytes(name, "db", b"").await;
    put_bytes(name, "log", &commits.new[1]).await;
    open(name).await.close().await.unwrap();
    assert_eq!(bytes_of(name, "log").await.len(), 0);
}

#[core_async::test]
async fn a_file_that_lost_its_end_is_corrupt_whatever_its_log_says() {
    let commits = TwoCommits::make().await;
    let [main, log] = &commits.new;
    put_bytes(&commits.name, "db", &main[..main.len() / 2]).await;
    put_bytes(&commits.name, "log", log).await;
    let refused = WasmDbAdapter::open(&commits.name, in_files()).await;
    let refused = refused.err().unwrap();
    assert_eq!(*refused.kind(), ErrorKind::Corrupt, "{refused}");
}

#[core_async::test]
async fn the_log_of_an_import_is_not_kept() {
    let name = fresh_name();
    let _gone = Gone(name.clone());
    let database = open(&name).await;
    database.execute(TABLE, vec![]).await.unwrap();
    let big = SqlValue::Blob(vec![7; 6_000_000]);
    database.execute(INSERT, vec![big]).await.unwrap();
    let bytes = database.export().await.unwrap();
    // All blocks are there, so all of them are logged.
    database.import(bytes).await.unwrap();
    database.close().await.unwrap();
    assert_eq!(bytes_of(&name, "log").await.len(), 0);
    let main = bytes_of(&name, "db").await;
    assert!(main.len() > 6_000_000);
    let database = open(&name).await;
    let rows = database
        .query("SELECT length(a) FROM t", vec![])
        .await
        .unwrap();
    assert_eq!(rows[0].get::<i64>(0).unwrap(), 6_000_000);
}
