/**
 * The socket protocol `foyer.v1`: every frame either side may send, and nothing else. One JSON object per text frame.
 * A client's `id` comes back as `re`. The literal text `ping` is answered `pong` by the platform and never reaches this file.
 */
import * as z from "zod";
import { limits } from "./limits.ts";
import type { AuthorKind, Member, Message, RoomEvent } from "./model.ts";
import { parseGuid } from "./room-id.ts";

/** Text as UTF-8 can hold it: half a surrogate pair is replaced here, before anybody is told of a text that cannot be stored. */
export const text = z.string().overwrite((value) => value.toWellFormed());
const id = z.union([z.string().max(64), z.number()]);
/** A GUID with or without dashes, in any case; read as 32 lower-case digits. */
export const guid = z
	.string()
	.transform((text, context) => {
		const digits = parseGuid(text);
		if (digits !== undefined) return digits;
		context.addIssue({ code: "invalid_format", format: "guid", input: text });
		return z.NEVER;
	})
	.meta({ format: "guid" });
/** Clients of .NET, Java and Swift send every list that was not set as an empty one: it filters nothing, like one that is left out. */
export const guidsOf = (most: number) =>
	z
		.array(guid)
		.max(most)
		.transform((ids) => (ids.length === 0 ? undefined : ids))
		.optional();
const index = z.int().min(0);
/** How long it may be the room says itself, in bytes. */
const body = text.min(1);

const clientFrame = z.discriminatedUnion("type", [
	z.strictObject({
		type: z.literal("hello"),
		id,
		v: z.literal(1),
		resume: z.strictObject({ epoch: z.string().max(64), seq: index }).optional(),
	}),
	z.strictObject({
		type: z.literal("message.send"),
		id,
		clientMessageId: text.min(1).max(128),
		body,
		messageType: text.min(1).max(64).optional(),
		replyToChatMessageId: guid.optional(),
	}),
	z.strictObject({ type: z.literal("message.edit"), id, chatMessageId: guid, body }),
	z.strictObject({ type: z.literal("message.delete"), id, chatMessageId: guid }),
	z.strictObject({ type: z.literal("receipt.read"), index, id: id.optional() }),
	z.strictObject({ type: z.literal("typing.start"), id: id.optional() }),
	z.strictObject({ type: z.literal("typing.stop"), id: id.optional() }),
	z.strictObject({
		type: z.literal("history"),
		id,
		before: index.optional(),
		after: index.optional(),
		take: z.int().min(1).max(limits.take).optional(),
	}),
	z.strictObject({ type: z.literal("presence.get"), id }),
]);

export type ClientFrame = z.infer<typeof clientFrame>;
export type FrameId = z.infer<typeof id>;
export type Present = { userId: string; name: string; kind: AuthorKind };

export type ServerFrame =
	| {
			type: "ready";
			re: FrameId;
			connectionId: string;
			epoch: string;
			seq: number;
			minSeq: number;
			messageCount: number;
			me: { userId: string; kind: AuthorKind; lastReadIndex: number; unreadCount: number };
			members: Member[];
			pingIntervalMs: number;
			limits: { bodyBytes: number; take: number; burst: number; ratePerSecond: number };
	  }
	| RoomEvent
	| { type: "replay"; re: FrameId; events: RoomEvent[]; more: boolean }
	| { type: "resumed"; re: FrameId; from: number; to: number; count: number; limited: boolean }
	| Unrecoverable
	| {
			type: "ack";
			re: FrameId;
			seq: number;
			index: number;
			chatMessageId: string;
			dateCreated: string;
			duplicate: boolean;
	  }
	| { type: "error"; re?: FrameId; code: string; message: string; temporary: boolean; retryAfterMs?: number }
	| { type: "history"; re: FrameId; messages: Message[]; hasMore: boolean }
	| { type: "typing"; userId: string; name: string; active: boolean; expiresInMs: number }
	/** To `presence.get`: everybody present. Unasked: who came and who went. */
	| { type: "presence"; re: FrameId; present: Present[] }
	| { type: "presence"; joined: Present[]; left: Present[] }
	| { type: "reconnect"; reason: string; afterMs: number }
	| { type: "batch"; frames: ServerFrame[] };

export type Unrecoverable = {
	type: "unrecoverable";
	re?: FrameId;
	reason: "epochChanged" | "ahead" | "pruned";
	epoch: string;
	seq: number;
};

/** A client's frame, or what is wrong with it in a sentence that says where. `re` is the frame's id where it can be made out. */
export function parseFrame(
	json: string,
): { ok: true; frame: ClientFrame } | { ok: false; message: string; re: FrameId | undefined } {
	let value: unknown;
	try {
		value = JSON.parse(json);
	} catch {
		return { ok: false, message: "A frame is one JSON object.", re: undefined };
	}
	const plain = plainSend(value);
	if (plain) return { ok: true, frame: plain };
	const parsed = clientFrame.safeParse(value);
	if (parsed.success) return { ok: true, frame: parsed.data };
	const [issue] = parsed.error.issues;
	const where = issue?.path.join(".");
	const re = id.safeParse((value as { id?: unknown } | null)?.id);
	return {
		ok: false,
		message: `${where ? `'${where}': ` : ""}${issue?.message ?? "not a frame of foyer.v1"}`,
		re: re.success ? re.data : undefined,
	};
}

/**
 * A `message.send` with nothing but what it must have, which is nearly every frame, read without zod: 24 us less of some 300 that a message
 * costs (2026-11-22). Whatever is not plainly right is left to the schema and its errors.
 */
function plainSend(value: unknown): ClientFrame | undefined {
	if (typeof value !== "object" || value === null || Object.keys(value).length !== 4) return undefined;
	const frame = value as Record<string, unknown>;
	if (frame["type"] !== "message.send") return undefined;
	const { id, clientMessageId, body } = frame;
	if (!isText(id, 64) || !isText(clientMessageId, 128) || !isText(body)) return undefined;
	return { type: "message.send", id, clientMessageId, body };
}

function isText(value: unknown, max = Infinity): value is string {
	return typeof value === "string" && value !== "" && value.length <= max && value.isWellFormed();
}

/** Frames as one text: the frame itself, or a `batch` round several that are serialised already. */
export function joined(frames: readonly string[]): string {
	return frames.length === 1 ? (frames[0] ?? "") : `{"type":"batch","frames":[${frames.join(",")}]}`;
}
