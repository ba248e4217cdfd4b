/** What crosses the wire of the visitor dialect, and what is wrong with it in the words of Django REST framework, which its clients know. */
import * as z from "zod";
import { limits } from "../rooms/limits.ts";
import { products } from "./products.ts";

/** The fields of a request, whichever way they came. */
export type Fields = Readonly<Record<string, unknown>>;

const NULL = "This field may not be null.";
/** Levels of arrays and objects in one message. Far more than clients send, far less than what a stack holds. */
const MESSAGE_DEPTH = 100;
const LINKS = 100;

/** Text or a number, as the deployed code took it: not blank, not trimmed. */
const text = (length: number = limits.nameLength) =>
	z
		.union([z.string().transform((value) => value.toWellFormed()), z.number().transform(String)], {
			error: orNull("Not a valid string."),
		})
		.refine((value) => !value.includes("\0"), { error: "Null characters are not allowed.", abort: true })
		.refine((value) => value.trim() !== "", { error: "This field may not be blank.", abort: true })
		.refine((value) => value.length <= length, `Ensure this field has no more than ${length} characters.`);

const truth = z.stringbool({
	truthy: ["t", "true", "y", "yes", "on", "1"],
	falsy: ["f", "false", "n", "no", "off", "0"],
});
const flag = z.union([z.boolean(), z.literal([0, 1]).transform(Boolean), truth], {
	error: orNull("Must be a valid boolean."),
});

const product = z.unknown().transform((value, context) => {
	if (typeof value === "string" && products.includes(value)) return value;
	context.addIssue({
		code: "custom",
		message: value === undefined || value === null ? NULL : `"${said(value)}" is not a valid choice.`,
	});
	return z.NEVER;
});

const anything = z
	.unknown()
	.refine((value) => value !== undefined && value !== null, { error: NULL, abort: true })
	// A number that is too large has become infinite, which would be kept, and read again, as null.
	.refine((value) => typeof value !== "number" || Number.isFinite(value), "Value must be valid JSON.")
	.refine((value) => !(value instanceof File) && !isDeeper(value, MESSAGE_DEPTH), "Value must be valid JSON.");

const index = z
	.string()
	.regex(/^\d{1,10}$/, "A valid integer is required.")
	.transform(Number);

/** The four fields that say which room a visitor means. */
export const roomBody = z.object({ user_id: text(), org_id: text(), portfolio_name: text(), product_name: product });
export const openRoomBody = roomBody.pick({ user_id: true, product_name: true });
/** The README's body names no product. */
export const loginBody = z.object({ user_id: text(), product_name: product.prefault("LOGIN") });

/** The order is the order in which errors are listed. */
export const messageBody = z.object({
	room_id: text(),
	message_data: anything,
	side: flag,
	author: text(),
	message_type: text(64),
});

/** Without `is_active` it deletes. */
export const deleteBody = z.object({ room_id: text(), is_active: flag.nullish().transform((value) => value ?? false) });

/** `after` and `before` are indexes of messages and our addition: who sends neither gets the newest. */
export const messagesQuery = z.object({ after: index.optional(), before: index.optional() });

export const masterLinkBody = z.object({
	workspace_id: text(),
	qr_ids: z
		.array(z.object({ qrid: text(), portfolioName: text() }), {
			error: orNull('Expected a list of items but got type "str".'),
		})
		.min(1, "This list may not be empty.")
		.max(LINKS, `Ensure this field has no more than ${LINKS} elements.`),
	/** The console sends `{"WORKFLOWAI": 11}` and means the key. */
	product_name: z
		.union([z.record(z.string(), z.unknown()).transform((named) => Object.keys(named)[0]), z.unknown()])
		.pipe(product),
	base_url: text(500)
		.transform((url) => url.trim())
		.refine((url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ""), "Enter a valid URL."),
});

export type RoomBody = z.infer<typeof roomBody>;
export type MessageBody = z.infer<typeof messageBody>;
export type MasterLinkBody = z.infer<typeof masterLinkBody>;

/** What is wrong, one text for each field. */
export function errorsOf(error: z.ZodError): Record<string, string[]> {
	const errors: Record<string, string[]> = {};
	for (const { path, message } of error.issues) errors[String(path[0])] ??= [message];
	return errors;
}

function orNull(otherwise: string): (issue: { input?: unknown }) => string {
	return ({ input }) => (input === undefined || input === null ? NULL : otherwise);
}

/** A wrong choice as its error repeats it. */
function said(value: unknown): string {
	return typeof value === "string" ? value.slice(0, limits.nameLength) : typeof value;
}

function isDeeper(value: unknown, levels: number): boolean {
	if (typeof value !== "object" || value === null) return false;
	return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
