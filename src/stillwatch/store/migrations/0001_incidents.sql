CREATE TABLE incident (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL,
  updated REAL NOT NULL,
  body BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX incident_by_state ON incident (state, updated);
CREATE INDEX incident_by_time ON incident (updated);
CREATE TABLE evidence (
  incident TEXT NOT NULL REFERENCES incident (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  size INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (incident, number)
) WITHOUT ROWID;
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
