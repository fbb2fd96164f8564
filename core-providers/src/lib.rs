//! Where the music lies: [`StorageProvider`](bridge_traits::provider::StorageProvider)s over the
//! platform bridges.
//!
//! A provider tells what there is and what changed, and reads bytes; that is all. It never writes
//! to where the music lies, never opens a file to see what is in it, keeps nothing in a database,
//! takes no decision about deletions and starts no tasks: what its stream yields is the whole of
//! what it knows, and whoever drives the stream sets the pace.
//!
//! | provider | kind of feed |
//! |---|---|
//! | [`LocalFolder`] | a listing each time, compared by size and time |
//! | [`WebDav`] | the server's own, ETags of folders, or a listing each time, as the server can |

mod digest;
mod local_folder;
mod names;
mod webdav;

pub use local_folder::{LocalFolder, LocalFolderOptions};
pub use webdav::{WebDav, WebDavFeed, WebDavLogin, WebDavOptions, WebDavPassword, WebDavServer};
