-- Money is int64 nano-USD. Times are milliseconds since the Unix epoch, UTC.
CREATE TABLE account (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  kind TEXT NOT NULL CHECK (kind IN ('inference', 'management')),
  name TEXT,
  prefix TEXT NOT NULL UNIQUE,
  digest BLOB NOT NULL UNIQUE,
  pepper_id TEXT NOT NULL,
  is_disabled INTEGER NOT NULL DEFAULT 0,
  scopes TEXT,
  limit_retention TEXT CHECK (limit_retention IN ('no_reset', 'day', 'week', 'month')),
  limit_nano_usd INTEGER CHECK (limit_nano_usd >= 0),
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  last_used_at_ms INTEGER,
  deleted_at_ms INTEGER,
  CHECK ((limit_retention IS NULL) = (limit_nano_usd IS NULL))
) STRICT, WITHOUT ROWID;

-- The double-entry accounts. Only wallets carry balances that the hot path reads and writes;
-- the posted balance of the others is the sum of their entries.
CREATE TABLE ledger_account (
  id INTEGER PRIMARY KEY,
  account_id TEXT REFERENCES account (id),
  kind TEXT NOT NULL CHECK (kind IN ('wallet', 'funding', 'revenue', 'promo', 'adjustment')),
  posted INTEGER NOT NULL DEFAULT 0,
  held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
  posted_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX ledger_account_wallet ON ledger_account (account_id) WHERE kind = 'wallet';
CREATE UNIQUE INDEX ledger_account_house ON ledger_account (kind) WHERE account_id IS NULL;
INSERT INTO ledger_account (id, account_id, kind) VALUES
  (1, NULL, 'funding'), (2, NULL, 'revenue'), (3, NULL, 'promo'), (4, NULL, 'adjustment');

CREATE TABLE price_version (
  version TEXT PRIMARY KEY,
  model TEXT NOT NULL,
  number INTEGER NOT NULL,
  effective_from_ms INTEGER NOT NULL,
  fresh_nano_usd INTEGER NOT NULL CHECK (fresh_nano_usd >= 0),
  cached_nano_usd INTEGER NOT NULL CHECK (cached_nano_usd >= 0),
  output_nano_usd INTEGER NOT NULL CHECK (output_nano_usd >= 0),
  UNIQUE (model, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE limit_window (
  scope TEXT NOT NULL CHECK (scope IN ('account', 'key')),
  scope_id TEXT NOT NULL,
  metric TEXT NOT NULL,
  window_start_ms INTEGER NOT NULL,
  used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
  held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
  PRIMARY KEY (scope, scope_id, metric, window_start_ms)
) STRICT, WITHOUT ROWID;

-- state: 0 open, 1 settled, 2 voided by the gateway, 3 closed by recovery
CREATE TABLE hold (
  id TEXT PRIMARY KEY,
  wallet_id INTEGER NOT NULL REFERENCES ledger_account (id),
  account_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  model TEXT NOT NULL,
  price_version TEXT NOT NULL REFERENCES price_version (version),
  amount INTEGER NOT NULL CHECK (amount >= 0),
  state INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2, 3)),
  settled INTEGER,
  created_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  progress_prompt_tokens INTEGER,
  progress_cached_tokens INTEGER,
  progress_completion_tokens INTEGER,
  call TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_open ON hold (id) WHERE state = 0;

CREATE TABLE hold_window (
  hold_id TEXT NOT NULL REFERENCES hold (id),
  scope TEXT NOT NULL,
  scope_id TEXT NOT NULL,
  metric TEXT NOT NULL,
  window_start_ms INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (hold_id, scope, scope_id, metric, window_start_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
  seq INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('usage', 'grant', 'refund', 'adjustment', 'expire')),
  debit_account INTEGER NOT NULL REFERENCES ledger_account (id),
  credit_account INTEGER NOT NULL REFERENCES ledger_account (id),
  amount INTEGER NOT NULL CHECK (amount > 0),
  balance_after INTEGER NOT NULL,
  ref TEXT NOT NULL,
  prompt_tokens INTEGER,
  cached_tokens INTEGER,
  completion_tokens INTEGER,
  price_version TEXT REFERENCES price_version (version),
  note TEXT,
  UNIQUE (kind, ref),
  CHECK (debit_account <> credit_account)
) STRICT;
CREATE TRIGGER entry_is_never_updated BEFORE UPDATE ON entry
  BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
  BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER price_version_is_never_updated BEFORE UPDATE ON price_version
  BEGIN SELECT RAISE(ABORT, 'price versions are immutable'); END;
CREATE TRIGGER price_version_is_never_deleted BEFORE DELETE ON price_version
  BEGIN SELECT RAISE(ABORT, 'price versions are immutable'); END;

CREATE TABLE usage_record (
  seq INTEGER PRIMARY KEY,
  request_id TEXT NOT NULL UNIQUE,
  account_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  model TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('succeeded', 'cancelled', 'failed', 'recovered')),
  error_code TEXT,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  cached_tokens INTEGER,
  completion_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER,
  amount_nano_usd INTEGER NOT NULL,
  call TEXT NOT NULL
) STRICT;
CREATE INDEX usage_record_by_key ON usage_record (key_id, ended_at_ms);
