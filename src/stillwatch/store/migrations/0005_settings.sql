-- What stands in files of settings that anybody may read, with secrets cut out, and how it changed.
CREATE TABLE settings_file (
  path TEXT PRIMARY KEY, stamp TEXT NOT NULL, digest TEXT NOT NULL, body BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE settings_change (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  at REAL NOT NULL,
  kind TEXT NOT NULL,
  difference TEXT NOT NULL,
  added INTEGER NOT NULL,
  removed INTEGER NOT NULL
);
CREATE INDEX settings_change_at ON settings_change (at);
