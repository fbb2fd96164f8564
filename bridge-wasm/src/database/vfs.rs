//! The one place with `unsafe` code: a SQLite VFS whose files are Rust objects.
//!
//! SQLite calls the functions here through tables of pointers (<https://www.sqlite.org/vfs.html>); each
//! turns its arguments into slices and numbers and calls a [`DatabaseFile`]. Nothing else happens here,
//! so that nothing else needs to be read to see that it is sound:
//!
//! - Everything runs on one thread. SQLite is compiled without threads, and both the registry and the
//!   VFS belong to the thread that made them.
//! - A file object lives in a box between `xOpen` and `xClose`; SQLite calls no function of a file
//!   before the one or after the other.
//! - No file object calls SQLite, so that no call into one happens during another.

#![allow(
    unsafe_code,
    reason = "SQLite's VFS is an interface in C: tables of function pointers"
)]

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::size_of;
use std::ptr;
use std::rc::Rc;

use rusqlite::ffi;

/// The name under which connections ask for this VFS.
pub(super) const VFS_NAME: &CStr = c"music-core";

/// Why a call failed: one of SQLite's result codes.
pub(super) type Code = c_int;

/// A database file as one connection sees it.
pub(super) trait DatabaseFile {
    /// Reads at `offset` and returns how many bytes there were.
    fn read(&mut self, buffer: &mut [u8], offset: u64) -> Result<usize, Code>;
    fn write(&mut self, data: &[u8], offset: u64) -> Result<(), Code>;
    fn truncate(&mut self, size: u64) -> Result<(), Code>;
    fn size(&mut self) -> u64;
    /// Is called when SQLite begins to read, and at each further step to writing.
    fn begin(&mut self);
    /// Is called when SQLite neither reads nor writes any more.
    fn end(&mut self);
}

/// Makes a file object for a connection; told whether the connection only reads.
type Opener = Rc<dyn Fn(bool) -> Box<dyn DatabaseFile>>;

thread_local! {
    static OPENERS: RefCell<HashMap<String, Opener>> = RefCell::default();
    static NEXT: Cell<u64> = const { Cell::new(0) };
    static IS_REGISTERED: Cell<bool> = const { Cell::new(false) };
}

/// A name under which SQLite opens files, until it is dropped.
pub(super) struct Registration {
    name: String,
}

impl Registration {
    /// Registers what is opened under a name that nobody else has.
    ///
    /// # Errors
    /// SQLite's code if it does not take the VFS.
    pub(super) fn new(opener: Opener) -> Result<Self, Code> {
        register_vfs()?;
        let number = NEXT.replace(NEXT.get() + 1);
        let name = format!("database-{number}");
        OPENERS.with_borrow_mut(|it| it.insert(name.clone(), opener));
        Ok(Self { name })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let removed = OPENERS.with_borrow_mut(|it| it.remove(&self.name));
        drop(removed);
    }
}

/// What SQLite takes for a `sqlite3_file`: the table of functions first, then our own.
#[repr(C)]
struct OpenFile {
    base: ffi::sqlite3_file,
    /// From `Box::into_raw`; a thin pointer to a fat one, as C knows only thin ones.
    object: *mut Box<dyn DatabaseFile>,
}

fn register_vfs() -> Result<(), Code> {
    if IS_REGISTERED.get() {
        return Ok(());
    }
    // SAFETY: a null name asks for the default VFS, which is there after initialisation. It is copied,
    // and the copy is leaked, as SQLite keeps the pointer. The copied functions (time, randomness, path
    // names) use no state of the VFS but `pAppData`, which is copied with them.
    let code = unsafe {
        let code = ffi::sqlite3_initialize();
        if code != ffi::SQLITE_OK {
            return Err(code);
        }
        let standard = ffi::sqlite3_vfs_find(ptr::null());
        if standard.is_null() {
            return Err(ffi::SQLITE_ERROR);
        }
        let vfs = Box::new(ffi::sqlite3_vfs {
            szOsFile: size_of::<OpenFile>() as c_int,
            pNext: ptr::null_mut(),
            zName: VFS_NAME.as_ptr(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            ..*standard
        });
        ffi::sqlite3_vfs_register(Box::into_raw(vfs), 0)
    };
    if code != ffi::SQLITE_OK {
        return Err(code);
    }
    IS_REGISTERED.set(true);
    Ok(())
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

/// Opens registered names. Journals and temporary files are not: SQLite is told to keep them in memory.
unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: `file` points to `szOsFile` bytes for us to fill. A null table says that there is nothing to
    // close. `name` is null or a C string; `out_flags` is null or writable.
    unsafe {
        (*file).pMethods = ptr::null();
        if name.is_null() || flags & ffi::SQLITE_OPEN_MAIN_DB == 0 {
            return ffi::SQLITE_CANTOPEN;
        }
        let Ok(name) = CStr::from_ptr(name).to_str() else {
            return ffi::SQLITE_CANTOPEN;
        };
        let Some(opener) = OPENERS.with_borrow(|it| it.get(name).cloned()) else {
            return ffi::SQLITE_CANTOPEN;
        };
        let object = opener(flags & ffi::SQLITE_OPEN_READONLY != 0);
        let file = file.cast::<OpenFile>();
        (*file).object = Box::into_raw(Box::new(object));
        (*file).base.pMethods = &METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

/// There is nothing but the database itself, which is not deleted through SQLite.
unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, _: *const c_char, _: c_int) -> c_int {
    ffi::SQLITE_IOERR_DELETE_NOENT
}

/// SQLite asks whether a journal was left behind. There never is one.
unsafe extern "C" fn access(
    _: *mut ffi::sqlite3_vfs,
    _: *const c_char,
    _: c_int,
    found: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes the address of an integer.
    unsafe { *found = 0 };
    ffi::SQLITE_OK
}

/// Borrows the object of an open file.
///
/// # Safety
/// `file` was opened by [`open`] and not closed yet, and no other call on it is running.
unsafe fn object<'a>(file: *mut ffi::sqlite3_file) -> &'a mut dyn DatabaseFile {
    // SAFETY: the caller's promise; `open` put a pointer there that `close` takes back.
    unsafe { &mut **(*file.cast::<OpenFile>()).object }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once, and the pointer came from `Box::into_raw`.
    drop(unsafe { Box::from_raw((*file.cast::<OpenFile>()).object) });
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    buffer: *mut c_void,
    length: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    let (Ok(length), Ok(offset)) = (usize::try_from(length), u64::try_from(offset)) else {
        return ffi::SQLITE_IOERR_READ;
    };
    // SAFETY: the file is open, and SQLite gives a buffer of `length` bytes for us alone. Bytes of it that
    // were not written yet are only overwritten.
    let (object, buffer) = unsafe {
        ptr::write_bytes(buffer.cast::<u8>(), 0, length);
        let buffer = std::slice::from_raw_parts_mut(buffer.cast::<u8>(), length);
        (object(file), buffer)
    };
    match object.read(buffer, offset) {
        Ok(count) if count == length => ffi::SQLITE_OK,
        // The rest is zero, as SQLite demands.
        Ok(_) => ffi::SQLITE_IOERR_SHORT_READ,
        Err(code) => code,
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    data: *const c_void,
    length: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    let (Ok(length), Ok(offset)) = (usize::try_from(length), u64::try_from(offset)) else {
        return ffi::SQLITE_IOERR_WRITE;
    };
    // SAFETY: the file is open, and SQLite gives `length` bytes that nobody changes meanwhile.
    let (object, data) = unsafe {
        let data = std::slice::from_raw_parts(data.cast::<u8>(), length);
        (object(file), data)
    };
    code_of(object.write(data, offset))
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    let Ok(size) = u64::try_from(size) else {
        return ffi::SQLITE_IOERR_TRUNCATE;
    };
    // SAFETY: the file is open.
    code_of(unsafe { object(file) }.truncate(size))
}

/// Durability is the adapter's business, after `COMMIT`.
unsafe extern "C" fn sync(_: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_size(
    file: *mut ffi::sqlite3_file,
    size: *mut ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: the file is open, and SQLite passes the address of an integer.
    unsafe { *size = object(file).size() as ffi::sqlite3_int64 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: the file is open.
    unsafe { object(file) }.begin();
    ffi::SQLITE_OK
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    if level == ffi::SQLITE_LOCK_NONE {
        // SAFETY: the file is open.
        unsafe { object(file) }.end();
    }
    ffi::SQLITE_OK
}

/// One connection writes, and the adapter sees to that.
unsafe extern "C" fn check_reserved_lock(
    _: *mut ffi::sqlite3_file,
    is_reserved: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes the address of an integer.
    unsafe { *is_reserved = 0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    super::store::BLOCK as c_int
}

unsafe extern "C" fn device_characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE | ffi::SQLITE_IOCAP_SAFE_APPEND
}

fn code_of(result: Result<(), Code>) -> c_int {
    result.err().unwrap_or(ffi::SQLITE_OK)
}
