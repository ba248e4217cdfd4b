/**
 * The schema of one room's own SQLite: append only, checked at boot (an object has no `PRAGMA user_version`).
 * It is applied when a room is created and when one that exists wakes up; an id that was never created stays without a table.
 */
const steps: readonly { id: string; sql: string }[] = [
	{
		id: "0001_log",
		sql: `
CREATE TABLE room (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	chat_id TEXT NOT NULL, tenant_id TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
	created_by TEXT NOT NULL, created_by_name TEXT NOT NULL, created_at INTEGER NOT NULL,
	is_archived INTEGER NOT NULL DEFAULT 0, is_active INTEGER NOT NULL DEFAULT 1,
	visitor TEXT,
	epoch TEXT NOT NULL, min_seq INTEGER NOT NULL DEFAULT 0, projected_seq INTEGER NOT NULL DEFAULT 0
);
-- A message is its own event (message.created): one row, one insert. Its id ends in its idx and its seq rises with it, so that neither needs
-- an index: each would cost every send a page.
CREATE TABLE message (
	idx INTEGER PRIMARY KEY,
	seq INTEGER NOT NULL,
	message_id TEXT NOT NULL, client_message_id TEXT,
	user_id TEXT NOT NULL, author_name TEXT NOT NULL, author_kind TEXT NOT NULL,
	type TEXT NOT NULL, body TEXT, reply_to TEXT, origin TEXT,
	created_at INTEGER NOT NULL, edited_at INTEGER, is_deleted INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX message_once ON message (user_id, client_message_id) WHERE client_message_id IS NOT NULL;
-- Every other durable change. A change of a message names its idx and never holds its text, so a deleted text is gone for good.
CREATE TABLE event (
	seq INTEGER PRIMARY KEY,
	at INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL,
	message_idx INTEGER, data TEXT
);
CREATE TABLE member (
	user_id TEXT PRIMARY KEY,
	member_id TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
	is_active INTEGER NOT NULL, is_archived INTEGER NOT NULL DEFAULT 0,
	last_read_index INTEGER NOT NULL DEFAULT 0, last_message_id TEXT, seq INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE ticket (
	hash TEXT PRIMARY KEY, caller TEXT NOT NULL, expires_at INTEGER NOT NULL
) WITHOUT ROWID;`,
	},
	{
		id: "0002_sent",
		sql: `
-- Which message was sent under which id of its author, but for the newest block of them: see once.ts.
CREATE TABLE sent (
	user_id TEXT NOT NULL, client_message_id TEXT NOT NULL, idx INTEGER NOT NULL,
	PRIMARY KEY (user_id, client_message_id)
) WITHOUT ROWID;
INSERT INTO sent (user_id, client_message_id, idx)
	SELECT user_id, client_message_id, idx FROM message WHERE client_message_id IS NOT NULL;
DROP INDEX message_once;`,
	},
];

/** True when the room behind this storage was ever created. Reads only. */
export function exists(sql: SqlStorage): boolean {
	return sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'migration'").toArray().length > 0;
}

/** Brings a room's schema up to date. Throws when a step that was applied has since changed its name or place. */
export function migrate(sql: SqlStorage, upTo = steps.length): void {
	sql.exec("CREATE TABLE IF NOT EXISTS migration (position INTEGER PRIMARY KEY, id TEXT NOT NULL)");
	const applied = sql.exec<{ id: string }>("SELECT id FROM migration ORDER BY position").toArray();
	applied.forEach(({ id }, position) => {
		if (steps[position]?.id !== id) throw new Error(`room migrations are append only: step ${position} was ${id}`);
	});
	steps.slice(applied.length, upTo).forEach((step, offset) => {
		sql.exec(step.sql);
		sql.exec("INSERT INTO migration (position, id) VALUES (?, ?)", applied.length + offset, step.id);
	});
}
