import type { Conversation } from "./conversation.ts";
import { timing } from "./limits.ts";
import type { Message, RoomEvent } from "./model.ts";

/** Characters of one JSON parameter: D1 takes 2 MB a value, and a character may take three bytes. */
const PARAMETER_LENGTH = 400_000;
/** Longer texts are pictures and pasted files; what follows this is not searched. */
const SEARCHED_LENGTH = 64 * 1024;
/** A busy room feels its payments where D1 is on the same machine: of 500 messages each costs 52 us, of 2,000 35, in one stretch of 69 ms. */
const MESSAGES_A_FLUSH = 1000;
/** How fast pauses become what a payment allows them to be: the third of a room where D1 is slow is the long one. */
const GROWTH = 64;
/** Alarms wait 15 s, and after payments that failed twice as long each time, up to four minutes. */
const BACKOFF = 4;

const UPSERT_CHAT = `
INSERT INTO chat (tenant_id, chat_id, kind, name, created_by, created_by_name, created_at, is_archived, is_active,
	member_count, message_count, last_activity_at, seq)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (tenant_id, chat_id) DO UPDATE SET name = excluded.name, is_archived = excluded.is_archived,
	is_active = excluded.is_active, member_count = excluded.member_count, message_count = excluded.message_count,
	last_activity_at = excluded.last_activity_at, seq = excluded.seq
WHERE excluded.seq > chat.seq`;

const UPSERT_MEMBERS = `
INSERT INTO chat_member (tenant_id, chat_id, user_id, member_id, name, is_active, is_archived, last_read_index, last_chat_message_id, seq)
SELECT ?1, ?2, value ->> 'userId', value ->> 'chatMemberId', value ->> 'name', value ->> 'isActive', value ->> 'isArchived',
	value ->> 'lastReadIndex', value ->> 'lastChatMessageId', value ->> 'seq'
FROM json_each(?3) WHERE true
ON CONFLICT (tenant_id, chat_id, user_id) DO UPDATE SET name = excluded.name, is_active = excluded.is_active,
	is_archived = excluded.is_archived, last_read_index = excluded.last_read_index,
	last_chat_message_id = excluded.last_chat_message_id, seq = excluded.seq
WHERE excluded.seq > chat_member.seq`;

const UPSERT_MESSAGES = `
INSERT INTO message (tenant_id, chat_id, idx, is_visitor, seq, message, body)
SELECT ?1, ?2, value ->> 'idx', ?3, value ->> 'seq', value ->> 'message', value ->> 'body'
FROM json_each(?4) WHERE true
ON CONFLICT (tenant_id, chat_id, idx) DO UPDATE SET seq = excluded.seq, message = excluded.message, body = excluded.body
WHERE excluded.seq > message.seq`;

/** What the log owes to D1, and how it is paid: see "The life of a message" in ARCHITECTURE.md, steps 3 and 4. */
export class Projection {
	readonly #env: Env;
	readonly #ctx: DurableObjectState;
	readonly #conversation: Conversation;
	readonly #onPaid: () => void;
	readonly #onRestored: () => void;
	#running: Promise<void> | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#owedAt = 0;
	#dueAt = 0;
	#searchDueAt = 0;
	/** How far `chat` and `chat_member` are paid; what search is owed as well is `projectedSeq`. */
	#recordedSeq = 0;
	#pauseMs: number = timing.paymentPauseMs;
	#isArmed = false;
	#failures = 0;
	/** What was on disk when the object woke: D1 cannot know of more. Undefined once D1 was asked. */
	#wokeAt: number | undefined;

	/** `onRestored` is called when D1 turns out to know more of the room than the room itself did when it woke, `onPaid` after each payment. */
	constructor(
		env: Env,
		ctx: DurableObjectState,
		conversation: Conversation,
		{ onPaid, onRestored }: { onPaid: () => void; onRestored: () => void },
	) {
		this.#env = env;
		this.#ctx = ctx;
		this.#conversation = conversation;
		this.#onPaid = onPaid;
		this.#onRestored = onRestored;
		this.#wokeAt = conversation.transcript.seq;
	}

	get isOwing(): boolean {
		return this.#conversation.transcript.seq > this.#conversation.projectedSeq;
	}

	/** To be called when the object has woken up: what it owes since it was evicted, or crashed, is paid before the alarm would. */
	wake(): void {
		if (this.isOwing) this.#payWhenDue(Date.now());
	}

	/**
	 * To be called in the turn that wrote to the log. The alarm is part of that write, so the debt outlives a crash; the payment itself
	 * starts at once in a quiet room. In one that stays busy later changes share a payment, after pauses that grow fast up to a hundred times
	 * what a payment takes: rooms spend a hundredth of their time on D1, so a D1 that is slow, or shared by many, is asked less often.
	 */
	owe(now: number): void {
		this.#arm(now);
		if (now - this.#owedAt > timing.quietMs) {
			this.#dueAt = now;
			this.#searchDueAt = now;
			this.#pauseMs = timing.paymentPauseMs;
		}
		this.#owedAt = now;
		if (!this.#running && this.#timer === undefined) this.#payWhenDue(now);
	}

	#payWhenDue(now: number): void {
		const isRecorded = this.#recordedSeq === this.#conversation.transcript.seq;
		const wait = Math.min(isRecorded ? this.#searchDueAt : this.#dueAt, this.#owedAt + timing.quietMs) - now;
		if (wait <= 0) {
			void this.#start(this.#isSearchDue(now));
			return;
		}
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			if (!this.#running && this.isOwing) this.#payWhenDue(Date.now());
		}, wait);
	}

	#isSearchDue(now: number): boolean {
		const { transcript, projectedSeq } = this.#conversation;
		const isQuiet = now - this.#owedAt >= timing.quietMs;
		return isQuiet || now >= this.#searchDueAt || transcript.seq - projectedSeq >= MESSAGES_A_FLUSH;
	}

	#pause(tookMs: number, now: number, isSearchPaid: boolean): void {
		const share = Math.max(timing.paymentPauseMs, timing.paymentPauses * tookMs);
		this.#pauseMs = Math.min(GROWTH * this.#pauseMs, share, timing.longestPaymentPauseMs);
		const pauseMs = spread(this.#pauseMs);
		this.#dueAt = now + pauseMs;
		const searchPauses = pauseMs < timing.quietMs ? 1 : timing.searchPauses;
		if (isSearchPaid) this.#searchDueAt = now + searchPauses * pauseMs;
	}

	#arm(now: number, waitMs = timing.projectionAlarmMs * 2 ** Math.min(this.#failures, BACKOFF)): void {
		if (this.#isArmed) return;
		this.#isArmed = true;
		void this.#ctx.storage.setAlarm(now + spread(waitMs));
	}

	/** Waits until D1 knows what the log knows now. Gives up quietly when D1 is away or slow: it catches up by itself. */
	async settle(): Promise<void> {
		const patience = Promise.withResolvers<void>();
		const timer = setTimeout(patience.resolve, timing.settleMs);
		await Promise.race([this.#settled(), patience.promise]);
		clearTimeout(timer);
	}

	async #settled(): Promise<void> {
		const target = this.#conversation.transcript.seq;
		while (this.#conversation.projectedSeq < target) {
			if (this.#running) {
				await this.#running;
				continue;
			}
			const before = this.#conversation.projectedSeq;
			await this.#start();
			if (this.#conversation.projectedSeq === before) return;
		}
	}

	/** The alarm: pays what nobody is about to pay, and sets itself again while something is left. */
	async onAlarm(): Promise<void> {
		// Until the end: to move an alarm that is being delivered would cancel the delivery.
		this.#isArmed = true;
		const isPaying = this.#timer !== undefined;
		if (!isPaying) await this.#settled();
		this.#isArmed = false;
		if (this.isOwing) this.#arm(Date.now(), isPaying ? timing.busyAlarmMs : undefined);
	}

	#start(isSearchDue = true): Promise<void> {
		const startedAt = Date.now();
		this.#running = this.#pay(isSearchDue)
			.then(
				() => true,
				(error: unknown) => {
					// Without D1 the room goes on; the alarm, or the next message, tries again.
					console.error(
						JSON.stringify({ level: "error", projection: this.#conversation.room.chatId, error: String(error) }),
					);
					return false;
				},
			)
			.then((isPaid) => {
				const now = Date.now();
				this.#running = undefined;
				this.#failures = isPaid ? 0 : this.#failures + 1;
				this.#pause(now - startedAt, now, isSearchDue);
				if (isPaid) this.#onPaid();
				if (!this.isOwing) return;
				this.#arm(now);
				if (isPaid) this.#payWhenDue(now);
			});
		this.#ctx.waitUntil(this.#running);
		return this.#running;
	}

	async #pay(isSearchDue: boolean): Promise<void> {
		if (this.#wokeAt !== undefined) await this.#compare(this.#wokeAt);
		if (!isSearchDue) return this.#payRecord();
		const { events, upTo } = this.#conversation.changesSince(this.#conversation.projectedSeq, MESSAGES_A_FLUSH);
		await Promise.all([this.#payRecord(), this.#paySearch(events)]);
		this.#conversation.setProjected(upTo);
	}

	/**
	 * Once a life, and before the first payment can hide it: D1 knowing more of the log than was on disk means that the object was restored
	 * to an older state.
	 */
	async #compare(wokeAt: number): Promise<void> {
		const { tenantId, chatId } = this.#conversation.room;
		const seen = await this.#env.DB.prepare("SELECT seq FROM chat WHERE tenant_id = ? AND chat_id = ?")
			.bind(tenantId, chatId)
			.first<number>("seq");
		if (seen !== null && seen > wokeAt) await this.#restart(seen);
		this.#wokeAt = undefined;
	}

	/** Upserts the chat and its changed members. */
	async #payRecord(): Promise<void> {
		const { room, roster, projectedSeq, lastActivityAt } = this.#conversation;
		const { tenantId, chatId, seq } = room;
		const db = this.#env.DB;
		const members = roster.changedSince(Math.max(projectedSeq, this.#recordedSeq));
		await db.batch([
			db
				.prepare(UPSERT_CHAT)
				.bind(
					tenantId,
					chatId,
					room.kind,
					room.chatName,
					room.createdBy,
					room.createdByName,
					room.dateCreated,
					Number(room.isArchived),
					Number(room.isActive),
					roster.activeCount,
					room.messageCount,
					lastActivityAt,
					seq,
				),
			...chunks(members.map((member) => JSON.stringify(member))).map((json) =>
				db.prepare(UPSERT_MEMBERS).bind(tenantId, chatId, json),
			),
		]);
		this.#recordedSeq = seq;
	}

	async #paySearch(events: readonly RoomEvent[]): Promise<void> {
		const rows = new Map<number, string>();
		for (const event of events) {
			const message = event.data["message"] as Message | undefined;
			if (message) rows.set(message.index, searchRow(message, event.seq));
		}
		if (rows.size === 0) return;
		const { tenantId, chatId, kind } = this.#conversation.room;
		const statement = this.#env.SEARCH.prepare(UPSERT_MESSAGES);
		await this.#env.SEARCH.batch(
			chunks([...rows.values()]).map((json) => statement.bind(tenantId, chatId, Number(kind === "Visitor"), json)),
		);
	}

	/** Nothing D1 has of this room can be told apart from what was lost, so all of it goes and is written anew. */
	async #restart(seenSeq: number): Promise<void> {
		const { tenantId, chatId } = this.#conversation.room;
		const where = "WHERE tenant_id = ? AND chat_id = ?";
		await this.#env.SEARCH.prepare(`DELETE FROM message ${where}`).bind(tenantId, chatId).run();
		await this.#env.DB.prepare(`DELETE FROM chat_member ${where}`).bind(tenantId, chatId).run();
		this.#conversation.beginEpoch(seenSeq, Date.now());
		this.#onRestored();
	}
}

/** Rooms that became busy together shall not go on paying together: hence up to a quarter less by chance. */
function spread(ms: number): number {
	return Math.round(ms * (0.75 + Math.random() / 4));
}

function searchRow(message: Message, seq: number): string {
	const { body, ...rest } = message;
	const text = message.messageType.toLowerCase() === "text" ? (body ?? "") : "";
	return JSON.stringify({
		idx: message.index,
		seq,
		message: JSON.stringify(rest),
		body: text.slice(0, SEARCHED_LENGTH),
	});
}

/** JSON arrays that each stay within one parameter. */
function chunks(rows: readonly string[]): string[] {
	const arrays: string[][] = [];
	let length = Infinity;
	for (const row of rows) {
		if (length + row.length > PARAMETER_LENGTH) {
			arrays.push([]);
			length = 0;
		}
		arrays.at(-1)?.push(row);
		length += row.length;
	}
	return arrays.map((array) => `[${array.join(",")}]`);
}
