import type { ErrorFrame } from "./wire.ts";

/** The room said no, or (`Offline`) there was nobody to ask. */
export class RefusedError extends Error {
	readonly code: string;
	/** True when trying again may help, after `retryAfterMs`. */
	readonly temporary: boolean;
	readonly retryAfterMs: number;

	constructor({ code, message, temporary, retryAfterMs = 0 }: Omit<ErrorFrame, "type" | "re">) {
		super(message);
		this.code = code;
		this.temporary = temporary;
		this.retryAfterMs = retryAfterMs;
	}
}
