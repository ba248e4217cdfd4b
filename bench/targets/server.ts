import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A member of a room, whatever server the room lives on. */
export type Member = {
	/** Resolves when the server has acked the text. */
	send(text: string): Promise<void>;
	/** Called for each message of the room, the member's own included. */
	onText: (text: string) => void;
	/** Called when the server ends the socket. */
	onClose: (code: number) => void;
	close(): void;
};

/** A server with rooms that takes part in a comparison. */
export type Server = {
	url: URL;
	pid: number;
	/** Makes a room that members 0 to `members - 1` may join. */
	openRoom(members: number): Promise<string>;
	join(room: string, member: number): Promise<Member>;
	/** Ends it and removes its data. */
	stop(): Promise<void>;
};

/** A directory for the data of one server. */
export function temporaryDirectory(): { path: string; remove: () => void } {
	const path = mkdtempSync(join(tmpdir(), "foyer-bench-"));
	return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** Promises by id: for acks that come back on a socket. */
export class Waiting {
	readonly #settlers = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
	#next = 0;

	/** A new id, and the promise of its answer. */
	add(): { id: string; answer: Promise<void> } {
		const id = (this.#next++).toString(36);
		const answer = new Promise<void>((resolve, reject) => this.#settlers.set(id, { resolve, reject }));
		return { id, answer };
	}

	settle(id: string, error?: Error): void {
		const settler = this.#settlers.get(id);
		this.#settlers.delete(id);
		if (error) settler?.reject(error);
		else settler?.resolve();
	}
}

/**
 * JSON.parse that remembers its last text: a room sends the same frame to all its sockets, and what the generator spends on reading it
 * again for each is taken from the server it shares the machine with.
 */
export function rememberingParser<T>(): (text: string) => T {
	let lastText: string | undefined;
	let last: T;
	return (text) => {
		if (text !== lastText) {
			last = JSON.parse(text) as T;
			lastText = text;
		}
		return last;
	};
}
