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
	inRoom(stateDir, chatId, (database) => fill(database, count));
}

/** As `fillRoom`, with what people look at: three of them, of texts of 2 to 30 words, one each 3 minutes. */
export function talkInRoom(stateDir: string, chatId: string, count: number): void {
	inRoom(stateDir, chatId, (database) => talk(database, count));
}

function inRoom(stateDir: string, chatId: string, work: (database: DatabaseSync) => void): void {
	for (const file of globSync(join(stateDir, "**/*.sqlite"))) {
		const database = new DatabaseSync(file);
		try {
			if (isRoom(database, chatId)) return work(database);
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

const TALKERS = ["Ada Agent", "Ben Agent", "Mira"];
const EACH_MS = 3 * 60_000;

function talk(database: DatabaseSync, count: number): void {
	const known = (database.prepare("SELECT max(seq) AS seq FROM event").get() as { seq: number }).seq;
	const insert = database.prepare(
		`INSERT INTO message (idx, seq, message_id, client_message_id, user_id, author_name, author_kind, type, body, created_at)
		VALUES (?, ?, ?, ?, ?, ?, 'Agent', 'Text', ?, ?)`,
	);
	const words = PADDING.split(" ");
	const newest = Date.now() - EACH_MS;
	database.exec("BEGIN");
	for (let index = 1; index <= count; index += 1) {
		const id = `66f0a1c0${index.toString(16).padStart(8, "0").repeat(2)}00000000`;
		// Runs of one and two messages of somebody.
		const author = TALKERS[Math.floor((index * 7) / 13) % TALKERS.length] ?? "";
		const text = Array.from({ length: 2 + ((index * index) % 29) }, (_, at) => words[(index + at) % words.length]);
		insert.run(
			index,
			known + index,
			id,
			`seed-${index}`,
			`talker-${author.toLowerCase()}`,
			author,
			`${index}: ${text.join(" ")}`,
			newest - (count - index) * EACH_MS,
		);
	}
	database.exec("COMMIT");
	database.exec("UPDATE room SET projected_seq = (SELECT max(seq) FROM message)");
}
