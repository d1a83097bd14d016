//! The model table: rows, access, images, versions.

use futures_util::future::try_join;
use serde_json::{Value, json};

use super::super::super::Error;
use super::super::capabilities::{Capabilities, Reading};
use super::{Client, by_id, query};

/// Where rows are written.
pub(in super::super) mod endpoint {
    pub(in super::super::super) const CREATE: &str = "api/v1/models/create";
    pub(in super::super::super) const UPDATE: &str = "api/v1/models/model/update";
    pub(in super::super::super) const ACCESS: &str = "api/v1/models/model/access/update";
    pub(in super::super::super) const DELETE: &str = "api/v1/models/model/delete";
    pub(in super::super::super) const IMPORT: &str = "api/v1/models/import";
    pub(in super::super::super) const SYNC: &str = "api/v1/models/sync";
}

/// What the server says where there is no such row.
const NOT_FOUND: &str = "could not find what you're looking for";

/// What the server says of one row.
#[derive(Debug)]
pub enum Single {
    /// Here it is.
    Row(Value),
    /// There is no such row.
    Absent,
    /// There is one, and the token's owner does not get to see all of it.
    Withheld,
}

/// Which presets are looked for; all of what is given has to fit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Search<'a> {
    /// A part of the name or of the base model's id.
    pub text: Option<&'a str>,
    /// Whose they are.
    pub view: Option<View>,
    /// A tag.
    pub tag: Option<&'a str>,
}

/// Whose models are meant, seen from the token's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// His own.
    Created,
    /// Those of others.
    Shared,
}

/// A model's image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Image {
    /// The image itself.
    Data {
        /// Its media type, such as `image/png`.
        media_type: String,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// It lies at this address, which was not asked: `/static/favicon.png` where a model has none of its own, or a
    /// stranger's server.
    Elsewhere(String),
}

impl Client {
    /// Every row of the model table that the token's owner may see, in the way of that version.
    pub async fn table(&self, reading: Reading) -> Result<Vec<Value>, Error> {
        match reading {
            Reading::All => self.all_models().await,
            Reading::ExportAndBase => {
                let (mut rows, base) = try_join(self.exported_models(), self.base_rows()).await?;
                rows.extend(base);
                Ok(rows)
            }
        }
    }

    /// `GET /api/v1/models/all`: every row of the model table, presets and base models' own, active or not, with
    /// parameters, metadata, avatar and grants, whatever `BYPASS_ADMIN_ACCESS_CONTROL` says. Administrators only.
    ///
    /// - versions: 0.11.4 and newer
    /// - used by: `models ls` and every command that reads a server
    pub async fn all_models(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/models/all").await
    }

    /// `GET /api/v1/models/export`: the presets, as complete as with [`Client::all_models`]; an administrator sees only
    /// those that he may edit where `BYPASS_ADMIN_ACCESS_CONTROL` is false. From 0.11.4 on it takes background images out
    /// of the rows.
    ///
    /// - versions: all
    /// - used by: every command that reads a server of before 0.11.4
    pub async fn exported_models(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/models/export").await
    }

    /// `GET /api/v1/models/base`: the rows of base models, all of them and complete. Administrators only.
    ///
    /// - versions: all
    /// - used by: every command that reads a server of before 0.11.4
    pub async fn base_rows(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/models/base").await
    }

    /// `GET /api/v1/models/list?page=1`: how many presets the models page lists.
    ///
    /// - versions: all
    /// - used by: every command that reads a server of before 0.11.4, to judge whether it was shown all
    pub async fn listed_models(&self) -> Result<u64, Error> {
        let answer = self.get("api/v1/models/list?page=1").await?;
        answer
            .get("total")
            .and_then(Value::as_u64)
            .ok_or_else(|| self.http.bad("GET /api/v1/models/list", "it does not say how many models there are"))
    }

    /// `GET /api/v1/models/list?query=&view_option=&tag=&page=`: the presets that the models page would list, all of its
    /// pages (30 a request), the oldest first. Without avatars from 0.9 on, and without parameters where the token's owner
    /// may not edit.
    ///
    /// - versions: all
    /// - used by: `models ls --created`, `models ls --shared`
    pub async fn search(&self, search: &Search<'_>) -> Result<Vec<Value>, Error> {
        // Without an order of its own a list may repeat a row on the next page and leave out another.
        let mut pairs = vec![("order_by", "created_at"), ("direction", "asc")];
        pairs.extend(search.text.map(|text| ("query", text)));
        pairs.extend(search.view.map(|view| {
            let word = match view {
                View::Created => "created",
                View::Shared => "shared",
            };
            ("view_option", word)
        }));
        pairs.extend(search.tag.map(|tag| ("tag", tag)));
        self.paged(&format!("api/v1/models/list?{}", query(&pairs))).await
    }

    /// `GET /api/v1/models/tags`: the tags of presets, sorted. One row whose tags are `null` makes it answer 500 before
    /// 0.11, one whose tags are texts before 0.8.11.
    ///
    /// - versions: all
    /// - used by: `doctor`, to see whether it answers; `models tags` counts in the rows
    pub async fn tags(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/models/tags").await
    }

    /// `GET /api/v1/models/base/tags`: the tags of base models' rows, sorted. Administrators only.
    ///
    /// - versions: 0.10.0 and newer
    /// - used by: none; `models tags` counts in the rows
    pub async fn base_tags(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/models/base/tags").await
    }

    /// `GET /api/v1/models/model?id=`: one row.
    ///
    /// Where `BYPASS_ADMIN_ACCESS_CONTROL` is false, rows of others are refused to an administrator (401, and 200 `null` on
    /// 0.6.43) or come without their parameters (0.9 and newer), although [`Client::table`] may show them.
    ///
    /// - versions: all
    /// - used by: every command that writes to a server, right before each write
    pub async fn model(&self, id: &str, capabilities: &Capabilities) -> Result<Single, Error> {
        match self.get(&format!("api/v1/models/model?{}", query(&[("id", id)]))).await {
            Ok(Value::Null) | Err(Error::NotAdmin { .. }) => Ok(Single::Withheld),
            Ok(row) if row.get("write_access") == Some(&Value::Bool(false)) => Ok(Single::Withheld),
            Ok(row) => Ok(Single::Row(row)),
            // 401 stands for much else, and any address that leads nowhere answers 404.
            Err(Error::Refused { status, detail, .. })
                if status == capabilities.absent && detail.contains(NOT_FOUND) =>
            {
                Ok(Single::Absent)
            }
            Err(error) => Err(error),
        }
    }

    /// `GET /api/v1/models/model/profile/image?id=`: a model's image. Nothing else is asked: where the server sends on to
    /// another address, that is the answer.
    ///
    /// - versions: all
    /// - used by: `models image`
    pub async fn image(&self, id: &str) -> Result<Image, Error> {
        let path = format!("api/v1/models/model/profile/image?{}", query(&[("id", id)]));
        match self.fetch(&path, "image/*").await {
            Ok(answer) if answer.media_type().starts_with("image/") => {
                Ok(Image::Data { media_type: answer.media_type().to_owned(), bytes: answer.bytes })
            }
            Ok(_) => Err(Error::NotAnApi { origin: self.http.origin().to_owned(), what: format!("GET /{path}") }),
            Err(Error::Redirect { target, .. }) => Ok(Image::Elsewhere(target)),
            Err(error) => Err(error),
        }
    }

    /// `POST /api/v1/models/create`: makes a row, of the token's owner. The row has to be complete, with access in the form
    /// of the version: where that is missing it is public up to 0.7 and private since. An id that is taken answers 401.
    ///
    /// - versions: all
    /// - used by: `apply`, `rollback`, `models clone`
    pub async fn create(&self, row: &Value) -> Result<Value, Error> {
        self.post(endpoint::CREATE, row).await
    }

    /// `POST /api/v1/models/model/update?id=`: replaces a row's content. It has to be complete: what is left out means
    /// different things on different versions. From 0.8 on access does not change by it, up to 0.7 it does.
    ///
    /// - versions: all
    /// - used by: `apply`, `rollback`, `models on`, `off`, `hide`, `unhide`, `restore` and `repair`
    pub async fn update(&self, id: &str, row: &Value) -> Result<Value, Error> {
        self.post(&format!("{}?{}", endpoint::UPDATE, query(&[("id", id)])), row).await
    }

    /// `POST /api/v1/models/model/access/update`: replaces the grants of a row. An id that is not there gets a bare row.
    ///
    /// - versions: 0.8.0 and newer
    /// - used by: `apply`, `rollback`, `models repair`
    pub async fn set_access(&self, id: &str, grants: &Value) -> Result<Value, Error> {
        self.post(endpoint::ACCESS, &json!({ "id": id, "access_grants": grants })).await
    }

    /// `POST /api/v1/models/model/toggle?id=`: switches a model off if it is on, and on if it is off: asked twice it
    /// changes nothing.
    ///
    /// - versions: all
    /// - used by: none; `models on` and `models off` say what is to be
    pub async fn toggle(&self, id: &str) -> Result<Value, Error> {
        self.post(&format!("api/v1/models/model/toggle?{}", query(&[("id", id)])), &json!({})).await
    }

    /// `POST /api/v1/models/model/delete`: deletes a row, with its grants and its history.
    ///
    /// - versions: all
    /// - used by: `apply`, `purge`, `rollback`, `models rm`
    pub async fn delete(&self, id: &str) -> Result<Value, Error> {
        self.post(endpoint::DELETE, &by_id(id)).await
    }

    /// `POST /api/v1/models/import`: makes rows, a commit each, and merges those that are there in a way that differs from
    /// version to version. A row that it does not take it may leave out without a word.
    ///
    /// - versions: all
    /// - used by: `apply --via import`, for rows that are not there
    pub async fn import(&self, rows: &[Value]) -> Result<Value, Error> {
        self.post(endpoint::IMPORT, &json!({ "models": rows })).await
    }

    /// `GET /api/v1/models/model/history?id=&page=`: the versions of a model without their content, newest first, 20 a page.
    ///
    /// - versions: 0.12.0 and newer
    /// - used by: `models history`; `apply`, to find edits that came between
    pub async fn history(&self, id: &str, page: usize) -> Result<Vec<Value>, Error> {
        let page = page.to_string();
        self.list(&format!("api/v1/models/model/history?{}", query(&[("id", id), ("page", &page)]))).await
    }

    /// `GET /api/v1/models/model/history/{version}?id=`: one version with its content.
    ///
    /// - versions: 0.12.0 and newer
    /// - used by: `models restore`; `apply`, to find edits that came between
    pub async fn history_entry(&self, id: &str, version: &str) -> Result<Value, Error> {
        let version: String = url::form_urlencoded::byte_serialize(version.as_bytes()).collect();
        self.get(&format!("api/v1/models/model/history/{version}?{}", query(&[("id", id)]))).await
    }

    /// `POST /api/v1/models/model/update/version?id=`: puts a version's content back, if all that it refers to is still
    /// there, and makes that version the current one.
    ///
    /// - versions: 0.12.0 and newer
    /// - used by: none; `models restore` writes the content as a new version, which can be previewed and undone
    pub async fn set_version(&self, id: &str, version: &str) -> Result<Value, Error> {
        let path = format!("api/v1/models/model/update/version?{}", query(&[("id", id)]));
        self.post(&path, &json!({ "version_id": version })).await
    }

    /// The error for rows that cannot be what the server has.
    pub(in super::super) fn bad_rows(&self, reading: Reading, reason: &str) -> Error {
        let what = match reading {
            Reading::All => "GET /api/v1/models/all",
            Reading::ExportAndBase => "GET /api/v1/models/export",
        };
        self.http.bad(what, reason)
    }
}
