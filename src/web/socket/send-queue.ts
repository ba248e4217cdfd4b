import type { Outbox, Pending } from "./outbox.ts";
import { randomId } from "./random-id.ts";
import { RefusedError } from "./refused-error.ts";
import type { Ack } from "./wire.ts";

type Options = {
	outbox: Outbox;
	ask: (frame: object) => Promise<{ type: string }>;
	/** The room has it, at this place. */
	onSent: (pending: Pending, ack: Ack) => void;
	onChange: () => void;
};

/** The pause before the same message is tried again, where the room names none. */
const AGAIN_MS = 1000;

/**
 * Sends what waits, oldest first, one at a time: so the order in which things were written is the order in which they are read, also after
 * hours without a connection. What the room refuses for good stays, marked, and does not hold up the others.
 */
export class SendQueue {
	readonly #options: Options;
	#pending: Pending[] = [];
	#isRunning = false;
	#isConnected = false;
	#wake: (() => void) | undefined;
	readonly #loaded: Promise<void>;

	constructor(options: Options) {
		this.#options = options;
		this.#loaded = this.#load();
	}

	get pending(): readonly Pending[] {
		return this.#pending;
	}

	async add(body: string, more: Pick<Pending, "messageType" | "replyToChatMessageId">): Promise<string> {
		const clientMessageId = randomId();
		const pending: Pending = { clientMessageId, body, ...more, dateCreated: new Date().toISOString() };
		this.#pending = [...this.#pending, pending];
		this.#options.onChange();
		const kept = this.#options.outbox.put(pending);
		void this.#run();
		await kept;
		return clientMessageId;
	}

	retry(clientMessageId: string): void {
		this.#replace(clientMessageId, ({ error: _, ...pending }) => pending);
		void this.#run();
	}

	discard(clientMessageId: string): void {
		this.#forget(clientMessageId);
		this.#options.onChange();
	}

	/** The room has it, as its event says: an acknowledgement was lost. */
	settle(clientMessageId: string | null): void {
		if (this.#pending.some((one) => one.clientMessageId === clientMessageId)) this.#forget(clientMessageId ?? "");
	}

	/** There is a connection. */
	start(): void {
		this.#isConnected = true;
		void this.#run();
	}

	/** There is none. */
	pause(): void {
		this.#isConnected = false;
		this.#wake?.();
	}

	async #load(): Promise<void> {
		const kept = await this.#options.outbox.load();
		if (kept.length === 0) return;
		this.#pending = [...kept, ...this.#pending];
		this.#options.onChange();
	}

	async #run(): Promise<void> {
		if (this.#isRunning) return;
		this.#isRunning = true;
		await this.#loaded;
		for (;;) {
			const next = this.#isConnected ? this.#pending.find(({ error }) => error === undefined) : undefined;
			if (!next) break;
			await this.#attempt(next);
		}
		this.#isRunning = false;
	}

	async #attempt(pending: Pending): Promise<void> {
		const { clientMessageId, body, messageType = "Text", replyToChatMessageId } = pending;
		const reply = replyToChatMessageId === undefined ? {} : { replyToChatMessageId };
		try {
			const frame = { type: "message.send", clientMessageId, body, messageType, ...reply };
			const ack = (await this.#options.ask(frame)) as Ack;
			this.#forget(clientMessageId);
			this.#options.onSent(pending, ack);
			this.#options.onChange();
		} catch (error) {
			const refused = error as RefusedError;
			if (refused.code === "Offline") this.#isConnected = false;
			else if (refused.temporary) await this.#rest(refused.retryAfterMs || AGAIN_MS);
			else this.#replace(clientMessageId, (one) => ({ ...one, error: refused.message }));
		}
	}

	/** Waits; a lost connection ends it. */
	#rest(ms: number): Promise<void> {
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, ms);
			this.#wake = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}

	#replace(clientMessageId: string, change: (pending: Pending) => Pending): void {
		this.#pending = this.#pending.map((one) => (one.clientMessageId === clientMessageId ? change(one) : one));
		const changed = this.#pending.find((one) => one.clientMessageId === clientMessageId);
		if (changed) void this.#options.outbox.put(changed);
		this.#options.onChange();
	}

	#forget(clientMessageId: string): void {
		this.#pending = this.#pending.filter((one) => one.clientMessageId !== clientMessageId);
		void this.#options.outbox.remove(clientMessageId);
	}
}
