import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Why a start is refused, in a sentence for the person who started. */
export class Refused extends Error {}

/**
 * Holds a data folder for this process; call the result to let go. Two runtimes on one folder answered most sends with 500, SQLITE_BUSY
 * (2026-11-22). The lock is SQLite's: the kernel releases it however the process ends, and no pid can be mistaken for another.
 */
export function claimState(stateDir: string): () => void {
	mkdirSync(stateDir, { recursive: true });
	const lock = new DatabaseSync(join(stateDir, "lock.sqlite"), { timeout: 0 });
	try {
		lock.exec("BEGIN EXCLUSIVE");
	} catch {
		throw new Refused(`Another Foyer runs on ${stateDir}. Give this one its own folder: STATE_DIR=... npm start`);
	}
	return () => lock.close();
}

/** Finds out whether a port is free, before any data is touched. */
export async function assertFree(port: number, host: string): Promise<void> {
	const server = createServer().listen(port, host);
	try {
		await once(server, "listening");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
		throw new Refused(`Port ${port} is taken. Choose another one: PORT=${port + 1} npm start`);
	}
	server.close();
	await once(server, "close");
}
