//! The view of an application: all of it, or only what has changed (docs/apdu.md, change feed).

use super::Connection;
use crate::{
    error::Error,
    view::{ContainerView, FileView, List, ObjectMap, ObjectView, StoredObject},
};
use ukey_apdu::{
    id::{AppId, ObjectId},
    request::{
        extension::Features,
        feed::{Changes, KeyedRecord, ListObjects, ReadChanges, Touched},
    },
};

impl Connection {
    /// Reads everything that can be seen.
    pub(crate) fn read_view(
        &mut self,
        app: AppId,
        features: Features,
        counter: Option<u64>,
        with_private: bool,
    ) -> Result<ObjectView, Error> {
        let mut containers = Vec::new();
        for name in self.enumerate_containers(app)? {
            containers.push(self.read_container(app, &name)?);
        }
        if !containers.is_empty() {
            mark_retired(&mut containers, &self.enumerate_retired(app, features)?);
        }
        let mut files = Vec::new();
        for name in self.enumerate_files(app)? {
            files.push(self.file_info(app, &name)?);
        }
        let mut objects = ObjectMap::default();
        if features.contains(Features::CHANGE_FEED) {
            self.list_objects(app, false, &mut objects)?;
        } else if features.contains(Features::OBJECTS) {
            objects = self.read_objects(app)?;
        }
        Ok(ObjectView {
            counter,
            with_private,
            containers: containers.into(),
            files: files.into(),
            objects,
        })
    }

    /// The view that follows `old`, from what has changed up to `counter`; `None` where the token
    /// does not remember that far back.
    pub(crate) fn follow(
        &mut self,
        app: AppId,
        old: &ObjectView,
        features: Features,
        counter: u64,
        with_private: bool,
    ) -> Result<Option<ObjectView>, Error> {
        let Some(mut since) = old.counter.filter(|since| *since <= counter) else {
            return Ok(None);
        };
        let mut view = old.clone();
        while since < counter {
            let changes = self.call(&ReadChanges { app, since })?;
            if !changes.known || changes.upto <= since {
                return Ok(None);
            }
            since = changes.upto;
            self.apply(app, features, &mut view, changes)?;
        }
        if !with_private {
            if old.with_private {
                view.objects.retain(|object| !object.private);
            }
        } else if !old.with_private {
            self.list_objects(app, true, &mut view.objects)?;
        }
        (view.counter, view.with_private) = (Some(since), with_private);
        Ok(Some(view))
    }

    fn apply(
        &mut self,
        app: AppId,
        features: Features,
        view: &mut ObjectView,
        changes: Changes,
    ) -> Result<(), Error> {
        for id in changes.gone {
            view.objects.remove(id.0);
        }
        for record in changes.records {
            view.objects.insert(stored(record));
        }
        let touched = names(&changes.containers);
        if changes.containers.listed || !touched.is_empty() {
            let list = match changes.containers.listed {
                true => self.enumerate_containers(app)?,
                false => view.containers.iter().map(|c| c.name.clone()).collect(),
            };
            let mut containers = renewed(&view.containers, list, &touched, |name| {
                self.read_container(app, name)
            })?;
            if !touched.is_empty() {
                mark_retired(&mut containers, &self.enumerate_retired(app, features)?);
            }
            view.containers = containers.into();
        }
        let touched = names(&changes.files);
        if changes.files.listed || !touched.is_empty() {
            let list = match changes.files.listed {
                true => self.enumerate_files(app)?,
                false => view.files.iter().map(|f| f.name.clone()).collect(),
            };
            let files = renewed(&view.files, list, &touched, |name| {
                self.file_info(app, name)
            })?;
            view.files = files.into();
        }
        Ok(())
    }

    /// Puts all objects that the card shows, or only the private ones, into `objects`.
    fn list_objects(
        &mut self,
        app: AppId,
        only_private: bool,
        objects: &mut ObjectMap,
    ) -> Result<(), Error> {
        let mut from = ObjectId(1);
        loop {
            let page = self.call(&ListObjects {
                app,
                from,
                only_private,
            })?;
            let next = page.0.last().map(|record| record.id.0.checked_add(1));
            for record in page.0 {
                objects.insert(stored(record));
            }
            match next.flatten() {
                Some(next) => from = ObjectId(next),
                None => return Ok(()),
            }
        }
    }
}

fn stored(record: KeyedRecord) -> StoredObject {
    let private = record.flags.is_private();
    StoredObject {
        id: record.id.0,
        private,
        owner: match String::from_utf8(record.owner) {
            Ok(owner) => owner,
            Err(e) => String::from_utf8_lossy(e.as_bytes()).into_owned(),
        },
        key: record.key,
        data: std::mem::take(&mut *record.content.0.into_zeroizing()),
    }
}

fn mark_retired(containers: &mut [ContainerView], retired: &[String]) {
    for container in containers {
        container.retired = retired.contains(&container.name);
    }
}

fn names(touched: &Touched) -> Vec<String> {
    let text = |name: &Vec<u8>| String::from_utf8_lossy(name).into_owned();
    touched.names.iter().map(text).collect()
}

/// Something with a name in a view.
trait Named: Clone {
    fn name(&self) -> &str;
}

impl Named for ContainerView {
    fn name(&self) -> &str {
        &self.name
    }
}

impl Named for FileView {
    fn name(&self) -> &str {
        &self.name
    }
}

/// `list` in its order: what is in `old` and was not touched is taken from there.
fn renewed<T: Named>(
    old: &List<T>,
    list: Vec<String>,
    touched: &[String],
    mut read: impl FnMut(&str) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut new = Vec::with_capacity(list.len());
    for name in list {
        let known = old.iter().find(|item| item.name() == name);
        new.push(match known.filter(|_| !touched.contains(&name)) {
            Some(item) => item.clone(),
            None => read(&name)?,
        });
    }
    Ok(new)
}
