-- What can be searched: the text of messages as their rooms have it now. Rebuildable, hence a database of its own
-- (a database with virtual tables cannot be exported). `seq` is the position of the room's log a row was made at.
CREATE TABLE message (
	rowid INTEGER PRIMARY KEY,
	tenant_id TEXT NOT NULL,
	chat_id TEXT NOT NULL,
	idx INTEGER NOT NULL,
	is_visitor INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	-- The message as JSON without its body, and the searchable text.
	message TEXT NOT NULL,
	body TEXT NOT NULL,
	-- Searched along with the text, so that one tenant's matches never stand before another's. Control characters bound it: no id contains
	-- another one's whole scope.
	scope TEXT GENERATED ALWAYS AS (char(1) || tenant_id || char(1)) VIRTUAL
);
CREATE UNIQUE INDEX message_identity ON message (tenant_id, chat_id, idx);
CREATE VIRTUAL TABLE message_text USING fts5 (
	scope, body, content = 'message', content_rowid = 'rowid', tokenize = 'trigram remove_diacritics 1'
);
-- Without this a deleted text lives on in the index until its segment happens to be merged.
INSERT INTO message_text (message_text, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER message_added AFTER INSERT ON message BEGIN
	INSERT INTO message_text (rowid, scope, body) VALUES (new.rowid, new.scope, new.body);
END;
CREATE TRIGGER message_removed AFTER DELETE ON message BEGIN
	INSERT INTO message_text (message_text, rowid, scope, body) VALUES ('delete', old.rowid, old.scope, old.body);
END;
CREATE TRIGGER message_changed AFTER UPDATE ON message BEGIN
	INSERT INTO message_text (message_text, rowid, scope, body) VALUES ('delete', old.rowid, old.scope, old.body);
	INSERT INTO message_text (rowid, scope, body) VALUES (new.rowid, new.scope, new.body);
END;
