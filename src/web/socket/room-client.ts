import { Connection, type Address, type ConnectionState, type Stop } from "./connection.ts";
import { memoryOutbox, type Outbox, type Pending } from "./outbox.ts";
import { Requests } from "./requests.ts";
import { RoomState } from "./room-state.ts";
import { SendQueue } from "./send-queue.ts";
import type { Ack, HistoryFrame, Member, Message, Person, Ready, RoomEvent, ServerFrame } from "./wire.ts";

export type RoomClientOptions = {
	/** Asked before every attempt to connect. Throw a `StopError` when there is no point in trying again. */
	address: () => Promise<Address>;
	/** Where unsent messages wait; in memory unless said otherwise. `storedOutbox(scope)` keeps them over reloads. */
	outbox?: Outbox | undefined;
	/** Something changed: read the state anew. Called at most once a microtask. */
	onChange?: (() => void) | undefined;
	/** A durable change came in, live or while catching up. */
	onEvent?: ((event: RoomEvent) => void) | undefined;
};

/** A typing notice is relayed once in three seconds at most. */
const TYPING_MS = 3000;
/** Nothing written for this long is no longer writing. */
const IDLE_MS = 5000;

/**
 * One chat, live: connects and comes back, keeps the picture of it right through gaps and restarts, and delivers what is sent exactly once.
 * Everything it shows is absolute; read it after each `onChange`.
 */
export class RoomClient {
	readonly #options: RoomClientOptions;
	readonly #state: RoomState = new RoomState();
	readonly #connection: Connection;
	readonly #requests: Requests;
	readonly #queue: SendQueue;
	#stop: Stop | undefined;
	/** The server's last word on how things stand; with a position it counts only when all that was missed is here. */
	#greeting: Ready | undefined;
	/** Missed events, kept until it is known whether they are all of them. */
	#replay: RoomEvent[] | undefined;
	#readUpTo = 0;
	#typedAt = 0;
	#typingTimer: ReturnType<typeof setTimeout> | undefined;
	#expiry: ReturnType<typeof setTimeout> | undefined;
	#isTold = true;

	constructor(options: RoomClientOptions) {
		this.#options = options;
		this.#requests = new Requests((frame) => this.#connection.send(frame));
		this.#queue = new SendQueue({
			outbox: options.outbox ?? memoryOutbox(),
			ask: (frame) => this.#requests.ask(frame),
			onSent: (pending, ack) => this.#sent(pending, ack),
			onChange: () => this.#changed(),
		});
		this.#connection = new Connection({
			address: options.address,
			onOpen: () => this.#hello(),
			onFrame: (frame) => this.#take(frame as ServerFrame),
			onState: (state, stop) => this.#connected(state, stop),
		});
	}

	get connection(): ConnectionState {
		return this.#connection.state;
	}
	/** Why it stopped trying, once it has. */
	get stop(): Stop | undefined {
		return this.#stop;
	}
	/** By index, from 1 to `messageCount`; those that were loaded or came live. */
	get messages(): ReadonlyMap<number, Message> {
		return this.#state.messages;
	}
	get messageCount(): number {
		return this.#state.messageCount;
	}
	/** What was sent and is not acknowledged yet, oldest first. */
	get pending(): readonly Pending[] {
		return this.#queue.pending;
	}
	get members(): ReadonlyMap<string, Member> {
		return this.#state.members;
	}
	get me(): Ready["me"] | undefined {
		return this.#state.me;
	}
	get unreadCount(): number {
		return this.#state.unreadCount;
	}
	get present(): ReadonlyMap<string, Person> {
		return this.#state.present;
	}
	/** Names of those who are writing. */
	get typing(): string[] {
		return Array.from(this.#state.typing.values(), ({ name }) => name);
	}
	/** Undefined until it changes: whoever opened the chat knows them. */
	get chatName(): string | undefined {
		return this.#state.chatName;
	}
	get isArchived(): boolean | undefined {
		return this.#state.isArchived;
	}
	get isActive(): boolean | undefined {
		return this.#state.isActive;
	}
	/** What survives a reload of the page together with the server's log. */
	get position(): { epoch: string; seq: number } | undefined {
		return this.#state.position;
	}

	/** Sends a message, now or when there is a connection again. Resolves when it is kept, with the id it goes by until it is acknowledged. */
	send(body: string, more: Pick<Pending, "messageType" | "replyToChatMessageId"> = {}): Promise<string> {
		this.stopTyping();
		return this.#queue.add(body, more);
	}

	/** Tries again what was refused. */
	retry(clientMessageId: string): void {
		this.#queue.retry(clientMessageId);
	}

	/** Gives up on a message that was not acknowledged. */
	discard(clientMessageId: string): void {
		this.#queue.discard(clientMessageId);
	}

	/** Rejects with a `RefusedError` when the room says no, or when there is no connection. */
	async edit(chatMessageId: string, body: string): Promise<void> {
		await this.#requests.ask({ type: "message.edit", chatMessageId, body });
	}

	/** As `edit`. */
	async remove(chatMessageId: string): Promise<void> {
		await this.#requests.ask({ type: "message.delete", chatMessageId });
	}

	/** Marks everything up to an index as read; kept until there is a connection. */
	markRead(index: number): void {
		if (index <= Math.max(this.#readUpTo, this.#state.me?.lastReadIndex ?? 0)) return;
		this.#readUpTo = index;
		if (this.#connection.state === "online") this.#tellRead();
	}

	/** To be called at each change of what is being written. */
	startTyping(): void {
		clearTimeout(this.#typingTimer);
		this.#typingTimer = setTimeout(() => this.stopTyping(), IDLE_MS);
		if (Date.now() - this.#typedAt < TYPING_MS) return;
		this.#typedAt = Date.now();
		this.#connection.send({ type: "typing.start" });
	}

	stopTyping(): void {
		clearTimeout(this.#typingTimer);
		if (this.#typedAt === 0) return;
		this.#typedAt = 0;
		this.#connection.send({ type: "typing.stop" });
	}

	/** Loads messages by index, both ends included, unless they are here; 200 at most at a time. Without a connection it does nothing. */
	async load(from: number, to: number): Promise<void> {
		let first = Math.max(1, from);
		const last = Math.min(to, this.messageCount, first + 199);
		while (first <= last && this.messages.has(first)) first += 1;
		if (first > last || this.#connection.state !== "online") return;
		try {
			const page = await this.#requests.ask(
				{ type: "history", after: first - 1, take: last - first + 1 },
				`${first}-${last}`,
			);
			this.#state.learnHistory(page as HistoryFrame);
			this.#changed();
		} catch {
			// Whoever needs the page asks again when the connection is back.
		}
	}

	/** Ends the connection; nothing more is tried or told. */
	close(): void {
		clearTimeout(this.#typingTimer);
		clearTimeout(this.#expiry);
		this.#connection.close();
	}

	#hello(): void {
		const resume = this.#state.position;
		this.#replay = resume && [];
		this.#connection.send({ type: "hello", id: 0, v: 1, ...(resume ? { resume } : {}) });
	}

	#take(frame: ServerFrame): void {
		switch (frame.type) {
			case "ready":
				return this.#ready(frame);
			case "event":
				return this.#events([frame]);
			case "replay":
				this.#replay?.push(...frame.events);
				return;
			case "resumed":
				return this.#resumed(frame.limited);
			case "unrecoverable":
				return this.#resumed(true);
			case "typing":
				return this.#typing(frame);
			case "presence":
				return this.#presence(frame);
			case "ack":
			case "error":
			case "history":
				return this.#requests.answer(frame);
			// What later servers may say.
			default:
		}
	}

	#ready(ready: Ready): void {
		this.#greeting = ready;
		if (this.#replay === undefined) this.#begin(ready, true);
	}

	/** All that was missed is here; or it is not, and the picture is made anew. */
	#resumed(isLimited: boolean): void {
		const missed = this.#replay ?? [];
		this.#replay = undefined;
		const ready = this.#greeting;
		if (!ready) return;
		if (!isLimited) this.#events(missed);
		this.#begin(ready, isLimited);
	}

	#begin(ready: Ready, isFresh: boolean): void {
		this.#state.adopt(ready, isFresh);
		this.#state.present.clear();
		this.#state.typing.clear();
		this.#connection.established(ready.pingIntervalMs);
		if (this.#readUpTo > ready.me.lastReadIndex) this.#tellRead();
		void this.#askPresence();
		this.#queue.start();
		this.#changed();
	}

	#events(events: readonly RoomEvent[]): void {
		for (const event of events) {
			if (!this.#state.apply(event)) {
				// Something is missing: a new connection asks for it.
				this.#connection.restart("gap");
				break;
			}
			if (event.kind === "message.created" && event.actor.userId === this.me?.userId)
				this.#queue.settle((event.data["message"] as Message).clientMessageId);
			this.#options.onEvent?.(event);
		}
		this.#changed();
	}

	/** The room has it. The event, which says the same to everybody, follows; unless it came long ago. */
	#sent(pending: Pending, { index, seq, chatMessageId, dateCreated, duplicate }: Ack): void {
		const { me, members } = this.#state;
		if (!me || this.messages.has(index)) return;
		if (duplicate) return void this.load(index, index);
		this.#state.learn({
			chatMessageId,
			chatId: "",
			index,
			seq,
			clientMessageId: pending.clientMessageId,
			userId: me.userId,
			authorName: members.get(me.userId)?.name ?? "",
			authorKind: me.kind,
			messageType: pending.messageType ?? "Text",
			body: pending.body,
			replyToChatMessageId: pending.replyToChatMessageId ?? null,
			dateCreated,
			dateEdited: null,
			isDeleted: false,
		});
		this.#state.read(me.userId, index);
	}

	#tellRead(): void {
		const me = this.#state.me;
		if (!me || !this.#connection.send({ type: "receipt.read", index: this.#readUpTo })) return;
		this.#state.read(me.userId, Math.min(this.#readUpTo, this.messageCount));
		this.#changed();
	}

	async #askPresence(): Promise<void> {
		try {
			await this.#requests.ask({ type: "presence.get" });
		} catch {
			// The next connection asks again.
		}
	}

	#presence(frame: Extract<ServerFrame, { type: "presence" }>): void {
		if ("present" in frame) {
			this.#state.present.clear();
			for (const person of frame.present) this.#state.present.set(person.userId, person);
			this.#requests.answer(frame);
		} else {
			for (const { userId } of frame.left) this.#state.present.delete(userId);
			for (const person of frame.joined) this.#state.present.set(person.userId, person);
		}
		this.#changed();
	}

	#typing({ userId, name, active, expiresInMs }: Extract<ServerFrame, { type: "typing" }>): void {
		if (active) this.#state.typing.set(userId, { name, until: Date.now() + expiresInMs });
		else this.#state.typing.delete(userId);
		this.#expire();
		this.#changed();
	}

	/** A notice holds for a while only: whoever lost the connection never says that they stopped. */
	#expire(): void {
		clearTimeout(this.#expiry);
		const now = Date.now();
		for (const [userId, { until }] of this.#state.typing) if (until <= now) this.#state.typing.delete(userId);
		const next = Math.min(...Array.from(this.#state.typing.values(), ({ until }) => until));
		if (Number.isFinite(next))
			this.#expiry = setTimeout(() => {
				this.#expire();
				this.#changed();
			}, next - now);
	}

	#connected(state: ConnectionState, stop: Stop | undefined): void {
		this.#stop = stop;
		if (state !== "online") {
			this.#requests.fail();
			this.#queue.pause();
			this.#typedAt = 0;
		}
		this.#changed();
	}

	#changed(): void {
		if (!this.#isTold) return;
		this.#isTold = false;
		queueMicrotask(() => {
			this.#isTold = true;
			this.#options.onChange?.();
		});
	}
}
