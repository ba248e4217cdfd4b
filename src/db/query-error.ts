import { DrizzleQueryError } from "drizzle-orm";

/**
 * What an error says for the log. Of a query that failed: its text, its cause and where it was asked, without its parameters, which are what
 * people wrote and are called.
 */
export function loggable(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const stack = error.stack ?? String(error);
	if (!(error instanceof DrizzleQueryError)) return stack;
	return stack.replace(error.message, () => `Failed query: ${error.query}: ${String(error.cause)}`);
}
