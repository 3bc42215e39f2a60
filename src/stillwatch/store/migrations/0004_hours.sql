-- What is left of readings that were too old or too many: one row an hour and metric. `at` is where the hour begins.
CREATE TABLE hour (
  metric INTEGER NOT NULL,
  at REAL NOT NULL,
  low REAL NOT NULL,
  high REAL NOT NULL,
  total REAL NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (metric, at)
) WITHOUT ROWID;
