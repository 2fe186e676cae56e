-- SPDX-License-Identifier: Apache-2.0
-- The results file, version 1. See store.h. Times are UTC, ISO 8601.
CREATE TABLE run(
  id TEXT PRIMARY KEY,
  plan TEXT NOT NULL,
  started TEXT NOT NULL,
  command TEXT NOT NULL,
  seed INTEGER NOT NULL,
  version TEXT NOT NULL,
  machine_class TEXT NOT NULL,  -- equal for machines that may be pooled
  machine TEXT NOT NULL         -- JSON
);
CREATE TABLE binary(
  run TEXT NOT NULL REFERENCES run,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY(run, name)
) WITHOUT ROWID;
CREATE TABLE cell(
  id INTEGER PRIMARY KEY,
  run TEXT NOT NULL REFERENCES run,
  block INTEGER NOT NULL,
  position INTEGER NOT NULL,
  axes TEXT NOT NULL,           -- JSON object, keys sorted, values text
  finished TEXT NOT NULL,
  UNIQUE(run, block, position)
);
CREATE TABLE note(
  cell INTEGER NOT NULL REFERENCES cell,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY(cell, name)
) WITHOUT ROWID;
CREATE TABLE series(
  id INTEGER PRIMARY KEY,
  cell INTEGER NOT NULL REFERENCES cell,
  metric TEXT NOT NULL,
  unit TEXT NOT NULL,
  UNIQUE(cell, metric)
);
CREATE TABLE sample(
  series INTEGER NOT NULL REFERENCES series,
  iteration INTEGER NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY(series, iteration)
) WITHOUT ROWID;

CREATE VIEW samples AS
  SELECT run, block, position, axes, metric, unit, iteration, value
  FROM cell JOIN series ON series.cell = cell.id JOIN sample ON sample.series = series.id;

CREATE TRIGGER run_update    BEFORE UPDATE ON run    BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER run_delete    BEFORE DELETE ON run    BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER binary_update BEFORE UPDATE ON binary BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER binary_delete BEFORE DELETE ON binary BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER cell_update   BEFORE UPDATE ON cell   BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER cell_delete   BEFORE DELETE ON cell   BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER note_update   BEFORE UPDATE ON note   BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER note_delete   BEFORE DELETE ON note   BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER series_update BEFORE UPDATE ON series BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER series_delete BEFORE DELETE ON series BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER sample_update BEFORE UPDATE ON sample BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER sample_delete BEFORE DELETE ON sample BEGIN SELECT RAISE(ABORT, 'append only'); END;
