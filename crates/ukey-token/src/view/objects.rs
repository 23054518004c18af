//! The stored objects of a view, shared between views page by page: a view with one object more
//! than another costs some hundred bytes, not a copy of all.

use super::StoredObject;
use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

/// Numbers per page: 2 to this power.
const PAGE_BITS: u32 = 7;

/// Objects with neighbouring numbers, ascending; never empty.
type Page = Arc<Vec<Arc<StoredObject>>>;

/// Stored objects by number. Cheap to clone; what is not changed is shared.
#[derive(Debug, Clone, Default)]
pub struct ObjectMap {
    pages: BTreeMap<u32, Page>,
    count: usize,
}

/// What is different between two maps.
#[derive(Debug, Default)]
pub(super) struct Difference {
    pub(super) added: Vec<Arc<StoredObject>>,
    pub(super) changed: Vec<Arc<StoredObject>>,
    pub(super) removed: Vec<u32>,
}

impl ObjectMap {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The object of this number.
    pub fn get(&self, id: u32) -> Option<&Arc<StoredObject>> {
        let page = self.pages.get(&(id >> PAGE_BITS))?;
        let at = page.binary_search_by_key(&id, |object| object.id).ok()?;
        page.get(at)
    }

    /// All of them by ascending number.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<StoredObject>> {
        self.pages.values().flat_map(|page| page.iter())
    }

    /// Puts an object in, in place of one of the same number.
    pub fn insert(&mut self, object: StoredObject) {
        let page = self.pages.entry(object.id >> PAGE_BITS).or_default();
        let page = Arc::make_mut(page);
        // Most come in ascending order.
        let at = match page.last() {
            Some(last) if last.id >= object.id => {
                page.binary_search_by_key(&object.id, |object| object.id)
            }
            _ => Err(page.len()),
        };
        match at {
            Ok(at) => page[at] = Arc::new(object),
            Err(at) => {
                page.insert(at, Arc::new(object));
                self.count += 1;
            }
        }
    }

    /// Takes an object out, if it is there.
    pub fn remove(&mut self, id: u32) {
        let key = id >> PAGE_BITS;
        let Some(page) = self.pages.get_mut(&key) else {
            return;
        };
        let Ok(at) = page.binary_search_by_key(&id, |object| object.id) else {
            return;
        };
        self.count -= 1;
        if page.len() == 1 {
            self.pages.remove(&key);
        } else {
            Arc::make_mut(page).remove(at);
        }
    }

    /// Keeps those that `keep` says.
    pub fn retain(&mut self, keep: impl Fn(&StoredObject) -> bool) {
        let gone: Vec<u32> = self
            .iter()
            .filter(|object| !keep(object))
            .map(|object| object.id)
            .collect();
        gone.into_iter().for_each(|id| self.remove(id));
    }

    /// What is in `self` and not in `old`, and the other way round. Shared pages are passed over.
    pub(super) fn difference(&self, old: &Self) -> Difference {
        let mut found = Difference::default();
        let none = Page::default();
        for (key, page) in &self.pages {
            compare(old.pages.get(key).unwrap_or(&none), page, &mut found);
        }
        for (key, page) in &old.pages {
            if !self.pages.contains_key(key) {
                compare(page, &none, &mut found);
            }
        }
        found
    }
}

fn compare(old: &Page, new: &Page, found: &mut Difference) {
    if Arc::ptr_eq(old, new) {
        return;
    }
    let (mut left, mut right) = (old.iter().peekable(), new.iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.id.cmp(&new.id),
        };
        let before = left.next_if(|_| order.is_le());
        let after = right.next_if(|_| order.is_ge());
        match (before, after) {
            (Some(before), None) => found.removed.push(before.id),
            (None, Some(after)) => found.added.push(Arc::clone(after)),
            (Some(before), Some(after)) if !Arc::ptr_eq(before, after) && before != after => {
                found.changed.push(Arc::clone(after));
            }
            _ => {}
        }
    }
}

impl PartialEq for ObjectMap {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.iter().eq(other.iter())
    }
}

impl Eq for ObjectMap {}

impl FromIterator<StoredObject> for ObjectMap {
    fn from_iter<I: IntoIterator<Item = StoredObject>>(objects: I) -> Self {
        let mut map = Self::default();
        objects.into_iter().for_each(|object| map.insert(object));
        map
    }
}

impl<'a> IntoIterator for &'a ObjectMap {
    type Item = &'a Arc<StoredObject>;
    type IntoIter = Box<dyn Iterator<Item = Self::Item> + 'a>;
    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}
