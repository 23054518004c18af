//! The system that is examined: this one, or another one's files under a directory.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// See the [module](self).
pub(super) struct Place {
    root: PathBuf,
}

impl Place {
    /// The system whose files are under `root`; this one's where there is none.
    pub(super) fn new(root: Option<&Path>) -> Self {
        Self {
            root: root.unwrap_or(Path::new("/")).to_owned(),
        }
    }

    /// Where `path`, without its leading slash, is.
    pub(super) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// Whether it is the system that this program runs on.
    pub(super) fn is_here(&self) -> bool {
        self.root == Path::new("/")
    }

    /// A file in the user's home folder.
    pub(super) fn home(&self, path: &str) -> Option<PathBuf> {
        let home = std::env::var_os("HOME").filter(|home| !home.is_empty())?;
        let home = Path::new(&home);
        let home = match self.is_here() {
            true => home.to_owned(),
            false => self.root.join(home.strip_prefix("/").unwrap_or(home)),
        };
        Some(home.join(path))
    }

    /// Folders in which libraries are.
    pub(super) fn library_folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.at("usr/lib"), self.at("usr/local/lib")];
        for entry in entries(&self.at("usr/lib")) {
            let is_of_an_architecture = entry
                .file_name()
                .is_some_and(|name| name.to_string_lossy().contains("-linux-gnu"));
            if is_of_an_architecture {
                folders.push(entry);
            }
        }
        let with_modules: Vec<PathBuf> = folders.iter().map(|f| f.join("pkcs11")).collect();
        folders.extend(with_modules);
        folders
    }

    /// An installed library.
    pub(super) fn library(&self, name: &str) -> Option<PathBuf> {
        let places = self.library_folders().into_iter();
        let mut paths = places.map(|folder| folder.join(name));
        paths.find(|path| path.is_file())
    }
}

/// What is in a folder, in order; nothing where it cannot be read.
pub(super) fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(found) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = found.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// A small text file, without the line end.
pub(super) fn line(path: &Path) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim().to_owned())
}
