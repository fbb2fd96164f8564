//! Folders that a person gave. The handles are real ones, of the origin's private file system, which
//! needs no person to choose it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bridge_traits::ErrorKind;
use bridge_traits::storage::{FileKind, FileSystemAccess};
use bridge_traits::testing::MemoryFileSystem;
use bridge_wasm::{FolderAccess, PickedFile, WasmFolders, WasmMountedFileSystem};
use futures::StreamExt;
use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FilePropertyBag, FileSystemDirectoryHandle, FileSystemFileHandle};

#[wasm_bindgen]
extern "C" {
    type Handle;

    #[wasm_bindgen(method, js_name = createWritable)]
    fn create_writable(this: &Handle) -> Promise;
    #[wasm_bindgen(method)]
    fn write(this: &Handle, content: &JsValue) -> Promise;
    #[wasm_bindgen(method)]
    fn close(this: &Handle) -> Promise;
    #[wasm_bindgen(method, js_name = getDirectory)]
    fn get_directory(this: &Handle) -> Promise;
    #[wasm_bindgen(method, js_name = getFileHandle)]
    fn get_file_handle(this: &Handle, name: &str, how: &JsValue) -> Promise;
    #[wasm_bindgen(method, js_name = getDirectoryHandle)]
    fn get_directory_handle(this: &Handle, name: &str, how: &JsValue) -> Promise;
    #[wasm_bindgen(method, js_name = removeEntry)]
    fn remove_entry(this: &Handle, name: &str, how: &JsValue) -> Promise;
}

fn option(name: &str) -> JsValue {
    let how = js_sys::Object::new();
    Reflect::set(&how, &name.into(), &true.into()).unwrap();
    how.into()
}

async fn done(promise: Promise) -> Handle {
    JsFuture::from(promise).await.unwrap().unchecked_into()
}

/// A new folder of the origin's own.
struct Disk {
    above: Handle,
    name: String,
    root: Handle,
}

impl Disk {
    async fn new() -> Self {
        let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).unwrap();
        let storage: Handle = Reflect::get(&navigator, &"storage".into())
            .unwrap()
            .unchecked_into();
        let above = done(storage.get_directory()).await;
        let name = format!("folders {}", js_sys::Math::random());
        let root = done(above.get_directory_handle(&name, &option("create"))).await;
        Self { above, name, root }
    }

    fn handle(&self) -> FileSystemDirectoryHandle {
        JsValue::from(&self.root).unchecked_into()
    }

    async fn write(&self, path: &str, content: &[u8]) {
        let mut folder: Handle = JsValue::from(&self.root).unchecked_into();
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        for part in above.split('/').filter(|it| !it.is_empty()) {
            folder = done(folder.get_directory_handle(part, &option("create"))).await;
        }
        let file = done(folder.get_file_handle(name, &option("create"))).await;
        let writable = done(file.create_writable()).await;
        done(writable.write(&Uint8Array::from(content))).await;
        done(writable.close()).await;
        let _: FileSystemFileHandle = file.unchecked_into();
    }

    async fn remove(&self, name: &str) {
        done(self.root.remove_entry(name, &option("recursive"))).await;
    }

    async fn remove_itself(&self) {
        done(self.above.remove_entry(&self.name, &option("recursive"))).await;
    }
}

const FILES: &[(&str, &[u8])] = &[
    ("A/1 one.mp3", b"0123456789"),
    ("A/2 \u{e9}.flac", b"two"),
    ("A/deep/er/3.opus", b"3"),
    ("B/empty.mp3", b""),
    ("top.mp3", b"top"),
    ("\u{65e5}\u{672c}/\u{6ce2}.mp3", b"wave"),
];

fn file(content: &[u8], modified_ms: f64) -> File {
    let how = FilePropertyBag::new();
    how.set_last_modified(modified_ms);
    let parts = Array::of1(&Uint8Array::from(content));
    File::new_with_u8_array_sequence_and_options(&parts, "any", &how).unwrap()
}

fn listed(files: &[(&str, &[u8])]) -> Vec<PickedFile> {
    let files = files.iter().map(|(path, content)| PickedFile {
        path: (*path).to_owned(),
        file: file(content, 1_700_000_000_123.0),
    });
    files.collect()
}

/// The same files in both kinds of folder.
async fn both() -> (WasmFolders, Disk) {
    let disk = Disk::new().await;
    for (path, content) in FILES {
        disk.write(path, content).await;
    }
    let folders = WasmFolders::new();
    let at = folders.add_handle("live", disk.handle()).unwrap();
    assert_eq!(at, Path::new("/folders/live"));
    folders.add_files("list", listed(FILES)).unwrap();
    (folders, disk)
}

const ROOTS: [&str; 2] = ["/folders/live", "/folders/list"];

async fn names(folders: &WasmFolders, path: impl AsRef<Path>) -> Vec<String> {
    let page = folders.list_dir(path.as_ref(), None, 1000).await.unwrap();
    assert_eq!(page.next, None);
    let names = page.entries.into_iter().map(|it| it.name.into_string());
    names.map(Result::unwrap).collect()
}

async fn failure<T>(result: impl Future<Output = bridge_traits::Result<T>>) -> ErrorKind {
    let error = result.await.err().expect("an error was due");
    assert!(!error.subject().is_empty());
    error.kind().clone()
}

#[core_async::test]
async fn a_tree_is_listed_with_sizes_and_times() {
    let (folders, disk) = both().await;
    for root in ROOTS.map(Path::new) {
        assert_eq!(names(&folders, root).await, ["A", "B", "top.mp3", "日本"]);
        assert_eq!(
            names(&folders, root.join("A")).await,
            ["1 one.mp3", "2 é.flac", "deep"]
        );
        for (path, content) in FILES {
            let path = root.join(path);
            let metadata = folders.metadata(&path).await.unwrap();
            assert_eq!(
                (metadata.kind, metadata.size),
                (FileKind::File, content.len() as u64)
            );
            assert!(
                metadata
                    .modified_ns
                    .is_some_and(|it| it >= 1_700_000_000_123_000_000)
            );
            assert_eq!(folders.read(&path).await.unwrap(), *content);
            let above = path.parent().unwrap();
            let page = folders.list_dir(above, None, 1000).await.unwrap();
            let entry = page.entries.into_iter().find(|it| path.ends_with(&it.name));
            assert_eq!(entry.unwrap().metadata.unwrap(), metadata);
            assert_eq!(
                folders.metadata(above).await.unwrap().kind,
                FileKind::Directory
            );
        }
    }
    assert_eq!(names(&folders, "/folders").await, ["list", "live"]);
    let dotted = Path::new("/folders/./list/A/../A/deep");
    let real = folders.canonicalize(dotted).await.unwrap();
    assert_eq!(real, Path::new("/folders/list/A/deep"));
    let list = folders.list();
    assert_eq!(
        list.iter().map(|it| it.is_live).collect::<Vec<_>>(),
        [false, true]
    );
    disk.remove_itself().await;
}

#[core_async::test]
async fn pages_hold_each_entry_once_whatever_their_size() {
    let (folders, disk) = both().await;
    let files: Vec<_> = (0..150).map(|at| format!("P/{at}.mp3")).collect();
    for path in &files {
        disk.write(path, b"x").await;
    }
    let list: Vec<_> = files
        .iter()
        .map(|path| (path.as_str(), &b"x"[..]))
        .collect();
    folders.add_files("list", listed(&list)).unwrap();
    for root in ROOTS {
        let folder = Path::new(root).join("P");
        let all = names(&folders, &folder).await;
        assert_eq!(all.len(), 150);
        for limit in [1, 7, 75, 149, 150] {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = folders.list_dir(&folder, after, limit).await.unwrap();
                assert!(page.entries.len() <= limit);
                seen.extend(
                    page.entries
                        .into_iter()
                        .map(|it| it.name.into_string().unwrap()),
                );
                after = page.next;
                if after.is_none() {
                    break;
                }
                if limit == 7 {
                    // Somebody else lists in between.
                    names(&folders, root).await;
                }
            }
            assert_eq!(seen, all, "{root} {limit}");
        }
        let none = folders.list_dir(&folder, None, 0);
        assert_eq!(failure(none).await, ErrorKind::InvalidInput);
    }
    disk.remove_itself().await;
}

#[core_async::test]
async fn ranges_and_streams_give_what_the_whole_file_has() {
    let (folders, disk) = both().await;
    let large: Vec<u8> = (0..700_000u32).map(|it| (it % 251) as u8).collect();
    disk.write("large.flac", &large).await;
    folders
        .add_files("list", listed(&[("large.flac", &large)]))
        .unwrap();
    for root in ROOTS {
        let path = Path::new(root).join("large.flac");
        for (start, end) in [
            (0, 10),
            (262_143, 262_145),
            (699_990, 800_000),
            (700_000, 700_001),
        ] {
            let expected = &large[start.min(700_000)..end.min(700_000)];
            let read = folders.read_range(&path, start as u64..end as u64).await;
            assert_eq!(read.unwrap(), expected);
        }
        for offset in [0, 1, 262_144, 699_999, 700_000, 900_000] {
            let pieces = folders.read_stream(&path, offset).await.unwrap();
            let pieces: Vec<_> = pieces.map(Result::unwrap).collect().await;
            assert!(pieces.iter().all(|it| it.len() <= 256 * 1024));
            assert_eq!(pieces.concat(), large[(offset as usize).min(700_000)..]);
        }
    }
    disk.remove_itself().await;
}

#[core_async::test]
async fn what_is_not_there_is_told_from_what_is_something_else() {
    let (folders, disk) = both().await;
    for root in ROOTS.map(Path::new) {
        for missing in ["nothing", "A/nothing", "nothing/at/all", "A/1 one.mp3x"] {
            let path = root.join(missing);
            assert_eq!(failure(folders.metadata(&path)).await, ErrorKind::NotFound);
            assert_eq!(failure(folders.read(&path)).await, ErrorKind::NotFound);
            assert_eq!(
                failure(folders.list_dir(&path, None, 9)).await,
                ErrorKind::NotFound
            );
        }
        let file = root.join("top.mp3");
        let below = file.join("x");
        assert_eq!(
            failure(folders.list_dir(&file, None, 9)).await,
            ErrorKind::NotADirectory
        );
        assert_eq!(
            failure(folders.metadata(&below)).await,
            ErrorKind::NotADirectory
        );
        assert_eq!(
            failure(folders.read(&root.join("A"))).await,
            ErrorKind::IsADirectory
        );
        assert_eq!(failure(folders.read(root)).await, ErrorKind::IsADirectory);
    }
    for away in ["/folders/other", "/folders/other/A", "/elsewhere", "/"] {
        assert_eq!(
            failure(folders.metadata(Path::new(away))).await,
            ErrorKind::NotFound,
            "{away}"
        );
    }
    assert_eq!(
        failure(folders.metadata(Path::new("A"))).await,
        ErrorKind::InvalidInput
    );
    disk.remove_itself().await;
}

#[core_async::test]
async fn nothing_is_ever_written() {
    let (folders, disk) = both().await;
    for root in ROOTS.map(PathBuf::from) {
        let (file, new) = (root.join("top.mp3"), root.join("new.mp3"));
        let kinds = [
            failure(folders.write(&file, "x".into())).await,
            failure(folders.append(&file, "x".into())).await,
            failure(folders.write_stream(&new, Box::pin(futures::stream::empty()))).await,
            failure(folders.rename(&file, &new)).await,
            failure(folders.copy(&file, &new)).await,
            failure(folders.remove_file(&file)).await,
            failure(folders.remove_dir(&root.join("B"))).await,
            failure(folders.remove_dir_all(&root)).await,
            failure(folders.create_dir_all(&new)).await,
        ];
        assert!(
            kinds.iter().all(|it| *it == ErrorKind::Unsupported),
            "{kinds:?}"
        );
        assert_eq!(folders.read(&file).await.unwrap(), "top");
    }
    disk.remove_itself().await;
}

#[core_async::test]
async fn a_handle_shows_what_is_there_now() {
    let (folders, disk) = both().await;
    let root = Path::new("/folders/live");
    names(&folders, root.join("A/deep/er")).await;
    disk.write("top.mp3", b"longer now").await;
    disk.write("A/new.mp3", b"new").await;
    disk.remove("B").await;
    assert_eq!(
        folders.read(&root.join("top.mp3")).await.unwrap(),
        "longer now"
    );
    assert_eq!(names(&folders, root).await, ["A", "top.mp3", "日本"]);
    assert!(
        names(&folders, root.join("A"))
            .await
            .contains(&"new.mp3".to_owned())
    );
    assert_eq!(
        failure(folders.list_dir(&root.join("B"), None, 9)).await,
        ErrorKind::NotFound
    );
    // A folder that is removed and made anew is found.
    disk.remove("A").await;
    let er = root.join("A/deep/er");
    assert_eq!(
        failure(folders.list_dir(&er, None, 9)).await,
        ErrorKind::NotFound
    );
    disk.write("A/deep/er/4.opus", b"4").await;
    assert_eq!(names(&folders, &er).await, ["4.opus"]);
    disk.remove_itself().await;
    assert_eq!(failure(folders.metadata(root)).await, ErrorKind::NotFound);
    assert_eq!(
        failure(folders.list_dir(root, None, 9)).await,
        ErrorKind::NotFound
    );
}

#[core_async::test]
async fn a_file_that_changes_while_it_is_read_is_a_conflict_and_one_that_vanishes_is_missing() {
    let (folders, disk) = both().await;
    let path = Path::new("/folders/live/large.flac");
    for (vanishes, expected) in [(false, ErrorKind::Conflict), (true, ErrorKind::NotFound)] {
        disk.write("large.flac", &vec![1; 600_000]).await;
        let mut pieces = folders.read_stream(path, 0).await.unwrap();
        assert_eq!(pieces.next().await.unwrap().unwrap().len(), 256 * 1024);
        if vanishes {
            disk.remove("large.flac").await;
        } else {
            disk.write("large.flac", &vec![2; 600_001]).await;
        }
        let error = pieces.next().await.unwrap().unwrap_err();
        assert_eq!(*error.kind(), expected, "{error}");
        assert!(pieces.next().await.is_none());
    }
    disk.remove_itself().await;
}

#[core_async::test]
async fn a_list_that_is_picked_again_takes_the_old_ones_place() {
    let folders = WasmFolders::new();
    let root = Path::new("/folders/Music");
    folders
        .add_files("Music", listed(&[("a.mp3", b"a"), ("b.mp3", b"b")]))
        .unwrap();
    folders
        .add_files("Music", listed(&[("b.mp3", b"bb"), ("c.mp3", b"c")]))
        .unwrap();
    assert_eq!(names(&folders, root).await, ["b.mp3", "c.mp3"]);
    assert_eq!(folders.read(&root.join("b.mp3")).await.unwrap(), "bb");
    folders.remove("Music");
    folders.remove("Music");
    assert_eq!(failure(folders.metadata(root)).await, ErrorKind::NotFound);
}

#[core_async::test]
async fn names_and_paths_that_lead_elsewhere_are_refused() {
    let folders = WasmFolders::new();
    for bad in ["", " ", ".", "..", "a/b", "a\0b"] {
        let error = folders.add_files(bad, vec![]).unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::InvalidInput, "{bad:?}");
    }
    for bad in ["../a.mp3", "a/../../b.mp3", "", "/", "./a.mp3"] {
        let error = folders
            .add_files("list", listed(&[(bad, b"x")]))
            .unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::InvalidInput, "{bad:?}");
    }
    for bad in [["a.mp3", "a.mp3"], ["a", "a/b.mp3"], ["a/b.mp3", "a"]] {
        let files = bad.map(|path| (path, &b"x"[..]));
        let error = folders.add_files("list", listed(&files)).unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::InvalidInput, "{bad:?}");
    }
    assert!(folders.list().is_empty());
}

#[core_async::test]
async fn access_is_told_and_a_missing_dialogue_names_the_other_way() {
    let (folders, disk) = both().await;
    assert_eq!(folders.access("live").await.unwrap(), FolderAccess::Granted);
    assert_eq!(folders.access("list").await.unwrap(), FolderAccess::Granted);
    assert_eq!(failure(folders.access("other")).await, ErrorKind::NotFound);
    disk.remove_itself().await;
    // No person has clicked anything here; in a worker there is no dialogue at all.
    match failure(WasmFolders::choose()).await {
        ErrorKind::PermissionDenied => {}
        ErrorKind::NotAvailable { remedy } => assert!(remedy.contains("webkitdirectory")),
        other => panic!("{other}"),
    }
}

#[core_async::test]
async fn a_kept_handle_is_there_after_a_reload_and_a_list_can_not_be_kept() {
    let disk = Disk::new().await;
    disk.write("a.mp3", b"a").await;
    let name = format!("kept {}", js_sys::Math::random());
    let folders = WasmFolders::open(&name).await.unwrap();
    folders.add_handle("Müsic", disk.handle()).unwrap();
    folders.add_handle("not kept", disk.handle()).unwrap();
    folders
        .add_files("list", listed(&[("a.mp3", b"a")]))
        .unwrap();
    folders.keep("Müsic").await.unwrap();
    assert_eq!(failure(folders.keep("list")).await, ErrorKind::Unsupported);
    assert_eq!(failure(folders.keep("nothing")).await, ErrorKind::NotFound);
    // Another one over the same database is what a reloaded page has.
    let again = WasmFolders::open(&name).await.unwrap();
    let kept = again.list();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].name.as_str(), kept[0].is_live), ("Müsic", true));
    assert_eq!(again.access("Müsic").await.unwrap(), FolderAccess::Granted);
    assert_eq!(again.read(&kept[0].path.join("a.mp3")).await.unwrap(), "a");
    again.forget("Müsic").await.unwrap();
    again.forget("Müsic").await.unwrap();
    assert!(WasmFolders::open(&name).await.unwrap().list().is_empty());
    let unkept = WasmFolders::new();
    unkept.add_handle("x", disk.handle()).unwrap();
    assert_eq!(failure(unkept.keep("x")).await, ErrorKind::Unsupported);
    disk.remove_itself().await;
    drop((folders, again));
    WasmFolders::destroy(&name).await.unwrap();
}

#[core_async::test]
async fn mounted_folders_lie_beside_the_pages_own_files() {
    let folders = WasmFolders::new();
    folders
        .add_files("list", listed(&[("a.mp3", &[7; 600_000])]))
        .unwrap();
    let own = Arc::new(MemoryFileSystem::new());
    let both = WasmMountedFileSystem::new(own.clone(), folders);
    let (given, kept) = (Path::new("/folders/list/a.mp3"), Path::new("/kept.mp3"));
    assert_eq!(both.copy(given, kept).await.unwrap(), 600_000);
    assert_eq!(
        both.read(kept).await.unwrap(),
        own.read(kept).await.unwrap()
    );
    assert_eq!(both.metadata(kept).await.unwrap().size, 600_000);
    assert_eq!(
        failure(both.copy(kept, given)).await,
        ErrorKind::Unsupported
    );
    assert_eq!(
        failure(both.rename(kept, given)).await,
        ErrorKind::Unsupported
    );
    assert_eq!(
        failure(both.rename(given, kept)).await,
        ErrorKind::Unsupported
    );
    both.rename(kept, Path::new("/other.mp3")).await.unwrap();
    assert_eq!(both.read_range(given, 0..2).await.unwrap(), vec![7, 7]);
    // Only whole names count.
    both.create_dir_all(Path::new("/folders2")).await.unwrap();
    assert!(own.metadata(Path::new("/folders2")).await.is_ok());
}
