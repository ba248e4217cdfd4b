import type { EmailMessage, SmsMessage } from "./providers/provider.ts";

/** A message that stayed here. `code` and `link` are what a reader looks for in it. Times are ISO 8601. */
export type Kept = {
	id: string;
	tenantId: string;
	kind: string;
	channel: string;
	to: string;
	subject?: string | undefined;
	text: string;
	html?: string | undefined;
	code?: string | undefined;
	link?: string | undefined;
	createdAt: string;
	expiresAt: string | null;
};

/** What of a message stands beside its key, so that a list can be filtered without reading it. */
type Label = { to: string; channel: string };

const PREFIX = "outbox:";
const LIFE_SECONDS = 86_400;
/** KV gives so many keys, and so many values, at once. */
const KEYS = 1000;
const VALUES = 100;

/** Keeps a message for a day. A second try of the same message takes the place of the first. */
export async function keep(env: Env, message: EmailMessage | SmsMessage): Promise<void> {
	const { text, to, channel } = message;
	const kept: Kept = {
		...message,
		code: message.kind === "Code" ? /\b\d{6,8}\b/.exec(text)?.[0] : undefined,
		link: /https?:\/\/\S+/.exec(text)?.[0],
		createdAt: new Date(message.createdAt).toISOString(),
		expiresAt: message.expiresAt === null ? null : new Date(message.expiresAt).toISOString(),
	};
	await env.TOKENS.put(keyOf(message), JSON.stringify(kept), {
		expirationTtl: LIFE_SECONDS,
		metadata: { to, channel } satisfies Label,
	});
}

/** Kept messages, the newest first, at most 100: to whom (a part of it) and by which channel (in any case). */
export async function kept(
	env: Env,
	{ to, channel }: { to: string | undefined; channel: string | undefined },
): Promise<{ messages: Kept[]; hasMore: boolean }> {
	const { keys, list_complete } = await env.TOKENS.list<Label>({ prefix: PREFIX, limit: KEYS });
	const matching = keys.filter(
		({ metadata }) =>
			(to === undefined || metadata?.to.toLowerCase().includes(to.toLowerCase())) &&
			(channel === undefined || metadata?.channel.toLowerCase() === channel.toLowerCase()),
	);
	const names = matching.slice(0, VALUES).map(({ name }) => name);
	const values = names.length === 0 ? new Map<string, Kept | null>() : await env.TOKENS.get<Kept>(names, "json");
	const messages = names.flatMap((name) => values.get(name) ?? []);
	return { messages, hasMore: matching.length > VALUES || !list_complete };
}

/** One kept message by its id; undefined when it is gone. */
export async function keptById(env: Env, id: string): Promise<Kept | undefined> {
	const { keys } = await env.TOKENS.list<Label>({ prefix: PREFIX, limit: KEYS });
	const key = keys.find(({ name }) => name.endsWith(`:${id}`));
	return (key && (await env.TOKENS.get<Kept>(key.name, "json"))) ?? undefined;
}

/** Forgets kept messages. */
export async function forgetKept(env: Env, messages: readonly { id: string; createdAt: number }[]): Promise<void> {
	await Promise.all(messages.map((message) => env.TOKENS.delete(keyOf(message))));
}

/** Keys come in their order: the newest first. */
function keyOf({ id, createdAt }: { id: string; createdAt: number }): string {
	return `${PREFIX}${String(Number.MAX_SAFE_INTEGER - createdAt).padStart(16, "0")}:${id}`;
}
