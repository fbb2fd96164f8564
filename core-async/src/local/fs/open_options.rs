//! How a file is opened.

use super::error::error;
use super::file::File;
use super::injected::access;
use super::paths;
use std::io;
use std::path::Path;

/// How a file is opened, as the standard library has it.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    read: bool,
    write: bool,
    append: bool,
    truncate: bool,
    create: bool,
    create_new: bool,
}

macro_rules! options {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        impl OpenOptions {
            /// Makes options that allow nothing.
            pub fn new() -> Self {
                Self::default()
            }

            $($(#[$doc])*
            pub fn $name(&mut self, $name: bool) -> &mut Self {
                self.$name = $name;
                self
            })*
        }
    };
}

options! {
    /// Allows reading.
    read,
    /// Allows writing.
    write,
    /// Lets every write go to the end of the file.
    append,
    /// Empties the file.
    truncate,
    /// Makes the file if there is none.
    create,
    /// Makes the file and fails if there is one.
    create_new,
}

impl OpenOptions {
    /// Opens a file.
    ///
    /// # Errors
    /// If the file is missing or, with `create_new`, exists; if it is a folder; or if the options
    /// contradict each other.
    pub async fn open(&self, path: impl AsRef<Path>) -> io::Result<File> {
        let path = path.as_ref();
        let writes = self.write || self.append;
        // As the standard library has it: a new file has nothing to truncate.
        let makes = self.truncate || self.create || self.create_new;
        let contradiction = (!writes && (makes || !self.read))
            || (self.append && self.truncate && !self.create_new);
        if contradiction {
            let what = "these options can't be combined";
            return Err(error(io::ErrorKind::InvalidInput, path, what));
        }
        let access = access()?;
        let found = match paths::metadata(path).await {
            Ok(found) => Some(found),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let length = match found {
            Some(_) if self.create_new => {
                return Err(error(
                    io::ErrorKind::AlreadyExists,
                    path,
                    "it exists already",
                ));
            }
            Some(found) if found.is_dir() => {
                return Err(error(io::ErrorKind::IsADirectory, path, "it is a folder"));
            }
            Some(found) if !self.truncate => found.len(),
            None if !(self.create || self.create_new) => {
                return Err(error(
                    io::ErrorKind::NotFound,
                    path,
                    "there is no such file",
                ));
            }
            _ => {
                paths::write(path, []).await?;
                0
            }
        };
        Ok(File::new(
            access,
            path,
            length,
            [self.read, writes, self.append],
        ))
    }
}
