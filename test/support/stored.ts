import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { roomOf } from "../../src/rooms/rooms.ts";
import { evict } from "./room.ts";

const TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*'";

/** Every row of every table in a room's own storage, as one text. */
export async function storedInRoom(chatId: string): Promise<string> {
	return runInDurableObject(roomOf(env, chatId), (_, { storage: { sql } }) => {
		const tables = sql.exec<{ name: string }>(TABLES).toArray();
		return tables.map(({ name }) => asText(sql.exec(`SELECT * FROM ${name}`).toArray())).join("\n");
	});
}

/** Every row of every table of a D1 database, its full-text index included, as one text. */
export async function storedInD1(db: D1Database): Promise<string> {
	const { results: tables } = await db.prepare(TABLES).all<{ name: string }>();
	const dumps = tables.map(async ({ name }) => asText((await db.prepare(`SELECT * FROM ${name}`).all()).results));
	return (await Promise.all(dumps)).join("\n");
}

/** What a room has on disk, to be put back later as a restored backup would be. */
export type Backup = Map<string, Record<string, SqlStorageValue>[]>;

/** All rows of a room's own storage. */
export async function backUp(chatId: string): Promise<Backup> {
	return runInDurableObject(roomOf(env, chatId), (_, { storage: { sql } }) => {
		const tables = sql.exec<{ name: string }>(TABLES).toArray();
		return new Map(tables.map(({ name }) => [name, sql.exec(`SELECT * FROM ${name}`).toArray()]));
	});
}

/** Puts a backup in the place of what a room has on disk, and ends the object: it wakes up as it was then. */
export async function restore(chatId: string, backup: Backup): Promise<void> {
	await runInDurableObject(roomOf(env, chatId), (_, { storage }) => {
		storage.transactionSync(() => {
			for (const [table, rows] of backup) {
				storage.sql.exec(`DELETE FROM ${table}`);
				for (const row of rows) {
					const columns = Object.keys(row);
					const places = columns.map(() => "?").join();
					storage.sql.exec(`INSERT INTO ${table} (${columns.join()}) VALUES (${places})`, ...Object.values(row));
				}
			}
		});
	});
	await evict(chatId);
}

/** D1 gives a blob as a list of numbers: its bytes are read as text, where a word would be seen among them. */
function asText(rows: unknown[]): string {
	return JSON.stringify(rows, (_, value: unknown) => {
		if (value instanceof ArrayBuffer) return new TextDecoder().decode(value);
		const isBytes = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "number");
		return isBytes ? new TextDecoder().decode(Uint8Array.from(value)) : value;
	});
}
