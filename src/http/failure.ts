import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { loggable } from "../db/query-error.ts";
import type { Refusal, RefusalCode } from "../rooms/model.ts";
import type { FoyerEnv } from "./foyer-env.ts";

/** Every code an answer can carry, and its status. */
const statusOf = {
	BadRequest: 400,
	ValidationFailed: 400,
	SerializationException: 400,
	QueryTooShort: 400,
	OffsetTooDeep: 400,
	TooManyMembers: 400,
	ConnectionIdMismatch: 400,
	InvalidSortField: 400,
	InvalidCursor: 400,
	TooManyRows: 400,
	TooManyDescendants: 400,
	TooDeep: 400,
	ParentNotFound: 400,
	AccountNotFound: 400,
	TagNotFound: 400,
	Unauthorized: 401,
	TokenException: 401,
	SessionRequired: 401,
	OtpRequired: 401,
	OtpInvalid: 401,
	OtpExpired: 401,
	Forbidden: 403,
	ConnectionNotAllowed: 403,
	NotFound: 404,
	MessageNotFound: 404,
	LinkNotFound: 404,
	ResourceNotFound: 404,
	ContactNotFound: 404,
	MethodNotAllowed: 405,
	ChatExists: 409,
	CustomerExists: 409,
	CycleDetected: 409,
	HasChildren: 409,
	IdempotencyMismatch: 409,
	MessageDeleted: 409,
	RoomClosed: 409,
	ConnectionContactMismatch: 409,
	ConnectionTypeMismatch: 409,
	ConnectionRoleMismatch: 409,
	ConnectionNotPending: 409,
	ConnectionNotAccepted: 409,
	ConnectionNotBlocked: 409,
	NameTaken: 409,
	InUse: 409,
	OtpNotRequired: 409,
	TooMany: 409,
	Busy: 409,
	LinkRevoked: 410,
	LinkExpired: 410,
	LinkExhausted: 410,
	PreconditionFailed: 412,
	BodyTooLarge: 413,
	UnsupportedMediaType: 415,
	RecipientRequired: 422,
	PolicyViolation: 422,
	ChannelUnavailable: 422,
	LinkLocked: 423,
	ResourceGone: 424,
	UpgradeRequired: 426,
	RateLimited: 429,
	TooManyRequests: 429,
	CooldownActive: 429,
	ResendLimit: 429,
	OtpSendTooSoon: 429,
	OtpSendLimit: 429,
	OtpAttemptsExceeded: 429,
	InternalServerError: 500,
	NotConfigured: 501,
	Unavailable: 503,
	Misconfigured: 503,
} as const satisfies Record<string, ContentfulStatusCode> & Record<RefusalCode, ContentfulStatusCode>;

export type FailureCode = keyof typeof statusOf;

/** What is wrong with one field. `fieldName` is Pascal with its path, as ServiceStack writes it: `Chat.ChatMembers[0].UserId`. */
export type FieldError = { errorCode: string; fieldName: string; message: string };

/** An expected failure on its way to `onError`, which turns it into the envelope of the dialect that was spoken. */
export class Failure extends Error {
	readonly code: FailureCode;
	readonly fields: readonly FieldError[];
	readonly headers: Record<string, string>;
	/** What a program may want to know besides: ServiceStack's `ResponseStatus.Meta`, texts by name. */
	readonly meta: Record<string, string> | undefined;

	constructor(
		code: FailureCode,
		message: string,
		more: { fields?: readonly FieldError[]; headers?: Record<string, string>; meta?: Record<string, string> } = {},
	) {
		super(message);
		this.name = "Failure";
		this.code = code;
		this.fields = more.fields ?? [];
		this.headers = more.headers ?? {};
		this.meta = more.meta;
	}

	get status(): ContentfulStatusCode {
		return statusOf[this.code];
	}
}

/** Unwraps a room's answer: the value, or its refusal as a Failure. */
export function orFail<Answer extends { ok: true } | Refusal>(answer: Answer): Extract<Answer, { ok: true }> {
	if (answer.ok) return answer as Extract<Answer, { ok: true }>;
	const { code, message, retryAfterMs } = answer;
	const headers = retryAfterMs === undefined ? {} : { "Retry-After": String(Math.ceil(retryAfterMs / 1000)) };
	throw new Failure(code, message, { headers });
}

/** The failure that an error stands for. A bug becomes a 500 that shows nothing of the inside; its cause is for the log. */
export function failureOf(error: unknown, requestId: string): Failure {
	if (error instanceof Failure) return error;
	if (error instanceof HTTPException && error.status === 400)
		return new Failure("SerializationException", "The body is not valid JSON.");
	return new Failure(
		"InternalServerError",
		`Something went wrong on our side. Quote request ${requestId} when you report it.`,
	);
}

/** Errors as ServiceStack clients read them: `{"responseStatus": {errorCode, message, errors, meta?}}`. */
export function respondWithStatus(error: Error, c: Context<FoyerEnv>): Response {
	const failure = failureOf(error, requestIdOf(c));
	if (failure.status === 500) logBug(error, c);
	const { code, message, fields, headers, meta } = failure;
	const body = { responseStatus: { errorCode: fields[0]?.errorCode ?? code, message, errors: fields, meta } };
	return c.json(body, failure.status, headers);
}

/** A request that a predefined route hands on carries its name in the header. */
function requestIdOf(c: Context<FoyerEnv>): string {
	return c.get("requestId") ?? c.req.header("X-Request-Id") ?? "";
}

/** One line for a bug: what happened and where, never what was sent. */
export function logBug(error: Error, c: Context<FoyerEnv>): void {
	console.error(JSON.stringify({ level: "error", requestId: requestIdOf(c), error: loggable(error) }));
}
