//! What a model can refer to by name or id.

use serde_json::Value;

use super::super::super::Error;
use super::{Client, take};

impl Client {
    /// `GET /api/models/base`: the models of all providers. Administrators only.
    ///
    /// - versions: all
    /// - used by: `models bases`; `plan` and `apply`, for FROM and OVERRIDE
    pub async fn base_models(&self) -> Result<Vec<Value>, Error> {
        let answer = self.get("api/models/base").await?;
        self.array("GET /api/models/base", take(answer, "data"))
    }

    /// `GET /api/v1/groups/`: all groups, for an administrator.
    ///
    /// - versions: all
    /// - used by: `models ls`, `models show`; `plan` and `apply`, for ACCESS
    pub async fn groups(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/groups/").await
    }

    /// `GET /api/v1/users/all`: everybody. Administrators only.
    ///
    /// - versions: all
    /// - used by: `models ls`, `models show`; `plan` and `apply`, for ACCESS
    pub async fn users(&self) -> Result<Vec<Value>, Error> {
        let answer = self.get("api/v1/users/all").await?;
        self.array("GET /api/v1/users/all", take(answer, "users"))
    }

    /// `GET /api/v1/tools/`: tools and tool servers.
    ///
    /// - versions: all
    /// - used by: `plan` and `apply`, for TOOLS; `doctor`
    pub async fn tools(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/tools/").await
    }

    /// `GET /api/v1/functions/`: filters, actions and pipes.
    ///
    /// - versions: all
    /// - used by: `plan` and `apply`, for FILTERS and ACTIONS; `doctor`
    pub async fn functions(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/functions/").await
    }

    /// `GET /api/v1/skills/`: skills.
    ///
    /// - versions: 0.8.0 and newer
    /// - used by: `plan` and `apply`, for SKILLS; `doctor`
    pub async fn skills(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/skills/").await
    }

    /// `GET /api/v1/knowledge/?page=`: all collections, 30 a request.
    ///
    /// - versions: all
    /// - used by: `plan` and `apply`, for KNOWLEDGE; `doctor`
    pub async fn knowledge(&self) -> Result<Vec<Value>, Error> {
        self.paged("api/v1/knowledge/").await
    }

    /// `GET /api/v1/files/?content=false&page=`: all files, without their text. Not paged on 0.6.43.
    ///
    /// - versions: all
    /// - used by: `plan` and `apply`, for KNOWLEDGE
    pub async fn files(&self) -> Result<Vec<Value>, Error> {
        self.paged("api/v1/files/?content=false").await
    }

    /// `GET /api/v1/notes/`: the notes that the token's owner may read.
    ///
    /// - versions: all
    /// - used by: `plan` and `apply`, for KNOWLEDGE
    pub async fn notes(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/notes/").await
    }
}
