import type { RoomClient } from "../../socket/room-client.ts";

/** Messages of one page. */
const PAGE = 100;
/** Messages before and behind what is drawn that are loaded with it, so that a scroll meets no gap. */
const AHEAD = 60;
/** Pages on their way at a time: whoever flies over a conversation loads where they are, not all that they passed. */
const AT_ONCE = 2;
/** A page that did not come is asked for again after this. */
const PAUSE_MS = 500;

/** Loads what is drawn of a conversation, a page at a time, each page once. */
export class History {
	readonly #client: RoomClient;
	readonly #coming = new Set<number>();
	#from = 0;
	#to = 0;

	constructor(client: RoomClient) {
		this.#client = client;
	}

	/** Messages `from` to `to` are drawn, counted from 1. */
	show(from: number, to: number): void {
		this.#from = from;
		this.#to = to;
		this.#fill();
	}

	#fill(): void {
		if (this.#client.connection !== "online" || this.#to === 0) return;
		for (const page of this.#wanted()) {
			if (this.#coming.size >= AT_ONCE) return;
			if (!this.#coming.has(page) && this.#lacks(page)) void this.#load(page);
		}
	}

	async #load(page: number): Promise<void> {
		this.#coming.add(page);
		await this.#client.load(page * PAGE + 1, (page + 1) * PAGE);
		if (this.#lacks(page)) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
		this.#coming.delete(page);
		this.#fill();
	}

	/** What is drawn, then what is near it. */
	#wanted(): Set<number> {
		return new Set([this.#from, this.#to, this.#from - AHEAD, this.#to + AHEAD].map((index) => this.#pageOf(index)));
	}

	#pageOf(index: number): number {
		return Math.floor((Math.max(1, Math.min(index, this.#client.messageCount)) - 1) / PAGE);
	}

	#lacks(page: number): boolean {
		const last = Math.min((page + 1) * PAGE, this.#client.messageCount);
		for (let index = page * PAGE + 1; index <= last; index += 1) if (!this.#client.messages.has(index)) return true;
		return false;
	}
}
