import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const PADDING =
	"Morning. Same batch? The number is on the sticker under the base, and Quality asked for a photo of both.";

/**
 * Gives a room messages, directly in its object's SQLite while no server runs: by sockets it would take minutes until D1 has caught up.
 * They count as known to D1, which the history never asks.
 */
export function fillRoom(stateDir: string, chatId: string, count: number): void {
	for (const file of globSync(join(stateDir, "**/*.sqlite"))) {
		const database = new DatabaseSync(file);
		try {
			if (isRoom(database, chatId)) return fill(database, count);
		} finally {
			database.close();
		}
	}
	throw new Error(`no object under ${stateDir} holds room ${chatId}`);
}

function isRoom(database: DatabaseSync, chatId: string): boolean {
	const table = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'room' AND sql LIKE '%epoch%'").get();
	return table !== undefined && database.prepare("SELECT 1 FROM room WHERE chat_id = ?").get(chatId) !== undefined;
}

function fill(database: DatabaseSync, count: number): void {
	database
		.prepare(
			`WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?1)
			INSERT INTO message (idx, seq, message_id, client_message_id, user_id, author_name, author_kind, type, body, created_at)
			SELECT n, (SELECT max(seq) FROM event) + n, printf('66f0a1c0%08x%08x00000000', n, n), 'seed-' || n, 'agent-0', 'Agent 0', 'Agent',
				'Text', n || ' ' || ?2, 1700000000000 + n FROM number`,
		)
		.run(count, PADDING);
	database.exec("UPDATE room SET projected_seq = (SELECT max(seq) FROM message)");
}
