import { lobbyOf } from "../lobby/lobbies.ts";
import { PREVIEW_LENGTH, type ChatSummary, type LastMessage } from "../lobby/summary.ts";
import type { Conversation } from "./conversation.ts";
import type { Message } from "./model.ts";

/** After a lobby that did not answer. */
const FAILED_PAUSE_MS = 5000;

/**
 * Tells the tenant's lobby how a room is, when it has changed and not more often than the lobby asks for. Nobody waits for it. While nobody
 * listens there either, it is told after each payment to D1 and not in between: whoever comes then has read D1, and no timer keeps the room
 * awake.
 */
export class Announcer {
	readonly #env: Env;
	readonly #conversation: Conversation;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#toldSeq = 0;
	#notBefore = 0;
	#isHeard = true;

	constructor(env: Env, conversation: Conversation) {
		this.#env = env;
		this.#conversation = conversation;
	}

	/** Something has changed. What changes until the next telling is told with it. */
	owe(): void {
		if (this.#isHeard) this.#tellIn(Math.max(0, this.#notBefore - Date.now()));
	}

	/** D1 has been paid. */
	paid(): void {
		if (this.#conversation.transcript.seq > this.#toldSeq) this.#tellIn(0);
	}

	#tellIn(waitMs: number): void {
		if (this.#timer === undefined) this.#timer = setTimeout(() => void this.#tell(), waitMs);
	}

	async #tell(): Promise<void> {
		const summary = this.#summary();
		let pauseMs = FAILED_PAUSE_MS;
		try {
			const standings = this.#conversation.roster
				.all()
				.map(({ userId, isActive, isArchived, lastReadIndex }) => ({ userId, isActive, isArchived, lastReadIndex }));
			this.#toldSeq = summary.seq;
			({ pauseMs, isHeard: this.#isHeard } = await lobbyOf(this.#env, this.#conversation.tenantId).tell(
				summary,
				standings,
			));
		} catch (error) {
			console.error(JSON.stringify({ level: "error", announcer: summary.chatId, error: String(error) }));
		}
		this.#notBefore = Date.now() + pauseMs;
		this.#timer = undefined;
		if (this.#conversation.transcript.seq > this.#toldSeq) this.owe();
	}

	#summary(): ChatSummary {
		const { room, roster, transcript, lastActivityAt } = this.#conversation;
		const [last] = transcript.history({ take: 1 }).messages;
		return {
			chatId: room.chatId,
			kind: room.kind,
			chatName: room.chatName,
			seq: room.seq,
			isArchived: room.isArchived,
			isActive: room.isActive,
			memberCount: roster.activeCount,
			messageCount: room.messageCount,
			lastActivityDate: new Date(lastActivityAt).toISOString(),
			lastMessage: last ? lastMessageOf(last) : null,
		};
	}
}

function lastMessageOf({ index, userId, authorName, authorKind, messageType, body, isDeleted }: Message): LastMessage {
	const preview = isDeleted ? null : (body ?? "").slice(0, PREVIEW_LENGTH);
	return { index, userId, authorName, authorKind, messageType, preview };
}
