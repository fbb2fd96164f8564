//! The model: what truly lies at a provider, and how it came to be so.

mod edit;
mod song;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use edit::{Effect, edit, rewrite_one};
pub(crate) use song::{content, title};

/// The root's id.
pub(crate) const ROOT: u64 = 0;

/// What is in a file, or that it is a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Body {
    Folder,
    /// Music: what it sounds like, and which title its tag has.
    Song {
        sound: u32,
        title: u32,
    },
    /// A file that is called like music and is none.
    Junk(u32),
}

/// A file or folder.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) parent: u64,
    pub(crate) name: String,
    pub(crate) body: Body,
    /// When the content changed last, in ticks; no two contents have the same.
    pub(crate) version: u64,
    /// When this or anything below it changed last, in ticks.
    pub(crate) touched: u64,
    /// What the file system calls the file; deleted files leave theirs to others.
    pub(crate) inode: u64,
    pub(crate) alive: bool,
    /// When it was moved, renamed or displaced last, itself or with a folder above it.
    pub(crate) moved: u64,
}

/// What became of a path.
#[derive(Debug, Clone)]
pub(crate) enum PathEvent {
    Put(String),
    Gone(String),
}

/// A tree of files with its history.
#[derive(Debug)]
pub(crate) struct Drive {
    pub(crate) nodes: BTreeMap<u64, Node>,
    /// Counts what happened.
    pub(crate) tick: u64,
    /// The ids of what changed, in order: the feed of drives that know items by id.
    pub(crate) by_id: Vec<u64>,
    /// What changed, in order: the feed of drives that know items by path.
    pub(crate) by_path: Vec<PathEvent>,
    /// Which files ever had each sound.
    sounds: BTreeMap<u32, BTreeSet<u64>>,
    next_id: u64,
    free_inodes: Vec<u64>,
    next_inode: u64,
}

impl Drive {
    pub(crate) fn new() -> Self {
        let root = Node {
            parent: ROOT,
            name: String::new(),
            body: Body::Folder,
            version: 0,
            touched: 0,
            inode: 1,
            alive: true,
            moved: 0,
        };
        Self {
            nodes: BTreeMap::from([(ROOT, root)]),
            tick: 0,
            by_id: Vec::new(),
            by_path: Vec::new(),
            sounds: BTreeMap::new(),
            next_id: 1,
            free_inodes: Vec::new(),
            next_inode: 2,
        }
    }

    /// Tells what a file sounds like, if it is music.
    pub(crate) fn sound(&self, id: u64) -> Option<u32> {
        match self.nodes[&id].body {
            Body::Song { sound, .. } => Some(sound),
            _ => None,
        }
    }

    pub(crate) fn title(&self, id: u64) -> Option<u32> {
        match self.nodes[&id].body {
            Body::Song { title, .. } => Some(title),
            _ => None,
        }
    }

    /// Tells whether no other file, on this drive or another, ever had this sound.
    pub(crate) fn is_unique(&self, sound: u32) -> bool {
        sound >= edit::SHARED_SOUNDS && self.sounds.get(&sound).is_none_or(|it| it.len() == 1)
    }

    fn remember_sound(&mut self, id: u64) {
        if let Some(sound) = self.sound(id) {
            self.sounds.entry(sound).or_default().insert(id);
        }
    }

    /// Lists what there is, by id; the root is left out.
    pub(crate) fn living(&self) -> impl Iterator<Item = (u64, &Node)> {
        self.nodes
            .iter()
            .filter(|(id, node)| **id != ROOT && node.alive)
            .map(|(id, node)| (*id, node))
    }

    pub(crate) fn files(&self) -> Vec<u64> {
        self.living()
            .filter(|(_, it)| it.body != Body::Folder)
            .map(|(id, _)| id)
            .collect()
    }

    pub(crate) fn folders(&self) -> Vec<u64> {
        self.living()
            .filter(|(_, it)| it.body == Body::Folder)
            .map(|(id, _)| id)
            .collect()
    }

    pub(crate) fn children(&self, folder: u64) -> Vec<u64> {
        self.living()
            .filter(|(_, it)| it.parent == folder)
            .map(|(id, _)| id)
            .collect()
    }

    pub(crate) fn child(&self, folder: u64, name: &str) -> Option<u64> {
        self.living()
            .find(|(_, it)| it.parent == folder && it.name == name)
            .map(|(id, _)| id)
    }

    pub(crate) fn path(&self, id: u64) -> String {
        let mut parts = Vec::new();
        let mut at = id;
        while at != ROOT {
            let node = &self.nodes[&at];
            parts.push(node.name.as_str());
            at = node.parent;
        }
        parts.reverse();
        parts.join("/")
    }

    pub(crate) fn find(&self, path: &str) -> Option<u64> {
        path.split('/')
            .filter(|it| !it.is_empty())
            .try_fold(ROOT, |at, name| self.child(at, name))
    }

    /// Lists a node and all below it, folders before what is in them.
    pub(crate) fn subtree(&self, id: u64) -> Vec<u64> {
        let mut all = vec![id];
        let mut at = 0;
        while at < all.len() {
            all.extend(self.children(all[at]));
            at += 1;
        }
        all
    }

    pub(crate) fn is_below(&self, id: u64, folder: u64) -> bool {
        let mut at = id;
        while at != ROOT {
            if at == folder {
                return true;
            }
            at = self.nodes[&at].parent;
        }
        folder == ROOT
    }

    /// Makes something new.
    pub(crate) fn create(&mut self, parent: u64, name: String, body: Body, reuse: bool) -> u64 {
        self.tick += 1;
        let id = self.next_id;
        self.next_id += 1;
        let reused = if reuse { self.free_inodes.pop() } else { None };
        let inode = reused.unwrap_or_else(|| {
            self.next_inode += 1;
            self.next_inode
        });
        let node = Node {
            parent,
            name,
            body,
            version: self.tick,
            touched: self.tick,
            inode,
            alive: true,
            moved: self.tick,
        };
        self.nodes.insert(id, node);
        self.remember_sound(id);
        self.by_id.push(id);
        self.by_path.push(PathEvent::Put(self.path(id)));
        self.touch_above(id);
        id
    }

    /// Changes a file's content.
    pub(crate) fn rewrite(&mut self, id: u64, body: Body) {
        self.tick += 1;
        let tick = self.tick;
        let node = self.node(id);
        node.body = body;
        node.version = tick;
        node.touched = tick;
        self.remember_sound(id);
        self.by_id.push(id);
        self.by_path.push(PathEvent::Put(self.path(id)));
        self.touch_above(id);
    }

    /// Takes something out of the tree.
    pub(crate) fn delete(&mut self, id: u64) {
        self.tick += 1;
        let below = self.subtree(id);
        self.by_path.push(PathEvent::Gone(self.path(id)));
        self.touch_above(id);
        self.by_id.push(id);
        for one in below {
            let inode = self.nodes[&one].inode;
            self.free_inodes.push(inode);
            self.node(one).alive = false;
        }
    }

    /// Gives things other places, all at once: each node, its new folder and its new name.
    pub(crate) fn place(&mut self, places: &[(u64, u64, String)]) {
        self.tick += 1;
        let tick = self.tick;
        for (id, ..) in places {
            self.by_path.push(PathEvent::Gone(self.path(*id)));
            self.touch_above(*id);
        }
        for (id, parent, name) in places {
            let node = self.node(*id);
            node.parent = *parent;
            node.name.clone_from(name);
        }
        for (id, ..) in places {
            self.by_id.push(*id);
            for below in self.subtree(*id) {
                self.by_path.push(PathEvent::Put(self.path(below)));
                let node = self.node(below);
                node.moved = tick;
                node.touched = tick;
            }
            self.touch_above(*id);
        }
    }

    /// Brings a deleted file back as it was; its folder must be there and the name free.
    pub(crate) fn restore(&mut self, id: u64) {
        self.tick += 1;
        let tick = self.tick;
        let inode = self.nodes[&id].inode;
        self.free_inodes.retain(|it| *it != inode);
        let node = self.node(id);
        node.alive = true;
        node.touched = tick;
        node.moved = tick;
        self.by_id.push(id);
        self.by_path.push(PathEvent::Put(self.path(id)));
        self.touch_above(id);
    }

    /// Tells whether nobody uses this inode.
    pub(crate) fn is_inode_free(&self, inode: u64) -> bool {
        !self.living().any(|(_, it)| it.inode == inode)
    }

    fn node(&mut self, id: u64) -> &mut Node {
        self.nodes.get_mut(&id).expect("the caller knows the node")
    }

    fn touch_above(&mut self, id: u64) {
        let tick = self.tick;
        let mut at = self.nodes[&id].parent;
        loop {
            self.node(at).touched = tick;
            if at == ROOT {
                return;
            }
            at = self.nodes[&at].parent;
        }
    }
}
