import { Failure, failureOf } from "../http/failure.ts";

type Body = Record<string, unknown>;

/** What goes over the wire when something was refused. */
type Refusal = { status: number; body: Body; headers: Record<string, string> };

/** An expected failure in this dialect's own words; many of them are a 200, because its clients look at `success`. */
export class Refused extends Error {
	readonly refusal: Refusal;

	constructor(status: number, message: string, more: Body = {}, headers: Record<string, string> = {}) {
		super(message);
		this.name = "Refused";
		this.refusal = { status, body: { success: false, message, ...more }, headers };
	}
}

/** What the deployed framework refused before a view saw it. It said so in `detail`, its views in `message`: here both. */
export function refusedEarly(status: number, text: string, headers: Record<string, string> = {}): Refused {
	return new Refused(status, text, { detail: text }, headers);
}

/** What is wrong with each field, as the deployed serializers said it. */
export function invalid(errors: Record<string, string[]>): Refused {
	return new Refused(400, "Invalid data", { errors });
}

/** No such room, or one of another tenant. */
export function roomNotFound(): Refused {
	return new Refused(404, "Room not found");
}

/** The answer that an error stands for. */
export function refusalOf(error: Error, requestId: string): Refusal {
	if (error instanceof Refused) return error.refusal;
	const { code, message, status, headers } = failureOf(error, requestId);
	return new Refused(status, code === "NotFound" ? "Room not found" : message, {}, { ...headers }).refusal;
}

/** True when answers are shaped as the deployed code shaped them, which existing clients read, and not as its README does. */
export function isDeployed(env: Env): boolean {
	return env.DOWELL_ENVELOPE === "deployed";
}

/** The answer to a look-up: `documented` or `deployed`, as this deployment is set. The misspelling is part of the contract. */
export function details(env: Env, documented: unknown, deployed: unknown): Body {
	return isDeployed(env)
		? { success: true, message: "Room deatils based on org_id", response: deployed }
		: { success: true, message: "Room deatils based on workspace id", response: documented };
}

/** True for errors that are not refusals but bugs, whose cause belongs in the log. */
export function isBug(error: Error): boolean {
	return !(error instanceof Refused || error instanceof Failure);
}
