import type { Conversation } from "./conversation.ts";
import type { Unrecoverable } from "./frames.ts";
import { limits } from "./limits.ts";
import { refuse, type Refusal, type RoomEvent } from "./model.ts";

/** Where a reader stands: which incarnation of the log, and up to which event it has it. */
export type Position = { epoch?: string | undefined; seq: number };

export type FeedFrame =
	| { type: "replay"; epoch: string; seq: number; minSeq: number; events: RoomEvent[]; more: boolean }
	| Unrecoverable;

/** The log for readers without a socket, and the judgement whether a position can be resumed from. */
export class Feed {
	readonly #conversation: Conversation;
	#waiters: (() => void)[] = [];

	constructor(conversation: Conversation) {
		this.#conversation = conversation;
	}

	/** Why a position cannot be resumed from; undefined when it can. */
	unrecoverable({ epoch, seq }: Position): Unrecoverable | undefined {
		const { transcript, minSeq } = this.#conversation;
		const current = { epoch: this.#conversation.epoch, seq: transcript.seq };
		if (epoch !== undefined && epoch !== current.epoch)
			return { type: "unrecoverable", reason: "epochChanged", ...current };
		if (seq > transcript.seq) return { type: "unrecoverable", reason: "ahead", ...current };
		if (seq < minSeq) return { type: "unrecoverable", reason: "pruned", ...current };
		return undefined;
	}

	/** At most `take` events after a position; when there is none yet, waits for it up to `waitMs`. */
	async after(position: Position, take: number, waitMs: number): Promise<FeedFrame | Refusal> {
		if (!this.unrecoverable(position) && position.seq === this.#conversation.transcript.seq && waitMs > 0) {
			if (this.#waiters.length >= limits.waiters)
				return refuse("TooManyRequests", "Too many readers wait on this chat.", 1000);
			await this.#change(waitMs);
		}
		const lost = this.unrecoverable(position);
		if (lost) return lost;
		const { transcript, epoch, minSeq } = this.#conversation;
		const events = transcript.since(position.seq, take);
		const more = (events.at(-1)?.seq ?? position.seq) < transcript.seq;
		return { type: "replay", epoch, seq: transcript.seq, minSeq, events, more };
	}

	/** Lets everybody who waits look again. */
	wake(): void {
		const waiters = this.#waiters;
		this.#waiters = [];
		for (const waiter of waiters) waiter();
	}

	#change(waitMs: number): Promise<void> {
		return new Promise((resolve) => {
			const timer = setTimeout(done, waitMs);
			const waiters = () => this.#waiters;
			const remove = () => {
				this.#waiters = waiters().filter((waiter) => waiter !== done);
			};
			function done(): void {
				clearTimeout(timer);
				remove();
				resolve();
			}
			this.#waiters.push(done);
		});
	}
}
