import { RoomClient, StopError, storedOutbox, visitorAddress, type Address } from "../socket/client.ts";
import type { Pending } from "../socket/outbox.ts";
import type { Message, RoomEvent } from "../socket/wire.ts";
import type { Memory } from "./memory.ts";
import { isRoomActive, openRoom } from "./room-api.ts";
import type { Settings } from "./settings.ts";

/** Messages of one page. A picture is up to a mebibyte, so pages are small. */
const PAGE = 30;

type Handlers = {
	/** Something changed: draw anew. */
	onChange: () => void;
	/** Somebody else has written. */
	onMessage: (message: Message) => void;
};

/**
 * The visitor's conversation. It begins with the first word: whoever only looks in makes no room that somebody would have to answer.
 * From then on the browser comes back to it.
 */
export class Conversation {
	readonly #settings: Settings;
	readonly #memory: Memory;
	readonly #handlers: Handlers;
	#client: RoomClient | undefined;
	/** Everything from here on is wanted; 0 until it is known how much there is. */
	#from = 0;

	constructor(settings: Settings, memory: Memory, handlers: Handlers) {
		this.#settings = settings;
		this.#memory = memory;
		this.#handlers = handlers;
		if (memory.isStarted) this.#connect();
	}

	get client(): RoomClient | undefined {
		return this.#client;
	}

	/** What is shown, oldest first, without gaps. */
	get messages(): Message[] {
		const shown: Message[] = [];
		for (let index = this.#client?.messageCount ?? 0; index >= this.#from && index > 0; index -= 1) {
			const message = this.#client?.messages.get(index);
			if (!message) break;
			shown.push(message);
		}
		return shown.reverse();
	}

	get pending(): readonly Pending[] {
		return this.#client?.pending ?? [];
	}

	/** How far any of the staff has read. */
	get seenUpTo(): number {
		let upTo = 0;
		for (const { kind, lastReadIndex } of this.#client?.members.values() ?? [])
			if (kind === "Agent") upTo = Math.max(upTo, lastReadIndex);
		return upTo;
	}

	/** Names of the staff who are here now. */
	get staff(): string[] {
		if (this.#client?.connection !== "online") return [];
		const people = Array.from(this.#client.present.values());
		return people.filter(({ kind }) => kind === "Agent").map(({ name }) => name);
	}

	/** Names of those who are writing; in another tab it may be the visitor. */
	get writing(): string[] {
		return this.#client?.typing.filter((name) => name !== this.#memory.portfolio) ?? [];
	}

	/** The room takes no more messages. */
	get isOver(): boolean {
		return this.#client?.isActive === false;
	}

	/** Says a word; the first one opens the room. */
	say(body: string, messageType = "Text"): void {
		this.#memory.begin();
		this.#connect();
		void this.#client?.send(body, { messageType });
	}

	loadEarlier(): void {
		const first = this.messages[0]?.index ?? 1;
		if (first === 1) return;
		this.#from = Math.max(1, first - PAGE);
		this.#fill();
	}

	markRead(): void {
		if (this.#client) this.#client.markRead(this.#client.messageCount);
	}

	/** After a conversation that has ended: the next word begins another. */
	beginAnew(): void {
		this.#client?.close();
		this.#client = undefined;
		this.#from = 0;
		this.#memory.forget();
		this.#handlers.onChange();
	}

	/** After it was given up: tries again. */
	reconnect(): void {
		this.#client?.close();
		this.#client = undefined;
		this.#from = 0;
		this.#connect();
	}

	#connect(): void {
		const { origin, org, product } = this.#settings;
		const { user, portfolio } = this.#memory;
		this.#client ??= new RoomClient({
			address: () => this.#address(),
			outbox: storedOutbox(["widget", origin, org, product, user, portfolio].join("/")),
			onChange: () => this.#changed(),
			onEvent: (event) => this.#happened(event),
		});
	}

	async #address(): Promise<Address> {
		const { origin } = this.#settings;
		const memory = this.#memory;
		// A live client hears of the end from the room itself; one that comes back has to ask.
		const isUnsure = memory.room !== undefined && this.#client?.me === undefined;
		if (isUnsure && !(await isRoomActive(origin, memory.room ?? ""))) {
			if (this.pending.length === 0) this.beginAnew();
			memory.forget();
			if (!this.#client) throw new StopError("the conversation has ended");
		}
		if (memory.room === undefined) memory.keepRoom(await openRoom(this.#settings, memory));
		return visitorAddress(origin, memory.room ?? "")();
	}

	#changed(): void {
		this.#fill();
		this.#handlers.onChange();
	}

	#happened({ kind, actor, data }: RoomEvent): void {
		if (kind === "message.created" && actor.userId !== this.#client?.me?.userId)
			this.#handlers.onMessage(data["message"] as Message);
	}

	/** Asks for what is wanted and not here: the newest page at first, after a long absence again. */
	#fill(): void {
		const client = this.#client;
		if (client?.connection !== "online") return;
		if (this.#from === 0) this.#from = Math.max(1, client.messageCount - PAGE + 1);
		let last = client.messageCount;
		while (last >= this.#from && client.messages.has(last)) last -= 1;
		if (last < this.#from) return;
		// After a long absence the gap may be long: its newest page is enough, the rest is there when somebody scrolls.
		const first = Math.max(this.#from, last - PAGE + 1);
		if (last === client.messageCount) this.#from = first;
		void client.load(first, last);
	}
}
