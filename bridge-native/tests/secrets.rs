//! Encrypted files that somebody touched.

use std::fs;
use std::path::PathBuf;

use bridge_native::NativeSecureStore;
use bridge_traits::ErrorKind;
use bridge_traits::storage::SecureStore;
use tempfile::TempDir;

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn secrets(&self) -> PathBuf {
        self.folder.path().join("secrets")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("elsewhere/key")
    }

    fn key_file(&self) -> PathBuf {
        self.key().join("secure-store.key")
    }

    fn open(&self) -> NativeSecureStore {
        NativeSecureStore::open_files(&self.secrets(), &self.key()).unwrap()
    }

    fn secret_files(&self) -> Vec<PathBuf> {
        let mut files: Vec<_> = fs::read_dir(self.secrets())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        files
    }
}

#[core_async::test]
async fn a_secret_survives_a_restart_and_is_not_readable_in_its_file() {
    let place = Place::new();
    place
        .open()
        .set("token", b"correct horse battery")
        .await
        .unwrap();
    let found = place.open().get("token").await.unwrap();
    assert_eq!(found.as_deref(), Some(&b"correct horse battery"[..]));
    let files = place.secret_files();
    assert_eq!(files.len(), 1);
    let bytes = fs::read(&files[0]).unwrap();
    for hidden in [&b"horse"[..], b"token"] {
        let shown = bytes.windows(hidden.len()).any(|part| part == hidden);
        assert!(!shown, "{}", String::from_utf8_lossy(hidden));
    }
}

#[core_async::test]
async fn any_changed_byte_is_corrupt() {
    let place = Place::new();
    let store = place.open();
    store.set("token", b"secret").await.unwrap();
    let file = place.secret_files().remove(0);
    let sound = fs::read(&file).unwrap();
    for at in 0..sound.len() {
        let mut changed = sound.clone();
        changed[at] ^= 1;
        fs::write(&file, changed).unwrap();
        let error = store.get("token").await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Corrupt, "byte {at}");
    }
    for length in 0..sound.len() {
        fs::write(&file, &sound[..length]).unwrap();
        let error = store.get("token").await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Corrupt, "{length} bytes");
    }
    fs::write(&file, &sound).unwrap();
    assert!(store.get("token").await.unwrap().is_some());
}

#[core_async::test]
async fn one_secret_can_not_stand_in_for_another() {
    let place = Place::new();
    let store = place.open();
    store.set("mine", b"a").await.unwrap();
    store.set("theirs", b"b").await.unwrap();
    let files = place.secret_files();
    let other = fs::read(&files[1]).unwrap();
    fs::write(&files[0], &other).unwrap();
    fs::write(&files[1], &other).unwrap();
    let results = [store.get("mine").await, store.get("theirs").await];
    let corrupt = results
        .iter()
        .filter(|it| matches!(it, Err(error) if *error.kind() == ErrorKind::Corrupt));
    assert_eq!(corrupt.count(), 1);
}

#[core_async::test]
async fn another_key_and_a_damaged_key_are_corrupt() {
    let place = Place::new();
    place.open().set("token", b"secret").await.unwrap();
    for key in [vec![7; 32], vec![7; 31], vec![]] {
        fs::write(place.key_file(), key).unwrap();
        let error = place.open().get("token").await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Corrupt, "{error}");
    }
}

#[core_async::test]
async fn key_and_secrets_must_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let detour = folder
        .path()
        .join("../")
        .join(folder.path().file_name().unwrap());
    let error = NativeSecureStore::open_files(folder.path(), &detour).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::InvalidInput);
}

#[cfg(unix)]
#[core_async::test]
async fn only_this_user_may_read_the_key() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    let store = place.open();
    store.set("token", b"secret").await.unwrap();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(place.key_file()), 0o600);
    assert_eq!(mode(place.key()), 0o700);
    // A copy that opened it up is closed again.
    fs::set_permissions(place.key_file(), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(store.get("token").await.unwrap().is_some());
    assert_eq!(mode(place.key_file()), 0o600);
}

#[core_async::test]
async fn an_error_never_shows_the_secret() {
    let place = Place::new();
    let store = place.open();
    store.set("token", b"hunter2").await.unwrap();
    fs::write(&place.secret_files()[0], "hunter2").unwrap();
    let error = store.get("token").await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}
